"""A store that was lost comes back from the archive: the same standing, the same messages, the same answers."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from chatserver.conversations.rebuild import Rebuilt
from chatserver.conversations.requests import ConversationChange, Written
from chatserver.operating.timer_watch import TimerWatch
from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from chatserver.replies.deadlines import ReplyDeadlines
from quotas.instant import HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.archive import Keep
from quotas.ledger.base import Posted, PostRefused, StandIn
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.waits import REPLY, Waits
from quotas.standing import Standing
from tests.chatserver.messages.shelf import RULEBOOK, TUESDAY, Shelf, shelf_at
from tests.databases import sqlite_at


@pytest.fixture
async def shelf(database: Database, valkey_url: str) -> AsyncIterator[Shelf]:
    """With a conversation on Light, on each kind of database; three messages stay in the store."""
    async with shelf_at(valkey_url, database, keep=3) as shelf:
        await shelf.open("c1", "light")
        yield shelf


@pytest.fixture
async def any_shelf(store_url: str, tmp_path: Path) -> AsyncIterator[Shelf]:
    """As `shelf`, with SQLite, on each engine."""
    database = Database(sqlite_at(tmp_path))
    await migrate(database)
    async with shelf_at(store_url, database, keep=3) as shelf:
        await shelf.open("c1", "light")
        yield shelf
    await database.close()


def timeless(standing: Standing) -> Standing:
    """Without the instant at which it was looked at."""
    return replace(standing, now=0)


async def places(shelf: Shelf, id: str = "c1") -> list[float | None]:
    """When the deadline is, and when its timer rings."""
    partition = keys.partition(id)
    indexes = (keys.waits(partition), id), (keys.timers(partition), keys.timer(REPLY, id))
    return [await shelf.link.request("ZSCORE", index, member) for index, member in indexes]


async def test_everything_that_was_archived_is_there_again(any_shelf: Shelf) -> None:
    """Window, wait, deadline, marks, messages, ids; and the next message gets the next seq."""
    shelf = any_shelf
    await shelf.fill(4)
    asked = await shelf.write("member", "asked")
    assert isinstance(asked, Posted)
    assert asked.usage.windows_used == 1
    await shelf.ledger.mark_read("c1", "member", 3, "test")
    await shelf.ledger.mark_read("c1", "mentor", 5, "test")
    await shelf.archive_all()
    before, waiting, texts = await shelf.standing(), await places(shelf), await shelf.texts()
    assert waiting == [asked.usage.due_at, None]
    await shelf.lose_store()
    assert await shelf.rebuild() == Rebuilt(conversations=1, restored=1, ahead=0)
    assert timeless(await shelf.standing()) == timeless(before)
    assert await places(shelf) == waiting
    assert await shelf.texts() == texts == ["text 1", "text 2", "text 3", "text 4", "asked"]
    assert await shelf.ledger.conversations_of("mia") == ["c1"]
    again = await shelf.write("member", "asked")
    assert isinstance(again, Posted)
    assert (again.seq, again.at, again.first) == (5, asked.at, False)
    following = await shelf.write("member", "following")
    assert isinstance(following, Posted)
    assert (following.seq, following.usage) == (6, replace(asked.usage, due_at=following.usage.due_at))
    answered = await shelf.write("mentor", "answered")
    assert isinstance(answered, Posted)
    assert answered.answered is not None
    assert await places(shelf) == [None, None]
    await shelf.archive_all()
    assert (await shelf.in_store(), await shelf.in_archive()) == (2, 7)
    assert await shelf.texts() == [*texts, "following", "answered"]


async def test_again_changes_nothing(shelf: Shelf) -> None:
    """Beside a running server, with messages that the archive lacks: they stay where they are."""
    texts = await shelf.fill(6)
    await shelf.archive_all()
    texts = await shelf.fill(2)
    before = await shelf.standing()
    assert await shelf.rebuild() == Rebuilt(conversations=1, restored=0, ahead=0)
    assert timeless(await shelf.standing()) == timeless(before)
    assert (await shelf.texts(), await shelf.in_store()) == (texts, 5)


async def test_what_was_written_after_the_archive_looked_is_lost(shelf: Shelf) -> None:
    """And nothing else: the next message takes the place of the first one that is lost."""
    texts = await shelf.fill(5)
    await shelf.archive_all()
    await shelf.fill(3)
    await shelf.lose_store()
    await shelf.rebuild()
    assert await shelf.texts() == texts
    assert await shelf.fill(1) == [*texts, "text 6"]
    assert await shelf.texts() == [*texts, "text 6"]


async def test_a_spent_week_stays_spent(shelf: Shelf) -> None:
    """Light's second window is over: the store forgets, the rules do not."""
    for hours in (0, 25):
        assert isinstance(await shelf.write("member", f"{hours}", at=TUESDAY + hours * HOUR), Posted)
    spent = await shelf.write("member", "third", at=TUESDAY + 50 * HOUR)
    assert isinstance(spent, PostRefused)
    await shelf.archive.archive(["c1"], Keep(3, HOUR))
    await shelf.lose_store()
    await shelf.rebuild()
    refused = await shelf.write("member", "fourth", at=TUESDAY + 50 * HOUR)
    assert isinstance(refused, PostRefused)
    assert (refused.reason, refused.opens_at, refused.usage) == ("quota_used", spent.opens_at, spent.usage)


async def test_a_noted_miss_is_not_noted_again(shelf: Shelf) -> None:
    """The wait is on the board as before, and no timer rings for it."""
    asked = await shelf.write("member", "asked", at=TUESDAY - 48 * HOUR)
    assert isinstance(asked, PostRefused)  # a Sunday
    asked = await shelf.write("member", "asked again", at=TUESDAY - 24 * HOUR)
    assert isinstance(asked, Posted)
    due_at = asked.usage.due_at
    await Waits(shelf.link, shelf.ledger, shelf.shift).note_miss("c1", due_at, due_at + 1)
    await shelf.archive_all()
    await shelf.lose_store()
    await shelf.rebuild()
    standing = await shelf.standing()
    assert (standing.missed, standing.usage.due_at) == (True, due_at)
    assert await places(shelf) == [due_at, None]
    assert await shelf.link.request("ZSCORE", keys.missed(keys.partition("c1")), "c1") == due_at


async def deadlines_after(shelf: Shelf, later: int) -> list[str]:
    """What becomes of deadlines until then."""
    ledger = RedisLedger(shelf.link, shelf.shift + later)
    waits = Waits(shelf.link, ledger, shelf.shift + later)
    kind = ReplyDeadlines(ledger, waits, RULEBOOK, shelf.metrics)
    watch = TimerWatch(Timers(shelf.link, ledger), [kind])
    while await watch.sweep():
        pass
    events = await waits.events(keys.partition("c1"), 100)
    return [event.kind for event in events if event.kind != "wrote"]


async def test_a_wait_whose_deadline_was_near_is_watched_on(any_shelf: Shelf) -> None:
    """And one warning that had gone out does not again."""
    shelf = any_shelf
    await shelf.write("member", "asked")
    assert await deadlines_after(shelf, 20 * HOUR + MINUTE) == ["warning"]
    await shelf.archive_all()
    await shelf.lose_store()
    await shelf.rebuild()
    assert await deadlines_after(shelf, 20 * HOUR + MINUTE) == []
    assert await deadlines_after(shelf, 23 * HOUR + MINUTE) == ["warning"]
    assert await deadlines_after(shelf, 24 * HOUR + MINUTE) == ["warning", "missed"]


async def test_an_ended_conversation_comes_back_ended(shelf: Shelf) -> None:
    await shelf.write("member", "asked")
    assert isinstance(await shelf.provisioning.change_conversation("c1", ConversationChange(status="ended")), Written)
    await shelf.archive_all()
    await shelf.lose_store()
    await shelf.rebuild()
    standing = await shelf.standing()
    assert (standing.settings.status, standing.usage.waiting_since, standing.last_seq) == ("ended", 0, 1)
    assert await places(shelf) == [None, None]


async def test_whoever_asks_first_brings_it_back(shelf: Shelf) -> None:
    """Before a rebuild too: nobody may write seq 1 again."""
    record = await shelf.provisioning.get_conversation("c1")
    assert record is not None
    texts = await shelf.fill(5)
    await shelf.archive_all()
    await shelf.lose_store()
    assert (await shelf.provisioning.standing(record)).last_seq == 5
    await shelf.lose_store()
    assert isinstance(await shelf.provisioning.change_conversation("c1", ConversationChange(plan="basic")), Written)
    standing = await shelf.standing()
    assert (standing.last_seq, standing.settings.plan) == (5, "basic")
    assert await shelf.texts() == texts


async def test_messages_of_a_store_that_had_lost_others_follow_them(
    any_shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """People wrote on before anybody noticed: the archive refuses them seqs that it has, and rebuild gives new ones."""
    shelf = any_shelf
    texts = await shelf.fill(5)
    await shelf.archive_all()
    settings = (await shelf.standing()).settings
    await shelf.lose_store()
    await shelf.ledger.configure("c1", settings)
    for text in ("later 1", "later 2"):
        assert isinstance(await shelf.write("mentor", text), Posted)
    await shelf.archive_all()
    assert "run `chatserver rebuild`" in caplog.text
    assert (await shelf.in_archive(), await shelf.in_store()) == (5, 2)
    assert await shelf.rebuild() == Rebuilt(conversations=1, restored=1, ahead=0)
    texts += ["later 1", "later 2"]
    assert await shelf.texts() == texts
    again = await shelf.write("mentor", "later 2")
    assert isinstance(again, Posted)
    assert (again.seq, again.first) == (7, False)
    await shelf.archive_all()
    assert (await shelf.in_archive(), await shelf.texts()) == (7, texts)
    assert await shelf.rebuild() == Rebuilt(conversations=1, restored=0, ahead=0)


async def test_a_store_that_is_older_than_the_archive(any_shelf: Shelf) -> None:
    """It was restored from a backup: what the archive has since comes first, and what it has already goes."""
    shelf = any_shelf
    names = [keys.conversation("c1"), keys.log("c1"), keys.sent("c1", 0), keys.sent("c1", 1)]
    texts = await shelf.fill(4)
    backup = [await shelf.link.request("DUMP", name) for name in names]
    texts = await shelf.fill(3)
    await shelf.archive_all()
    before = await shelf.standing()
    await shelf.link.request("DEL", *names)
    for name, content in zip(names, backup, strict=True):
        if content is not None:
            await shelf.link.request("RESTORE", name, 0, content)
    assert (await shelf.standing()).last_seq == 4
    assert (await shelf.rebuild()).restored == 1
    assert timeless(await shelf.standing()) == timeless(before)
    assert (await shelf.texts(), await shelf.in_store()) == (texts, 0)


async def test_many_at_once(shelf: Shelf) -> None:
    """While it goes on, nobody meets half a conversation: unknown, or whole."""
    names = [f"m{number}" for number in range(40)]
    for name in names:
        await shelf.open(name)
        await shelf.fill(2, name)
    await shelf.archive_all()
    await shelf.lose_store()
    seen: set[int | None] = set()
    rebuilding = asyncio.create_task(shelf.rebuild())
    while not rebuilding.done():
        standing = await shelf.ledger.standing(names[-1])
        seen.add(standing.last_seq if standing else None)
    assert (await rebuilding).restored == 40
    assert seen <= {None, 2}
    for name in names:
        assert await shelf.texts(name) == ["text 1", "text 2"]


async def test_without_an_archive_there_is_nothing_to_bring_back(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """Only the settings."""
    await shelf.lose_store()
    assert await shelf.rebuild() == Rebuilt(conversations=1, restored=0, ahead=0)
    assert (await shelf.standing()).last_seq == 0
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_substitutes_ids_are_their_own_again(shelf: Shelf) -> None:
    """Whether the archive has the message or only the store, whose others were lost."""
    stand_in = StandIn("ann", TUESDAY - HOUR, TUESDAY + HOUR)
    first = await shelf.stand_in(stand_in, "answer")
    assert isinstance(first, Posted)
    await shelf.archive_all()
    await shelf.lose_store()
    await shelf.rebuild()
    again = await shelf.stand_in(stand_in, "answer")
    assert isinstance(again, Posted)
    assert (again.first, again.seq) == (False, first.seq)
    own = await shelf.write("mentor", "answer")
    assert isinstance(own, Posted)
    assert (own.first, own.seq) == (True, 2)
