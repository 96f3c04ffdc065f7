"""What a member wrote that nobody answered before their conversation was handed on: theirs to send on, or not."""

from collections.abc import Sequence

from chatserver.conversations.conversation import ConversationRecord
from chatserver.messages.log import KeptMessages
from chatserver.messages.waiting import LoggedHead

MOST = 100
"""Messages that are offered: the last ones."""


async def unanswered(
    messages: KeptMessages, before: ConversationRecord, after: ConversationRecord
) -> Sequence[LoggedHead]:
    """Those of the member behind the mentor's last word in `before`, in order, where `after` goes on with it.

    None once the member has written there since: what they wanted to say again they have. Raises as KeptMessages.
    """
    if await messages.first_by(after.id, "member", before.updated_at, 2**53) is not None:
        return []
    return (await messages.unanswered(before.id))[-MOST:]
