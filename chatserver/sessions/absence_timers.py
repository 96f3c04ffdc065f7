"""An absence begins, whichever process is awake: support hears where members wait, and nobody stands in.

Whoever follows a conversation of the mentor sees it begin and end without any timer of the store: their process knows.
"""

import logging
from collections.abc import Awaitable, Callable

from chatserver.conversations import absences as rows
from chatserver.conversations.absence import AbsenceRecord
from chatserver.notices.fact import Fact
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Made, Noting
from chatserver.records.database import Database, DatabaseError
from chatserver.sessions.absences import ABSENCE, absence_place, absence_timer
from chatserver.sessions.rows import mentors
from quotas import instant
from quotas.instant import MINUTE
from quotas.ledger.open_waits import OpenWait, OpenWaits
from quotas.ledger.timers import Rung, Timers

MISSED_BY = 5 * MINUTE
"""An absence that began so long ago unnoted has lost its timer: a process died before it set it, or the store did."""
MOST = 100
"""Absences that get their lost timers back at once."""

logger = logging.getLogger(__name__)


class AbsenceTimers:
    """What timers of absences are for: a `TimerKind`. `clock` gives the store's instant."""

    kind = ABSENCE

    def __init__(
        self,
        *,
        database: Database,
        waits: OpenWaits,
        noting: Noting,
        timers: Timers,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._waits = waits
        self._noting = noting
        self._timers = timers
        self._clock = clock

    async def arm(self, partition: int) -> int:
        """Give absences their lost timers back, once for all partitions; of how many. Raises StoreError."""
        if partition:
            return 0
        now = await self._clock()
        try:
            async with self._database.read() as connection:
                lost = await rows.unbegun(connection, now - MISSED_BY, MOST)
        except DatabaseError:
            logger.debug("the database does not answer; lost timers of absences are looked for later")
            return 0
        for each in lost:
            await self._timers.set_timer(each.mentor, ABSENCE, absence_timer(each), now)
        return len(lost)

    async def ring(self, rung: Rung) -> None:
        """Note that it has begun; support hears where that leaves members waiting. Raises StoreError, DatabaseError."""
        mentor, id = absence_place(rung.name)
        async with self._database.read() as connection:
            absence = await rows.find(connection, mentor, id)
        if absence is None or absence.begun_at is not None:
            return
        if absence.since > rung.now:  # It begins later by now.
            await self._timers.set_timer(mentor, ABSENCE, rung.name, absence.since)
            return
        is_alone = absence.substitute is None and absence.holds(rung.now)
        owed = await self._owed(mentor) if is_alone else []
        made = Made()
        async with self._database.begin() as connection:
            newest = await rows.find(connection, mentor, id)
            if newest is None or not await rows.begin(connection, newest, rung.now):
                return  # Whoever changed or noted it meanwhile has seen to it.
            if owed and newest == absence:
                made = await self._noting.note(connection, [_fact(absence, owed)], rung.now)
        await self._noting.tell(made)

    async def still_alone(self, notice: Notice) -> str | None:
        """Whether nobody stands in yet: a `StillHolds`. Raises StoreError, DatabaseError."""
        now = await self._clock()
        async with self._database.read() as connection:
            found = await rows.find(connection, notice.data["mentor"], notice.data["absence"])
        if found is None or not found.holds(now):
            return "the mentor is back"
        return "somebody stands in" if found.substitute is not None else None

    async def _owed(self, mentor: str) -> list[OpenWait]:
        """What the mentor owes, the longest wait first."""
        async with self._database.read() as connection:
            names = await mentors.conversations_of(connection, mentor)
        found = [await self._waits.of(name) for name in names]
        return sorted((each for each in found if each is not None), key=lambda wait: (wait.waiting_since, wait.place))


def _fact(absence: AbsenceRecord, owed: list[OpenWait]) -> Fact:
    """It names the conversation of the longest wait."""
    return Fact(
        event="absence.began",
        mark=f"{absence.mentor}/{absence.id}/{absence.since}",
        at=absence.since,
        conversation=owed[0].conversation,
        member=owed[0].member,
        mentor=absence.mentor,
        data={
            "mentor": absence.mentor,
            "absence": absence.id,
            "until": instant.text(absence.until),
            "waiting": len(owed),
        },
    )
