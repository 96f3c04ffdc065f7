"""A mentor hears of a member who goes on with them: by a switch, or because they were chosen."""

from chatserver.conversations.conversation import ConversationRecord
from chatserver.notices.fact import Fact


def new_member(conversation: ConversationRecord, at: int) -> Fact:
    """Once for each conversation. Whom the member comes from, and why, is none of the mentor's business."""
    return Fact(
        event="conversation.added",
        mark=conversation.id,
        at=at,
        conversation=conversation.id,
        member=conversation.member,
        mentor=conversation.mentor,
    )
