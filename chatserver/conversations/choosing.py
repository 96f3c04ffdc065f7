"""A member has come to know mentors, and goes on with one of them.

Source: cases.md "Two mentors at once".
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Appointments, Provisioning, write_change
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing, Written
from chatserver.conversations.rows import conversations
from chatserver.records.database import Database


class Chosen(Struct, frozen=True):
    """The conversation that was chosen, as it is now, and those that ended because of that."""

    record: ConversationRecord
    ended: tuple[str, ...]


class ChoiceNews(Protocol):
    """Who is to hear of choices."""

    async def note(
        self, connection: AsyncConnection, chosen: ConversationRecord, ended: Sequence[ConversationRecord], now: int
    ) -> Callable[[], Awaitable[None]]:
        """One was chosen, and other trials ended because of that: in that transaction. What it returns is called after
        the commit.

        The same again changes nothing.
        """


class Choosing:
    """`clock` gives the store's instant. Methods raise DatabaseError, where nothing was written, and StoreError."""

    def __init__(
        self,
        database: Database,
        provisioning: Provisioning,
        appointments: Appointments,
        news: ChoiceNews,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._news = news
        self._database = database
        self._provisioning = provisioning
        self._appointments = appointments
        self._clock = clock

    async def choose(self, id: str, plan: str | None = None) -> Chosen | Invalid | Conflict | Missing:
        """Let it go on, by `plan` or the one that was said of it, from today on; the member's other trials end.

        The same again changes nothing, and tells the ledger again.
        """
        if plan is not None and (problems := self._provisioning.problems({"plan": plan})):
            return Invalid(problems)
        now = await self._clock()
        async with self._database.begin() as connection:
            found = await conversations.find(connection, id)
            if found is None:
                return Missing()
            mine = await conversations.of_member(connection, found.member)
            there = await conversations.find_all_to_change(connection, {*mine, id})
            outcome = self._chosen(there[id], plan, now)
            if not isinstance(outcome, ConversationRecord):
                return outcome
            written = await write_change(connection, there[id], outcome, now)
            if not isinstance(written, Written):
                return written
            if written.record != there[id]:
                await self._provisioning.changed(connection, there[id], written.record, now)
            others = [each for each in there.values() if each.kind == "trial" and each.id != id]
            over = [record for each in others if (record := await self._over(connection, each, now))]
            tell = await self._news.note(connection, written.record, over, now)
        await tell()
        for record in (written.record, *over):
            await self._provisioning.project(record)
        return Chosen(written.record, tuple(record.id for record in over))

    async def _over(
        self, connection: AsyncConnection, other: ConversationRecord, now: int
    ) -> ConversationRecord | None:
        """The trial, ended because another was chosen, also where it was before; None where it had ended otherwise."""
        if other.status == "ended":
            return other if other.ended_reason == "not_chosen" else None
        await self._appointments.end(connection, other, now)
        ended = replace(other, status="ended", ended_reason="not_chosen")
        written = await write_change(connection, other, ended, now)
        if not isinstance(written, Written):
            return None
        await self._provisioning.changed(connection, other, written.record, now)
        return written.record

    def _chosen(self, found: ConversationRecord, plan: str | None, now: int) -> ConversationRecord | Invalid | Conflict:
        if found.chosen_at is not None:
            if plan not in (None, found.plan):
                return Conflict(f"it was chosen already, and has the plan {found.plan!r}; change that with PATCH")
            return found
        if found.status == "ended":
            return Conflict("the conversation has ended, which is final; choose another one")
        if found.kind != "trial":
            return Conflict("it is no trial: there is nothing to choose")
        if (agreed := plan or found.chosen_plan) is None:
            return Invalid([FieldProblem("plan", "was not said of this trial; support or a service must name one")])
        if plan is None and (problems := self._provisioning.problems({"plan": agreed})):
            return Invalid(problems)
        calendar = self._provisioning.rulebook.calendar_to_show(found.zone, found.holidays)
        return replace(
            found,
            kind="plan",
            plan=agreed,
            chosen_plan=agreed,
            chosen_at=now,
            subscription_from=calendar.day_of(now),
        )
