"""Whom one can call at a lock, by country, and which words suggest danger to life: as shipped, and as a file says."""

import json
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from quotas.help_policy import HelpPolicy, PhoneLine, help_country, stale_lines, suggests_danger
from quotas.policy_file import PolicyError, builtin_policy, load_policy

BUILT_IN = builtin_policy().help
DANGER = json.loads((Path(__file__).parent / "danger_texts.json").read_text(encoding="utf-8"))
"""The built-in phrases, and texts with whether they suggest danger: the apps are held against the same."""


def laid_over(tmp_path: Path, text: str) -> HelpPolicy:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file).help


def numbers(policy: HelpPolicy, country: str) -> list[str]:
    return [line.number for line in policy.lines_of(country)]


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("NO", ["113", "116 117", "116 123", "22 40 00 40"]),
        ("DK", ["112", "70 201 201"]),
        ("SE", ["112", "90101"]),
        ("DE", ["112"]),
        ("", ["112"]),
    ],
)
def test_each_country_has_its_lines(country: str, expected: list[str]) -> None:
    assert numbers(BUILT_IN, country) == expected


@pytest.mark.parametrize(
    ("own", "holidays", "country"),
    [("DK", "NO", "DK"), (None, "NO", "NO"), ("FI", "NO", "FI"), (None, "", "")],
)
def test_the_person_comes_before_the_conversation(own: str | None, holidays: str, country: str) -> None:
    assert help_country(own, holidays) == country


def test_a_file_replaces_the_lines_of_its_countries_and_adds_others(tmp_path: Path) -> None:
    policy = laid_over(
        tmp_path,
        'help = { checked_on = 2026-05-01, lines = { NO = [{ number = "815 33 300", name = "Our own" }], '
        'FI = [{ number = "112", kind = "emergency" }], SE = false } }',
    )
    assert policy.checked_on == date(2026, 5, 1)
    assert policy.lines_of("NO") == (PhoneLine("815 33 300", "talk", "Our own"),)
    assert numbers(policy, "FI") == ["112"]
    assert numbers(policy, "SE") == numbers(policy, "") == ["112"]
    assert numbers(policy, "DK") == ["112", "70 201 201"]
    assert policy.danger == BUILT_IN.danger


def test_a_file_replaces_the_words_of_its_languages(tmp_path: Path) -> None:
    policy = laid_over(tmp_path, '[help.danger]\nnb = ["mørkt*"]\nda = []')
    assert policy.danger.all == (*BUILT_IN.danger.en, "mørkt*")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("help = 3", "`help` must be a table"),
        ("[help]\nnote = 1", "`help.note` is no key there; allowed: checked_on, lines, urgent_note, danger"),
        ('[help]\nchecked_on = "soon"', "`help.checked_on`: .*; allowed: a date such as 2026-01-31, without quotes"),
        ("[help]\nlines = 3", "`help.lines` must be a table"),
        ("[help.lines]\nNO = []", r"`help.lines.NO` must be a list of 1 to 8 lines, or false for none"),
        ('[help.lines]\nno = [{number = "1", name = "x"}]', "`help.lines.no` is no country; allowed: ISO"),
        (
            '[help.lines]\nNO = [{number = "ring"}]',
            r"`help.lines.NO\[0\].number`: .*; allowed: a number as",
        ),
        (
            '[help.lines]\nNO = [{number = "1"}]',
            r"`help.lines.NO\[0\]`: expected `name`: whose number",
        ),
        ('[help.lines]\nNO = [{number = "1", kind = "x"}]', "allowed: emergency, doctor or talk"),
        ("[help.lines]\ngeneral = false", "`help.lines.general` is missing; allowed: 1 to 8 lines"),
        ('[help.danger]\nnb = ["a*b"]', "`help.danger.nb`: 'a\\*b' is no phrase; allowed: words"),
        ("[help.danger]\nsv = []", "`help.danger.sv` is no key there; allowed: en, nb, da"),
        ("[help.danger]\nnb = 3", "`help.danger.nb`: .*; allowed: a list of phrases"),
    ],
)
def test_what_cannot_be_names_the_key_and_what_is_allowed(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem):
        laid_over(tmp_path, text)


def test_lines_want_checking_after_a_year() -> None:
    policy = replace(BUILT_IN, checked_on=date(2026, 1, 1))
    assert stale_lines(policy, date(2027, 1, 1)) is None
    said = stale_lines(policy, date(2027, 1, 2))
    assert said is not None
    assert "checked on 2026-01-01" in said


def test_the_apps_are_held_against_the_words_that_are_built_in() -> None:
    assert DANGER["phrases"] == [*BUILT_IN.danger.all]


@pytest.mark.parametrize(("text", "expected"), DANGER["texts"])
def test_words_that_suggest_danger(text: str, expected: bool) -> None:
    assert suggests_danger(text, BUILT_IN.danger.all) is expected
