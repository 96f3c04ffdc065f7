"""Sessions of GoMentor's people: hours and prices of a mentor, a live chat that is about to start, two video calls."""

from msgspec import Struct

from chatserver.app import Parts
from chatserver.sessions.hours_requests import HoursDetails, ListedPrice, ListedPrices, WeeklyHours
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from quotas.bookings import QUARTER, Booking
from quotas.instant import DAY, MINUTE
from quotas.plans import WEEKDAYS, Service
from quotas.session_book import WantedBooking

AHEAD = 2 * MINUTE
"""How long after the demo's start the live chat starts."""
SESSION_MINUTES = 30
CALLS_AFTER = (2 * DAY, 9 * DAY)
"""The video calls are at the first free time after each."""
HOURS = HoursDetails(
    weekly=[WeeklyHours(weekday, "09:00", "17:00") for weekday in WEEKDAYS[:5]], buffer_minutes=15, notice_hours=2
)
PRICES = ListedPrices([ListedPrice(30, 45_000, "NOK"), ListedPrice(45, 60_000, "NOK"), ListedPrice(60, 80_000, "NOK")])


class SessionPair(Struct, frozen=True):
    """Who are to meet, and in which conversation."""

    conversation: str
    member: str
    mentor: str


def before_a_quarter(now: int) -> int:
    """The first instant from `now` on that lies AHEAD of a quarter of an hour: sessions start on those."""
    return now + (-(now + AHEAD)) % QUARTER


async def open_the_mentor(parts: Parts, mentor: str, prices: ListedPrices) -> None:
    """Hours and prices, where there are none."""
    hours = await parts.hours.find(mentor)
    if hours is not None and not hours.updated_at:
        await parts.hours.put(mentor, HOURS)
    if not await parts.prices.find(mentor):
        await parts.prices.put(mentor, prices)


async def book_the_chat(parts: Parts, pair: SessionPair) -> None:
    """A live chat at the next quarter of an hour; where the month has no session left, one is added to it."""
    starts_at = -(-await parts.ledger.now() // QUARTER) * QUARTER
    id = f"demo-{starts_at // QUARTER}"
    outcome = await _booked(parts, pair, id, "live_chat", starts_at)
    if isinstance(outcome, BookingRefused) and outcome.reason == "no_credits":
        await parts.credits.correct(pair.conversation, id, 1, "another start of the demo")
        await _booked(parts, pair, id, "live_chat", starts_at)


async def book_the_calls(parts: Parts, pair: SessionPair) -> None:
    """Two video calls at free times, where they are missing."""
    now = await parts.ledger.now()
    for number, after in enumerate(CALLS_AFTER, start=1):
        id = f"demo-call-{number}"
        if await parts.bookings.find(id) is None:
            starts = await parts.slots.next_free(
                pair.mentor, SESSION_MINUTES, now, 1, after=now + after, member=pair.member
            )
            for starts_at in starts:
                await _booked(parts, pair, id, "video_call", starts_at)


async def _booked(
    parts: Parts, pair: SessionPair, id: str, service: Service, starts_at: int
) -> BookingDone | BookingRefused | None:
    """None where it cannot be, as the id is taken; by the mentor, who needs no free time for it."""
    wanted = WantedBooking(id, pair.conversation, service, starts_at, SESSION_MINUTES, "plan", None)
    outcome = await parts.bookings.book(wanted, "mentor")
    return outcome if isinstance(outcome, BookingDone | BookingRefused) else None


async def next_session(parts: Parts, conversation: str) -> Booking | None:
    """The one that runs or comes next."""
    now = await parts.ledger.now()
    outlook = (await parts.credits.outlooks([conversation], now)).get(conversation)
    return outlook.next_session if outlook else None
