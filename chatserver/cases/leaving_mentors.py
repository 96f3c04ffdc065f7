"""A mentor leaves: each of their members gets a switch, for support to find them another one."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from chatserver.cases.case_timer import set_case_timer
from chatserver.cases.switches import Switches
from chatserver.conversations.contacts import contacts
from chatserver.conversations.records import locked, records_of
from chatserver.conversations.requests import Missing
from chatserver.records.database import Database
from quotas.ledger.timers import Timers


class SwitchToCome(Struct, frozen=True):
    """The switch of one of their conversations."""

    conversation: str
    member: str
    case: str
    """Its ref."""


class Leave(Struct, frozen=True):
    """What is to become of a leaving mentor's conversations, by id."""

    switches: Sequence[SwitchToCome]
    others: Sequence[str]
    """Trials and guests' conversations that have not ended: nothing of them could go on."""


class LeavingMentors:
    """`clock` gives the store's instant. Methods raise DatabaseError, StoreError."""

    def __init__(
        self, *, database: Database, switches: Switches, timers: Timers, clock: Callable[[], Awaitable[int]]
    ) -> None:
        self._database = database
        self._switches = switches
        self._timers = timers
        self._clock = clock

    async def hand_over(self, mentor: str) -> Leave | Missing:
        """Open a switch in each of their conversations that has a plan and has not ended. The same again opens none
        where one is open."""
        async with self._database.read() as connection:
            person = (await contacts(connection, {mentor})).get(mentor)
            theirs = [each for each in await records_of(connection, mentor) if each.status != "ended"]
        if person is None or person.role != "mentor":
            return Missing()
        found = [await self._switch(each.id) for each in theirs if each.kind == "plan"]
        return Leave([each for each in found if each], [each.id for each in theirs if each.kind != "plan"])

    async def _switch(self, id: str) -> SwitchToCome | None:
        """None where the conversation has ended meanwhile."""
        now = await self._clock()
        async with self._database.begin() as connection:
            conversation = (await locked(connection, [id]))[id]
            if conversation.status == "ended":
                return None
            kept = await self._switches.open(connection, conversation, now)
        await set_case_timer(self._timers, kept)
        return SwitchToCome(id, conversation.member, kept.case.id)
