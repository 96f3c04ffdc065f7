"""Every sentence in every language, and what they are made of."""

import re
from string import Formatter
from typing import get_args

import pytest

from quotas.admission import WritingState
from quotas.explain import Explanation
from quotas.instant import HOUR, MINUTE, SECOND
from quotas.phrases import LANGUAGES, PHRASES, Language, language_of
from quotas.sentences import told
from quotas.steps import AnswerDue, ClosedDay, ClosedDays, DeadlineMoved, PolicyValue, Step, WindowOpened

PARTS = {"weekdays", "months", "day", "and", "left", "message_member", "message_other"}
LENGTHS = {f"{unit}_{number}" for unit in ("hours", "minutes", "seconds") for number in "1n"}


CLOSED = WritingState(False, "closed", 1, 0, None, None, 0)


def _said(step: Step, language: Language = "en") -> str:
    [one] = told(Explanation(CLOSED, [step], []), language, "Europe/Oslo")
    return one.sentence


@pytest.mark.parametrize("key", PHRASES)
def test_every_phrase_stands_in_all_three_languages_with_the_same_blanks(key: str) -> None:
    entry = PHRASES[key]
    assert len(entry) == len(LANGUAGES)
    assert all(text.strip() for text in entry)
    assert len({frozenset(name for _, name, _, _ in Formatter().parse(text) if name) for text in entry}) == 1


def test_every_phrase_belongs_to_a_step_and_fills_its_blanks_from_it() -> None:
    kinds = {kind.__struct_config__.tag: kind for kind in get_args(Step)}
    for key in set(PHRASES) - PARTS - LENGTHS:
        found = [kind for tag, kind in kinds.items() if key == tag or key.startswith(f"{tag}_")]
        assert found, key
        blanks = set(re.findall(r"{(\w+)}", PHRASES[key][0])) - {"message"}
        assert any(blanks <= set(kind.__struct_fields__) for kind in found), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_of_names_are_complete(language: Language) -> None:
    column = LANGUAGES.index(language)
    assert (len(PHRASES["weekdays"][column].split()), len(PHRASES["months"][column].split())) == (7, 12)


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (24 * HOUR, "24 hours"),
        (HOUR + 90 * SECOND, "1 hour 2 minutes"),
        (12 * HOUR - 1, "12 hours"),
        (MINUTE + 1499, "1 minute 1 second"),
        (3_600, "4 seconds"),
        (1, "0 seconds"),
    ],
)
def test_lengths(milliseconds: int, said: str) -> None:
    assert _said(DeadlineMoved("2026-01-10", None, milliseconds)).endswith(f"by {said}.")


def test_closed_days_are_a_list_with_the_holidays_names() -> None:
    days = [
        ClosedDay("2026-04-02", "Skjærtorsdag"),
        ClosedDay("2026-04-03", "Langfredag"),
        ClosedDay("2026-04-04", None),
    ]
    said = _said(ClosedDays(days, "2026-04-06T22:00:00.000Z"), "da")
    assert said == (
        "Lukket: torsdag den 2. april (Skjærtorsdag), fredag den 3. april (Langfredag) og lørdag den 4. april. "
        "Skrivningen åbner tirsdag den 7. april 00:00."
    )
    assert _said(ClosedDays(days[2:], "2026-04-06T22:00:00.000Z")).startswith("Closed: Saturday 4 April. ")


def test_a_time_more_than_six_days_after_is_said_with_its_date() -> None:
    opened = WindowOpened(1, "2026-01-05T08:00:00.000Z", "2026-01-12T08:00:00.000Z", "long", 1, 1, 168 * HOUR, False)
    assert "until Monday 12 January 09:00" in _said(opened)
    assert _said(AnswerDue("2026-01-12T08:00:00.000Z", True)).startswith("The mentor should have answered by Monday 12")


@pytest.mark.parametrize(
    ("value", "said"),
    [(24.0, "24 hours"), (24, "24 hours"), (1, "1 hour"), (0.5, "30 minutes"), (0.025, "1 minute 30 seconds")],
)
def test_hours_of_the_policy_are_said_as_a_length(value: float, said: str) -> None:
    """A promise of a fortieth of an hour is one of a minute and a half."""
    assert _said(PolicyValue("demo", "reply", "reply.target_hours", value)).endswith(f"is due within {said}.")


def test_a_window_of_one_hour_once_a_week() -> None:
    """One is not many."""
    assert "lasts 1 hour." in _said(PolicyValue("demo", "windows", "writing.hours", 1))
    assert _said(PolicyValue("demo", "windows", "writing.per_week", 1)) == "Writing windows a week on the plan Demo: 1."


@pytest.mark.parametrize(
    ("tag", "language"),
    [("nn-NO", "nb"), ("no", "nb"), (" DA ", "da"), ("en_GB.UTF-8", "en"), ("sv", None), ("*", None)],
)
def test_languages_by_their_tags(tag: str, language: str | None) -> None:
    assert language_of(tag) == language
