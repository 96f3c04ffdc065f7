"""Whether everything that falls due at sessions was noted and told once, in its order; and what is still to come."""

import asyncio
from collections import Counter, defaultdict
from typing import get_args

from msgspec import Struct
from sqlalchemy import func, select

from chatserver.conversations.renewals import Renewals
from chatserver.foundation import Foundation
from chatserver.protocol.entry import event_number, head_of
from chatserver.records.tables import BOOKINGS, MEMBERSHIP_STEPS, SERIES, SESSION_EVENTS
from chatserver.sessions.series_making import SERIES as SERIES_KIND
from chatserver.sessions.session_event import ENTRIES
from chatserver.sessions.session_timers import SESSION
from quotas.bookings import Booking
from quotas.instant import DAY
from quotas.ledger import keys
from quotas.session_steps import StepName, next_step_at, steps_between

STEPS = frozenset(get_args(StepName)) - {"late_cancellation"}
WEEK = 7 * DAY
AT_ONCE = 100


class Findings(Struct, frozen=True):
    """What is wrong, as sentences, and what there is."""

    problems: list[str]
    bookings: int
    steps: Counter[str]
    entries: int


class _Row(Struct, frozen=True):
    number: int
    name: str
    mark: str


async def noted(parts: Foundation) -> int:
    """How many events of sessions the records hold."""
    async with parts.database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(SESSION_EVENTS))).scalar_one())


async def untold(parts: Foundation) -> int:
    """How many of these the ledger has not heard of."""
    async with parts.database.read() as connection:
        query = select(func.count()).select_from(SESSION_EVENTS).where(~SESSION_EVENTS.c.told)
        return int((await connection.execute(query)).scalar_one())


async def findings(parts: Foundation, series: int) -> Findings:
    """All of the records and the store, compared with what the rules say. Raises StoreError, DatabaseError."""
    now = await parts.ledger.now()
    async with parts.database.read() as connection:
        ids = list(await connection.scalars(select(BOOKINGS.c.id)))
        columns = SESSION_EVENTS.c
        query = select(columns.id, columns.conversation_id, columns.booking_id, columns.name, columns.mark)
        rows = (await connection.execute(query.order_by(columns.id))).all()
        going = list(await connection.scalars(select(SERIES.c.id)))
        kinds = Counter(await connection.scalars(select(MEMBERSHIP_STEPS.c.kind)))
    by_booking: dict[str, list[_Row]] = defaultdict(list)
    by_conversation: dict[str, list[_Row]] = defaultdict(list)
    for number, conversation, booking, name, mark in rows:
        row = _Row(number, name, mark)
        by_booking[booking].append(row)
        by_conversation[conversation].append(row)
    bookings = [booking for id in ids if (booking := await parts.bookings.find(id)) is not None]
    steps: Counter[str] = Counter()
    problems: Counter[str] = Counter()
    for booking in bookings:
        demanded: Counter[tuple[str, str]] = Counter(
            (step.name, step.mark) for step in steps_between(booking, parts.rulebook.policy.sessions, 0, now)
        )
        found: Counter[tuple[str, str]] = Counter(
            (row.name, row.mark) for row in by_booking[booking.id] if row.name in STEPS
        )
        steps.update(name for name, _ in found.elements())
        problems.update(f"{name} was never noted" for name, _ in (demanded - found).elements())
        problems.update(f"{name} was noted and not due, or twice" for name, _ in (found - demanded).elements())
    entries = 0
    for name, kept in by_conversation.items():
        expected = [row.number for row in kept if row.name in ENTRIES]
        log = await parts.ledger.messages(name, 0, 2**53, len(expected) + 10)
        entries += len(log)
        if [event_number(head_of(entry.entry).id) for entry in log] != expected:
            problems["a conversation's log lacks an entry, or has one twice or out of its order"] += 1
    problems["an event is untold"] = await untold(parts)
    problems += _of_series(going, bookings, now, parts)
    for kind in ("reminder", "renewed"):
        problems[f"{kind} of a membership is missing or twice"] += abs(kinds[kind] - series)
    problems += await _of_timers(parts, bookings, going, now)
    return Findings([f"{count:,} × {what}" for what, count in problems.items() if count], len(ids), steps, entries)


def _of_series(going: list[str], bookings: list[Booking], now: int, parts: Foundation) -> Counter[str]:
    """Each has a booking for every week, as far ahead as the policy says."""
    starts: dict[str, list[int]] = defaultdict(list)
    for booking in bookings:
        starts[booking.id.partition(":")[0]].append(booking.starts_at)
    problems: Counter[str] = Counter()
    ahead = now + parts.rulebook.policy.sessions.ahead_weeks * WEEK
    for id in going:
        made = sorted(starts[id])
        # Clocks change by an hour meanwhile, and the local time stays.
        gaps = [round((later - earlier) / DAY) for earlier, later in zip(made, made[1:], strict=False)]
        if any(gap != 7 for gap in gaps) or not made or not ahead - WEEK - DAY < made[-1] <= ahead + DAY:
            problems["a series lacks a booking, or has one too many"] += 1
    return problems


async def _of_timers(parts: Foundation, bookings: list[Booking], going: list[str], now: int) -> Counter[str]:
    """Those of bookings at their next steps; one for each series and each membership; no others of these kinds."""
    kinds = {SESSION, SERIES_KIND, Renewals.kind}
    policy = parts.rulebook.policy.sessions
    expected = {keys.timer(SESSION, each.id): at for each in bookings if (at := next_step_at(each, policy, now))}
    found: dict[str, int] = {}
    for reply in await asyncio.gather(
        *(parts.store.request("ZRANGE", keys.timers(each), 0, -1, "WITHSCORES") for each in range(keys.PARTITIONS))
    ):
        found |= {timer: int(at) for name, at in reply if (timer := name.decode()).partition(":")[0] in kinds}
    others = {f"{SERIES_KIND}:{id}" for id in going} | {f"{Renewals.kind}:m{id[1:]}" for id in going}
    problems: Counter[str] = Counter()
    for name in found.keys() | expected.keys() | others:
        right = name in others or found.get(name) == expected.get(name)
        if not right or (name in others and found.get(name, 0) <= now):
            problems["a timer is missing, wrong or left over"] += 1
    return problems
