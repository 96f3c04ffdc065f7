"""Since when a member has been quiet: looked up in what the server keeps anyway."""

from msgspec import Struct

from chatserver.cases.case_openings import SIGNS
from chatserver.cases.rows import quiet_members
from chatserver.conversations.conversation import ConversationRecord
from chatserver.messages.log import PAGE, KeptMessages
from chatserver.records.database import Database
from quotas.cases.ghosting import WrittenMessage, ghosting_suggested_at, quiet_since
from quotas.ledger.redis import RedisLedger

MOST_PAGES = 5
"""Of messages that are looked through, from the newest one back."""


class QuietStretch(Struct, frozen=True):
    """Nothing was heard of a member since `since`; from `suggested_at` on their mentor is asked. Both in ms."""

    since: int
    suggested_at: int
    read: int
    """The seq up to which they have read."""


class QuietLook:
    """Its method raises StoreError and DatabaseError."""

    def __init__(self, database: Database, ledger: RedisLedger, messages: KeptMessages) -> None:
        self._database = database
        self._ledger = ledger
        self._messages = messages

    async def stretch(self, conversation: ConversationRecord, quiet: int, now: int) -> QuietStretch | None:
        """The one that lasts, where the mentor has written often enough; `quiet` is how many ms it must last."""
        standing = await self._ledger.standing(conversation.id)
        if standing is None:
            return None
        read = standing.member_read
        written = await self._written(conversation.id, standing.last_seq + 1)
        async with self._database.read() as connection:
            known = await quiet_members.find(connection, conversation.id)
            sign = await quiet_members.last_sign(connection, conversation.id, conversation.member, list(SIGNS))
        signs = (conversation.created_at, conversation.chosen_at or 0, known.heard_at, sign)
        since = quiet_since(written, read, signs)
        if since is None:
            return None
        wrote = [each.at for each in written if not each.by_member and each.seq > read]
        at = ghosting_suggested_at(since, wrote, quiet)
        return None if at is None else QuietStretch(since, at, read)

    async def _written(self, conversation: str, before: int) -> list[WrittenMessage]:
        """The newest messages in order, back to one of the member's."""
        found: list[WrittenMessage] = []
        for _ in range(MOST_PAGES):
            page = await self._messages.heads(conversation, max(0, before - 1 - PAGE), before, PAGE)
            texts = [each for each in page if each.head.role in ("member", "mentor") and each.head.kind == "text"]
            found = [WrittenMessage(each.seq, each.at, each.head.role == "member") for each in texts] + found
            if not page or page[0].seq <= 1 or any(each.by_member for each in found):
                break
            before = page[0].seq
        return found
