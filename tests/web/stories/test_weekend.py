"""A weekend in Danish: writing rests, says until when, and what is typed waits for Monday."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_writing_rests_over_the_weekend_in_danish(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Nobody hurries anybody: the mentor writes, help is there, and on Monday it opens by itself."""
    async with here(valkey_url, tmp_path, now=when("friday", "15:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("mia", PersonDetails("member", "Mia", country="NO"))
        async with (
            server.device("tora") as tora,
            signed_in(browser, server, "mia", locale="da-DK", **PHONE) as app,
        ):
            mia = app.page
            field, send = mia.get_by_role("textbox", name="Besked"), mia.get_by_role("button", name="Send", exact=True)
            await field.fill("Jeg fik sagt det til min far.")
            await send.click()
            await expect(mia.get_by_text("Sendt", exact=True)).to_be_visible()
            await move_clock(valkey_url, when("saturday", "10:30"))
            await expect(mia.locator(".state")).to_contain_text(
                "Skrivning hviler i dag. Åbner mandag kl. 00.00, om 1 d 13 t."
            )
            await expect(mia.get_by_text("Det, du skriver, bliver liggende.")).to_be_visible()
            await expect(send).to_have_attribute("aria-disabled", "true")
            await expect(mia.get_by_role("link", name="116 123")).to_be_visible()
            await field.fill("Og han blev stille.")
            await tora.write("Tak, fordi du fortæller det.")
            await expect(
                mia.get_by_role("list", name="Beskeder").get_by_text("Tak, fordi du fortæller det.")
            ).to_be_visible()
            await mia.get_by_role("button", name="Hvorfor?").click()
            why = mia.get_by_role("dialog", name="Hvorfor er der lukket?")
            await expect(why.get_by_role("img")).to_have_accessible_name(
                "Ugen fra mandag til søndag. Skrivning hviler lørdag og søndag."
            )
            await expect(why.get_by_text("Tora kan altid skrive til dig, og du kan læse alt.")).to_be_visible()
            await mia.keyboard.press("Escape")
            await move_clock(valkey_url, when("monday", "00:00", weeks=1))
            await expect(send).not_to_have_attribute("aria-disabled", "true")
            await send.click()
            await expect(field).to_have_value("")
            await expect(mia.get_by_role("list", name="Beskeder").get_by_text("Og han blev stille.")).to_be_visible()
