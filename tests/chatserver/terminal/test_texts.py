"""Every text in every language, and the choice of the language."""

import re
from pathlib import Path
from typing import get_args

import pytest

from chatserver.personal_data import texts as export_texts
from chatserver.terminal.texts import TABLE, Texts, choose_language
from quotas.admission import Reason
from quotas.phrases import LANGUAGES


@pytest.mark.parametrize("key", TABLE)
def test_every_text_stands_in_all_three_languages_with_the_same_blanks(key: str) -> None:
    """A missing translation is found here, not by a person in Copenhagen."""
    entry = TABLE[key]
    assert len(entry) == len(LANGUAGES)
    assert all(text.strip() for text in entry)
    assert len({frozenset(re.findall(r"{(\w+)", text)) for text in entry}) == 1


@pytest.mark.parametrize("key", ["weekdays", "weekdays_long", "months", "months_long"])
def test_lists_of_names_are_complete(key: str) -> None:
    """Seven days, twelve months."""
    assert {len(text.split()) for text in TABLE[key]} == {7 if key.startswith("weekdays") else 12}


def test_every_reason_of_a_refusal_has_a_text() -> None:
    """A new reason needs its sentence."""
    assert all(Texts("en").has(f"locked_{reason}") for reason in get_args(Reason))


def test_every_event_that_is_documented_has_words_here_and_in_exports() -> None:
    protocol = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
    table = protocol.partition("| event's name |")[2].partition("\n\n")[0]
    names = re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in table.splitlines()[2:]))
    assert len(names) == 9
    for name in names:
        assert f"event_{name}" in TABLE
        assert f"event_{name}" in export_texts.TABLE


@pytest.mark.parametrize(
    ("wish", "environ", "chosen"),
    [
        (None, {"LANG": "nb_NO.UTF-8"}, "nb"),
        (None, {"LANG": "no_NO"}, "nb"),
        (None, {"LANG": "nn_NO"}, "nb"),
        (None, {"LANG": "da_DK.UTF-8"}, "da"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "en_GB", "LC_ALL": "da_DK"}, "da"),
        (None, {}, "en"),
        ("nb", {"LANG": "da_DK"}, "nb"),
        ("EN", {"LANG": "da_DK"}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_that_of_the_environment(
    wish: str | None, environ: dict[str, str], chosen: str
) -> None:
    """English where nothing fits."""
    assert choose_language(wish, environ) == chosen


def test_a_language_that_is_not_there_is_an_error_that_names_those_that_are() -> None:
    """A wish is not silently overruled."""
    with pytest.raises(ValueError, match="en, nb, da"):
        choose_language("sv", {})
