"""Currencies have the digits of ISO 4217, and amounts are written with all of them."""

import pytest

from quotas.currencies import MINOR_DIGITS, currency_problem, read, with_code, written


@pytest.mark.parametrize(("code", "digits"), [("NOK", 2), ("EUR", 2), ("ISK", 0), ("JPY", 0), ("KWD", 3), ("HUF", 2)])
def test_digits_are_those_of_the_standard(code: str, digits: int) -> None:
    """Not those of CLDR, where Hungary has none."""
    assert MINOR_DIGITS[code] == digits


def test_codes_are_three_capitals() -> None:
    """Each has the standard's form."""
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in MINOR_DIGITS)


@pytest.mark.parametrize("code", ["", "nok", "NOKK", "XXX", "Nok", "kr"])
def test_an_unknown_code_gets_a_sentence(code: str) -> None:
    """It names what was given and what is allowed."""
    assert (
        currency_problem(code) == f"{code!r} is no currency; use a code of ISO 4217 in capitals, such as 'NOK' or 'EUR'"
    )


def test_a_known_code_is_no_problem() -> None:
    """The Norwegian krone, for one."""
    assert currency_problem("NOK") is None


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (12345, "NOK", "123.45"),
        (5, "NOK", "0.05"),
        (0, "EUR", "0.00"),
        (-12305, "NOK", "-123.05"),
        (1500, "JPY", "1500"),
        (-1, "JPY", "-1"),
        (1001, "KWD", "1.001"),
    ],
)
def test_amounts_are_written_with_all_digits(amount: int, currency: str, text: str) -> None:
    """Also below one, below zero, and where the unit has no smaller one."""
    assert written(amount, currency) == text


def test_amounts_with_their_code() -> None:
    """As languages write them."""
    assert with_code(-12305, "NOK", comma=True) == "-123,05 NOK"
    assert with_code(12345, "NOK", comma=False) == "123.45 NOK"
    assert with_code(1500, "JPY", comma=True) == "1500 JPY"


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("123,45", "NOK", 12345),
        ("123.4", "NOK", 12340),
        ("0", "EUR", 0),
        ("1500", "JPY", 1500),
        ("1,001", "KWD", 1001),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, currency: str, amount: int) -> None:
    """With a comma or a point, and without digits that are all zero."""
    assert read(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [("", "NOK"), ("ten", "NOK"), ("-1", "NOK"), ("1,005", "NOK"), ("1,5", "JPY"), ("NaN", "NOK"), ("Infinity", "NOK")],
)
def test_what_is_no_amount_is_not_read(text: str, currency: str) -> None:
    """Nothing is rounded: less than the smallest unit is a slip of the pen."""
    assert read(text, currency) is None
