"""A booking as it goes over the wire, on the socket and over HTTP.

Source: sessions.md "Over HTTP". Instants are RFC 3339 in UTC, null where there is none; amounts are in the currency's
minor unit.
"""

from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, Struct

from quotas.bookings import Booking, BookingKind, BookingState, Price, billable, counts, state_of
from quotas.instant import text, text_or_none
from quotas.money import Split, split
from quotas.plans import Service, SessionPolicy


class JoinsView(Struct, frozen=True):
    """When each side first joined."""

    member: str | None
    mentor: str | None


class BookingView(Struct, frozen=True):
    """A booking as it stands at the moment of the answer; nothing need happen for its state to change.

    `counts` says whether its units are spent, `billable` whether the mentor is paid for it, `late` whether the member
    cancelled it on short notice. `sequence` grows with every change that calendars must hear of; `moved_from` is the
    start that it had before. `join_url` is the link of a video call, where the platform has set one.
    """

    id: str
    conversation: str
    member: str
    mentor: str
    service: Service
    kind: BookingKind
    starts_at: str
    ends_at: str
    minutes: int
    units: Annotated[int, Meta(description="Credits of 30 minutes that it costs, where it is of kind `plan`.")]
    state: BookingState
    late: bool
    counts: bool
    billable: bool
    price: Price | None
    split: Split | None
    joins: JoinsView
    sequence: int
    join_url: str | None
    moved_from: str | None


def booking_view(booking: Booking, policy: SessionPolicy, now: int) -> BookingView:
    """The booking at `now` (ms)."""
    return BookingView(
        id=booking.id,
        conversation=booking.conversation,
        member=booking.member,
        mentor=booking.mentor,
        service=booking.service,
        kind=booking.kind,
        starts_at=text(booking.starts_at),
        ends_at=text(booking.ends_at),
        minutes=booking.minutes,
        units=booking.units,
        state=state_of(booking, policy, now),
        late=booking.cancelled is not None and booking.cancelled.late,
        counts=counts(booking, policy, now),
        billable=billable(booking, policy, now),
        price=booking.price,
        split=split(booking.price.amount, policy.mentor_share) if booking.price else None,
        joins=JoinsView(text_or_none(booking.member_joined_at), text_or_none(booking.mentor_joined_at)),
        sequence=booking.sequence,
        join_url=join_url(booking, policy),
        moved_from=text_or_none(booking.moved_from),
    )


def join_url(booking: Booking, policy: SessionPolicy) -> str | None:
    """Where its video call is held; None for live chats, and where the policy names no place."""
    if booking.service != "video_call" or policy.join_url is None:
        return None
    return policy.join_url.replace("{booking}", quote(booking.id, safe=""))
