"""Series: the same local time every so many weeks, and the months that would hold three."""

from datetime import date

import pytest
from msgspec.structs import replace

from quotas import instant
from quotas.series import SeriesRule, full_months, local_day, shifted, starts


def at(text: str) -> int:
    return instant.parse(text)


RULE = SeriesRule("Europe/Oslo", at("2026-01-07T09:00:00+01:00"), 45, 2)


def between(rule: SeriesRule, since: str, until: str) -> list[str]:
    return [instant.text(start)[:16] for start in starts(rule, at(since), at(until))]


def test_every_two_weeks_are_26_a_year() -> None:
    """At 09:00 in winter and in summer."""
    found = between(RULE, "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00")
    assert len(found) == 26
    assert (found[0], found[-1]) == ("2026-01-07T08:00", "2026-12-23T08:00")
    assert {start[11:] for start in found} == {"07:00", "08:00"}
    assert [start for start in found if start.endswith("07:00")][0::13] == ["2026-04-01T07:00", "2026-09-30T07:00"]


def test_other_numbers_of_weeks() -> None:
    """As many as the rule says, from wherever one looks."""
    assert between(replace(RULE, every_weeks=5), "2026-02-01T00:00:00Z", "2026-04-30T00:00:00Z") == [
        "2026-02-11T08:00",
        "2026-03-18T08:00",
        "2026-04-22T07:00",
    ]
    assert between(replace(RULE, every_weeks=1), "2026-01-14T08:00:00Z", "2026-01-21T08:00:00Z") == ["2026-01-14T08:00"]
    assert between(RULE, "2025-01-01T00:00:00Z", "2026-01-07T08:00:00Z") == []


def test_until_is_the_first_instant_without() -> None:
    ending = replace(RULE, until=at("2026-02-04T09:00:00+01:00"))
    assert between(ending, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z") == ["2026-01-07T08:00", "2026-01-21T08:00"]
    assert between(ending, "2026-01-01T00:00:00Z", "2026-01-10T00:00:00Z") == ["2026-01-07T08:00"]


@pytest.mark.parametrize(
    ("first", "found"),
    [
        # 02:30 is skipped on 29 March 2026: the session starts when clocks show 03:00.
        ("2026-03-22T02:30:00+01:00", ["2026-03-22T01:30", "2026-03-29T01:00", "2026-04-05T00:30"]),
        # 02:30 comes twice on 25 October 2026: the session starts at the first.
        ("2026-10-18T02:30:00+02:00", ["2026-10-18T00:30", "2026-10-25T00:30", "2026-11-01T01:30"]),
        # A series that begins at the second begins there.
        ("2026-10-25T02:30:00+01:00", ["2026-10-25T01:30", "2026-11-01T01:30", "2026-11-08T01:30"]),
    ],
)
def test_clock_changes(first: str, found: list[str]) -> None:
    rule = replace(RULE, first=at(first), every_weeks=1)
    assert between(rule, first, "2026-12-01T00:00:00Z")[:3] == found


def test_the_seeds_july() -> None:
    """1, 15 and 29 July; a week later 8 and 22. Asked before 1 June."""
    rule = replace(RULE, first=at("2026-06-03T10:00:00+02:00"))
    (july,) = full_months(rule, date(2026, 6, 15), date(2026, 8, 1))
    assert july.month == date(2026, 7, 1)
    assert [local_day(rule, start).day for start in july.starts] == [1, 15, 29]
    assert [local_day(rule, start).day for start in july.shifted] == [8, 22]
    assert july.ask_before == at("2026-06-01T00:00:00+02:00")
    later = shifted(rule, july.starts[0])
    assert instant.text(later.first) == "2026-07-08T08:00:00.000Z"
    assert between(later, "2026-07-01T00:00:00Z", "2026-09-01T00:00:00Z") == [
        "2026-07-08T08:00",
        "2026-07-22T08:00",
        "2026-08-05T08:00",
        "2026-08-19T08:00",
    ]


def test_each_month_that_would_hold_three() -> None:
    """By local days; a month that the series does not fill is none, nor are those of every week."""
    assert [each.month for each in full_months(RULE, date(2026, 1, 1), date(2026, 12, 31))] == [
        date(2026, 4, 1),
        date(2026, 9, 1),
    ]
    ending = replace(RULE, until=at("2026-04-29T09:00:00+02:00"))
    assert full_months(ending, date(2026, 4, 1), date(2026, 4, 30)) == []
    assert full_months(replace(RULE, every_weeks=1), date(2026, 1, 1), date(2026, 12, 31)) == []


def test_a_shift_keeps_the_local_time() -> None:
    """Also over the change of clocks: 25 March 09:00, then 1 April 09:00."""
    rule = replace(RULE, first=at("2026-03-25T09:00:00+01:00"))
    assert instant.text(shifted(rule, rule.first).first) == "2026-04-01T07:00:00.000Z"
