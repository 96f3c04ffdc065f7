"""A conversation goes on with another mentor: what its member has, and has used, comes along.

Source: cases.md "Handing on". The messages stay where they are, with the member alone.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.contacts import contact_to_rely_on
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Provisioning, write_change
from chatserver.conversations.records import follower, locked, record, status_beneath
from chatserver.conversations.requests import Conflict, Invalid, Missing, Written
from chatserver.notices.new_members import new_member
from chatserver.notices.noting import Noting
from chatserver.records.database import Database, after_commit
from chatserver.sessions.appointments import BookedSessions
from chatserver.sessions.credit_book import CreditBook
from chatserver.sessions.telling import SessionTelling
from quotas.ledger.base import Ledger


class HandedOn(Struct, frozen=True):
    """The conversation that has ended, and the one that goes on."""

    before: ConversationRecord
    after: ConversationRecord


class HandingOn:
    """`clock` gives the store's instant."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        provisioning: Provisioning,
        appointments: BookedSessions,
        credits: CreditBook,
        telling: SessionTelling,
        noting: Noting,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._provisioning = provisioning
        self._appointments = appointments
        self._credits = credits
        self._telling = telling
        self._noting = noting
        self._clock = clock

    async def hand_on(self, old: str, new: str, mentor: str) -> HandedOn | Invalid | Conflict | Missing:
        """Let `new`, which is made where it is not there, go on with that mentor where `old` ends, `switched`, or has
        ended because its mentor was removed.

        `new` may be a trial of the member with that mentor. It gets plan, calendar, status and months of `old`, its
        units by one correction, and what was used of the week. Bookings of `old` that have not started are cancelled,
        uncounted, and its open wait is dropped. The same again changes nothing, and finishes what was begun: what the
        ledger has not heard yet. Raises DatabaseError, where nothing was written, and StoreError, after which the same
        again puts it right.
        """
        now = await self._clock()
        try:
            handed_on = await self._written(old, new, mentor, now)
        except IntegrityError:  # Another process made `new` at the same moment.
            handed_on = await self._written(old, new, mentor, now)
        if not isinstance(handed_on, HandedOn):
            return handed_on
        ended = await self._provisioning.project(handed_on.before)
        await self._provisioning.project(handed_on.after)
        await self._ledger.carry(new, ended.usage, old)
        await self._telling.tell(old)
        await self._telling.tell(new)
        return handed_on

    async def _written(self, old: str, new: str, mentor: str, now: int) -> HandedOn | Invalid | Conflict | Missing:
        async with self._database.begin() as connection:
            found = await record(connection, old)
            if found is None:
                return Missing()
            for person in sorted({found.member, mentor}):  # before conversations, as everybody locks them
                await contact_to_rely_on(connection, person)
            both = await locked(connection, {old, new})
            before, there = both[old], both.get(new)
            if there is not None and there.follows == old:
                return HandedOn(before, there)
            if problem := await _problem(connection, before, there, mentor):
                return Conflict(problem)
            written = await self._taken_over(connection, before, there, new, mentor, now)
            if not isinstance(written, Written):
                return written
            # First: what is cancelled is not spent.
            await self._appointments.end(connection, before, now)
            await self._credits.carry(connection, before, written.record, now)
            ended = before
            if before.status != "ended":
                over = await write_change(
                    connection, before, replace(before, status="ended", ended_reason="switched"), now
                )
                if not isinstance(over, Written):
                    return over
                ended = over.record
                await self._provisioning.changed(connection, before, ended, now)
            await self._provisioning.followed(connection, ended, written.record, now)
            made = await self._noting.note(connection, [new_member(written.record, now)], now)
            after_commit(connection, partial(self._noting.tell, made))
            return HandedOn(ended, written.record)

    async def _taken_over(
        self,
        connection: AsyncConnection,
        before: ConversationRecord,
        there: ConversationRecord | None,
        new: str,
        mentor: str,
        now: int,
    ) -> Written[ConversationRecord] | Invalid | Conflict:
        asked = ConversationRecord(
            id=new,
            member=before.member,
            mentor=mentor,
            plan=before.plan,
            zone=before.zone,
            holidays=before.holidays,
            # A suspension is about these two people, and so is an end for a mentor who was removed.
            status="open" if before.status == "ended" else await status_beneath(connection, before),
            revision=1,
            created_at=now,
            updated_at=now,
            subscription_from=self._provisioning.anchor_of(before),
            follows=before.id,
        )
        if there is None:
            return await self._provisioning.write_conversation(connection, asked, {})
        kept = {name: getattr(there, name) for name in ("created_at", "revision", "key_number")}
        return await write_change(connection, there, replace(asked, **kept), now)


async def _problem(
    connection: AsyncConnection, before: ConversationRecord, there: ConversationRecord | None, mentor: str
) -> str | None:
    """Why it cannot be handed on."""
    if before.kind != "plan":
        return f"it is a {before.kind} conversation, which has no plan to hand on"
    if (known := await follower(connection, before.id)) is not None:
        return f"it was handed on already, to {known!r}"
    if before.status == "ended" and before.ended_reason != "removed":
        return "the conversation has ended, which is final"
    if mentor == before.mentor:
        return f"it is with {mentor!r} already; name another mentor"
    if there is None:
        return None
    if (there.member, there.mentor) != (before.member, mentor):
        return f"the conversation {there.id!r} is between other people"
    if there.kind != "trial" or there.status == "ended":
        return f"the conversation {there.id!r} is no trial that goes on; name another id"
    return None
