"""A coaching platform's people: what each pays, when they meet, who is away, and who gets to know whom."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from chatserver.app import Parts
from chatserver.conversations.membership import MembershipDetails, MembershipPrice
from chatserver.demo.cases import settle_cases
from chatserver.demo.cast import ADA, BEN, CLEO, DAN, EVA, FINN, GUS, JO, NED, DemoPerson
from chatserver.demo.sessions import open_the_mentor
from chatserver.demo.writing import write
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.hours_requests import ListedPrice, ListedPrices
from chatserver.sessions.series_record import SeriesDetails
from quotas import instant
from quotas.instant import DAY, HOUR
from quotas.memberships import Payer, Renewal
from quotas.session_book import WantedBooking

WEEK = 7 * DAY
SESSION_MINUTES: Literal[45] = 45
EVERY_WEEKS = 2
CHEMISTRY_MINUTES = 30
CURRENCY = "USD"
PRICES = ListedPrices([ListedPrice(SESSION_MINUTES, 12_000, CURRENCY)])
MONTHLY, ANNUAL = 24_000, 259_200
"""What two sessions a month cost, by the month and by the year, in cents."""


class _Agreed(Struct, frozen=True):
    """A member's membership, and the hour of their own with the mentor; None where they have found none."""

    member: DemoPerson
    renewal: Renewal
    payer: Payer
    days_ago: int
    """How long ago it began."""
    hour: int | None


_AGREED = (
    _Agreed(ADA, "monthly", "consumer", 40, 10),
    _Agreed(BEN, "annual", "business", 120, 11),
    _Agreed(CLEO, "annual", "consumer", 345, None),  # reminded of its renewal
    _Agreed(DAN, "monthly", "consumer", 12, 10),
    _Agreed(FINN, "monthly", "consumer", 75, 11),
    _Agreed(GUS, "annual", "business", 200, 14),
)


async def settle_coaching(parts: Parts, new: Collection[str]) -> None:
    """What is missing of it; `new` are the ids of conversations that were made just now."""
    for mentor in (JO, NED):
        await open_the_mentor(parts, mentor.id, PRICES)
    for agreed in _AGREED:
        await _settle_membership(parts, agreed)
        if agreed.hour is not None:
            await _settle_series(parts, agreed.member, agreed.hour)
    await _settle_chemistry(parts)
    await _settle_absence(parts)
    await _settle_words(parts, new)
    await settle_cases(parts, await _open_hour(parts, 7, 15))


async def _settle_membership(parts: Parts, agreed: _Agreed) -> None:
    if await parts.memberships.find(agreed.member.id) is not None:
        return
    details = MembershipDetails(
        renewal=agreed.renewal,
        started_on=await _day(parts, -agreed.days_ago),
        price=MembershipPrice(MONTHLY if agreed.renewal == "monthly" else ANNUAL, CURRENCY),
        payer=agreed.payer,
        cadence="every_two_weeks",
    )
    await parts.memberships.put(agreed.member.id, details, "service")


async def _settle_series(parts: Parts, member: DemoPerson, hour: int) -> None:
    """From the next working day on, at that hour."""
    id = f"demo-{member.id}"
    if await parts.series.find(id) is not None:
        return
    details = SeriesDetails(
        conversation=member.conversations[0],
        service="video_call",
        first=instant.text(await _open_hour(parts, 1, hour)),
        minutes=SESSION_MINUTES,
        every_weeks=EVERY_WEEKS,
    )
    await parts.series.put(id, details, "mentor")


async def _settle_chemistry(parts: Parts) -> None:
    """Eva's first call with each of the two."""
    for days, conversation in enumerate(EVA.conversations, start=1):
        id = f"demo-chemistry-{conversation}"
        if await parts.bookings.find(id) is None:
            starts_at = await _open_hour(parts, days, 15)
            wanted = WantedBooking(id, conversation, "video_call", starts_at, CHEMISTRY_MINUTES, "chemistry", None)
            await parts.bookings.book(wanted, "mentor")


async def _settle_absence(parts: Parts) -> None:
    """Ned is away for a week, and Jo stands in."""
    if await parts.absences.find(NED.id, "demo-away") is None:
        since = await parts.ledger.now() + 2 * DAY
        details = AbsenceDetails(instant.text(since), instant.text(since + WEEK), JO.id)
        await parts.absences.put(NED.id, "demo-away", details)


async def _settle_words(parts: Parts, new: Collection[str]) -> None:
    """Jo tries to reach Cleo, and Ada waits for an answer."""
    [cleos], [adas] = CLEO.conversations, ADA.conversations
    if cleos in new:
        await write(parts, cleos, JO, "I missed you on Tuesday. When would you like to meet instead?")
        await write(parts, cleos, JO, "Is everything all right?")
    if adas in new:
        await write(parts, adas, ADA, "The talk with my manager is on Friday. Could we go through it before?")


async def _day(parts: Parts, days: int) -> date:
    policy = parts.rulebook.policy.calendar
    calendar = parts.rulebook.calendar(policy.zone, policy.holidays)
    return calendar.day_of(await parts.ledger.now()) + timedelta(days=days)


async def _open_hour(parts: Parts, days: int, hour: int) -> int:
    """That hour of the first working day so many days ahead, or later."""
    policy = parts.rulebook.policy.calendar
    calendar = parts.rulebook.calendar(policy.zone, policy.holidays)
    return calendar.next_open(calendar.start_of(await _day(parts, days))) + hour * HOUR
