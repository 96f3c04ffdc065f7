"""A mentor's hours as they go over HTTP and into exports."""

from msgspec import Struct

from chatserver.sessions.hours import HoursRecord
from chatserver.sessions.hours_requests import DayHours, OpenHours, WeeklyHours
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


def hours_view(record: HoursRecord) -> HoursView:
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
