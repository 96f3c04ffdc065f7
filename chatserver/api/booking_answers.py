"""What all operations on a booking share: whose it is, how it is shown, and how what was asked of it ends."""

from typing import assert_never

from chatserver.access.tokens import Identity
from chatserver.api.conversations import may_read
from chatserver.api.operation import ApiContext, HttpAnswer
from chatserver.api.problem import ProblemError, RefusedError, invalid
from chatserver.api.session_refusals import session_refusal
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.protocol.sessions import BookingView, booking_view
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from quotas.bookings import Booking


async def own_booking(context: ApiContext, identity: Identity, id: str) -> Booking:
    """The booking where the token's person may see it. Raises ProblemError 404: others learn nothing of it."""
    booking = await context.bookings.find(id)
    if booking is None or not may_read(identity, booking):
        raise no_booking(id)
    return booking


def no_booking(id: str) -> ProblemError:
    """The same whether there is none, or one of other people."""
    return ProblemError(404, f"there is no booking {id!r} for this token")


async def shown(context: ApiContext, booking: Booking) -> BookingView:
    """The booking as it stands now."""
    return booking_view(booking, context.session_policy, await context.clock())


async def refusal_of(context: ApiContext, refused: BookingRefused) -> RefusedError:
    """The problem for what the rules do not allow now."""
    return session_refusal(refused, context.session_policy, await context.clock())


async def booking_answer(
    context: ApiContext, outcome: BookingDone | BookingRefused | Conflict | Missing | Invalid
) -> HttpAnswer:
    """Raises ProblemError where it was not done."""
    match outcome:
        case BookingDone(booking, created):
            return HttpAnswer(201 if created else 200, await shown(context, booking))
        case BookingRefused():
            raise await refusal_of(context, outcome)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise ProblemError(404, "there is no such conversation or booking for this token")
        case never:
            assert_never(never)
