"""Facts of a case as people write them on a line, `price=450 number=1`, and as they are told."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, get_args

from quotas import instant
from quotas.cases.facts import INSTANT_FACTS, CaseFactName
from quotas.currencies import currency_problem, read, with_code

DEFAULT_CURRENCY = "NOK"
NUMBERS = ("number", "minutes", "units")
FLAGS = ("chemistry", "first_session", "suspend")
DAYS = ("asked_on", "paid_until", "applies_on", "evidence_until")
SEVERAL = ("messages",)
YES = ("yes", "ja", "true")
NO = ("no", "nei", "nej", "false")

StartOf = Callable[[str], int]
"""The instant (ms) that a text such as `thu 18:00` means. Raises ValueError."""


def facts_given(words: Iterable[str], start_of: StartOf) -> dict[str, Any]:
    """What words such as `number=1` say, as the server takes it.

    Raises ValueError with a sentence that names the fact and what is allowed.
    """
    facts: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in get_args(CaseFactName):
            allowed = ", ".join(get_args(CaseFactName))
            raise ValueError(f"{word!r} is no fact; write name=value, where the name is one of {allowed}")
        try:
            facts[name] = _value(name, text.strip(), start_of)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return facts


def _value(name: str, text: str, start_of: StartOf) -> object:
    if name in NUMBERS:
        if not text.removeprefix("-").removeprefix("+").isdecimal():
            raise ValueError(f"{text!r} is no whole number")
        return int(text)
    if name in FLAGS:
        if text.lower() not in (*YES, *NO):
            raise ValueError(f"{text!r} is neither yes nor no")
        return text.lower() in YES
    if name == "price":
        return _price(text)
    if name == "starts_at":
        return [instant.text(start_of(each)) for each in text.split(",")]
    if name in INSTANT_FACTS:
        return instant.text(start_of(text))
    if name in DAYS:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(f"{text!r} is no day; write one such as 2026-12-03") from None
    return text.split(",") if name in SEVERAL else text


def _price(text: str) -> dict[str, object]:
    number, _, code = text.partition(" ")
    currency = code.strip().upper() or DEFAULT_CURRENCY
    if problem := currency_problem(currency):
        raise ValueError(problem)
    amount = read(number, currency)
    if amount is None:
        raise ValueError(f"{number!r} is no amount in {currency}; write one such as 450 or '450.50 EUR'")
    return {"amount": amount, "currency": currency}


def fact_told(name: str, value: Any, when: Callable[[int], str]) -> str:
    """A fact as people read it: `when` tells an instant (ms). What this release does not know is told as it comes."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping() if {*value} == {"amount", "currency"}:
            return with_code(value["amount"], value["currency"], comma=False)
        case list():
            return ", ".join(fact_told(name, each, when) for each in value)
        case str() if name in ("starts_at", *INSTANT_FACTS):
            return when(instant.parse(value))
        case _:
            return f"{value}"
