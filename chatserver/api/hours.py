"""A mentor's hours over HTTP."""

from msgspec import Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError, invalid
from chatserver.api.roles import MENTOR
from chatserver.conversations.requests import Invalid, Missing
from chatserver.sessions.hours import HoursRecord
from chatserver.sessions.hours_requests import DayHours, HoursDetails, OpenHours, WeeklyHours
from quotas import instant
from quotas.hours import DayException, clock_of


class HoursView(Struct, frozen=True):
    """When a mentor may be booked by their members, in local time of `zone`; closed all the time until it is set.

    Exceptions hold in place of their weekday; one without stretches closes its date. `updated_at` is RFC 3339 in UTC.
    """

    mentor: str
    zone: str
    weekly: list[WeeklyHours]
    exceptions: list[DayHours]
    buffer_minutes: int
    notice_hours: int
    updated_at: str | None


async def put_hours(call: HttpCall[NoQuery, HoursDetails]) -> HttpAnswer:
    _require_self(call.id, call.identity.user)
    match await call.context.hours.put(call.id, call.body):
        case HoursRecord() as record:
            return HttpAnswer(200, _resource(record))
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise no_mentor(call.id)


async def get_hours(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    _require_self(call.id, call.identity.user)
    record = await call.context.hours.find(call.id)
    if record is None:
        raise no_mentor(call.id)
    return HttpAnswer(200, _resource(record))


def no_mentor(id: str) -> ProblemError:
    """The same whether there is none, or one of other people."""
    return ProblemError(404, f"there is no mentor {id!r} for this token")


def _require_self(id: str, user: str) -> None:
    """A mentor has their own hours only. Raises ProblemError 404."""
    if id != user:
        raise no_mentor(id)


def _resource(record: HoursRecord) -> HoursView:
    hours = record.hours
    return HoursView(
        mentor=record.mentor,
        zone=hours.zone,
        weekly=[
            WeeklyHours(each.weekday, clock_of(each.stretch.start), clock_of(each.stretch.end)) for each in hours.weekly
        ],
        exceptions=[_day(each) for each in hours.exceptions],
        buffer_minutes=hours.buffer_minutes,
        notice_hours=hours.notice_hours,
        updated_at=instant.text_or_none(record.updated_at),
    )


def _day(exception: DayException) -> DayHours:
    return DayHours(exception.day, [OpenHours(clock_of(each.start), clock_of(each.end)) for each in exception.open])


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
