"""Events of the system go the way of messages: read, archived, lost and restored; and they explain nothing."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from chatserver.conversations.rebuild import Rebuilt
from chatserver.messages import archive as archiving
from chatserver.messages.acknowledging import acknowledge
from chatserver.messages.history import history
from chatserver.messages.read_marks import mark_read
from chatserver.messages.rows import messages as rows
from chatserver.messages.why import why
from chatserver.protocol.codec import encode_json
from chatserver.protocol.entry import event_entry, read_opened
from chatserver.protocol.events import SystemEvent
from chatserver.records.database import Database
from chatserver.records.tables import LEDGER_SNAPSHOTS, MESSAGES
from quotas.instant import HOUR
from quotas.ledger.archive import Keep
from quotas.ledger.base import MESSAGES_AT_ONCE, Acknowledged, Posted
from quotas.standing import TextCounts
from quotas.steps import AgainstRules, Beginning, Unexplained, WaitBegan, WindowOpened
from tests.chatserver.messages.shelf import Shelf, shelf_at

DATA = {"booking": "b1", "starts_at": "2026-01-08T17:00:00.000Z", "minutes": 30, "note": "æ \x00 'x'\n"}


@pytest.fixture
async def shelf(database: Database, valkey_url: str) -> AsyncIterator[Shelf]:
    """With a conversation on Light, on each kind of database; three messages stay in the store."""
    async with shelf_at(valkey_url, database, keep=3) as shelf:
        await shelf.open("c1", "light")
        yield shelf


async def tell(shelf: Shelf, number: int, name: str = "booked", *, at: int = 0) -> bool | None:
    return await shelf.ledger.write_event("c1", number, event_entry(number, name, DATA), at=at)


async def told(shelf: Shelf) -> list[str]:
    """Texts, and the names of events, in their order."""
    entries = [read_opened(entry.entry) for entry in await shelf.log.page("c1", 0, 2**53, 1_000)]
    assert not [entry for entry in entries if entry.erased]
    return [entry.event.name if entry.event else entry.body for entry in entries]


async def test_a_reader_finds_events_in_store_and_archive_alike(shelf: Shelf) -> None:
    await shelf.write("member", "asked")
    assert await tell(shelf, 5) is True
    await shelf.write("mentor", "answered")
    before = await shelf.log.page("c1", 0, 99, 99)
    event = read_opened(before[1].entry)
    assert (event.sender, event.role, event.id, event.body, event.erased) == ("system", "system", "event-5", "", False)
    assert (event.kind, event.event) == ("event", SystemEvent("booked", DATA))
    await shelf.fill(7)
    await shelf.archive_all()
    assert (await shelf.in_store(), await shelf.in_archive()) == (3, 10)
    assert await shelf.log.page("c1", 0, 4, 99) == before
    part = await history(shelf.log, "c1", 4, 2)
    messages = part.messages
    assert ([message.kind for message in messages], part.first, part.more) == (["event", "text"], 2, True)
    assert messages[0].event == SystemEvent("booked", DATA)
    assert b'"kind"' not in encode_json(messages[1])
    async with shelf.database.read() as connection:
        query = select(MESSAGES.c.kind, MESSAGES.c.sealed, MESSAGES.c.event).order_by(MESSAGES.c.seq)
        first, second, *_ = await connection.execute(query)
    assert (first.kind, first.sealed is None, first.event) == ("text", False, None)
    assert (second.kind, second.sealed, second.event is None) == ("event", None, False)


async def test_an_event_needs_no_key(shelf: Shelf) -> None:
    """Also where the conversation has lost all it had."""
    await tell(shelf, 1)
    await shelf.write("mentor", "answered")
    await shelf.keys.destroy("c1", before=99)
    entries = [read_opened(entry.entry) for entry in await shelf.log.page("c1", 0, 99, 99)]
    assert [(entry.kind, entry.erased) for entry in entries] == [("event", False), ("text", True)]


async def test_a_lost_store_has_its_events_again_and_writes_none_twice(shelf: Shelf) -> None:
    await shelf.write("member", "asked")
    for number, name in ((3, "booked"), (8, "moved")):
        await tell(shelf, number, name)
    await shelf.fill(4)
    await shelf.archive_all()
    before = await shelf.standing()
    await shelf.lose_store()
    assert await shelf.rebuild() == Rebuilt(conversations=1, restored=1, ahead=0)
    standing = await shelf.standing()
    assert (standing.usage, standing.last_seq) == (before.usage, before.last_seq)
    assert [await tell(shelf, number) for number in (3, 8, 9)] == [False, False, True]
    again = await shelf.write("member", "asked")
    assert isinstance(again, Posted)
    assert (again.first, again.seq) == (False, 1)
    assert (await told(shelf))[:3] == ["asked", "booked", "moved"]
    assert (await told(shelf))[-1] == "booked"


async def test_events_that_the_snapshot_does_not_know_of_are_not_written_twice(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive takes a few messages at a time, and how it all stands with the last of them only."""
    monkeypatch.setattr(archiving, "MOST_MESSAGES", 2)
    await tell(shelf, 1)
    await shelf.archive_all()
    for number in range(2, 6):
        await tell(shelf, number)
    assert await shelf.archive.archive(["c1"], Keep(9, HOUR))
    assert await shelf.in_archive() == 3
    await shelf.lose_store()
    await shelf.rebuild()
    assert [await tell(shelf, number) for number in (1, 2, 3, 4, 5)] == [False, False, False, True, True]
    assert await told(shelf) == ["booked"] * 5


async def test_what_a_store_wrote_before_it_was_rebuilt_follows_the_archive(shelf: Shelf) -> None:
    """Its events too; and neither those nor the archive's are written again."""
    await tell(shelf, 4)
    await shelf.fill(2)
    await shelf.archive_all()
    settings = (await shelf.standing()).settings
    await shelf.lose_store()
    await shelf.ledger.configure("c1", settings)
    await shelf.write("mentor", "later")
    assert await tell(shelf, 6, "moved") is True
    await shelf.rebuild()
    assert [await tell(shelf, number) for number in (4, 5, 6)] == [False, False, False]
    assert await told(shelf) == ["booked", "text 2", "text 3", "later", "moved"]


async def test_a_store_that_forgot_events_takes_the_archives_word(shelf: Shelf) -> None:
    """People wrote into it since, so its state counts; but which events were written the archive knows better."""
    await tell(shelf, 4)
    await shelf.archive_all()
    settings = (await shelf.standing()).settings
    await shelf.lose_store()
    await shelf.ledger.configure("c1", settings)
    await shelf.write("mentor", "later")
    await shelf.rebuild()
    assert [await tell(shelf, number) for number in (4, 5)] == [False, True]
    assert await told(shelf) == ["booked", "later", "booked"]


async def test_events_explain_nothing(shelf: Shelf) -> None:
    """Why is told as if they were not there, however many there are; messages are named by their seqs."""
    record = await shelf.provisioning.get_conversation("c1")
    assert record is not None
    await tell(shelf, 1)
    await shelf.write("member", "asked")
    for number in range(2, 3 * MESSAGES_AT_ONCE):
        await tell(shelf, number)
    standing, explanation = await why(shelf.provisioning, shelf.log, record)
    assert standing.last_seq == 3 * MESSAGES_AT_ONCE
    steps = [*explanation.writing, *explanation.reply]
    assert not [step for step in steps if isinstance(step, Unexplained | AgainstRules | Beginning)]
    assert [step.seq for step in steps if isinstance(step, WindowOpened | WaitBegan)] == [2, 2]


async def test_an_acknowledgement_comes_back_and_numbered_events_stay_written(shelf: Shelf) -> None:
    """The last event of all has no number; the wait that it ended stays over."""
    await tell(shelf, 5, "booked")
    asked = await shelf.write("member", "thank you")
    assert isinstance(asked, Posted)
    done = await acknowledge(shelf.ledger, shelf.log, "c1", "tom", None, None)
    assert isinstance(done, Acknowledged)
    await shelf.archive_all()
    async with shelf.database.begin() as connection:  # as where the archive was killed before it had the state
        await connection.execute(LEDGER_SNAPSHOTS.delete())
    async with shelf.database.read() as connection:
        assert await rows.last_event(connection, "c1", 0) == "event-5"
    await shelf.lose_store()
    await shelf.rebuild()
    assert await tell(shelf, 5, "booked") is False
    assert (await shelf.standing()).usage.waiting_since == 0
    assert await acknowledge(shelf.ledger, shelf.log, "c1", "tom", None, None) == done


async def test_a_lost_store_knows_what_is_unread_again(shelf: Shelf) -> None:
    """Texts and events alike, from the archive, and from what was written since."""
    await shelf.write("member", "hello")
    await tell(shelf, 5, "booked")
    await shelf.archive_all()
    assert await mark_read(shelf.ledger, shelf.log, "c1", "mentor", 1, "test", 0) is True
    await shelf.archive_all()
    await shelf.lose_store()
    await shelf.rebuild()
    await tell(shelf, 6, "started")
    standing = await shelf.standing()
    assert (standing.texts, standing.mentor_seen) == (TextCounts(3, 2), 1)
    assert (standing.unread("member"), standing.unread("mentor")) == (2, 2)
