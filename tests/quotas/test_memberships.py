"""Renewals are counted from the day a membership started on, whatever months are long and whatever clocks do."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quotas import instant
from quotas.bookings import Price
from quotas.calendar import Calendar
from quotas.instant import DAY
from quotas.memberships import (
    Membership,
    MembershipStep,
    Renewal,
    late_reminder,
    next_step_at,
    paid_until,
    reminder_day,
    steps_between,
    stopped,
    term,
    term_at,
)
from quotas.money import Cadence
from tests.quotas.moments import OSLO, bounded
from tests.quotas.test_periods import FIRST, LAST, SINCE, UNTIL, ZONES

NOK = Price(99_901, "NOK")
MONTHLY = Membership("monthly", date(2026, 1, 31), NOK, "consumer")
ANNUAL = Membership("annual", date(2024, 2, 29), Price(1_200_005, "NOK"), "business")
RENEWALS: tuple[Renewal, ...] = ("monthly", "annual")


def at(day: str) -> int:
    """The first instant of a day in Oslo."""
    return OSLO.start_of(date.fromisoformat(day))


def told(steps: list[MembershipStep]) -> list[str]:
    return [f"{step.kind} {OSLO.day_of(step.at)} of {step.paid_until} to {step.renewed_until}" for step in steps]


@pytest.mark.parametrize(
    ("membership", "cadence", "month", "renewal"),
    [
        (MONTHLY, None, 99_901, 99_901),
        (MONTHLY, "monthly", 49_950, 49_950),
        (MONTHLY, "weekly", 199_802, 199_802),
        (ANNUAL, None, 100_000, 1_200_005),
        (ANNUAL, "monthly", 50_000, 600_002),
        (ANNUAL, "weekly", 200_000, 2_400_010),
    ],
)
def test_what_a_month_and_a_renewal_cost(
    membership: Membership, cadence: Cadence | None, month: int, renewal: int
) -> None:
    """A month of a year is a twelfth, rounded down, before anything else."""
    agreed = replace(membership, cadence=cadence)
    assert (agreed.monthly_price, agreed.renewal_price_on(date(2026, 3, 1))) == (month, renewal)


@pytest.mark.parametrize(
    ("membership", "now", "until"),
    [
        (MONTHLY, "2026-01-31", "2026-02-28"),
        (MONTHLY, "2026-02-27", "2026-02-28"),
        (MONTHLY, "2026-02-28", "2026-03-31"),
        (MONTHLY, "2026-12-31", "2027-01-31"),
        (ANNUAL, "2024-02-29", "2025-02-28"),
        (ANNUAL, "2025-02-28", "2026-02-28"),
        (ANNUAL, "2027-02-28", "2028-02-29"),
        (replace(MONTHLY, paid_until=date(2026, 6, 15)), "2026-02-01", "2026-06-15"),
        (replace(MONTHLY, paid_until=date(2026, 6, 15)), "2026-06-14", "2026-06-15"),
        (replace(MONTHLY, paid_until=date(2026, 6, 15)), "2026-06-15", "2026-06-30"),
        (replace(MONTHLY, paid_until=date(2026, 6, 15), renews=False), "2027-01-01", "2026-06-15"),
    ],
)
def test_until_when_it_is_paid(membership: Membership, now: str, until: str) -> None:
    """Unknown: to the end of the term; told: until then; and renewed by itself after that, unless it may not."""
    assert paid_until(membership, OSLO, at(now)) == date.fromisoformat(until)


def test_one_that_stops_is_over_when_what_is_paid_is() -> None:
    """Its end is written down; it stays there."""
    ended = stopped(MONTHLY, OSLO, at("2026-02-28"))
    assert (ended.paid_until, ended.renews) == (date(2026, 3, 31), False)
    assert paid_until(ended, OSLO, at("2027-01-01")) == date(2026, 3, 31)
    assert steps_between(ended, OSLO, at("2026-01-01"), at("2028-01-01")) == []
    assert next_step_at(ended, OSLO, at("2026-01-01")) is None
    assert late_reminder(ended, OSLO, at("2026-03-30")) is None


def test_steps_of_months() -> None:
    """A reminder seven days ahead, and the renewal; the later end counts, the earlier one does not."""
    steps = steps_between(MONTHLY, OSLO, at("2026-02-21"), at("2026-04-23"))
    assert told(steps) == [
        "renewed 2026-02-28 of 2026-02-28 to 2026-03-31",
        "reminder 2026-03-24 of 2026-03-31 to 2026-04-30",
        "renewed 2026-03-31 of 2026-03-31 to 2026-04-30",
        "reminder 2026-04-23 of 2026-04-30 to 2026-05-31",
    ]
    assert instant.text(steps[2].at) == "2026-03-30T22:00:00.000Z"
    assert steps_between(MONTHLY, OSLO, at("2026-02-21"), at("2026-02-21")) == []


def test_steps_of_years() -> None:
    """A reminder thirty days ahead."""
    assert told(steps_between(ANNUAL, OSLO, at("2025-01-01"), at("2026-01-29"))) == [
        "reminder 2025-01-29 of 2025-02-28 to 2026-02-28",
        "renewed 2025-02-28 of 2025-02-28 to 2026-02-28",
        "reminder 2026-01-29 of 2026-02-28 to 2027-02-28",
    ]
    assert reminder_day(ANNUAL, date(2028, 2, 29)) == date(2028, 1, 30)


def test_a_told_day_close_to_the_next_renewal() -> None:
    """The next one's reminder comes before it; everything still has its order."""
    paid = replace(MONTHLY, paid_until=date(2026, 3, 29))
    steps = steps_between(paid, OSLO, at("2026-03-21"), at("2026-03-31"))
    assert told(steps) == [
        "reminder 2026-03-22 of 2026-03-29 to 2026-03-31",
        "reminder 2026-03-24 of 2026-03-31 to 2026-04-30",
        "renewed 2026-03-29 of 2026-03-29 to 2026-03-31",
        "renewed 2026-03-31 of 2026-03-31 to 2026-04-30",
    ]
    after = at("2026-03-21")
    for step in steps:
        assert next_step_at(paid, OSLO, after) == step.at
        after = step.at


def test_a_reminder_whose_day_had_passed_when_it_was_told() -> None:
    """It is due at once; one whose day is to come is not."""
    now = at("2026-03-27")
    step = late_reminder(MONTHLY, OSLO, now)
    assert step == MembershipStep("reminder", now, date(2026, 3, 31), date(2026, 4, 30))
    assert late_reminder(MONTHLY, OSLO, at("2026-03-24") - 1) is None


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("renewal", RENEWALS)
def test_terms_tile_time_for_every_anchor_day(zone: str, renewal: Renewal) -> None:
    """2024 to 2032: each begins where the one before ends, on the anchor's day or the month's last."""
    calendar = Calendar(zone, (), "")
    shortest, longest = (27, 32) if renewal == "monthly" else (364, 367)
    for day in range(1, 32):
        membership = Membership(renewal, date(2024, 1, day), NOK, "consumer")
        ends_at = term(membership, calendar, -1).ends_at
        while ends_at < UNTIL:
            found = term_at(membership, calendar, ends_at)
            assert found.starts_at == ends_at
            assert shortest * DAY < found.ends_at - found.starts_at < longest * DAY
            ends_at = found.ends_at


@bounded
@given(
    st.sampled_from(ZONES),
    st.sampled_from(RENEWALS),
    st.dates(FIRST, LAST),
    st.one_of(st.none(), st.dates(FIRST, LAST)),
    st.integers(SINCE, UNTIL),
    st.lists(st.integers(0, 800 * DAY), max_size=3),
)
def test_steps_are_the_same_however_time_is_cut(
    zone: str, renewal: Renewal, anchor: date, paid: date | None, since: int, cuts: list[int]
) -> None:
    """Looked at once or in pieces, nothing is left out and nothing comes twice; one by one they are `next_step_at`."""
    calendar = Calendar(zone, (), "")
    membership = Membership(renewal, anchor, NOK, "consumer", paid_until=paid)
    until = since + 800 * DAY
    whole = steps_between(membership, calendar, since, until)
    edges = sorted({since, until, *(since + cut for cut in cuts)})
    pieces = [
        step
        for after, upto in zip(edges, edges[1:], strict=False)
        for step in steps_between(membership, calendar, after, upto)
    ]
    assert pieces == whole
    assert len({(step.kind, step.paid_until) for step in whole}) == len(whole)
    at = since
    for step in whole:
        at = max(at, next_step_at(membership, calendar, at) or 0) if step.at > at else at
        assert at == step.at
