"""A switch that the product opens on support's behalf: where a mentor does not fit, leaves or is removed."""

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_log import CaseLog, new_ref
from chatserver.cases.case_record import KeptCase
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from quotas.cases.record import Case, CaseActor, open_case

ON_BEHALF_OF_SUPPORT = CaseActor("", "support")
"""So that it is nobody's to withdraw, and its member reads of it from the proposal on."""


class Switches:
    """Opens `mentor_switch` cases."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    async def open(self, connection: AsyncConnection, conversation: ConversationRecord, now: int) -> KeptCase:
        """The switch that is open in the conversation, whose row is locked; a new one where there is none."""
        if (known := await cases.open_one(connection, conversation.id, "mentor_switch")) is not None:
            return known
        case = open_case(
            new_ref(now),
            "mentor_switch",
            conversation=conversation.id,
            member=conversation.member,
            by=ON_BEHALF_OF_SUPPORT,
            now=now,
        )
        assert isinstance(case, Case), case  # noqa: S101 - support opens every kind
        return await self._log.create(connection, case, conversation, now)

    async def open_once(
        self, connection: AsyncConnection, conversation: ConversationRecord, because: str, now: int
    ) -> KeptCase:
        """As `open`; the same reason again finds the same one, also where that has ended since."""
        name = f"switch/{because}/{conversation.id}"
        known = await cases.named(connection, ON_BEHALF_OF_SUPPORT.id, name)
        if known is not None and (kept := await cases.find(connection, known)) is not None:
            return kept
        kept = await self.open(connection, conversation, now)
        await cases.name(connection, ON_BEHALF_OF_SUPPORT.id, name, kept.case.id)
        return kept
