"""By which name people are met in a conversation."""

from chatserver.protocol.events import ConversationView


def called(person: str, conversation: ConversationView) -> str:
    """As they are called there; by their id where no name of theirs is known."""
    return conversation.names.get(person) or person
