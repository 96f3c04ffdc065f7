"""Another mentor: asked for by the member, worked through by support, begun by the new one; and two to choose from."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.mentoring.profiles import ProfileDetails
from tests.chatserver.realtime.servers import ROLES, here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import ask_for_another_mentor, letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_member_gets_another_mentor(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """They decide; what nobody answered goes along at their word; the old conversation can still be read."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        await server.parts.mentoring.profiles.put("ulf", ProfileDetails(expertise=["salary", "negotiation"]))
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "sara") as sara,
            signed_in(browser, server, "ulf") as ulf,
        ):
            page, support, desk = mia.page, sara.page, ulf.page
            await write(page, "How do I ask for a raise?")
            await expect(page.get_by_text("Sent", exact=True)).to_be_visible()
            await ask_for_another_mentor(page, "I am going into another field.")
            request = page.locator("#request")

            await support.get_by_role("link", name="Cases").click()
            await support.get_by_role("table").get_by_role("link").click()
            case = support.get_by_role("article")
            await expect(case.get_by_text("“I am going into another field.”")).to_be_visible()
            await case.get_by_role("button", name="Propose a mentor").click()
            form = case.get_by_role("group", name="Propose a mentor")
            choices = form.locator("option")
            await expect(choices.filter(has_text="Ulf: salary, negotiation")).to_have_attribute("value", "ulf")
            await form.get_by_role("combobox", name="Mentor").fill("ulf")
            await form.get_by_role("button", name="Propose a mentor").click()
            await expect(case.get_by_role("list", name="Steps")).to_contain_text("Proposed")

            await page.get_by_role("button", name="Menu", exact=True).click()
            await page.get_by_role("button", name="What would you like?").click()
            await expect(request.get_by_text("Support suggests a new mentor.")).to_be_visible()
            await expect(request.get_by_text("Mentor: Ulf")).to_be_visible()
            await request.get_by_role("button", name="Yes, change my mentor").click()
            await expect(page.get_by_role("heading", name="Ulf", level=1)).to_be_visible()
            await page.keyboard.press("Escape")

            offered = page.get_by_role("group", name="Nobody has answered this yet")
            await expect(offered.get_by_role("list")).to_have_text("How do I ask for a raise?")
            await nothing_found(page)
            await desk.get_by_role("link", name="Mia").click()
            await expect(letters(desk, "How do I ask for a raise?")).to_have_count(0)
            await offered.get_by_role("button", name="Send it on to Ulf").click()
            await expect(letters(desk, "How do I ask for a raise?")).to_be_visible()
            await expect(offered).to_have_count(0)
            await write(desk, "Welcome, Mia. Tell me where you are.")
            await expect(letters(page, "Welcome, Mia.")).to_be_visible()
            await write(page, "I begin in March.")
            await expect(letters(desk, "I begin in March.")).to_be_visible()

            await page.get_by_role("button", name="Menu", exact=True).click()
            await page.get_by_role("link", name="Conversation with Tora, ended").click()
            await expect(letters(page, "How do I ask for a raise?")).to_be_visible()
            await expect(page.get_by_text("The conversation has ended.").first).to_be_visible()


async def met(page: Page, desk: Page, mentor: str) -> None:
    """A first word each."""
    await expect(page.get_by_role("heading", name=mentor, level=1)).to_be_visible()
    await write(page, f"Hello {mentor}, how do you work?")
    await desk.get_by_role("link", name="Mia").click()
    await write(desk, "One step at a time.")
    await expect(letters(page, "One step at a time.")).to_be_visible()


async def test_one_of_two_mentors_is_chosen(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """The member writes with both, is asked once more, and goes on with one; the other's conversation is over."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        provisioning = server.parts.provisioning
        for person in ("mia", "tora", "ulf"):
            await provisioning.put_person(person, PersonDetails(ROLES[person], person.title()))
        for id, mentor in (("t1", "tora"), ("t2", "ulf")):
            details = ConversationDetails("mia", mentor, "trial", trial=True, chosen_plan="basic")
            assert isinstance(await provisioning.put_conversation(id, details), Written)
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
            signed_in(browser, server, "ulf") as ulf,
        ):
            page = mia.page
            await met(page, tora.page, "Tora")
            await page.get_by_role("button", name="Menu", exact=True).click()
            await page.get_by_role("link", name="Conversation with Ulf").click()
            await met(page, ulf.page, "Ulf")
            choice = page.get_by_role("group", name="Choosing a mentor")
            await expect(choice).to_contain_text("You are getting to know Ulf.")
            await choice.get_by_role("button", name="Go on with Ulf").click()
            await expect(choice).to_contain_text("What you have begun with Tora ends then")
            await nothing_found(page)
            await choice.get_by_role("button", name="Yes, Ulf").click()
            await expect(choice).to_have_count(0)
            await expect(ulf.page.locator(".facts")).to_contain_text("Basic")
            await expect(tora.page.locator(".state")).to_contain_text("The conversation has ended.")
            await write(page, "I am glad to go on with you.")
            await expect(letters(ulf.page, "I am glad to go on with you.")).to_be_visible()
