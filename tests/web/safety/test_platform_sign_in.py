"""Signing in with a platform's identity provider, in a browser: from the door to the conversation, and out again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from chatserver.app import assembled
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.settings import Settings
from tests.chatserver.migrated import migrated_sqlite
from tests.chatserver.realtime.servers import SECRET as JWT_SECRET
from tests.chatserver.realtime.servers import TUESDAY, listening
from tests.web.browsers import PHONE, WITHIN, AppPage
from tests.web.cable import cable
from tests.web.identity_provider import CLIENT, SECRET, Provider, provider
from tests.web.safety.watched import watched

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def a_platform(store_url: str, folder: Path) -> AsyncIterator[tuple[str, Provider]]:
    """Address of a chat that a provider signs Mia in to. It must know its own address before it listens."""
    async with provider() as signs, cable() as outside:
        settings = Settings(
            data_dir=folder,
            jwt_secret=JWT_SECRET,
            now=TUESDAY,
            public_url=outside.http,
            platform_name="Lighthouse",
            oidc_issuer=signs.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
        )
        migrated_sqlite(folder)
        async with assembled(settings, store_url) as parts, listening(parts.app, parts.door) as (port, _):
            outside.plug_in(port)
            await parts.provisioning.put_person(
                "mia", PersonDetails("member", "Mia", email="mia@example.org", locale="en")
            )
            await parts.provisioning.put_person("tora", PersonDetails("mentor", "Tora"))
            made = await parts.provisioning.put_conversation("c1", ConversationDetails("mia", "tora", "basic"))
            assert isinstance(made, Written)
            yield outside.http, signs


async def test_whoever_the_platform_knows_comes_in_and_others_stay_at_the_door(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """One press there and back. Signing out leaves nothing that would let the next one in."""
    async with a_platform(valkey_url, tmp_path) as (chat, signs):
        context = await browser.new_context(locale="en-GB", **PHONE)
        context.set_default_timeout(WITHIN)
        app = AppPage(page := await context.new_page())
        await page.goto(f"{chat}/app/member")
        await page.wait_for_url("**/app/sign-in")
        await _through_the_platform(page)
        await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
        assert page.url.partition("?")[0] == f"{chat}/app/member"
        [cookie] = await context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
        told = await watched(page)
        await page.get_by_role("textbox", name="Message").fill("Through the platform's door")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".messages .msg")).to_have_count(1)
        await told.nothing_happened(page)
        await page.get_by_role("button", name="Menu", exact=True).click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
        assert await context.cookies() == []
        signs.who = {"sub": "s-2", "email": "eve@example.org", "email_verified": True}
        await page.goto("about:blank")
        await page.goto(f"{chat}/app/sign-in")
        await _through_the_platform(page)
        await page.wait_for_url(f"{chat}/app/sign-in")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_role("textbox", name="E-mail address")).to_be_visible()
        assert await context.cookies() == []
        assert app.faults == []
        await context.close()


async def _through_the_platform(page: Page) -> None:
    await page.get_by_role("link", name="Sign in with your platform").click()
