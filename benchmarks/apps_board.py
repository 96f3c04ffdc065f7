"""Support's board in a browser with many open waits: how soon it is there, what an update takes, long tasks."""

import asyncio
from collections.abc import Callable
from statistics import median

from msgspec.structs import replace
from playwright.async_api import Browser, Page

from benchmarks import open_deadlines
from benchmarks.apps_browser import SCROLLING, WATCHING, WITHIN_MS, signed_in
from benchmarks.contenders import HOST, BenchmarkError, Site
from benchmarks.cpu import cpu_micros
from benchmarks.filling import Filling
from benchmarks.plain_requests import Requests
from benchmarks.provision import ledger_at, rulebook_of
from benchmarks.results import Figure
from chatserver import foundation
from chatserver.protocol.commands import MAX_WATCHED
from chatserver.settings import Settings
from quotas.instant import HOUR
from quotas.standing import ConversationSettings

WAITS = MAX_WATCHED
UPDATES = 40
UPDATE_EVERY = 0.5
"""Seconds: the server tells of changes four times a second at most."""
SETTLE_SECONDS = 3.0
UPDATE_MS, LONG_TASK_MS = 50, 200
SUPPORT = "sara"


async def fill(site: Site, tell: Callable[[float], None]) -> None:
    """WAITS conversations of a hundred mentors, in each of which the member wrote within the last hours."""
    settings = Settings(data_dir=site.directory, policy=site.policy)
    done = 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        tell(done / WAITS / 3)

    async with foundation.records_and_ledger(settings, site.redis_url) as base:
        now = await base.ledger.now()
        await open_deadlines.record(base.database, WAITS, now, progress)
        await open_deadlines.configure(base.ledger, WAITS, progress)
        await open_deadlines.ask(
            base.ledger, base.rulebook, WAITS, lambda each: now - 8 * HOUR * each // WAITS, progress
        )


async def measured(browser: Browser, site: Site, server: int) -> list[Figure]:
    """`server` is its process. Raises BenchmarkError."""
    requests = await Requests.open(site.port, 1)
    body = {"role": "support", "name": "Sara", "locale": "en"}
    await requests.ask("PUT", f"/v1/people/{SUPPORT}", body, site.token("bench", "service"))
    requests.close()
    async with signed_in(browser, site, SUPPORT, 1280, 800) as page:
        await page.add_init_script(WATCHING)
        await page.goto(f"http://{HOST}:{site.port}/app/support", wait_until="commit")
        await _shows(page, WAITS)
        whole: float = await page.evaluate("performance.now()")
        loading: list[float] = await page.evaluate("seen.tasks.splice(0)")
        await asyncio.sleep(SETTLE_SECONDS)
        frames: list[float] = await page.evaluate(SCROLLING, [".waits", False, 200])
        await page.evaluate("document.querySelector('.waits').scrollTop = 0")
        await asyncio.sleep(SETTLE_SECONDS)
        await page.evaluate("seen.updates.splice(0)")
        before = cpu_micros(server)
        await _change(site)
        await _shows(page, WAITS - UPDATES)
        spent = cpu_micros(server) - before
        updates: list[float] = sorted(await page.evaluate("seen.updates"))
        later: list[float] = await page.evaluate("seen.tasks")
    if not updates:
        raise BenchmarkError("the board heard of no change")
    of = f"{WAITS:,} waits"
    return [
        Figure(f"the board with {of}, from the address to all rows", whole, "ms"),
        Figure("its longest task while it loads", max(loading, default=0.0), "ms", LONG_TASK_MS),
        Figure("its longest task afterwards", max(later, default=0.0), "ms", LONG_TASK_MS),
        Figure("an update until it is drawn, median", median(updates), "ms", UPDATE_MS),
        Figure("an update until it is drawn, p95", updates[int(len(updates) * 0.95)], "ms", UPDATE_MS),
        Figure("a frame of scrolling it, p99", frames[int(len(frames) * 0.99)], "ms", UPDATE_MS),
        Figure("CPU of the server, an update", spent / 1_000 / UPDATES, "ms"),
    ]


async def _shows(page: Page, rows: int) -> None:
    await page.wait_for_function(
        "(rows) => document.querySelector('.table--waits')?.getAttribute('aria-rowcount') === rows",
        arg=str(rows + 1),
        timeout=WITHIN_MS,
    )


async def _change(site: Site) -> None:
    """The mentor answers, in one conversation after the other."""
    rulebook = rulebook_of(site.policy)
    async with ledger_at(site.redis_url) as (_, ledger):
        terms = rulebook.terms(open_deadlines.PLAN, open_deadlines.ZONE, "", 0, await ledger.now())
        filling = Filling(ledger)
        for number in range(UPDATES):
            name, mentor = open_deadlines.name(number * 97), open_deadlines.mentor(number * 97)
            settings = ConversationSettings(f"m{number * 97}", mentor, open_deadlines.PLAN, open_deadlines.ZONE, "")
            await filling.post(name, "mentor", f"a{number}", settings, replace(terms, unread_after=0))
            await filling.until()
            await asyncio.sleep(UPDATE_EVERY)
