"""Pages begin without a connection, and with the newest build where there is one."""

import gzip
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from chatserver.web import routes
from chatserver.web.assets import Assets, assets_in
from chatserver.web.building import BUILT
from tests.web.browsers import PHONE, signed_in
from tests.web.cable import cable
from tests.web.stories.test_breaks import behind
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITH_WORKER = {**PHONE, "service_workers": "allow"}
IS_KEPT = """async (script) => {
  const { active, waiting, installing } = await navigator.serviceWorker.ready;
  const { controller } = navigator.serviceWorker;
  const here = !installing && !waiting && active.state === "activated" && controller === active;
  return here && Boolean(await caches.match(script, { ignoreVary: true }));
}"""
KEPT = f"""async (script) => {{
  for (let tries = 0; !await ({IS_KEPT})(script); tries += 1) {{
    if (tries > 600) throw new Error("it is not kept");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }}
}}"""


def script_of(built: Assets) -> str:
    return f"/app/assets/{built.manifest.pages['member'].script}"


async def kept(page: Page, built: Assets) -> None:
    """Once a worker of that build has seen to the page."""
    await page.evaluate(KEPT, script_of(built))


async def test_a_page_begins_without_a_line_and_what_is_written_there_is_sent_later(
    browser: Browser, valkey_url: str, tmp_path: Path, assets: Assets
) -> None:
    """The server is gone; the browser finds the page, its texts and where one was on the device."""
    async with cable() as line, behind(line, valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora:
            await tora.write("Read this whenever you like.")
        async with signed_in(browser, server, "mia", **WITH_WORKER) as app:
            mia = app.page
            await expect(letters(mia, "Read this whenever you like.")).to_be_visible()
            await kept(mia, assets)
            line.pull_out()
            await mia.goto("about:blank")
            await mia.goto(f"{line.http}/app/member")
            await expect(letters(mia, "Read this whenever you like.")).to_be_visible()
            await expect(mia.get_by_text("You are offline.")).to_be_visible()
            # What was never loaded before is on the device too.
            await mia.get_by_role("button", name="Menu", exact=True).click()
            await mia.get_by_role("link", name="Plan", exact=True).click()
            await expect(mia.get_by_role("heading", name="Plan")).to_be_visible()
            await mia.go_back()
            await mia.get_by_role("button", name="Menu", exact=True).click()
            await mia.get_by_role("button", name="Search", exact=True).click()
            await expect(mia.get_by_role("dialog", name="Search")).to_be_visible()
            await mia.keyboard.press("Escape")
            await write(mia, "I read it on the mountain.")
            await expect(mia.get_by_text("Not sent yet")).to_be_visible()
            await mia.goto(f"{line.http}/app/settings")
            await expect(mia.get_by_text("You are offline.")).to_be_visible()
            await mia.goto(f"{line.http}/app/member")
            await expect(mia.get_by_text("Not sent yet")).to_be_visible()
            line.plug_in(server.port)
            await expect(mia.get_by_text("Not sent yet")).to_have_count(0)
            await expect(letters(mia, "I read it on the mountain.")).to_be_visible()


async def test_a_new_build_is_there_at_once_and_without_a_line_too(
    browser: Browser, valkey_url: str, tmp_path: Path, assets: Assets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one holds nobody back, and what it may still have to load stays."""
    newer = rebuilt(assets, tmp_path / "built")
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(cable())
        async with behind(line, valkey_url, tmp_path) as server:
            await server.conversation("c1", "basic")
            mia = (await stack.enter_async_context(signed_in(browser, server, "mia", **WITH_WORKER))).page
            await kept(mia, assets)
        monkeypatch.setattr(routes, "assets_in", lambda: newer)
        async with behind(line, valkey_url, tmp_path, now=None):
            await mia.reload()
            await expect(mia.locator("html[data-build=newer]")).to_have_count(1)
            await kept(mia, newer)
            assert await mia.evaluate(IS_KEPT, script_of(assets))
        await mia.reload()
        await expect(mia.get_by_text("You are offline.")).to_be_visible()
        await expect(mia.locator("html[data-build=newer]")).to_have_count(1)


async def test_signing_out_leaves_no_worker(browser: Browser, valkey_url: str, tmp_path: Path, assets: Assets) -> None:
    """Nor what it kept."""
    async with cable() as line, behind(line, valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with signed_in(browser, server, "mia", **WITH_WORKER) as app:
            mia = app.page
            await kept(mia, assets)
            await mia.get_by_role("button", name="Menu", exact=True).click()
            await mia.get_by_role("button", name="Sign out").click()
            await mia.wait_for_url("**/app/sign-in*")
            left = "async () => [...await caches.keys(), ...await navigator.serviceWorker.getRegistrations()].length"
            assert await mia.evaluate(left) == 0


def rebuilt(built: Assets, folder: Path) -> Assets:
    """As if the member's script had changed: another content, so another name, and another worker that keeps it."""
    shutil.copytree(BUILT, folder)
    script, worker = built.manifest.pages["member"].script, built.manifest.worker
    renamed = {script: script.replace("member-", "member-newer-"), worker: worker.replace("worker-", "worker-newer-")}
    added = {script: 'document.documentElement.dataset.build = "newer";', worker: ""}
    for old, new in renamed.items():
        content = (folder / old).read_text().replace(script, renamed[script])
        content = content.replace('{id:"', '{id:"newer-')
        (folder / new).write_text(content + added[old])
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace(script, renamed[script]).replace(worker, renamed[worker]))
    for name in renamed.values():
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
    found = assets_in(folder)
    assert found is not None
    return found
