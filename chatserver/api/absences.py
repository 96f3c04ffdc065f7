"""A mentor's absences over HTTP."""

from msgspec import Struct

from chatserver.access.tokens import Identity
from chatserver.api.fields import ID_PATTERN
from chatserver.api.hours import no_mentor
from chatserver.api.operation import ApiContext, HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import ProblemError, invalid
from chatserver.api.roles import MENTOR_OR_SUPPORT
from chatserver.conversations.requests import Invalid, Missing
from chatserver.protocol.commands import NAME_ALLOWED
from chatserver.protocol.sessions import BookingView, booking_view
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from quotas import instant


class AbsenceView(Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """From when until when a mentor is away, and who stands in. `bookings` lie within it: they stay until moved.

    Instants are RFC 3339 in UTC.
    """

    mentor: str
    id: str
    since: str
    until: str
    substitute: str | None
    set_at: str
    bookings: list[BookingView]


class AbsenceList(Struct, frozen=True):
    """A mentor's absences that are not over at `now`, by their beginning; `zone` is the mentor's own."""

    mentor: str
    zone: str
    now: str
    absences: list[AbsenceView]


ABSENCE_ID = PathPart("absence", ID_PATTERN, NAME_ALLOWED)


async def put_absence(call: HttpCall[NoQuery, AbsenceDetails]) -> HttpAnswer:
    _require(call.id, call.identity)
    match await call.context.absences.put(call.id, call.parts["absence"], call.body):
        case AbsenceWritten() as written:
            return HttpAnswer(201 if written.created else 200, await _resource(call.context, written))
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise no_mentor(call.id)


async def get_absence(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    _require(call.id, call.identity)
    id = call.parts["absence"]
    if (found := await call.context.absences.find(call.id, id)) is None:
        raise ProblemError(404, f"there is no absence {id!r} of {call.id!r} for this token")
    return HttpAnswer(200, await _resource(call.context, found))


async def list_absences(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    _require(call.id, call.identity)
    found = await call.context.absences.coming(call.id)
    if isinstance(found, Missing):
        raise no_mentor(call.id)
    absences = [await _resource(call.context, each) for each in found.absences]
    return HttpAnswer(200, AbsenceList(call.id, found.zone, instant.text(found.now), absences))


async def delete_absence(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    _require(call.id, call.identity)
    if await call.context.absences.remove(call.id, call.parts["absence"]) is not None:
        raise no_mentor(call.id)
    return HttpAnswer(204)


def _require(mentor: str, identity: Identity) -> None:
    """A mentor has their own absences only, support those of all. Raises ProblemError 404."""
    if identity.role == "mentor" and identity.user != mentor:
        raise no_mentor(mentor)


async def _resource(context: ApiContext, written: AbsenceWritten) -> AbsenceView:
    absence, now = written.absence, await context.clock()
    return AbsenceView(
        mentor=absence.mentor,
        id=absence.id,
        since=instant.text(absence.since),
        until=instant.text(absence.until),
        substitute=absence.substitute,
        set_at=instant.text(absence.set_at),
        bookings=[booking_view(each, context.session_policy, now) for each in written.bookings],
    )


PUT_ABSENCE = Operation(
    method="PUT",
    path="/v1/mentors/{id}/absences/{absence}",
    name="putAbsence",
    summary="Say when a mentor is away and who stands in, or change it. Their slots vanish; what is booked is listed.",
    handler=put_absence,
    query=NoQuery,
    body=AbsenceDetails,
    roles=MENTOR_OR_SUPPORT,
    parts=(ABSENCE_ID,),
    answers={200: (AbsenceView, "The absence was known."), 201: (AbsenceView, "The absence is new.")},
    refusals=(404,),
)

GET_ABSENCE = Operation(
    method="GET",
    path="/v1/mentors/{id}/absences/{absence}",
    name="getAbsence",
    summary="An absence of a mentor. Mentors see their own.",
    handler=get_absence,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    parts=(ABSENCE_ID,),
    answers={200: (AbsenceView, "The absence.")},
    refusals=(404,),
)

LIST_ABSENCES = Operation(
    method="GET",
    path="/v1/mentors/{id}/absences",
    name="listAbsences",
    summary="A mentor's absences that are not over. Mentors see their own.",
    handler=list_absences,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (AbsenceList, "The absences.")},
    refusals=(404,),
)

DELETE_ABSENCE = Operation(
    method="DELETE",
    path="/v1/mentors/{id}/absences/{absence}",
    name="deleteAbsence",
    summary="The mentor is not away, or back already. One that is gone is nothing wrong.",
    handler=delete_absence,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    parts=(ABSENCE_ID,),
    answers={204: (None, "There is no such absence any more.")},
    refusals=(404,),
)
