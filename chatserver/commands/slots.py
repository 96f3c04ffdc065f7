"""`chatserver slots`."""

from typing import Annotated, Literal

from cyclopts import Parameter

from chatserver.commands.asking import AS_USUAL, QuestionFlags, asking, print_json
from chatserver.commands.screen import screen
from chatserver.terminal.session_tables import show_slots
from quotas.plans import Service


def slots(
    conversation: str,
    /,
    *,
    minutes: Literal[30, 45, 60, 90] = 30,
    service: Service = "video_call",
    since: Annotated[str | None, Parameter(name="--from")] = None,
    until: str | None = None,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Show when the mentor of a conversation can be booked: two weeks ahead by default.

    Parameters
    ----------
    conversation
        Id of the conversation.
    minutes
        How long the session is to last.
    service
        A video_call or a live_chat.
    since
        Starts from this instant or local time on; now by default.
    until
        Starts before it; at most 62 days later.
    """
    with asking(asked) as ask:
        found = ask.conversation(conversation)
        span = [None if text is None else ask.start(text, conversation) for text in (since, until)]
        free = ask.calls.slots(found.mentor, minutes, service, *span)
        if asked.as_json:
            print_json(free)
        else:
            show_slots(screen, free.slots, ask.zone)
