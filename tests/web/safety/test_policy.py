"""The policy of the pages, as a browser keeps it: what hostile code would try is refused, and heard of."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.web.pages import PAGES
from tests.chatserver.realtime.servers import here
from tests.web.browsers import DESKTOP, WITHIN
from tests.web.safety.watched import watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRIES = {
    "require-trusted-types-for": "document.body.insertAdjacentHTML('beforeend', '<b>bold</b>')",
    "trusted-types": "trustedTypes.createPolicy('another', { createHTML: (text) => text })",
    "connect-src": "await fetch('http://127.0.0.2:9/')",
    "img-src": "add('img', { src: 'http://127.0.0.2:9/x.png' })",
    "media-src": "add('video', { src: '/app/logo' })",
    "frame-src": "add('iframe', { src: '/app/member' })",
    "style-src-attr": "document.body.setAttribute('style', 'color: red')",
    "style-src-elem": "add('style', { textContent: '* { color: red }' })",
    "base-uri": "add('base', { href: 'http://127.0.0.2:9/' })",
    "form-action": "add('form', { action: '/app/member', method: 'post' }).submit()",
}
"""By what refuses it."""
_TRIED = """async () => {
  const add = (name, given) => {
    const made = Object.assign(document.createElement(name), given);
    document.body.append(made);
    return made;
  };
  try { %s } catch { /* some throw, too */ }
}"""


async def test_it_refuses_whatever_else_would_be_loaded_or_run(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Which also shows that tests hear of it where a page does such a thing."""
    async with here(valkey_url, tmp_path) as server:
        context = await browser.new_context(locale="en-GB", **DESKTOP)
        context.set_default_timeout(WITHIN)
        page = await context.new_page()
        await page.goto(f"{server.http}{PAGES['sign_in']}")
        told = await watched(page)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await told.nothing_happened(page)
        for directive, tried in TRIES.items():
            told.heard.clear()
            await page.evaluate(_TRIED % tried)
            await told.hears(f"policy: {directive} ")
        # Not by a handler that stands in an attribute either, nor by a text that is made a program.
        await page.evaluate(_TRIED % "document.body.setAttribute('onclick', 'ran()'); document.body.click()")
        told.heard.clear()
        await page.evaluate(_TRIED % "setTimeout(() => eval('ran()'))")
        await told.hears("policy: ")
        assert "a text ran" not in told.heard
        await context.close()
