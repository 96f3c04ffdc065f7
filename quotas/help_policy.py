"""What a policy says of help at a lock: whom one can call, and which words suggest danger to life.

Nothing is stored or judged about such words: whoever draws a lock finds them in what was typed, and shows help larger.
"""

import datetime
import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

LineKind = Literal["emergency", "doctor", "talk"]
"""Danger to life; a doctor on duty; somebody who listens."""
GENERAL = "general"
"""The name of the lines of countries that have none of their own."""
CHECK_AFTER_DAYS = 365

_COUNTRY = re.compile(r"[A-Z]{2}")
_WORD = re.compile(r"[^\W_]+")
_PATTERN_WORD = re.compile(r"[^\W_]+\*?")
_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc")  # noqa: RUF001 - that is what phones type


class PhoneLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A number that one can call. `name` is whose it is, '' where the kind says it all; `hours` when, '' for always."""

    number: Annotated[str, Meta(pattern=r"^\+?[0-9](?:[0-9 ]{0,18}[0-9])?$(?!\n)")]
    kind: LineKind = "talk"
    name: Annotated[str, Meta(max_length=60)] = ""
    hours: Annotated[str, Meta(max_length=20)] = ""

    def __post_init__(self) -> None:
        if self.kind == "talk" and not self.name:
            raise ValueError("Expected `name`: whose number it is")


MOST_LINES = 8
"""Of one country."""


def _everywhere() -> dict[str, tuple[PhoneLine, ...]]:
    """The emergency number of all of Europe."""
    return {GENERAL: (PhoneLine("112", "emergency"),)}


class DangerWords(Struct, frozen=True, forbid_unknown_fields=True):
    """Words and phrases, by the language that they are of; `*` at the end of a word stands for any ending."""

    en: tuple[str, ...] = ()
    nb: tuple[str, ...] = ()
    da: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Those of every language: people mix them."""
        return self.en + self.nb + self.da


class HelpPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds at every lock. Source: chat.md "A lock that treats people well"."""

    checked_on: datetime.date = datetime.date(2026, 11, 1)
    """When somebody last made sure that the lines are answered."""
    lines: dict[str, tuple[PhoneLine, ...]] = field(default_factory=_everywhere)
    """By ISO 3166-1 country; `general` for all others."""
    urgent_note: bool = True
    """Whether a member may send one urgent note a lock."""
    danger: DangerWords = DangerWords()
    """Words beside which help is shown larger."""

    def lines_of(self, country: str) -> tuple[PhoneLine, ...]:
        """Whom one can call in a country; '' for not known."""
        return self.lines.get(country) or self.lines[GENERAL]


def help_country(own: str | None, holidays: str) -> str:
    """Whose lines hold for a member: their own country's, else that of the conversation's holidays; '' for neither."""
    return own or holidays


def stale_lines(policy: HelpPolicy, today: datetime.date) -> str | None:
    """A sentence for whoever runs the server, where the lines want checking; None where they do not."""
    if (today - policy.checked_on).days <= CHECK_AFTER_DAYS:
        return None
    return (
        f"the help lines were last checked on {policy.checked_on}, more than a year ago; call them, and set "
        "`help.checked_on` and `help.lines` in the policy"
    )


def help_problem(policy: HelpPolicy) -> str | None:
    """What is wrong with it that its types do not say: a sentence that names the key; None where nothing is."""
    for country in policy.lines:
        if country != GENERAL and not _COUNTRY.fullmatch(country):
            return f"`help.lines.{country}` is no country; allowed: ISO 3166-1 codes such as 'NO', and '{GENERAL}'"
    if GENERAL not in policy.lines:
        return f"`help.lines.{GENERAL}` is missing; allowed: 1 to 8 lines for countries that have none of their own"
    for language in DangerWords.__struct_fields__:
        for phrase in getattr(policy.danger, language):
            if not _is_pattern(phrase):
                return (
                    f"`help.danger.{language}`: {phrase!r} is no phrase; allowed: words, `*` at the end of one or not"
                )
    return None


def _is_pattern(phrase: str) -> bool:
    words = phrase.translate(_APOSTROPHES).split()
    return bool(words) and all(_PATTERN_WORD.fullmatch(word) for word in words)


# Words that suggest danger. The apps do the same: `chatserver/web/src/parts/danger.ts`.


def words_in(text: str) -> list[str]:
    """Its words: compatibility forms and case folded, apostrophes dropped."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower().translate(_APOSTROPHES))


def suggests_danger(text: str, phrases: Sequence[str]) -> bool:
    """Whether one of the phrases is in the text, its words one after the other."""
    words = words_in(text)
    return any(_holds(words, phrase) for phrase in phrases)


def _holds(words: Sequence[str], phrase: str) -> bool:
    wanted = unicodedata.normalize("NFKC", phrase).lower().translate(_APOSTROPHES).split()
    return any(
        all(_fits(words[place + number], each) for number, each in enumerate(wanted))
        for place in range(len(words) - len(wanted) + 1)
    )


def _fits(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
