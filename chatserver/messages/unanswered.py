"""What a member wrote that nobody answered before their conversation was handed on: theirs to send on, or not."""

from collections.abc import Sequence

from chatserver.conversations.conversation import ConversationRecord
from chatserver.messages.log import PAGE, KeptMessages, LoggedHead

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
    found: list[LoggedHead] = []
    until = await messages.last_seq(before.id) + 1
    while until > 1 and len(found) < MOST:
        page = await messages.heads(before.id, max(0, until - 1 - PAGE), until, PAGE)
        for message in reversed(page):
            if message.head.is_mentors_word:
                return found[::-1]
            if message.head.role == "member" and message.head.is_text and len(found) < MOST:
                found.append(message)
        until = page[0].seq if page else 0
    return found[::-1]
