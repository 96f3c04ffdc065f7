"""Urgent notes on every ledger: one a lock, beside windows, counts and deadlines."""

from hashlib import blake2b

import pytest

from quotas.admission import writing_state
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.base import (
    DIGEST_BYTES,
    Ledger,
    Note,
    NoteResult,
    NotNoted,
    Posted,
    Reused,
    Stale,
    Unknown,
)
from quotas.ledger.memory import MemoryLedger
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Waits
from quotas.notes import last_lock_is_over, may_note
from quotas.standing import SentNote, Standing
from quotas.terms import Rulebook
from tests.quotas.ledger.desk import Desk
from tests.quotas.moments import oslo

FRIDAY, SATURDAY, SUNDAY = (oslo(f"2026-01-{day:02}T12:00:00") for day in (9, 10, 11))
MONDAY, MIDNIGHT = oslo("2026-01-12T12:00:00"), oslo("2026-01-12T00:00:00")


def may_be_sent(standing: Standing, rulebook: Rulebook) -> bool:
    state = writing_state(standing.settings.status, standing.usage, standing.terms(rulebook), standing.now)
    return may_note(state, standing.note, standing.settings, standing.usage, rulebook, standing.now)


@pytest.fixture
async def desk(ledger: Ledger, rulebook: Rulebook) -> Desk:
    """A Basic conversation in Oslo, opened on a Friday."""
    return await Desk(ledger, rulebook).opened(FRIDAY, "basic")


async def note(desk: Desk, at: int, text: str = "Please call me", id: str = "n1") -> NoteResult:
    """As the server sends it: after the last one, where its lock is over."""
    standing = await desk.standing(at)
    over = last_lock_is_over(standing, desk.rulebook)
    after = standing.note.seq if standing.note and over else 0
    digest = blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()
    sent = Note(desk.conversation, id, digest, b"{}\n" + text.encode(), "origin", after)
    return await desk.ledger.note(sent, standing.settings, desk.terms(standing), at=at)


def seq_of(result: NoteResult) -> int:
    assert isinstance(result, Posted), result
    return result.seq


async def test_it_is_stored_and_moves_nothing_but_the_counts_of_texts(desk: Desk) -> None:
    await desk.member(FRIDAY, "1", "1")
    before = await desk.standing(SATURDAY)
    result = await note(desk, SATURDAY)
    assert isinstance(result, Posted)
    assert result == Posted(2, SATURDAY, before.usage, None, first=True)
    after = await desk.standing(SATURDAY)
    assert (after.usage, after.texts.member, after.unread("mentor")) == (before.usage, 2, 2)
    assert after.note == SentNote(2, SATURDAY, MIDNIGHT)
    assert [entry.entry for entry in await desk.ledger.messages("c", 1, 99, 9)] == [b"{}\nPlease call me"]


async def test_one_a_lock_and_friday_to_monday_is_one(desk: Desk) -> None:
    assert may_be_sent(await desk.standing(SATURDAY), desk.rulebook)
    assert seq_of(await note(desk, SATURDAY)) == 1
    assert not may_be_sent(await desk.standing(SUNDAY), desk.rulebook)
    assert await note(desk, SUNDAY, id="n2") == NotNoted("noted")
    assert await note(desk, MONDAY, id="n3") == NotNoted("open")
    # Nobody wrote on the week's open days: it was open all the same.
    assert seq_of(await note(desk, SATURDAY + 7 * DAY, id="n4")) == 2


async def test_whoever_may_write_needs_none(desk: Desk) -> None:
    assert not may_be_sent(await desk.standing(FRIDAY), desk.rulebook)
    assert await note(desk, FRIDAY) == NotNoted("open")


async def test_the_same_id_again_writes_nothing(desk: Desk) -> None:
    first = seq_of(await note(desk, SATURDAY))
    again = await note(desk, SATURDAY + HOUR)
    assert isinstance(again, Posted)
    assert (again.seq, again.at, again.first) == (first, SATURDAY, False)
    assert await note(desk, SATURDAY + HOUR, "Something else") == Reused()
    assert await desk.member(MONDAY, "Something else", "n1") == Reused()


async def test_where_the_windows_are_spent_the_lock_lasts_until_monday(ledger: Ledger, rulebook: Rulebook) -> None:
    monday = MONDAY - 7 * DAY
    desk = await Desk(ledger, rulebook).opened(monday, "light")
    await desk.member(monday, "1")
    await desk.member(monday + 2 * DAY, "2")
    thursday = monday + 3 * DAY + HOUR
    assert seq_of(await note(desk, thursday)) == 3
    assert await note(desk, SUNDAY, id="n2") == NotNoted("noted")


@pytest.mark.parametrize("status", ["paused", "suspended"])
async def test_a_conversation_that_stands_still_has_one(desk: Desk, status: str) -> None:
    """Until it goes on, and the member could write."""
    await desk.configure(FRIDAY, status=status)
    assert seq_of(await note(desk, FRIDAY)) == 1
    assert await note(desk, FRIDAY + 20 * DAY, id="n2") == NotNoted("noted")
    await desk.configure(SATURDAY + 21 * DAY, status="open")
    assert await note(desk, SATURDAY + 21 * DAY + HOUR, id="n3") == NotNoted("noted")  # it is a weekend still
    assert seq_of(await note(desk, SATURDAY + 28 * DAY, id="n4")) == 2


async def test_what_opened_it_meanwhile_began_another_lock(desk: Desk) -> None:
    """A live chat at the weekend, and after it the weekend again."""
    await note(desk, SATURDAY)
    await desk.ledger.start_live("c", HOUR, at=SATURDAY + HOUR)
    assert await note(desk, SATURDAY + HOUR + MINUTE, id="n2") == NotNoted("open")
    assert seq_of(await note(desk, SATURDAY + 3 * HOUR, id="n3")) == 2


async def test_one_that_has_ended_has_none(desk: Desk) -> None:
    await desk.configure(FRIDAY, status="ended")
    assert await note(desk, SATURDAY) == NotNoted("ended")
    assert not may_be_sent(await desk.standing(SATURDAY), desk.rulebook)


async def test_terms_of_another_day_do_not_hold(desk: Desk) -> None:
    friday = await desk.standing(FRIDAY)
    sent = Note("c", "n1", bytes(range(8)), b"text", "origin")
    result = await desk.ledger.note(sent, friday.settings, desk.terms(friday), at=SATURDAY)
    assert isinstance(result, Stale)
    nowhere = Note("nowhere", "n1", bytes(range(8)), b"text", "origin")
    assert await desk.ledger.note(nowhere, friday.settings, desk.terms(friday), at=SATURDAY) == Unknown()


async def test_what_came_and_was_read_is_told_of(desk: Desk) -> None:
    """In the partition's events: once each, the reading by whoever is on the mentor's side."""
    ledger = desk.ledger
    if isinstance(ledger, MemoryLedger):
        return
    assert isinstance(ledger, RedisLedger)
    waits = Waits(ledger._store, ledger, 0)  # noqa: SLF001 - the tests' ledger has no other way to it

    async def told() -> list[tuple[str, str]]:
        found = await waits.events(keys.partition("c"), 99)
        return [(event.kind, event.note) for event in found if event.kind in ("urgent", "note_read")]

    await note(desk, SATURDAY, id="a note, № 1")
    assert await told() == [("urgent", "a note, № 1")]
    await ledger.mark_read("c", "member", 1, "")
    assert await told() == [("urgent", "a note, № 1")]
    await ledger.mark_read("c", "mentor", 1, "")
    await ledger.mark_read_standing_in("c", "sub", 1, "")
    assert await told() == [("urgent", "a note, № 1"), ("note_read", "a note, № 1"), ("note_read", "a note, № 1")]
