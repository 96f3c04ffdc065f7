"""Reported messages are sealed into the case, read by support alone, and gone with its end or on their day."""

from datetime import date

import pytest

from chatserver.cases.case_log import EVIDENCE_READ
from chatserver.cases.erased_words import forget_notes
from chatserver.cases.evidence import AROUND, CaseEvidence, Evidence
from chatserver.cases.evidence_end import first_evidence_end
from chatserver.cases.rows import case_evidence
from chatserver.messages.log import MessageLog
from chatserver.personal_data import rows as erasures
from quotas import instant
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.cases.record import CaseActor
from quotas.instant import MINUTE
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk, did
from tests.chatserver.messages.changing import changed
from tests.chatserver.sessions.desk import TUESDAY

SUPPORT = CaseActor("sara", "support")
JULY = date(2026, 7, 1)


@pytest.fixture
async def evidence(supplied: CaseDesk) -> CaseEvidence:
    """c1 has 60 messages, by turns of mia and tom: number n as of n minutes."""
    evidence = CaseEvidence(
        database=supplied.database,
        log=supplied.case_log,
        messages=MessageLog(supplied.database, supplied.ledger, supplied.keys),
        keys=supplied.keys,
        clock=supplied.clock,
    )
    supplied.effects.update(evidence.effects())
    for number in range(60):
        await supplied.write("mentor" if number % 2 else "member", _at(number))
    supplied.now = _at(60)
    return evidence


def _at(number: int) -> int:
    return TUESDAY + number * MINUTE


def named(number: int) -> str:
    """The id that its app gave it."""
    return f"m{_at(number)}"


async def kept(desk: CaseDesk, ref: str) -> list[int]:
    """Which messages are sealed into a case, as seqs."""
    async with desk.database.read() as connection:
        return [each.seq for each in await case_evidence.of_case(connection, ref)]


async def opened(evidence: CaseEvidence, ref: str) -> list[Evidence]:
    found = await evidence.read(ref, SUPPORT)
    assert found is not None
    return found


async def test_a_reported_message_is_sealed_with_20_on_either_side(supplied: CaseDesk, evidence: CaseEvidence) -> None:
    """Those that there are, once, each with its text; what was reported is marked."""
    ref = (await supplied.opened("r", "misconduct", MIA, person="tom", messages=(named(31), named(5)))).case.id
    seen = await supplied.seen(ref, SARA)
    assert seen is not None
    assert (did(seen), seen.case.history[-1].because) == (["opened", "effect:seal_evidence"], "52 messages")
    found = await opened(evidence, ref)
    assert [each.seq for each in found] == list(range(1, 32 + AROUND + 1))
    assert [each.seq for each in found if each.reported] == [6, 32]
    assert {each.text for each in found} == {"Hello"}
    assert (found[31].sender, found[31].role, found[31].at) == ("tom", "mentor", _at(31))
    await supplied.effects["seal_evidence"](seen.case, seen.case.since)
    assert await opened(evidence, ref) == found


async def test_who_deletes_it_afterwards_takes_nothing_from_the_case(
    supplied: CaseDesk, evidence: CaseEvidence
) -> None:
    """Nor does who edits it. What it said before is there; of what was deleted before the report, that it was."""
    ledger, keys, now = supplied.ledger, supplied.keys, _at(60)
    await changed(ledger, keys, "edit", 31, "threat", at=now)
    await changed(ledger, keys, "edit", 31, "harmless", at=now + MINUTE)
    await changed(ledger, keys, "reaction", 31, "👍", by="mentor", at=now)
    await changed(ledger, keys, "deletion", 33, at=now)
    supplied.now = now + 2 * MINUTE
    ref = (await supplied.opened("r", "misconduct", TOM, person="mia", messages=(named(30),))).case.id
    await changed(ledger, keys, "edit", 31, "nothing at all", at=supplied.now)
    await changed(ledger, keys, "deletion", 31, at=supplied.now)
    await changed(ledger, keys, "deletion", 29, at=supplied.now)
    found = {each.seq: each for each in await opened(evidence, ref)}
    assert sorted(found) == list(range(31 - AROUND, 31 + AROUND + 1))
    reported = found[31]
    assert (reported.text, reported.edited_at, reported.reported) == ("harmless", instant.text(now + MINUTE), True)
    assert [(each.body, each.at) for each in reported.earlier] == [
        ("Hello", instant.text(_at(30))),
        ("threat", instant.text(now)),
    ]
    assert (found[29].text, found[29].deleted, found[33].text, found[33].deleted) == ("Hello", False, "", True)


async def test_changes_do_not_count_as_messages_around_it(supplied: CaseDesk, evidence: CaseEvidence) -> None:
    for number in range(25):
        await changed(
            supplied.ledger, supplied.keys, "reaction", 60, "👍" if number % 2 else "❤️", of="mentor", at=_at(60)
        )
    await supplied.write("member", _at(61))
    supplied.now = _at(62)
    ref = (await supplied.opened("r", "misconduct", TOM, person="mia", messages=(f"m{_at(61)}",))).case.id
    assert [each.seq for each in await opened(evidence, ref)] == [*range(61 - AROUND, 61), 86]


async def test_nothing_is_sealed_where_no_message_is_reported(supplied: CaseDesk, evidence: CaseEvidence) -> None:
    for own_id, messages in (("r1", None), ("r2", ("unknown",))):
        ref = (await supplied.opened(own_id, "misconduct", MIA, person="tom", messages=messages)).case.id
        assert await opened(evidence, ref) == []
        await supplied.acted(ref, "dismissed", SARA)


async def test_support_s_reading_is_noted_for_support(supplied: CaseDesk, evidence: CaseEvidence) -> None:
    """Each time; who reported it and who was reported see none of it."""
    ref = (await supplied.opened("r", "misconduct", MIA, person="tom", messages=(named(31),))).case.id
    for _ in range(2):
        await opened(evidence, ref)
    seen = await supplied.seen(ref, SARA)
    assert did(seen)[-2:] == [EVIDENCE_READ, EVIDENCE_READ]
    assert seen is not None and seen.case.history[-1].who == "sara"
    assert did(await supplied.seen(ref, MIA)) == []
    assert await supplied.seen(ref, TOM) is None
    assert await evidence.read("absent", SUPPORT) is None


async def test_it_goes_with_the_end_of_the_case(supplied: CaseDesk, evidence: CaseEvidence) -> None:
    """Where support names no day; also where who reported it takes it back."""
    ref = (await supplied.opened("r1", "misconduct", MIA, person="tom", messages=(named(31),))).case.id
    assert await kept(supplied, ref)
    await supplied.acted(ref, "dismissed", SARA)
    assert await kept(supplied, ref) == []
    ref = (await supplied.opened("r2", "misconduct", MIA, person="tom", messages=(named(31),))).case.id
    assert await kept(supplied, ref)
    await supplied.acted(ref, "withdraw", MIA)
    assert await kept(supplied, ref) == []


async def test_its_end_is_known_to_who_removes_traces(supplied: CaseDesk, evidence: CaseEvidence) -> None:
    ref = (await supplied.opened("r1", "misconduct", MIA, person="tom", messages=(named(31),))).case.id
    async with supplied.database.read() as connection:
        assert await first_evidence_end(connection, 0) is None
    supplied.now = ended = _at(90)
    await supplied.acted(ref, "dismissed", SARA)
    async with supplied.database.read() as connection:
        assert await first_evidence_end(connection, 0) == ended
        assert await first_evidence_end(connection, ended + 1) is None


async def test_it_is_kept_until_the_day_that_support_names(supplied: CaseDesk, evidence: CaseEvidence) -> None:
    """With a reason; the timer lets it go, however late it rings."""
    ref = (await supplied.opened("r", "misconduct", MIA, person="tom", messages=(named(31),))).case.id
    await supplied.acted(ref, "warned", SARA, "the police asked for it", evidence_until=JULY)
    await supplied.show("2026-06-30T23:59:59+02:00")
    await supplied.ring(ref)
    assert await kept(supplied, ref)
    assert await supplied.timer(ref) == "2026-06-30T22:00:00.000Z"
    await supplied.show("2026-07-04T00:00:00+02:00")
    await supplied.ring(ref)
    assert await kept(supplied, ref) == []
    seen = await supplied.seen(ref, SARA)
    assert seen is not None
    last = seen.case.history[-1]
    assert (last.did, instant.text(last.at)) == ("effect:drop_evidence", "2026-06-30T22:00:00.000Z")
    assert await supplied.timer(ref) == ""


@pytest.mark.parametrize(
    ("note", "until", "problem"),
    [
        ("", JULY, "is missing: messages that are kept need a reason"),
        ("asked for", date(2026, 1, 6), "must be a day after today, 2026-01-06"),
    ],
)
async def test_a_day_needs_a_reason_and_lies_ahead(
    supplied: CaseDesk, evidence: CaseEvidence, note: str, until: date, problem: str
) -> None:
    ref = (await supplied.opened("r", "misconduct", MIA, person="tom", messages=(named(31),))).case.id
    outcome = await supplied.book.act(ref, CaseDoing("reviewing", CaseFacts(evidence_until=until), note), SARA)
    assert problem in f"{outcome}"


@pytest.mark.parametrize("person", ["mia", "tom"])
async def test_an_erasure_spares_only_what_is_kept_with_a_reason(
    supplied: CaseDesk, evidence: CaseEvidence, person: str
) -> None:
    """Else the copies of what they wrote go, and with the reporter's all; on the day what was spared goes too."""
    free = (await supplied.opened("r1", "misconduct", MIA, "he shouts", person="tom", messages=(named(31),))).case.id
    held = (await supplied.opened("r2", "misconduct", TOM, "she shouts", person="mia", messages=(named(30),))).case.id
    await supplied.acted(held, "reviewing", SARA, "the police asked for it", evidence_until=JULY)
    async with supplied.database.begin() as connection:
        await erasures.erase_person(connection, person, supplied.now)
        await forget_notes(connection, person, date(2026, 1, 6))
    left = await kept(supplied, free)
    assert left == ([] if person == "mia" else [each for each in range(12, 53) if each % 2])
    assert await kept(supplied, held) == list(range(11, 52))
    await supplied.acted(held, "warned", SARA)
    assert await kept(supplied, held)
    await supplied.show("2026-07-01T00:00:00+02:00")
    await supplied.ring(held)
    assert await kept(supplied, held) == []
    seen = await supplied.seen(held, SARA)
    assert seen is not None and {each.note for each in seen.case.history} == {""}


async def test_what_was_erased_before_it_was_reported_is_not_there(supplied: CaseDesk, evidence: CaseEvidence) -> None:
    async with supplied.database.begin() as connection:
        await erasures.erase_person(connection, "tom", supplied.now)
    ref = (await supplied.opened("r", "misconduct", MIA, person="tom", messages=(named(31),))).case.id
    assert {each.sender for each in await opened(evidence, ref)} == {"mia"}
