"""A page as a checker of accessibility sees it."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page


async def nothing_found(page: Page) -> None:
    """Whatever is wrong with the page as it is now is told."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
