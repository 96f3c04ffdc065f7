"""Whether a member wrote or read on since a case waits for them: looked up when it matters, so that a message costs
nothing more.
"""

from chatserver.cases.case_steps import MemberSign
from chatserver.messages.log import KeptMessages
from quotas.ledger.redis import RedisLedger


class LedgerSigns:
    """Methods raise DatabaseError and StoreError."""

    def __init__(self, ledger: RedisLedger, messages: KeptMessages) -> None:
        self._ledger = ledger
        self._messages = messages

    async def since(self, conversation: str, since: int, read: int, now: int) -> MemberSign | None:
        """The first message after `since`; else, as of `now`, that they have read further than `read`."""
        written = await self._messages.first_by(conversation, "member", since + 1, now + 1)
        if written is not None:
            return MemberSign("message", written.at)
        return MemberSign("read", now) if await self.read_upto(conversation) > read else None

    async def read_upto(self, conversation: str) -> int:
        """How far the member has read, as a seq."""
        standing = await self._ledger.standing(conversation)
        return standing.member_read if standing else 0
