"""What cases ask about people: one is warned, one is removed, a business hears that its member leaves.

Each may be done again: the same again changes nothing.
"""

import time
from collections.abc import Awaitable, Callable
from hashlib import blake2b

from msgspec.structs import replace

from chatserver.access.revocation import Revocations
from chatserver.cases.case_timer import set_case_timer
from chatserver.cases.effects import CaseEffects, EffectImpossible
from chatserver.cases.switches import Switches
from chatserver.conversations.contacts import Contact, contacts
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Provisioning, write_change
from chatserver.conversations.records import locked, records_of
from chatserver.conversations.requests import Written
from chatserver.notices.fact import NOBODY, Fact
from chatserver.notices.noting import Noting
from chatserver.records.database import Database
from chatserver.sessions.appointments import BookedSessions
from chatserver.sessions.telling import SessionTelling
from quotas.cases.record import Case
from quotas.ledger.timers import Timers


class PeopleEffects:
    """Each is an `EffectDoer`. `clock` gives the store's instant, `real_clock` the one that tokens are issued by."""

    def __init__(
        self,
        *,
        database: Database,
        provisioning: Provisioning,
        appointments: BookedSessions,
        telling: SessionTelling,
        switches: Switches,
        timers: Timers,
        revocations: Revocations,
        noting: Noting,
        clock: Callable[[], Awaitable[int]],
        real_clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._database = database
        self._provisioning = provisioning
        self._appointments = appointments
        self._telling = telling
        self._switches = switches
        self._timers = timers
        self._revocations = revocations
        self._noting = noting
        self._clock = clock
        self._real_clock = real_clock

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {
            "open_switch": self.open_switch,
            "warn_person": self.warn_person,
            "remove_person": self.remove_person,
            "tell_business": self.tell_business,
        }

    async def open_switch(self, case: Case, at: int) -> str:
        """In the case's conversation; the ref of the switch."""
        now = await self._clock()
        async with self._database.begin() as connection:
            conversation = (await locked(connection, [case.conversation])).get(case.conversation)
            if conversation is None or conversation.status == "ended":
                raise EffectImpossible("the conversation has ended")
            switch = await self._switches.open_once(connection, conversation, case.id, now)
        await set_case_timer(self._timers, switch)
        return switch.case.id

    async def warn_person(self, case: Case, at: int) -> str:
        """They are told of conduct: of no report, no conversation, and nobody who would know of it."""
        person = await self._concerned(case)
        # Not the case's ref: nothing that they get may lead there.
        mark = blake2b(f"warned {case.id}".encode(), digest_size=12).hexdigest()
        warning = Fact(
            event="conduct.warned",
            mark=mark,
            at=at,
            member=person.id if person.role == "member" else "",
            mentor=person.id if person.role == "mentor" else "",
        )
        await self._note(warning)
        return ""

    async def remove_person(self, case: Case, at: int) -> str:
        """Their tokens are good no more, and their conversations end; a mentor's members get a switch each.

        The ids of the conversations that ended.
        """
        person = await self._concerned(case)
        # First: whoever is connected is out before anything ends.
        now = self._real_clock()
        await self._revocations.revoke(person.id, now, now)
        async with self._database.read() as connection:
            theirs = await records_of(connection, person.id)
        ended = []
        for each in theirs:
            if each.status == "ended" and each.ended_reason != "removed":
                continue
            if (over := await self._removed_from(each.id, person, case)) is not None:
                # Also of one that had ended so before: a process may have died before this was told.
                await self._provisioning.project(over)
                await self._telling.tell(over.id)
                ended.append(over.id)
        return " ".join(ended)

    async def _removed_from(self, id: str, person: Contact, case: Case) -> ConversationRecord | None:
        """The conversation as it has ended; None where it had ended for another reason."""
        now = await self._clock()
        switch = None
        async with self._database.begin() as connection:
            found = (await locked(connection, [id]))[id]
            if found.status == "ended":
                return found if found.ended_reason == "removed" else None
            over = replace(found, status="ended", ended_reason="removed")
            written = await write_change(connection, found, over, now)
            assert isinstance(written, Written), written  # noqa: S101 - it was open
            await self._appointments.end(connection, found, now)
            await self._provisioning.changed(connection, found, written.record, now)
            # A trial or a guest's session has nothing that could go on.
            if person.role == "mentor" and found.kind == "plan":
                switch = await self._switches.open_once(connection, written.record, case.id, now)
        if switch is not None:
            await set_case_timer(self._timers, switch)
        return written.record

    async def tell_business(self, case: Case, at: int) -> str:
        """By webhook, where a business pays."""
        if case.payer != "business":
            return ""
        leaving = Fact(
            event="membership.cancelled",
            mark=f"{case.id}/{at}",
            at=at,
            member=case.member,
            roles=NOBODY,
            data={
                "asked_on": f"{case.facts.asked_on}" if case.facts.asked_on else None,
                "paid_until": f"{case.facts.paid_until}" if case.facts.paid_until else None,
                "payer": case.payer,
            },
        )
        await self._note(leaving)
        return ""

    async def _concerned(self, case: Case) -> Contact:
        person = case.facts.person or ""
        async with self._database.read() as connection:
            found = (await contacts(connection, {person})).get(person)
        if found is None or found.role not in ("member", "mentor"):
            raise EffectImpossible("the person is no member and no mentor")
        return found

    async def _note(self, fact: Fact) -> None:
        now = await self._clock()
        async with self._database.begin() as connection:
            made = await self._noting.note(connection, [fact], now)
        await self._noting.tell(made)
