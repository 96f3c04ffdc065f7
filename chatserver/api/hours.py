"""A mentor's hours over HTTP."""

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError, invalid
from chatserver.api.roles import MENTOR
from chatserver.conversations.requests import Invalid, Missing
from chatserver.sessions.hours import HoursRecord
from chatserver.sessions.hours_requests import HoursDetails
from chatserver.sessions.hours_view import HoursView, hours_view


async def put_hours(call: HttpCall[NoQuery, HoursDetails]) -> HttpAnswer:
    _require_self(call.id, call.identity.user)
    match await call.context.hours.put(call.id, call.body):
        case HoursRecord() as record:
            return HttpAnswer(200, hours_view(record))
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise no_mentor(call.id)


async def get_hours(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    _require_self(call.id, call.identity.user)
    record = await call.context.hours.find(call.id)
    if record is None:
        raise no_mentor(call.id)
    return HttpAnswer(200, hours_view(record))


def no_mentor(id: str) -> ProblemError:
    """The same whether there is none, or one of other people."""
    return ProblemError(404, f"there is no mentor {id!r} for this token")


def _require_self(id: str, user: str) -> None:
    """A mentor has their own hours only. Raises ProblemError 404."""
    if id != user:
        raise no_mentor(id)


PUT_HOURS = Operation(
    method="PUT",
    path="/v1/mentors/{id}/hours",
    name="putHours",
    summary="Set when a mentor may be booked by their members, in place of what was set. What is booked stays booked.",
    handler=put_hours,
    query=NoQuery,
    body=HoursDetails,
    roles=MENTOR,
    answers={200: (HoursView, "The hours as they are now.")},
    refusals=(404,),
)

GET_HOURS = Operation(
    method="GET",
    path="/v1/mentors/{id}/hours",
    name="getHours",
    summary="When a mentor may be booked by their members. Mentors see their own.",
    handler=get_hours,
    query=NoQuery,
    roles=MENTOR,
    answers={200: (HoursView, "The hours.")},
    refusals=(404,),
)
