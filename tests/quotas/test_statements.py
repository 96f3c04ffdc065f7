"""A mentor's month: what is billable by its start, who gets what of it, and corrections of what was told before."""

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quotas import instant
from quotas.bookings import Booking, BookingKind, Cancellation, Price
from quotas.calendar import Calendar
from quotas.instant import DAY, MINUTE
from quotas.plans import Service, SessionPolicy, UnitPay
from quotas.statements import (
    Statement,
    StatementLine,
    StatementSum,
    line_of,
    month_at,
    month_of,
    month_text,
    next_month,
    statement,
)
from tests.quotas.moments import OSLO, bounded

POLICY = SessionPolicy()
PAID = SessionPolicy(session_pay=UnitPay(20_000, "NOK"))
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
IN_APRIL = instant.parse("2026-04-01T00:00:00+02:00")


def booked(
    id: str,
    starts_at: str,
    *,
    minutes: int = 60,
    kind: BookingKind = "plan",
    service: Service = "video_call",
    price: Price | None = None,
) -> Booking:
    at = instant.parse(starts_at)
    return Booking(id, "c", "mia", "tom", service, kind, at, minutes, 0, at - 7 * DAY, "mentor", at - 7 * DAY, price)


def held(booking: Booking) -> Booking:
    return replace(booking, member_joined_at=booking.starts_at, mentor_joined_at=booking.starts_at)


def of_month(
    month: date,
    bookings: Iterable[Booking],
    issued: Iterable[Statement] = (),
    *,
    policy: SessionPolicy = POLICY,
    now: int = IN_APRIL,
    calendar: Calendar = OSLO,
) -> Statement:
    return statement("tom", month, bookings, issued, zone="Europe/Oslo", calendar=calendar, policy=policy, now=now)


def named(lines: list[StatementLine]) -> list[str]:
    return [f"{line.booking} {line.state} {line.units} {line.mentor}" for line in lines]


def test_a_month_lists_what_is_billable_by_its_start() -> None:
    """Held, a confirmed no-show, a late cancellation; not what nobody came to, nor what is to come."""
    held_one = held(booked("held", "2026-01-05T09:00:00Z"))
    no_show = replace(booked("no-show", "2026-01-06T09:00:00Z"), no_show_at=instant.parse("2026-01-06T09:12:00Z"))
    late = replace(booked("late", "2026-01-07T09:00:00Z"), cancelled=Cancellation(1, "member", late=True, counts=True))
    kindly = replace(late, id="in time", cancelled=Cancellation(1, "member", late=False, counts=True))
    unattended = booked("nobody", "2026-01-08T09:00:00Z")
    chemistry = held(booked("chemistry", "2026-01-09T09:00:00Z", kind="chemistry"))
    later = held(booked("later", "2026-02-02T09:00:00Z"))
    found = of_month(JANUARY, [later, chemistry, unattended, kindly, late, no_show, held_one])
    assert named(found.lines) == ["held held 2 None", "no-show no_show 2 None", "late cancelled 2 None"]
    assert (found.units, found.without_amount, found.sums, found.corrections) == (6, 3, [], [])
    assert (instant.text(found.since), instant.text(found.until)) == (
        "2025-12-31T23:00:00.000Z",
        "2026-01-31T23:00:00.000Z",
    )


def test_the_month_is_the_mentors() -> None:
    """Half past eleven in the evening of London's January is February in Oslo."""
    on_the_edge = held(booked("edge", "2026-01-31T23:30:00Z"))
    before = held(booked("before", "2026-01-31T22:45:00Z", minutes=30))
    assert [line.booking for line in of_month(JANUARY, [on_the_edge, before]).lines] == ["before"]
    assert [line.booking for line in of_month(FEBRUARY, [on_the_edge, before]).lines] == ["edge"]
    utc = of_month(JANUARY, [on_the_edge, before], calendar=Calendar("UTC", (), ""))
    assert [line.booking for line in utc.lines] == ["before", "edge"]


def test_a_price_is_shared() -> None:
    """Ninety per cent are the mentor's, by policy; the plan's sessions are paid by the unit, or without an amount."""
    extra = held(booked("extra", "2026-01-05T09:00:00Z", kind="extra", price=Price(99_999, "NOK")))
    line = line_of(extra, POLICY, IN_APRIL)
    assert (line.price, line.mentor, line.platform, line.currency) == (99_999, 90_000, 9_999, "NOK")
    line = line_of(extra, SessionPolicy(mentor_share=70), IN_APRIL)
    assert (line.mentor, line.platform) == (70_000, 29_999)
    of_plan = held(booked("plan", "2026-01-06T09:00:00Z", minutes=90))
    line = line_of(of_plan, PAID, IN_APRIL)
    assert (line.price, line.mentor, line.platform, line.currency) == (None, 60_000, None, "NOK")
    line = line_of(of_plan, POLICY, IN_APRIL)
    assert (line.price, line.mentor, line.platform, line.currency) == (None, None, None, None)
    for_nothing = held(booked("one-off", "2026-01-06T09:00:00Z", kind="one_off"))
    assert line_of(for_nothing, PAID, IN_APRIL).mentor is None


def test_a_sum_for_each_currency() -> None:
    bookings = [
        held(booked("a", "2026-01-05T09:00:00Z", kind="extra", price=Price(1_000, "SEK"))),
        held(booked("b", "2026-01-06T09:00:00Z", kind="extra", price=Price(105, "NOK"))),
        held(booked("c", "2026-01-07T09:00:00Z", kind="extra", price=Price(200, "NOK"))),
        held(booked("d", "2026-01-08T09:00:00Z", minutes=30)),
    ]
    assert of_month(JANUARY, bookings, policy=PAID).sums == [
        StatementSum("NOK", 305, 95 + 180 + 20_000, 30),
        StatementSum("SEK", 1_000, 900, 100),
    ]


def test_what_came_later_stands_in_the_next() -> None:
    """A no-show of the last of January, confirmed in February: there, as a line of its own, and in March no more."""
    candidate = replace(
        booked("b", "2026-01-31T10:00:00Z", kind="extra", price=Price(1_000, "NOK")),
        mentor_joined_at=instant.parse("2026-01-31T10:00:00Z"),
    )
    january = of_month(JANUARY, [candidate], now=instant.parse("2026-02-01T10:00:00Z"))
    assert january.lines == []
    confirmed = replace(candidate, no_show_at=instant.parse("2026-02-02T10:00:00Z"))
    february = of_month(FEBRUARY, [confirmed], [january])
    assert february.lines == []
    assert named(february.corrections) == ["b no_show 2 900"]
    assert february.corrections[0].corrects == JANUARY
    assert february.sums == [StatementSum("NOK", 1_000, 900, 100)]
    march = of_month(MARCH, [confirmed], [january, february])
    assert (march.lines, march.corrections) == ([], [])


def test_what_is_not_billable_after_all_is_taken_back() -> None:
    """With the amounts that were told, whatever the policy is by then; and may come back."""
    was = held(booked("a", "2026-01-05T09:00:00Z", kind="extra", price=Price(1_000, "NOK")))
    of_plan = held(booked("b", "2026-01-06T09:00:00Z"))
    january = of_month(JANUARY, [was, of_plan])
    empty = [replace(each, member_joined_at=0, mentor_joined_at=0) for each in (was, of_plan)]
    february = of_month(FEBRUARY, empty, [january], policy=SessionPolicy(mentor_share=50))
    assert named(february.corrections) == ["a unattended -2 -900", "b unattended -2 None"]
    assert february.corrections[0].platform == -100
    assert (february.units, february.without_amount) == (-4, -1)
    assert february.sums == [StatementSum("NOK", -1_000, -900, -100)]
    march = of_month(MARCH, [was, of_plan], [january, february])
    assert named(march.corrections) == ["a held 2 900", "b held 2 None"]


def test_another_price_is_taken_back_and_told_anew() -> None:
    """Two lines, whose sum is the difference."""
    was = held(booked("a", "2026-01-05T09:00:00Z", kind="extra", price=Price(1_000, "NOK")))
    january = of_month(JANUARY, [was])
    february = of_month(FEBRUARY, [replace(was, price=Price(1_500, "NOK"))], [january])
    assert named(february.corrections) == ["a held -2 -900", "a held 2 1350"]
    assert february.sums == [StatementSum("NOK", 500, 450, 50)]


def test_a_new_policy_changes_nothing_that_was_told() -> None:
    """Neither shares nor pay."""
    bookings = [
        held(booked("a", "2026-01-05T09:00:00Z", kind="extra", price=Price(1_000, "NOK"))),
        held(booked("b", "2026-01-06T09:00:00Z")),
    ]
    january = of_month(JANUARY, bookings)
    other = SessionPolicy(mentor_share=50, session_pay=UnitPay(1, "EUR"))
    assert of_month(FEBRUARY, bookings, [january], policy=other).corrections == []


def test_after_a_change_of_zone_nothing_is_told_twice_or_lost() -> None:
    """What the old zone's January had is not February's of the new one; what neither has is a correction."""
    utc = Calendar("UTC", (), "")
    booking = held(booked("edge", "2026-01-31T23:30:00Z", minutes=30))
    january = of_month(JANUARY, [booking], calendar=utc)
    assert [line.booking for line in january.lines] == ["edge"]
    assert of_month(FEBRUARY, [booking], [january]).entries == []
    between = of_month(FEBRUARY, [booking], [of_month(JANUARY, [booking])], calendar=utc)
    assert named(between.corrections) == ["edge held 1 None"]


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "26-01", "1970-12", "2199-01", "2026-01-01", "", "٢٠٢٦-٠١"]
)
def test_what_is_no_month(text: str) -> None:
    assert month_of(text) is None


def test_months_are_written_as_they_are_read() -> None:
    month = month_of("2026-12")
    assert month == date(2026, 12, 1)
    assert month_text(month) == "2026-12"
    assert next_month(month) == date(2027, 1, 1)
    assert month_at(OSLO, instant.parse("2026-12-31T23:30:00Z")) == date(2027, 1, 1)


@bounded
@given(
    st.lists(st.tuples(st.integers(0, 90 * 96), st.integers(0, 10**6), st.integers(0, 60 * DAY)), max_size=8),
    st.integers(0, 100),
)
def test_statements_tell_each_session_once(sessions: list[tuple[int, int, int]], share: int) -> None:
    """Issued month by month, each as of its end, they sum up to what one statement of everything says."""
    policy = SessionPolicy(mentor_share=share)
    start = OSLO.start_of(JANUARY)
    bookings = []
    for number, (quarter, price, later) in enumerate(sessions):
        at = instant.text(start + quarter * 15 * MINUTE)
        booking = booked(f"b{number}", at, kind="extra", price=Price(price, "NOK"))
        bookings.append(replace(booking, mentor_joined_at=booking.starts_at, finished_at=booking.starts_at + later))
    issued: list[Statement] = []
    for month in (JANUARY, FEBRUARY, MARCH, date(2026, 4, 1), date(2026, 5, 1)):
        now = OSLO.start_of(next_month(month))
        as_they_were = [
            replace(each, no_show_at=each.starts_at + MINUTE)
            if each.finished_at % 7 and now > each.finished_at
            else each
            for each in bookings
        ]
        issued.append(of_month(month, as_they_were, issued, policy=policy, now=now))
    told = [line for each in issued for line in each.entries]
    true = [each for each in as_they_were if each.no_show_at]
    assert sorted(line.booking for line in told) == sorted(each.id for each in true)
    assert sum(line.price or 0 for line in told) == sum((each.price or Price(0, "NOK")).amount for each in true)
    assert all((line.mentor or 0) + (line.platform or 0) == line.price for line in told)
