"""From where on a substitute reads: looked for in store and archive, over as many pages as it takes."""

from collections.abc import AsyncIterator

import pytest

from chatserver.conversations.absence import AbsenceRecord
from chatserver.messages.log import PAGE
from chatserver.messages.substitutes import BEFORE_THE_WAIT, first_for_substitute
from chatserver.protocol.entry import event_entry
from chatserver.records.database import Database
from quotas.instant import DAY, HOUR
from quotas.ledger.base import Posted, StandIn
from tests.chatserver.messages.changing import changed
from tests.chatserver.messages.shelf import TUESDAY, Shelf, shelf_at


@pytest.fixture
async def shelf(database: Database, valkey_url: str) -> AsyncIterator[Shelf]:
    """On each kind of database; three messages stay in the store."""
    async with shelf_at(valkey_url, database, keep=3) as shelf:
        await shelf.open()
        yield shelf


async def first(shelf: Shelf, since: int) -> int | None:
    return await first_for_substitute(shelf.log, "c1", away(since))


def away(since: int, set_at: int = TUESDAY - HOUR) -> AbsenceRecord:
    return AbsenceRecord("tom", "flu", since, TUESDAY + 9 * HOUR, "ann", set_at=set_at)


async def test_nothing_where_nobody_has_waited(shelf: Shelf) -> None:
    assert await first(shelf, TUESDAY - HOUR) is None
    await shelf.write("member", "question")
    await shelf.write("mentor", "answer")
    assert await first(shelf, await shelf.ledger.now() + HOUR) is None


async def test_twenty_messages_before_the_oldest_wait_of_the_absence(shelf: Shelf) -> None:
    """Who answered it meanwhile does not matter: the substitute reads on in what they have read."""
    await shelf.fill(PAGE)
    begins = await shelf.write("member", "waits")
    assert isinstance(begins, Posted)
    since = begins.at + 1  # it was open when the absence began
    await shelf.archive_all()
    ann = StandIn("ann", TUESDAY - HOUR, TUESDAY + HOUR)
    for number in range(PAGE):
        await shelf.write("member", f"more {number}")
        await shelf.stand_in(ann, f"answer {number}")
    await shelf.archive_all()
    assert await shelf.in_store() == 3
    assert await first(shelf, since) == begins.seq - BEFORE_THE_WAIT
    later = await shelf.ledger.now() + HOUR
    assert await first(shelf, later) is None
    assert await first_for_substitute(shelf.log, "c1", away(since, set_at=later)) is None  # named only then


async def test_events_answer_nobody_and_wait_for_nothing(shelf: Shelf) -> None:
    await shelf.write("mentor", "hello")
    since = await shelf.ledger.now() + 1
    await shelf.write("member", "question")
    await shelf.ledger.write_event("c1", 1, event_entry(1, "booked", {"booking": "b1"}))
    assert await first(shelf, since) == 1
    await shelf.archive_all()
    assert await first(shelf, since) == 1


async def test_an_urgent_note_starts_no_wait_and_is_theirs_to_read(database: Database, valkey_url: str) -> None:
    """They are told of it as the mentor is. One of before their time they were not told of."""
    saturday = TUESDAY + 4 * DAY
    async with shelf_at(valkey_url, database, later=4 * DAY) as shelf:
        await shelf.open()
        note = await shelf.note("please call me")
        assert isinstance(note, Posted)
        for _ in ("in the store", "in the archive"):
            assert await shelf.log.first_unanswered("c1", saturday - HOUR) is None
            assert await first(shelf, saturday - HOUR) == note.seq
            assert await first(shelf, note.at + 1) is None
            await shelf.archive_all()


async def test_what_was_written_for_later_answers_only_older_waits(shelf: Shelf) -> None:
    """A question of since its writing waits on, whatever went out after it; an older one is answered."""
    await shelf.fill(30)
    asked = await shelf.write("member", "question")
    assert isinstance(asked, Posted)
    await shelf.send_later("old words", written_at=asked.at)
    since = await shelf.ledger.now() + 1
    assert await first(shelf, since) == asked.seq - BEFORE_THE_WAIT
    await shelf.archive_all()
    assert await first(shelf, since) == asked.seq - BEFORE_THE_WAIT
    await shelf.send_later("new words", written_at=asked.at + 1)
    assert (await shelf.standing()).usage.waiting_since == 0
    assert await first(shelf, await shelf.ledger.now() + HOUR) is None


async def test_what_was_taken_back_waits_no_longer(shelf: Shelf) -> None:
    """A wait goes on with the messages that stand, and is over when none does."""
    for text in ("mistake", "question"):
        await shelf.write("member", text)
    await changed(shelf.ledger, shelf.keys, "deletion", 1)
    assert await shelf.log.first_unanswered("c1", TUESDAY - HOUR) == 2
    await changed(shelf.ledger, shelf.keys, "deletion", 2)
    await shelf.archive_all()
    assert await shelf.log.first_unanswered("c1", TUESDAY - HOUR) is None
