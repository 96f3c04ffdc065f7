"""Chromium for the benchmark, people signed in with it, and scripts that measure inside their pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.contenders import HOST, BenchmarkError, Site
from chatserver.composition import opening
from chatserver.conversations.requests import Missing
from chatserver.settings import Settings

CHROMIUM = Path("/usr/lib/chromium/chromium")
"""Where Debian has it."""
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
WITHIN_MS = 120_000.0
"""In which whatever is waited for must come."""

# Long tasks, and for each event of the board the ms from when it came until the frame that shows it was drawn.
WATCHING = """(() => {
  const seen = globalThis.seen = { tasks: [], updates: [] };
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) seen.tasks.push(each.duration);
  }).observe({ type: 'longtask', buffered: true });
  const drawn = new MessageChannel();
  let began;
  drawn.port1.onmessage = () => {
    seen.updates.push(performance.now() - began);
    began = undefined;
  };
  const Native = WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (began !== undefined || !data.startsWith('{"type":"replies"')) return;
        began = performance.now();
        requestAnimationFrame(() => drawn.port2.postMessage(0));
      });
    }
  };
})()"""

# Scrolls a screen at a time and gives the ms of each frame, sorted: up from the end, or down from the beginning.
SCROLLING = """async ([selector, up, screens]) => {
  const scroller = document.querySelector(selector);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  scroller.scrollTop = up ? scroller.scrollHeight : 0;
  for (let each = 0; each < 10; each += 1) await frame();
  const took = [];
  const [height, step] = [scroller.clientHeight, up ? -scroller.clientHeight : scroller.clientHeight];
  const isThere = () => up ? scroller.scrollTop < 1 : scroller.scrollTop + height > scroller.scrollHeight - 1;
  while (!isThere() && took.length < screens) {
    const before = performance.now();
    scroller.scrollTop += step;
    await frame();
    took.push(performance.now() - before);
  }
  return took.sort((a, b) => a - b);
}"""


def require_chromium() -> None:
    """Raises BenchmarkError where it is not installed."""
    if not CHROMIUM.exists():
        raise BenchmarkError(f"{CHROMIUM} was not found: install Chromium (Debian: apt-get install chromium)")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def signed_in(browser: Browser, site: Site, person: str, width: int, height: int) -> AsyncIterator[Page]:
    """An empty page of a new browser profile, in which that person is signed in; nothing of the apps is cached."""
    settings = Settings(data_dir=site.directory, policy=site.policy)
    async with opening.inviting(settings) as links:
        link = await links.make(person)
    if isinstance(link, Missing):
        raise BenchmarkError(f"{person} is not on record")
    context = await browser.new_context(locale="en-GB", viewport={"width": width, "height": height})
    try:
        context.set_default_timeout(WITHIN_MS)
        door = await context.new_page()
        await door.goto(f"http://{HOST}:{site.port}/app/sign-in#{link.partition('#')[2]}")
        await door.get_by_role("main").get_by_role("button").first.click()
        await door.wait_for_url(lambda url: "/app/sign-in" not in url)
        await door.close()
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Network.clearBrowserCache")
        yield page
    finally:
        await context.close()
