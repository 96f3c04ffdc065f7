"""A thousand hostile texts as messages and as names: each is shown as it was written, and nothing else happens."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from tests.chatserver.realtime.servers import HereServer, here
from tests.web.browsers import DESKTOP, PHONE, signed_in
from tests.web.safety.hostile_strings import hostile_names, hostile_strings
from tests.web.safety.watched import watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXTS = hostile_strings(1000)
NAMES = hostile_names(TEXTS)
AT_ONCE = 20

BODIES = """() => [...document.querySelectorAll(".messages .msg__body")].map((each) =>
  [each.textContent.trim(), each.querySelectorAll(":not(p)").length])"""
LISTED = """() => [...document.querySelectorAll(".conv")].map((each) =>
  [each.querySelector(".conv__name").textContent, each.querySelector(".conv__last")?.textContent])"""
FURTHER = """(before) => {
  const rows = document.querySelectorAll(".conv");
  if (rows.length > before) return true;
  rows[rows.length - 1].scrollIntoView();
  document.querySelector(".pane--list .btn--wide")?.click();
  return false;
}"""


async def test_as_messages(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """On the mentor's page, who has read none of them, and in the member's own."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as device:
            for number, text in enumerate(TEXTS):
                await device.say("send", conversation="c1", id=f"m{number}", body=text)
            for number in range(len(TEXTS)):
                assert (await device.answer(f"m{number}"))["type"] == "accepted", TEXTS[number]
        async with signed_in(browser, server, "tora", **DESKTOP) as mentor:
            page = mentor.page
            told = await watched(page)
            await page.locator(".conv").click()
            await page.locator(".above button").click()
            await expect(page.locator(".messages .msg")).to_have_count(len(TEXTS))
            assert await page.evaluate(BODIES) == [[text.strip(), 0] for text in TEXTS]
            await told.nothing_happened(page)
        async with signed_in(browser, server, "mia", **PHONE) as member:
            page = member.page
            told = await watched(page)
            await expect(page.locator(".messages .msg").last).to_be_visible()
            shown = await page.evaluate(BODIES)
            assert shown == [[text.strip(), 0] for text in TEXTS[-len(shown) :]]
            message = page.get_by_role("textbox", name="Message")
            for text in TEXTS[:100]:
                await message.fill(text)
            await page.get_by_role("button", name="Send", exact=True).click()
            await expect(page.locator(".messages .msg__body").last).to_have_text(TEXTS[99])
            await told.nothing_happened(page)


async def test_as_names(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """In the mentor's list, all of them; of some, wherever else a name stands."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c0", "basic", member="ola", mentor="ulf")
        await server.parts.provisioning.put_person("tora", PersonDetails("mentor", NAMES[0]))
        await server.parts.provisioning.put_person("sara", PersonDetails("support", NAMES[1]))
        everybody = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_called(server, number, name, everybody) for number, name in enumerate(NAMES)))
        async with signed_in(browser, server, "tora", **DESKTOP) as mentor:
            page = mentor.page
            told = await watched(page)
            await expect(page.locator(".conv").first).to_be_visible()
            while (count := await page.locator(".conv").count()) < len(NAMES):
                await page.wait_for_function(FURTHER, arg=count)
            assert sorted(name for name, _ in await page.evaluate(LISTED)) == sorted(NAMES)
            await page.locator(".conv").first.click()
            await expect(page.locator(".thread").get_by_role("textbox", name="Message")).to_be_visible()
            await told.nothing_happened(page)
        async with signed_in(browser, server, "m7", **PHONE) as member:
            page = member.page
            told = await watched(page)
            await expect(page.get_by_text(NAMES[0]).first).to_be_visible()
            await page.get_by_role("textbox", name="Message").fill("Hello")
            await page.get_by_role("button", name="Send", exact=True).click()
            await expect(page.locator(".messages .msg")).to_have_count(1)
            await told.nothing_happened(page)
        async with signed_in(browser, server, "sara", **DESKTOP) as support:
            page = support.page
            told = await watched(page)
            await expect(page.get_by_text(NAMES[7]).first).to_be_visible()
            for number in range(20, len(NAMES), 40):
                await page.evaluate("(id) => { location.hash = `#/people/${id}` }", f"m{number}")
                await expect(page.get_by_role("heading", level=1)).to_contain_text(NAMES[number])
            await told.nothing_happened(page)
            await _greeted(page, server, "m11", NAMES[11])
            await told.nothing_happened(page)


async def _called(server: HereServer, number: int, name: str, everybody: asyncio.Semaphore) -> None:
    async with everybody:
        member = f"m{number}"
        await server.parts.provisioning.put_person(member, PersonDetails("member", name))
        details = ConversationDetails(member, "tora", "basic")
        assert isinstance(await server.parts.provisioning.put_conversation(f"c-{member}", details), Written)


async def _greeted(page: Page, server: HereServer, person: str, name: str) -> None:
    """At the door, by a link."""
    link = await server.parts.sign_in_links.make(person)
    assert isinstance(link, str)
    await page.goto(f"{server.http}/app/sign-in#{link.partition('#')[2]}")
    # By the first of their names.
    await expect(page.get_by_role("heading", level=1)).to_contain_text(name.split()[0])
