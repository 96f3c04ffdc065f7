"""A member with two trials is reminded to choose, and support hears where they have not; mentors hear of the choice.

Source: cases.md "Two mentors at once": within 14 days, reminded on day 10; then support is asked. Both count from the
newest trial: since then there is a choice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from math import inf

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import members_choosing, open_trials
from chatserver.notices.fact import Fact, FactName
from chatserver.notices.new_members import new_member
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Noting
from chatserver.records.database import Database, DatabaseError
from chatserver.records.paging import each_row
from quotas import instant
from quotas.instant import DAY, HOUR
from quotas.ledger.timers import Rung, Timers

REMINDED_AFTER = 10 * DAY
CHOSEN_WITHIN = 14 * DAY
STEPS: tuple[tuple[int, FactName], ...] = ((REMINDED_AFTER, "trial.reminder"), (CHOSEN_WITHIN, "trial.undecided"))
LOOK_EVERY = 900.0
"""Seconds between looks at the records for timers that the store has lost."""
LOOK_AHEAD = 2 * HOUR

logger = logging.getLogger(__name__)


class NotedChoices:
    """A `ChoiceNews`: the mentor who was chosen hears so, those who were not a kind word."""

    def __init__(self, noting: Noting) -> None:
        self._noting = noting

    async def note(
        self, connection: AsyncConnection, chosen: ConversationRecord, ended: Sequence[ConversationRecord], now: int
    ) -> Callable[[], Awaitable[None]]:
        """As `ChoiceNews`."""
        made = await self._noting.note(
            connection, [new_member(chosen, chosen.chosen_at or now), *map(_not_chosen, ended)], now
        )

        async def tell() -> None:
            await self._noting.tell(made)

        return tell


class Trials:
    """What timers of trials are for: a `TimerKind`. A timer's name is the member's id. `clock`: the store's instant."""

    kind = "trial"

    def __init__(
        self, *, database: Database, noting: Noting, timers: Timers, clock: Callable[[], Awaitable[int]]
    ) -> None:
        self._database = database
        self._noting = noting
        self._timers = timers
        self._clock = clock
        self._looked_at = -inf

    async def begun(self, member: str) -> None:
        """A trial of theirs was created: set the timer, if they have a choice now. Raises DatabaseError, StoreError."""
        async with self._database.read() as connection:
            began = began_at(await open_trials(connection, member))
        if began is not None:
            await self._timers.set_timer(member, self.kind, member, began + REMINDED_AFTER)

    async def arm(self, partition: int) -> None:
        """Set lost timers of what falls due soon, once in a while, of all partitions. Raises StoreError."""
        looked_at = asyncio.get_running_loop().time()
        if partition or looked_at - self._looked_at < LOOK_EVERY:
            return
        until = await self._clock() + LOOK_AHEAD - REMINDED_AFTER
        try:
            await each_row(
                self._database,
                lambda connection, last, most: members_choosing(connection, until, last, most),
                "",
                lambda found: found[0],
                lambda found: self._timers.set_earlier(found[0], self.kind, found[0], found[1] + REMINDED_AFTER),
            )
        except DatabaseError:
            logger.debug("the database does not answer; lost timers of trials are looked for later")
        else:
            self._looked_at = looked_at

    async def ring(self, rung: Rung) -> None:
        """Note what is due, once, and set the next timer. Raises StoreError, DatabaseError."""
        member, now = rung.name, rung.now
        async with self._database.begin() as connection:
            began = began_at(await open_trials(connection, member))
            if began is None:
                return
            due = [_step(member, name, began + after, began) for after, name in STEPS if began + after <= now]
            made = await self._noting.note(connection, due, now)
        await self._noting.tell(made)
        if next_at := min((began + after for after, _ in STEPS if began + after > now), default=0):
            await self._timers.set_timer(member, self.kind, member, next_at)

    async def still_undecided(self, notice: Notice) -> str | None:
        """Whether the member has still to choose: a `StillHolds`. Raises DatabaseError."""
        async with self._database.read() as connection:
            began = began_at(await open_trials(connection, notice.data["member"]))
        return None if began is not None else "chosen meanwhile"


def began_at(trials: Sequence[ConversationRecord]) -> int | None:
    """Since when there has been a choice between these; None where there is none."""
    return max(each.created_at for each in trials) if len(trials) > 1 else None


def _step(member: str, event: FactName, at: int, began: int) -> Fact:
    return Fact(
        event=event,
        mark=f"{member}/{began}",
        at=at,
        member=member,
        data={"member": member, "until": instant.text(began + CHOSEN_WITHIN)},
    )


def _not_chosen(trial: ConversationRecord) -> Fact:
    return Fact(
        event="trial.not_chosen",
        mark=trial.id,
        at=trial.updated_at,
        conversation=trial.id,
        member=trial.member,
        mentor=trial.mentor,
    )
