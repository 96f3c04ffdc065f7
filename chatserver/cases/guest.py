"""The conversation with the mentor of a one-off session: named after its case."""

_BEGINS = "guest-"


def guest_conversation(ref: str) -> str:
    """The id of the conversation of the case with that ref."""
    return f"{_BEGINS}{ref}"


def case_of_guest(conversation: str) -> str | None:
    """The ref of the case that a conversation would be of by its id; None where it cannot be."""
    return conversation.removeprefix(_BEGINS) if conversation.startswith(_BEGINS) else None
