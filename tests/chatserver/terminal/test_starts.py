"""Starts as people write them, in the zone of the conversation."""

import pytest

from chatserver.terminal.starts import start_of, with_start
from quotas import instant

TUESDAY = instant.parse("2026-01-06T09:00:00Z")
"""Ten o'clock in Oslo."""


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-01-08T18:00:00+01:00", "2026-01-08T17:00:00.000Z"),
        ("2026-01-08 18:00", "2026-01-08T17:00:00.000Z"),
        ("2026-07-08T18:00", "2026-07-08T16:00:00.000Z"),
        ("18:00", "2026-01-06T17:00:00.000Z"),
        ("10:00", "2026-01-06T09:00:00.000Z"),
        ("9:45", "2026-01-07T08:45:00.000Z"),
        ("tue 18.30", "2026-01-06T17:30:00.000Z"),
        ("tuesday 09:45", "2026-01-13T08:45:00.000Z"),
        (" Tor.  18:00 ", "2026-01-08T17:00:00.000Z"),
        ("lør 12:00", "2026-01-10T11:00:00.000Z"),
        ("lørdag 12:00", "2026-01-10T11:00:00.000Z"),
        ("today 18:00", "2026-01-06T17:00:00.000Z"),
        ("Tomorrow 09:00", "2026-01-07T08:00:00.000Z"),
        ("i morgen 18.30", "2026-01-07T17:30:00.000Z"),
    ],
)
def test_the_next_such_time(text: str, start: str) -> None:
    """With an offset, a date, a day of the week in any of the languages, or a time alone: now counts."""
    assert instant.text(start_of(text, "Europe/Oslo", TUESDAY)) == start


def test_a_time_that_clocks_skip_is_that_of_the_change() -> None:
    """On 29 March 2026 there is no 02:30 in Oslo."""
    assert instant.text(start_of("2026-03-29 02:30", "Europe/Oslo", TUESDAY)) == "2026-03-29T01:00:00.000Z"


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "mo 10:00", "2026-02-30 10:00", "2026-01-08", "10", "today 09:00"]
)
def test_what_is_no_time_is_told_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="an instant such as"):
        start_of(text, "Europe/Oslo", TUESDAY)


@pytest.mark.parametrize(
    ("text", "start", "rest"),
    [
        ("tomorrow 09:00 Good morning!", "2026-01-07T08:00:00.000Z", "Good morning!"),
        ("i morgen 09:00 God morgen", "2026-01-07T08:00:00.000Z", "God morgen"),
        ("thu 18:00  See you\nsoon", "2026-01-08T17:00:00.000Z", "See you\nsoon"),
        ("2026-01-08 18:00 18:00 it is", "2026-01-08T17:00:00.000Z", "18:00 it is"),
        ("18:00 Now?", "2026-01-06T17:00:00.000Z", "Now?"),
        ("tomorrow 09:00", "2026-01-07T08:00:00.000Z", ""),
    ],
)
def test_a_text_may_begin_with_its_time(text: str, start: str, rest: str) -> None:
    assert with_start(text, "Europe/Oslo", TUESDAY) == (instant.parse(start), rest)


@pytest.mark.parametrize("text", ["See you at 18:00", "9.50 is too dear", "Tomorrow, then", ""])
def test_other_texts_are_all_text(text: str) -> None:
    assert with_start(text, "Europe/Oslo", TUESDAY) is None
