"""Instants are read strictly and written in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotas import instant
from tests.quotas.moments import bounded


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T08:00:00.000+01:00",
        "2026-01-05T07:00:00Z",
        "2026-01-05t07:00:00.000z",
        "2026-01-05 07:00:00.0009Z",
        "2026-01-04T23:30:00-07:30",
    ],
)
def test_an_instant_is_read_with_its_offset(text: str) -> None:
    assert instant.text(instant.parse(text)) == "2026-01-05T07:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "monday",
        "2026-01-05",
        "2026-01-05T08:00Z",
        "2026-01-05T08:00+01:00",
        "2026-W02-1T08:00:00Z",
        "20260105T080000Z",
        "2026-02-30T08:00:00Z",
        "2026-01-05T24:00:00Z",
        "1767600000000",
    ],
)
def test_what_is_no_date_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an RFC 3339 date-time such as"):
        instant.parse(text)


def test_a_date_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="has no UTC offset; add Z"):
        instant.parse("2026-01-05T08:00:00")


@pytest.mark.parametrize("text", ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2200-01-01T00:00:00Z"])
def test_instants_that_cannot_be_worked_with_are_refused(text: str) -> None:
    """0 stands for "no instant", so that the first is one millisecond later."""
    with pytest.raises(ValueError, match="is outside"):
        instant.parse(text)


def test_the_first_and_the_last_instant_are_read() -> None:
    assert instant.parse("1970-01-01T00:00:00.001Z") == instant.EARLIEST
    assert instant.parse("2199-12-31T23:59:59.999Z") == instant.LATEST


@bounded
@given(st.integers(instant.EARLIEST, instant.LATEST))
def test_what_is_written_is_read_again(at: int) -> None:
    assert instant.parse(instant.text(at)) == at
    assert len(instant.text(at)) == len("2026-01-05T07:00:00.000Z")


def test_no_instant_is_none() -> None:
    assert instant.text_or_none(0) is None
    assert instant.text_or_none(1) == "1970-01-01T00:00:00.001Z"


def test_the_day_of_an_instant_is_that_in_utc() -> None:
    assert [f"{instant.date_of(at)}" for at in (0, instant.DAY - 1, instant.DAY)] == [
        "1970-01-01",
        "1970-01-01",
        "1970-01-02",
    ]
