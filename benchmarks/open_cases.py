"""Cases made in bulk in the records: open ones whose next steps lie ahead, and as many that have ended."""

import random
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from benchmarks import open_deadlines
from benchmarks.contenders import BenchmarkError
from chatserver.records.database import Database
from chatserver.records.tables import CASES
from quotas.calendar import Calendar
from quotas.cases.dues import due_of, next_step
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case, CaseActor, open_case
from quotas.cases.rules import CaseKind, CaseRole
from quotas.instant import HOUR
from quotas.terms import Rulebook

KINDS: tuple[tuple[CaseKind, CaseRole, CaseFacts], ...] = (
    ("question", "member", CaseFacts()),
    ("ghosting", "mentor", CaseFacts()),
    ("mentor_switch", "member", CaseFacts()),
    ("scheduling", "member", CaseFacts(reason="no_common_time")),
)
"""Who opens them, and with what."""
QUIET = HOUR
"""How long nothing falls due; timers of what follows then are looked after already."""
AT_ONCE = 2_000


async def record(database: Database, rulebook: Rulebook, count: int, now: int, progress: Callable[[int], None]) -> None:
    """`count` that are open, and as many that ended before; the conversations are those of `open_deadlines`."""
    chance = random.Random(count)
    calendar = rulebook.calendar_to_show(open_deadlines.ZONE, "")
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(count, first + AT_ONCE))
        rows = [row for number in numbers for row in _rows(number, calendar, now, chance)]
        async with database.begin() as connection:
            await connection.execute(CASES.insert(), rows)
        progress(len(numbers))


def _rows(number: int, calendar: Calendar, now: int, chance: random.Random) -> list[dict[str, object]]:
    """One that is open, whose next step may come at any instant from an hour ahead on, and one that has ended."""
    probe = _case(number, now)
    step = next_step(probe, calendar)
    ahead = step.at - now - QUIET if step is not None else 1
    opened_at = now - chance.randrange(ahead)
    case = replace(_case(number, opened_at), id=f"{opened_at:011x}{number:016x}")
    before = opened_at - ahead
    ended = replace(case, id=f"{before:011x}{number:016x}", opened_at=before, since=before, ended_at=before + 1)
    return [_row(each, calendar) for each in (case, ended)]


def _case(number: int, at: int) -> Case:
    kind, role, facts = KINDS[number % len(KINDS)]
    opener = f"m{number}" if role == "member" else open_deadlines.mentor(number)
    case = open_case(
        f"{number}",
        kind,
        conversation=open_deadlines.name(number),
        member=f"m{number}",
        by=CaseActor(opener, role),
        now=at,
        facts=facts,
    )
    if not isinstance(case, Case):
        raise BenchmarkError(f"a case of kind {kind} cannot be opened: {case}")
    return case


def _row(case: Case, calendar: Calendar) -> dict[str, object]:
    due, step = due_of(case, calendar), next_step(case, calendar)
    is_open = not case.ended_at
    return {
        "ref": case.id,
        "kind": case.kind,
        "conversation_id": case.conversation,
        "member_id": case.member,
        "opener_id": case.opener.id,
        "state": case.state,
        "opened_at": case.opened_at,
        "since": case.since,
        "due_at": due.at if due and is_open else None,
        "step_at": step.at if step and is_open else None,
        "ended_at": case.ended_at or None,
        "assignee": "" if case.opened_at % 3 else "sara",
        "entries": 1,
        "member_read": 0,
        "todo": "[]",
        "record": msgspec.json.encode(replace(case, history=())).decode(),
    }
