"""Coming in and going out, in a browser: the door in its states, the settings, other devices."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.conversations.requests import PersonDetails
from chatserver.notices.mailbox import mailbox_folder, mails_in
from tests.chatserver.realtime.servers import here
from tests.web.browsers import DESKTOP, PHONE, WITHIN, AppPage, signed_in
from tests.web.stories.axe import nothing_found

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_link_greets_and_a_spent_one_gets_another(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """In the language that was chosen there; nobody is told whether they are known."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("mia", PersonDetails("member", "Mia", email="mia@example.org"))
        link = await server.parts.sign_in_links.make("mia")
        assert isinstance(link, str)
        door = f"{server.http}/app/sign-in"
        context = await browser.new_context(locale="nb-NO", **PHONE)
        context.set_default_timeout(WITHIN)
        app = AppPage(page := await context.new_page())
        await page.goto(f"{door}#{link.partition('#')[2]}")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hei, Mia")
        await expect(page.get_by_text("i samtalen med Tora")).to_be_visible()
        assert "#" not in page.url
        await nothing_found(page)
        await page.get_by_role("link", name="English").click()
        await page.get_by_role("button", name="Sign in as Mia").click()
        await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
        await page.get_by_role("button", name="Menu", exact=True).click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
        await page.goto("about:blank")
        await page.goto(f"{door}#{link.partition('#')[2]}")
        await expect(page.get_by_role("heading", level=1)).to_have_text("This link is used or too old")
        await nothing_found(page)
        await page.get_by_role("button", name="Send me a new one").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Look in your inbox")
        await page.get_by_role("button", name="Try again").click()
        field = page.get_by_role("textbox", name="E-mail address")
        await field.fill("mia")
        await page.get_by_role("button", name="Send me a link").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await nothing_found(page)
        await field.fill("nobody@example.org")
        await field.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Look in your inbox")
        assert len(mails_in(mailbox_folder(tmp_path))) == 1
        assert app.faults == []
        await context.close()


async def test_the_settings_hold_for_a_person_and_end_what_is_elsewhere(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """What they hear, when it is quiet, their language, other devices, their data."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with (
            signed_in(browser, server, "mia", **PHONE) as phone,
            signed_in(browser, server, "mia", **DESKTOP) as desk,
        ):
            page = desk.page
            await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
            await page.goto(f"{server.http}/app/settings")
            push = page.get_by_role("checkbox", name="Messages, Push")
            await push.uncheck()
            await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
            await page.get_by_label("From", exact=True).fill("20:30")
            await nothing_found(page)
            # Chosen at the door it is this device's alone, which the card says; choosing it once more makes it theirs.
            await page.evaluate("localStorage.setItem('language', 'nb')")
            await page.reload()
            await expect(page.get_by_text("På denne enheten er appen på norsk, men e-postene")).to_be_visible()
            await page.get_by_role("radio", name="Norsk").click()
            await expect(page.get_by_text("I appen, og i e-postene du får.")).to_be_visible()
            await expect(page.get_by_role("status").filter(has_text="Lagret.")).to_be_visible()
            found = await server.parts.provisioning.get_person("mia")
            assert found is not None
            assert found.locale == "nb"
            await page.get_by_role("radio", name="Dansk").check()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Indstillinger")
            await page.reload()
            await expect(page.get_by_role("checkbox", name="Beskeder, Push")).not_to_be_checked()
            await expect(page.get_by_label("Fra", exact=True)).to_have_value("20:30")
            found = await server.parts.provisioning.get_person("mia")
            assert found is not None
            assert found.locale == "da"
            async with page.expect_download() as download:
                await page.get_by_role("button", name="Hent det som en side at læse").click()
            assert (await download.value).suggested_filename == "my-data.html"
            await page.get_by_role("listitem").get_by_role("button", name="Log ud: ").click()
            await expect(page.get_by_role("listitem").get_by_role("button", name="Log ud: ")).to_have_count(0)
            await phone.page.wait_for_url("**/app/sign-in")
            await page.get_by_role("button", name="Log ud her").click()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Du er logget ud")
