"""What happened at sessions is told once, whatever dies on the way; and nothing is told that did not happen."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatserver.records.database import Database
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.rows import occupancy, session_events
from chatserver.sessions.telling import SessionTelling
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from quotas.terms import BookedChat
from tests import programs
from tests.chatserver.sessions.desk import TUESDAY, Desk, wanted
from tests.chatserver.sessions.dying import POINTS

START = TUESDAY + 72 * HOUR
ROOT = Path(__file__).parents[3]
PATIENCE = 30.0


@contextmanager
def stopped(store_url: str, database: Database, point: str) -> Iterator[None]:
    """A process that books `b1` has come to that point; it is killed on leaving."""
    url = database.url.render_as_string(hide_password=False)
    words = [sys.executable, "-m", "tests.chatserver.sessions.dying", store_url, url, f"{TUESDAY}", point]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{point}\n"
        yield
    finally:
        process.kill()
        process.communicate()


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await reached():  # noqa: ASYNC110 - the records say so, and nobody tells
            await asyncio.sleep(0.02)


async def untold(desk: Desk) -> list[str]:
    async with desk.database.read() as connection:
        return [event.name for event in await session_events.untold(connection, ["c1"], 100)]


async def told_by_another(desk: Desk) -> None:
    """Another process looks, until nothing is left."""
    running = asyncio.create_task(desk.telling_named("second").run())

    async def none_left() -> bool:
        return not await untold(desk)

    try:
        await until(none_left)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def entries(desk: Desk) -> list[bytes]:
    return [entry.entry for entry in await desk.ledger.messages("c1", 0, 100, 100)]


async def chats(desk: Desk) -> tuple[BookedChat, ...]:
    standing = await desk.ledger.standing("c1")
    assert standing is not None
    return standing.settings.chats


async def timers(desk: Desk) -> list[bytes]:
    found: list[bytes] = await desk.store.request("ZRANGE", keys.timers(keys.partition("c1")), 0, -1)
    return found


CHAT = BookedChat(START, START + 30 * MINUTE, START + 30 * MINUTE)


@pytest.mark.parametrize("point", [point for point in POINTS if point != "not committed"])
async def test_a_booking_whose_process_is_killed_is_told_once(
    desk: Desk, database: Database, valkey_url: str, point: str
) -> None:
    """Between the commit and the ledger, after the entry, and before it is marked: another one's look does the rest."""
    with stopped(valkey_url, database, point):
        pass
    booking = await desk.bookings.find("b1")
    assert booking is not None
    assert await untold(desk) == ["booked"]
    before = await entries(desk)
    assert len(before) == (point != "committed")
    await told_by_another(desk)
    [entry] = await entries(desk)
    assert b'"booked"' in entry
    assert before in ([], [entry])
    assert await chats(desk) == (CHAT,)
    assert await timers(desk) == [b"session:b1"]
    # Whoever asked comes again, and has what was booked.
    assert await desk.bookings.book(wanted(), "mentor") == BookingDone(booking)
    assert await entries(desk) == [entry]


async def test_what_is_not_committed_is_not_told(desk: Desk, database: Database, valkey_url: str) -> None:
    """A process that is killed within its transaction leaves nothing: no booking, no place, no entry."""
    with stopped(valkey_url, database, "not committed"):
        pass
    assert await desk.bookings.find("b1") is None
    assert await untold(desk) == []
    async with database.read() as connection:
        assert await occupancy.holders(connection, occupancy.places("mia", "tom", START, 30)) == {}
    assert (await entries(desk), await chats(desk), await timers(desk)) == ([], (), [])
    assert isinstance(await desk.bookings.book(wanted("other"), "mentor"), BookingDone)


async def test_what_was_left_untold_is_told_in_order(desk: Desk) -> None:
    """Also by several at once: each entry is there once, and what the ledger knows at the end is what holds."""
    desk.bookings = silent(desk)
    await desk.bookings.book(wanted(), "mentor")
    await desk.bookings.move("b1", START + DAY, "mentor")
    await desk.bookings.book(wanted("b2", START + HOUR), "mentor")
    await desk.bookings.cancel("b1", "mentor")
    await desk.bookings.correct("c1", "k1", 1, "goodwill")
    names = ["booked", "moved", "booked", "cancelled", "corrected"]
    assert await untold(desk) == names
    await asyncio.gather(*(desk.telling_named(f"t{number}").tell("c1") for number in range(5)))
    assert await untold(desk) == []
    written = await entries(desk)
    assert len(written) == len(names)
    assert all(f'"{name}"'.encode() in entry for name, entry in zip(names, written, strict=True))
    start = START + HOUR
    assert await chats(desk) == (BookedChat(start, start + 30 * MINUTE, start + 30 * MINUTE),)
    assert await timers(desk) == [b"session:b2"]


class Silent(SessionTelling):
    """Of a process that is killed after each commit."""

    async def tell(self, conversation: str) -> None:
        """It does not come to that."""


def silent(desk: Desk) -> Bookings:
    return desk.bookings_told_by(desk.telling_named("silent", Silent))


async def test_a_store_that_was_emptied_is_put_right(
    desk: Desk, database: Database, valkey_url: str, tmp_path: Path
) -> None:
    """`chatserver rebuild` brings back live chats and timers; what is untold is told then, by whoever looks."""
    desk.now = (await desk.ledger.now()) // HOUR * HOUR  # that of the command
    start = desk.now + 72 * HOUR
    await desk.bookings.book(wanted(starts_at=start), "mentor")
    await desk.bookings.book(wanted("cancelled", start + DAY), "mentor")
    await desk.bookings.cancel("cancelled", "mentor")
    await silent(desk).book(wanted("b2", start + HOUR, service="video_call"), "mentor")
    await desk.store.request("FLUSHALL")
    folder = tmp_path / "data"
    folder.mkdir()
    url = database.url.render_as_string(hide_password=False)
    words: list[str | Path] = ["rebuild", "--data-dir", folder, "--redis-url", valkey_url, "--database-url", url]
    done = programs.run(*words, cwd=tmp_path, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert await chats(desk) == (BookedChat(start, start + 30 * MINUTE, start + 30 * MINUTE),)
    assert await timers(desk) == [b"session:b1", b"session:b2"]
    await desk.ledger.load()
    assert await untold(desk) == ["booked"]
    await told_by_another(desk)
    assert [b'"b2"' in entry for entry in await entries(desk)] == [True]
    assert await chats(desk) == (BookedChat(start, start + 30 * MINUTE, start + 30 * MINUTE),)
