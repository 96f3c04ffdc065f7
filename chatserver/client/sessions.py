"""What one person asks of a server about sessions, over HTTP; and what is read of its answers.

Instants are RFC 3339 in UTC, amounts in the currency's minor unit. Fields that are not known are passed over.
"""

from collections.abc import Mapping
from typing import Literal, TypeVar
from urllib.parse import quote

from msgspec import Struct, field

from chatserver.client import http
from chatserver.protocol.sessions import BookingView
from quotas.bookings import BookingKind, Price
from quotas.plans import Service

BookingVerb = Literal["cancel", "join", "finish", "no-show"]
"""What is done with a booking beside moving it."""

Said = TypeVar("Said", bound=Struct)


class UnansweredMessageSaid(Struct, frozen=True):
    """A message by its place."""

    seq: int


class UnansweredSaid(Struct, frozen=True):
    """What a member wrote in the conversation before, and nobody answered."""

    conversation: str
    messages: list[UnansweredMessageSaid]


class ConversationSaid(Struct, frozen=True):
    """What is read of a conversation. `unanswered` is what may be sent on, null where there is nothing."""

    id: str
    member: str
    mentor: str
    plan: str
    zone: str
    unanswered: UnansweredSaid | None = None


class BookingsSaid(Struct, frozen=True):
    """Bookings by their start, as they stand at `now`."""

    now: str
    bookings: list[BookingView]


class CancellationSaid(Struct, frozen=True):
    """What cancelling would mean now: late is paid, and `units` stay spent. `movable`: it may be moved instead."""

    late: bool
    units: int
    movable: bool


class PeriodSaid(Struct, frozen=True):
    """A subscription month."""

    since: str = field(name="from")
    until: str


class CreditEntrySaid(Struct, frozen=True):
    """A change of the period's credits: by a booking, or by a correction with its reason."""

    at: str
    units: int
    booking: str | None
    correction: str | None
    reason: str | None


class CreditsSaid(Struct, frozen=True):
    """The credits of a period; numbers are null where the plan gives without limit or has no sessions."""

    period: PeriodSaid
    allowance: int | None
    used: int | None
    corrected: int | None
    left: int | None
    over: int | None
    entries: list[CreditEntrySaid]


class SlotsSaid(Struct, frozen=True):
    """A mentor's free starts."""

    mentor: str
    zone: str
    service: Service
    minutes: int
    slots: list[str]


class StretchSaid(Struct, frozen=True):
    """Open from `from` until before `until`, local times."""

    since: str = field(name="from")
    until: str


class WeeklySaid(Struct, frozen=True):
    """Open on that day of each week."""

    weekday: str
    since: str = field(name="from")
    until: str


class DaySaid(Struct, frozen=True):
    """What holds on that date in place of its weekday."""

    date: str
    open: list[StretchSaid]


class HoursSaid(Struct, frozen=True):
    """When a mentor may be booked."""

    mentor: str
    zone: str
    weekly: list[WeeklySaid]
    exceptions: list[DaySaid]
    buffer_minutes: int
    notice_hours: int
    updated_at: str | None


class BookingWish(Struct, frozen=True, omit_defaults=True):
    """What is to be booked."""

    conversation: str
    service: Service
    starts_at: str
    minutes: int
    kind: BookingKind = "plan"
    price: Price | None = None


class SessionCalls:
    """All methods raise AnswerError, and RefusedAnswerError where the rules say no. They wait for the answer."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    # Reading

    def conversation(self, id: str) -> ConversationSaid:
        return self._get(f"/v1/conversations/{_part(id)}", {}, ConversationSaid)

    def bookings(self, conversation: str, since: str | None = None, until: str | None = None) -> BookingsSaid:
        """Those that start from `since` (None: a day ago) on, and before `until`."""
        query = _given({"from": since, "until": until})
        return self._get(f"/v1/conversations/{_part(conversation)}/bookings", query, BookingsSaid)

    def booking(self, id: str) -> BookingView:
        return self._get(f"/v1/bookings/{_part(id)}", {}, BookingView)

    def cancellation(self, id: str) -> CancellationSaid:
        """What cancelling it would mean if this person did it now."""
        return self._get(f"/v1/bookings/{_part(id)}/cancellation", {}, CancellationSaid)

    def credits(self, conversation: str, day: str | None = None) -> CreditsSaid:
        """Of the period that contains `day` (None: today)."""
        return self._get(f"/v1/conversations/{_part(conversation)}/credits", _given({"day": day}), CreditsSaid)

    def slots(
        self, mentor: str, minutes: int, service: Service, since: str | None = None, until: str | None = None
    ) -> SlotsSaid:
        query = _given({"minutes": f"{minutes}", "service": service, "from": since, "until": until})
        return self._get(f"/v1/mentors/{_part(mentor)}/slots", query, SlotsSaid)

    def hours(self, mentor: str) -> HoursSaid:
        return self._get(f"/v1/mentors/{_part(mentor)}/hours", {}, HoursSaid)

    # Doing

    def book(self, id: str, wish: BookingWish) -> BookingView:
        """The same id with the same content again is the same booking."""
        return self._say("PUT", f"/v1/bookings/{_part(id)}", wish, BookingView)

    def move(self, id: str, starts_at: str) -> BookingView:
        return self._say("PATCH", f"/v1/bookings/{_part(id)}", {"starts_at": starts_at}, BookingView)

    def do(self, id: str, verb: BookingVerb, content: Mapping[str, object] | None = None) -> BookingView:
        """Cancel it, join it, finish it, or confirm that the member did not come."""
        body = dict(content or {}) if verb == "cancel" else None
        return self._say("POST", f"/v1/bookings/{_part(id)}/{verb}", body, BookingView)

    def correct(self, conversation: str, id: str, units: int, reason: str, day: str | None = None) -> CreditsSaid:
        """Add units, or below 0 take some. The same id with the same content again is the same correction."""
        content = {"id": id, "units": units, "reason": reason, "day": day}
        return self._say("POST", f"/v1/conversations/{_part(conversation)}/credits/corrections", content, CreditsSaid)

    def put_hours(self, mentor: str, hours: Mapping[str, object]) -> HoursSaid:
        """In place of what was set."""
        return self._say("PUT", f"/v1/mentors/{_part(mentor)}/hours", hours, HoursSaid)

    def _get(self, path: str, query: dict[str, str], kind: type[Said]) -> Said:
        return http.get(self._url, path, query, self._token, kind)

    def _say(self, method: str, path: str, content: object, kind: type[Said]) -> Said:
        return http.say(self._url, method, path, content, self._token, kind)


def _part(id: str) -> str:
    return quote(id, safe="")


def _given(query: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value is not None}
