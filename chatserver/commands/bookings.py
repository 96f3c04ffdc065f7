"""`chatserver bookings`: the list, and what is done with one of them."""

from typing import Annotated, Literal

from cyclopts import App, Parameter

from chatserver.client.sessions import Verb
from chatserver.commands.asking import AS_USUAL, Asked, asking, print_booking, print_json
from chatserver.commands.screen import screen
from chatserver.terminal.session_tables import show_bookings

bookings = App(name="bookings")


@bookings.default
def listed(
    conversation: str,
    /,
    *,
    since: Annotated[str | None, Parameter(name="--from")] = None,
    until: str | None = None,
    asked: Asked = AS_USUAL,
) -> None:
    """Show a conversation's sessions; `bookings move ID START` and the like change one.

    Parameters
    ----------
    conversation
        Id of the conversation.
    since
        Those that start from this instant or local time on; since a day ago by default.
    until
        Those that start before it.
    """
    with asking(asked) as ask:
        ask.conversation(conversation)
        span = [None if text is None else ask.start(text, conversation) for text in (since, until)]
        found = ask.calls.bookings(conversation, *span)
        if asked.as_json:
            print_json(found)
        else:
            show_bookings(screen, found.bookings, ask.zone)


@bookings.command
def move(booking: str, start: str, /, *, asked: Asked = AS_USUAL) -> None:
    """Move a session to another start; it keeps its credit, price and kind.

    Parameters
    ----------
    booking
        Its id, as `chatserver bookings CONVERSATION` shows it.
    start
        An instant such as 2026-12-03T18:00+01:00, or a local time such as '2026-12-03 18:00', 'thu 18:00' or 18:00.
    """
    with asking(asked) as ask:
        conversation = ask.conversation(ask.calls.booking(booking).conversation)
        print_booking(asked, ask, "Moved", ask.calls.move(booking, ask.start(start, conversation.id)))


@bookings.command
def cancel(booking: str, /, *, counts: Literal["yes", "no"] | None = None, asked: Asked = AS_USUAL) -> None:
    """Call a session off. Its credit stays spent as a rule: `bookings move` keeps it.

    Parameters
    ----------
    booking
        Its id.
    counts
        For support: whether its credit stays spent.
    """
    _done(booking, "cancel", "Cancelled", asked, {} if counts is None else {"counts": counts == "yes"})


@bookings.command
def finish(booking: str, /, *, asked: Asked = AS_USUAL) -> None:
    """End a session early, or close a video call (mentor, support).

    Parameters
    ----------
    booking
        Its id.
    """
    _done(booking, "finish", "Finished", asked)


@bookings.command(name="no-show")
def no_show(booking: str, /, *, asked: Asked = AS_USUAL) -> None:
    """Confirm, for good, that the member did not come (mentor, support).

    Parameters
    ----------
    booking
        Its id.
    """
    _done(booking, "no-show", "Confirmed", asked)


def _done(booking: str, verb: Verb, happened: str, asked: Asked, content: dict[str, object] | None = None) -> None:
    with asking(asked) as ask:
        ask.conversation(ask.calls.booking(booking).conversation)
        print_booking(asked, ask, happened, ask.calls.do(booking, verb, content))
