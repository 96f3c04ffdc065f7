"""An urgent note opens its case once, in which both read that it is there; reading it ends the case."""

from msgspec.structs import replace

from chatserver.cases.case_record import KeptCase
from chatserver.cases.own_cases import OwnCases
from chatserver.cases.urgent_notes import UrgentNotes
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked
from quotas.instant import HOUR, MINUTE
from tests.chatserver.cases.case_desk import ANN, MIA, OLA, SARA, TOM, CaseDesk, did
from tests.chatserver.sessions.desk import TUESDAY


def notes_of(desk: CaseDesk) -> UrgentNotes:
    return UrgentNotes(desk.database, OwnCases(desk.case_log), desk.timers)


async def sent(desk: CaseDesk, note: str, at: int, **changes: object) -> KeptCase | None:
    """As whoever keeps the note does it: in its transaction, with the conversation locked."""
    async with desk.database.begin() as connection:
        conversation = await _locked(connection, changes)
        return await notes_of(desk).sent(connection, conversation, note, at, await desk.clock())


async def read(desk: CaseDesk, note: str, at: int) -> KeptCase | None:
    async with desk.database.begin() as connection:
        conversation = await _locked(connection, {})
        return await notes_of(desk).read(connection, conversation, note, at, await desk.clock())


async def _locked(connection: object, changes: dict[str, object]) -> ConversationRecord:
    found = (await locked(connection, ["c1"]))["c1"]  # type: ignore[arg-type]
    return replace(found, **changes)


async def test_it_is_open_until_somebody_reads_it(desk: CaseDesk) -> None:
    """Within an hour; the two see it, and nobody else."""
    kept = await sent(desk, "n1", TUESDAY)
    assert kept is not None
    assert (kept.case.facts.messages, kept.due_at, kept.case.opener.id) == (("n1",), TUESDAY + HOUR, "")
    ref = kept.case.id
    for asker in (MIA, TOM, SARA):
        assert did(await desk.seen(ref, asker)) == ["opened"]
    for asker in (ANN, OLA):
        assert await desk.seen(ref, asker) is None
    assert await read(desk, "n1", TUESDAY + MINUTE) is not None
    assert did(await desk.seen(ref, MIA)) == ["opened", "seen"]


async def test_the_same_note_opens_it_once_for_ever(desk: CaseDesk) -> None:
    kept = await sent(desk, "n1", TUESDAY)
    assert await sent(desk, "n1", TUESDAY) is None
    await read(desk, "n1", TUESDAY + MINUTE)
    assert await sent(desk, "n1", TUESDAY) is None
    assert await read(desk, "n1", TUESDAY + MINUTE) is None
    again = await sent(desk, "n2", TUESDAY + HOUR)
    assert kept is not None and again is not None
    assert again.case.id != kept.case.id


async def test_a_second_note_joins_the_case_that_waits(desk: CaseDesk) -> None:
    """Whoever has read the first one alone has not seen the second."""
    first = await sent(desk, "n1", TUESDAY)
    second = await sent(desk, "n2", TUESDAY + MINUTE)
    assert first is not None and second is not None
    assert (second.case.id, second.case.facts.messages) == (first.case.id, ("n1", "n2"))
    assert await read(desk, "n1", TUESDAY + 2 * MINUTE) is None
    assert did(await desk.seen(first.case.id, TOM)) == ["opened", "again"]
    assert await read(desk, "n2", TUESDAY + 3 * MINUTE) is not None
    assert did(await desk.seen(first.case.id, TOM)) == ["opened", "again", "seen"]


async def test_support_hears_where_nobody_reads_it(desk: CaseDesk) -> None:
    """And what was read too late comes after that."""
    kept = await sent(desk, "n1", TUESDAY)
    assert kept is not None
    await desk.later(90)
    await read(desk, "n1", TUESDAY + 90 * MINUTE)
    assert did(await desk.seen(kept.case.id, SARA)) == ["opened", "overdue", "seen"]


async def test_a_conversation_that_has_ended_has_none(desk: CaseDesk) -> None:
    assert await sent(desk, "n1", TUESDAY, status="ended") is None
