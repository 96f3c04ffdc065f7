"""No barrier that axe knows of, in any state of any page, and nothing that has to be scrolled sideways."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from tests.web.browsers import DESKTOP, PHONE
from tests.web.states.reflow import ZOOMED, moving, wider_than_shown
from tests.web.states.states import STATES, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")
AT_REST = "!document.getAnimations().some((each) => each instanceof CSSTransition && each.playState === 'running')"


@pytest.mark.parametrize("name", STATES)
async def test_axe_finds_nothing(browser: Browser, valkey_url: str, tmp_path: Path, name: str) -> None:
    """On a phone in the dark, in Norwegian; the same on a desktop by day, with letters twice as large; at 400 %."""
    async with stage(browser, valkey_url, tmp_path, locale="nb-NO", color_scheme="dark", **PHONE) as here:
        page = await STATES[name](here)
        narrow = await Axe().run(page)
        assert narrow.violations_count == 0, narrow.generate_report()
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await page.set_viewport_size(DESKTOP["viewport"])
        await page.wait_for_function(AT_REST)  # the colours of the dark may still be on their way
        wide = await Axe().run(page)
        assert wide.violations_count == 0, wide.generate_report()
        assert await moving(page) == []
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await wider_than_shown(page) == []
        await page.evaluate("document.documentElement.style.fontSize = ''")
        await page.emulate_media(forced_colors="active")
        await page.set_viewport_size(ZOOMED)
        assert await wider_than_shown(page) == []
