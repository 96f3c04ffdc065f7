"""Recorded traffic, told to two policies: what is in the archive, and what was refused.

It reads the records alone, a few members at a time, and needs neither the store nor keys.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.histories import ConversationHistory, count_conversations, members_histories
from chatserver.conversations.trial_windows import TRIAL_PLAN
from chatserver.messages.archived_writing import archived_upto, written_since
from chatserver.protocol.events import Author
from chatserver.records.database import Database
from chatserver.replies.refusals import dropped_since, refusals_on_record_since, refused_since
from chatserver.sessions.past_chats import chats_of
from quotas import instant
from quotas.admission import Reason
from quotas.terms import Rulebook
from quotas.what_if import LEAD_IN, Deed, PastConversation, WhatIf, WhatIfReport

MEMBERS = 100
"""Whose conversations are read at once: what they wrote is held in memory."""
DEFAULT_WEEKS = 12
"""The weeks of a range that names no first day, the one of its last day included."""
EARLIEST_DAY, LATEST_DAY = instant.date_of(instant.EARLIEST), instant.date_of(instant.LATEST)
BY_STATUS = ("paused", "ended", "suspended")
"""Reasons that no plan has to do with."""


class RangeError(ValueError):
    """A range of days that cannot be; the sentence says why."""


class NothingRecordedError(Exception):
    """Nobody has written yet, or nothing of it is archived."""


async def what_if(
    database: Database,
    today: Rulebook,
    new: Rulebook,
    first: date | None,
    last: date | None,
    on_progress: Callable[[int, int], None],
) -> WhatIfReport:
    """Without `last` until the day of the newest record, without `first` from a Monday on.

    `on_progress` gets how many conversations are told and how many there are. Raises DatabaseError, RangeError,
    NothingRecordedError.
    """
    for day in (first, last):
        if day is not None and not EARLIEST_DAY <= day <= LATEST_DAY:
            raise RangeError(f"{day} is outside the years {EARLIEST_DAY.year} to {LATEST_DAY.year}")
    zone = today.policy.calendar.zone
    calendar = today.calendar(zone, "")
    async with database.read() as connection:
        upto = await archived_upto(connection)
        refusals = await refusals_on_record_since(connection)
    if upto is None:
        raise NothingRecordedError
    last = last or calendar.day_of(upto)
    monday = last - timedelta(days=last.weekday())
    first = first or monday - timedelta(weeks=DEFAULT_WEEKS - 1)
    if last < first:
        raise RangeError(f"the last day, {last}, is before the first, {first}")
    since, until = calendar.start_of(first), calendar.start_of(last + timedelta(days=1))
    told = WhatIf(today, new, since=since, until=until, upto=upto)
    done, total, member = 0, await count_conversations(database), ""
    on_progress(done, total)
    while True:
        async with database.read() as connection:
            members = await members_histories(connection, member, MEMBERS)
            if not members:
                break
            pasts = await _pasts(connection, list(members.values()), since - LEAD_IN)
        for some in pasts:
            told.tell(some)
            done += len(some)
        member = next(reversed(members))
        on_progress(done, max(total, done))
    figures = told.figures()
    return WhatIfReport(
        first=first,
        last=last,
        zone=zone,
        recorded_until=instant.text(upto),
        refusals_since=instant.text(refusals) if refusals is not None else None,
        lines=figures.lines,
        total=figures.total,
        unjudged=figures.unjudged,
        unlike_record=figures.unlike_record,
    )


async def _pasts(
    connection: AsyncConnection, members: Sequence[Sequence[ConversationHistory]], since: int
) -> list[list[PastConversation]]:
    """What is recorded of each member's conversations, from that instant on."""
    ids = [each.record.id for some in members for each in some]
    written = await written_since(connection, ids, since)
    refused = await refused_since(connection, ids, since)
    dropped = await dropped_since(connection, ids, since)
    chats = await chats_of(connection, ids)

    def past(history: ConversationHistory) -> PastConversation:
        record, id = history.record, history.record.id
        closed = [*dropped.get(id, ()), *history.closings]
        return PastConversation(
            id=id,
            zone=record.zone,
            holidays=record.holidays,
            plans=[(plan.started_at, plan.plan) for plan in history.plans],
            deeds=_deeds(record, closed, written.get(id, ()), refused.get(id, ())),
            chats=chats.get(id, ()),
            follows=record.follows,
            shared_plan=TRIAL_PLAN if record.kind == "trial" or record.chosen_at is not None else "",
            sent_later=[(at, when) for at, role, when in written.get(id, ()) if role == "mentor" and when],
        )

    return [[past(each) for each in some] for some in members]


def _deeds(
    record: ConversationRecord,
    closed: Sequence[int],
    written: Sequence[tuple[int, Author, int]],
    refused: Sequence[tuple[int, Reason]],
) -> list[tuple[int, Deed]]:
    """All that happened, in order, but for what the mentor sent later."""
    deeds: list[tuple[int, Deed]] = [(at, "closed") for at in closed]
    if record.follows:
        deeds.append((record.created_at, "began"))
    latest = 0
    for at, role, written_at in written:
        latest = max(latest, at)  # a clock set back: they stand as they were written
        if role == "member" or not written_at:
            deeds.append((latest, "wrote" if role == "member" else "answered"))
    # Last: of one instant, what was let in used up what the refused one lacked.
    deeds += [(at, "shut" if reason in BY_STATUS else "refused") for at, reason in refused]
    return sorted(deeds, key=_instant)


def _instant(deed: tuple[int, Deed]) -> int:
    return deed[0]
