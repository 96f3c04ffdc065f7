"""What people do on the apps' pages in stories, by the names that hold in English."""

from playwright.async_api import Locator, Page


def letters(page: Page, text: str) -> Locator:
    """A text in the list of messages."""
    return page.get_by_role("list", name="Messages").get_by_text(text)


async def write(page: Page, text: str) -> None:
    """As a person does."""
    await page.get_by_role("textbox", name="Message").fill(text)
    await page.get_by_role("button", name="Send").click()
