"""What people do on the apps' pages in stories, by the names that hold in English."""

from playwright.async_api import Locator, Page, expect

LEFT = """async () => {
  const left = Object.keys(localStorage);
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
    });
    for (const store of database.objectStoreNames) {
      const count = await new Promise((resolve) => {
        const counting = database.transaction(store).objectStore(store).count();
        counting.onsuccess = () => resolve(counting.result);
      });
      if (count) left.push(`${name}: ${count}`);
    }
  }
  return left;
}"""
"""A script: what stands in local storage and IndexedDB, by name."""


def letters(page: Page, text: str) -> Locator:
    """A text in the list of messages."""
    return page.get_by_role("list", name="Messages").get_by_text(text)


async def write(page: Page, text: str) -> None:
    """As a person does."""
    await page.get_by_role("textbox", name="Message").fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()


async def ask_for_another_mentor(page: Page, words: str) -> None:
    """By the member's menu; the dialog is closed again."""
    await page.get_by_role("button", name="Menu", exact=True).click()
    await page.get_by_role("button", name="What would you like?").click()
    dialog = page.locator("#request")
    await dialog.get_by_role("button", name="Change my mentor").click()
    await page.get_by_label("In your own words").fill(words)
    await dialog.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("It is with support.")).to_be_visible()
    await page.keyboard.press("Escape")
