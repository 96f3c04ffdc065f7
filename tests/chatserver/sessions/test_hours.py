"""A mentor's hours and prices: what is kept, and what is wrong with what is said."""

from datetime import date

import pytest

from chatserver.conversations.requests import FieldProblem, Invalid, Missing
from chatserver.sessions.hours import HoursRecord
from chatserver.sessions.hours_requests import (
    DayHours,
    HoursDetails,
    ListedPrice,
    ListedPrices,
    OpenHours,
    WeeklyHours,
)
from quotas.bookings import Price
from quotas.hours import DayException, MentorHours, Stretch, WeeklyStretch
from tests.chatserver.sessions.coaching import Coaching, office
from tests.chatserver.sessions.desk import TUESDAY


async def test_hours_are_kept(coached: Coaching) -> None:
    """Each day in order, in the mentor's own zone where none is named; before, the mentor is closed."""
    assert await coached.hours.find("tom") == HoursRecord("tom", MentorHours("Europe/Oslo", ()), 0)
    details = HoursDetails(
        [WeeklyHours("tuesday", "13:00", "24:00"), WeeklyHours("monday", "09:00", "12:00")]
        + [WeeklyHours("tuesday", "09:00", "13:00")],
        exceptions=[
            DayHours(date(2026, 12, 24), []),
            DayHours(date(2026, 5, 4), [OpenHours("18:00", "19:00"), OpenHours("08:00", "09:00")]),
        ],
        buffer_minutes=15,
        notice_hours=48,
    )
    kept = await coached.hours.put("tom", details)
    assert isinstance(kept, HoursRecord)
    assert kept.hours == MentorHours(
        "Europe/Oslo",
        (
            WeeklyStretch("monday", Stretch(540, 720)),
            WeeklyStretch("tuesday", Stretch(540, 780)),
            WeeklyStretch("tuesday", Stretch(780, 1440)),
        ),
        (
            DayException(date(2026, 5, 4), (Stretch(480, 540), Stretch(1080, 1140))),
            DayException(date(2026, 12, 24), ()),
        ),
        15,
        48,
    )
    assert kept.updated_at == TUESDAY
    await coached.later(1)
    assert await coached.hours.put("tom", details) == kept == await coached.hours.find("tom")
    changed = await coached.hours.put("tom", office("friday"))
    assert isinstance(changed, HoursRecord)
    assert (changed.hours.notice_hours, changed.updated_at) == (24, coached.now)
    assert await coached.hours.find("tom") == changed


async def test_only_mentors_have_hours_and_prices(coached: Coaching) -> None:
    for id in ("mia", "nobody"):
        assert await coached.hours.find(id) is None
        assert await coached.hours.put(id, office("monday")) == Missing()
        assert await coached.prices.find(id) is None
        assert await coached.prices.put(id, ListedPrices([])) == Missing()


async def test_everything_that_is_wrong_is_named(coached: Coaching) -> None:
    """With its place in the lists as they were sent."""
    details = HoursDetails(
        [
            WeeklyHours("monday", "09:00", "12:00"),
            WeeklyHours("friday", "09:10", "9"),
            WeeklyHours("monday", "11:45", "13:00"),
            WeeklyHours("sunday", "12:00", "12:00"),
        ],
        zone="Europe/Atlantis",
        exceptions=[
            DayHours(date(2026, 5, 4), []),
            DayHours(date(2026, 5, 4), [OpenHours("10:00", "11:00"), OpenHours("10:30", "12:00")]),
        ],
    )
    outcome = await coached.hours.put("tom", details)
    assert isinstance(outcome, Invalid)
    clock = "is not a local time on the quarter hour, from 00:00 to 24:00, such as 09:15"
    assert outcome.errors[1:] == [
        FieldProblem("weekly[2]", "11:45 to 13:00 overlaps another time of that day"),
        FieldProblem("weekly[1].from", f"'09:10' {clock}"),
        FieldProblem("weekly[1].until", f"'9' {clock}"),
        FieldProblem("weekly[3].until", "must be after `from`, 12:00; a day ends at 24:00"),
        FieldProblem("exceptions[1].date", "2026-05-04 is there twice; put all its hours in one"),
        FieldProblem("exceptions[1].open[1]", "10:30 to 12:00 overlaps another time of that day"),
    ]
    assert outcome.errors[0].field == "zone"
    found = await coached.hours.find("tom")
    assert found is not None
    assert found.updated_at == 0


async def test_prices_are_kept(coached: Coaching) -> None:
    """By minutes; what is left out is not listed any more."""
    assert await coached.prices.find("tom") == {}
    both = ListedPrices([ListedPrice(60, 120_000, "NOK"), ListedPrice(30, 70_000, "NOK")])
    assert await coached.prices.put("tom", both) == {30: Price(70_000, "NOK"), 60: Price(120_000, "NOK")}
    assert await coached.prices.put("tom", both) == await coached.prices.find("tom")
    async with coached.database.read() as connection:
        assert await coached.prices.listed(connection, "tom", 30) == Price(70_000, "NOK")
        assert await coached.prices.listed(connection, "tom", 45) is None
    await coached.prices.put("tom", ListedPrices([ListedPrice(45, 9_000, "EUR")]))
    assert await coached.prices.find("tom") == {45: Price(9_000, "EUR")}
    assert await coached.prices.put("tom", ListedPrices([])) == {}


@pytest.mark.parametrize(
    ("price", "field", "says"),
    [
        (ListedPrice(40, 100, "NOK"), "minutes", "40 cannot be booked; allowed: 30, 45, 60, 90"),
        (ListedPrice(30, 100, "NOK"), "minutes", "30 is there twice; one price for each length"),
        (ListedPrice(60, 100, "nok"), "currency", "'nok' is no currency; use a code of ISO 4217 in capitals"),
    ],
)
async def test_wrong_prices(coached: Coaching, price: ListedPrice, field: str, says: str) -> None:
    outcome = await coached.prices.put("tom", ListedPrices([ListedPrice(30, 100, "NOK"), price]))
    assert isinstance(outcome, Invalid)
    [error] = outcome.errors
    assert error.field == f"prices[1].{field}"
    assert error.message.startswith(says)
    assert await coached.prices.find("tom") == {}
