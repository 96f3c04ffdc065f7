"""What people do on the apps' pages in stories, by the names that hold in English."""

from playwright.async_api import Locator, Page

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
    await page.get_by_role("button", name="Send").click()
