"""A page whose browser tells of everything that should not happen in it."""

import asyncio
import re

from playwright.async_api import BrowserContext, Page

from tests.web.browsers import WITHIN

_LISTENS = """
  window.ran = () => { window.told("a text ran"); };
  addEventListener("securitypolicyviolation", (event) => {
    window.told(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
  });
"""
_FOREIGN = """() => {
  const found = [...document.querySelectorAll(
    "iframe, object, embed, base, marquee, math, template, noscript, video, audio, link[rel=import], meta[http-equiv]"
  )];
  for (const each of document.querySelectorAll("*")) {
    const isStrange = each.getAttributeNames().some((name) => /^(on|srcdoc$|formaction$|style$)/.test(name)) ||
      /^(javascript|data|vbscript):/i.test(each.getAttribute("href") ?? "") ||
      (each.localName === "script" && !each.src.startsWith(`${location.origin}/app/assets/`));
    if (isStrange) found.push(each);
  }
  return found.map((each) => each.outerHTML.slice(0, 200));
}"""


class Watched:
    """What was heard of one browser's pages."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.heard: list[str] = []
        self._more = asyncio.Event()
        self._context = context
        self._origin = origin

    async def listen(self) -> None:
        """From the next page that it loads on."""
        await self._context.expose_function("told", self._hear)
        await self._context.add_init_script(_LISTENS)
        self._context.on("request", lambda request: self._asked(request.url))
        self._context.on("dialog", lambda dialog: self._hear(f"dialog: {dialog.message}"))
        self._context.on("weberror", lambda error: self._hear(f"fault: {error.error}"))

    async def hears(self, beginning: str) -> None:
        """Wait for it, where it has not been heard yet. Raises TimeoutError."""
        async with asyncio.timeout(WITHIN / 1000):
            while not any(each.startswith(beginning) for each in self.heard):
                self._more.clear()
                await self._more.wait()

    def _hear(self, said: str) -> None:
        self.heard.append(said)
        self._more.set()

    def _asked(self, url: str) -> None:
        own = url.startswith((f"{self._origin}/app", f"{self._origin}/v1", f"{self._origin}/favicon.ico", "blob:"))
        if not own or re.search(r"/ran\b", url):
            self._hear(f"asked for {url}")

    async def nothing_happened(self, page: Page) -> None:
        """Nothing ran, nothing was loaded, no policy was hurt, and nothing on the page is of anybody else's making."""
        assert await page.evaluate(_FOREIGN) == []
        assert self.heard == []


async def watched(page: Page) -> Watched:
    """The page, loaded once more with ears."""
    made = Watched(page.context, await page.evaluate("location.origin"))
    await made.listen()
    await page.reload()
    return made
