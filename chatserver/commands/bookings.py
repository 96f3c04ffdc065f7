"""`chatserver bookings`: the list, and what is done with one of them."""

from typing import Annotated, Literal

from cyclopts import App, Parameter

from chatserver.client.sessions import BookingVerb, CancellationSaid
from chatserver.commands.asking import AS_USUAL, QuestionFlags, asking, print_booking, print_json
from chatserver.commands.screen import errors, screen
from chatserver.settings import SettingsError
from chatserver.terminal.refusals import units
from chatserver.terminal.session_tables import EN, show_bookings

bookings = App(name="bookings")


@bookings.default
def listed(
    conversation: str,
    /,
    *,
    since: Annotated[str | None, Parameter(name="--from")] = None,
    until: str | None = None,
    asked: QuestionFlags = AS_USUAL,
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
def move(booking: str, start: str, /, *, asked: QuestionFlags = AS_USUAL) -> None:
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
def cancel(
    booking: str,
    /,
    *,
    yes: Annotated[bool, Parameter(negative="")] = False,
    counts: Literal["yes", "no"] | None = None,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Call a session off. Says first what that costs, and whether it can be moved instead.

    Parameters
    ----------
    booking
        Its id.
    yes
        Do not ask first.
    counts
        For support: whether its credit stays spent.
    """
    with asking(asked) as ask:
        ask.conversation(ask.calls.booking(booking).conversation)
        if not yes:
            _confirm(ask.calls.cancellation(booking), booking)
        content = {} if counts is None else {"counts": counts == "yes"}
        print_booking(asked, ask, "Cancelled", ask.calls.do(booking, "cancel", content))


def _confirm(ahead: CancellationSaid, booking: str) -> None:
    costs = f"{units(EN, ahead.units)} {'stays' if ahead.units == 1 else 'stay'} spent"
    paid = ", and it is paid for, because it starts so soon" if ahead.late else ""
    said = f"Cancelled now, {costs}{paid}." if ahead.units else f"Cancelling it now spends no credit{paid}."
    move = (
        f"`chatserver bookings move {booking} START` keeps it."
        if ahead.movable
        else "It can no longer be moved by you."
    )
    errors.print(f"{said} {move}", highlight=False, soft_wrap=True)
    try:
        typed = errors.input("Cancel it? yes or no: ", markup=False)
    except EOFError:
        typed = ""
    if typed.strip().lower() not in ("yes", "y"):
        raise SettingsError("nothing was cancelled; scripts give --yes")


@bookings.command
def finish(booking: str, /, *, asked: QuestionFlags = AS_USUAL) -> None:
    """End a session early, or close a video call (mentor, support).

    Parameters
    ----------
    booking
        Its id.
    """
    _done(booking, "finish", "Finished", asked)


@bookings.command(name="no-show")
def no_show(booking: str, /, *, asked: QuestionFlags = AS_USUAL) -> None:
    """Confirm, for good, that the member did not come (mentor, support).

    Parameters
    ----------
    booking
        Its id.
    """
    _done(booking, "no-show", "Confirmed", asked)


def _done(booking: str, verb: BookingVerb, happened: str, asked: QuestionFlags) -> None:
    with asking(asked) as ask:
        ask.conversation(ask.calls.booking(booking).conversation)
        print_booking(asked, ask, happened, ask.calls.do(booking, verb))
