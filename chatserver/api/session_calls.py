"""What happens in a session, over HTTP: joined, finished, its no-show confirmed; and its place in a calendar."""

from chatserver.api.booking_answers import booking_answer, own_booking
from chatserver.api.negotiation import CALENDAR, language
from chatserver.api.operation import Form, HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import MENTOR_OR_SUPPORT, PAIR
from chatserver.notices.calendar_file import CalendarEntry, calendar_file
from chatserver.protocol.sessions import BookingView
from quotas.bookings import Side


async def join_booking(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """Only members and mentors come here."""
    await own_booking(call.context, call.identity, call.id)
    side: Side = "member" if call.identity.role == "member" else "mentor"
    return await booking_answer(call.context, await call.context.bookings.join(call.id, side))


async def finish_booking(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    await own_booking(call.context, call.identity, call.id)
    return await booking_answer(call.context, await call.context.bookings.finish(call.id, call.identity.role))


async def confirm_no_show(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    await own_booking(call.context, call.identity, call.id)
    return await booking_answer(call.context, await call.context.bookings.no_show(call.id, call.identity.role))


async def get_calendar(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """Titled for whoever reads it: with the name of the other side."""
    context = call.context
    booking = await own_booking(context, call.identity, call.id)
    other = await context.provisioning.get_person(booking.mentor if call.identity.role == "member" else booking.member)
    return HttpAnswer(
        200,
        CalendarEntry(
            booking,
            context.session_policy,
            other.name if other else "",
            language(call.headers.get("accept-language", "")),
        ),
    )


JOIN_BOOKING = Operation(
    method="POST",
    path="/v1/bookings/{id}/join",
    name="joinBooking",
    summary="Be there: by a video link, say. Possible from shortly before the start until the booked end.",
    handler=join_booking,
    query=NoQuery,
    roles=PAIR,
    answers={200: (BookingView, "The booking as it is now.")},
    refusals=(404,),
    refuses=True,
)

FINISH_BOOKING = Operation(
    method="POST",
    path="/v1/bookings/{id}/finish",
    name="finishBooking",
    summary="End a session early, or close a video call. Both have joined, and it runs.",
    handler=finish_booking,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (BookingView, "The booking as it is now.")},
    refusals=(404,),
    refuses=True,
)

CONFIRM_NO_SHOW = Operation(
    method="POST",
    path="/v1/bookings/{id}/no-show",
    name="confirmNoShow",
    summary="Confirm that the member did not come, for good. It ends the session.",
    handler=confirm_no_show,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (BookingView, "The booking as it is now.")},
    refusals=(404,),
    refuses=True,
)

GET_CALENDAR = Operation(
    method="GET",
    path="/v1/bookings/{id}/calendar",
    name="getBookingCalendar",
    summary="The booking as a file for the calendar of whoever asks, titled by `Accept-Language` (en, nb, da).",
    handler=get_calendar,
    query=NoQuery,
    roles=PAIR,
    forms=(Form(CALENDAR, calendar_file, (("Content-Disposition", 'attachment; filename="session.ics"'),)),),
    answers={200: (CalendarEntry, "iCalendar (RFC 5545), its instants in UTC.")},
    refusals=(404,),
)
