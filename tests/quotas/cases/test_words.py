"""What cases say: every state to everybody who may see it, in every language."""

import pytest

from quotas.cases import words_da, words_en, words_nb
from quotas.cases.rules import COMMON_ENDS
from quotas.cases.table import CASES
from quotas.cases.words import CASE_READERS, case_words
from quotas.phrases import LANGUAGES, Language


def states() -> list[tuple[str, str]]:
    return [(kind, state.name) for kind, rule in CASES.items() for state in rule.states]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "state"), states())
def test_every_state_of_every_kind_has_words(kind: str, state: str, language: Language) -> None:
    for reader in CASE_READERS:
        words = case_words(kind, state, reader, language)
        assert words is not None
        assert words.line[0].isupper()
        assert words.line[-1] == "."
        assert words.title[0].isupper()
        assert words.title[-1] != "."
        assert words.line == " ".join(words.line.split())


def test_every_language_has_the_same_words_and_no_other_than_the_table() -> None:
    known = {*states()}
    for each in (words_en, words_nb, words_da):
        assert each.TITLES.keys() == CASES.keys()
        assert each.STATES.keys() == words_en.STATES.keys()
    for key in words_en.STATES.keys() - {*COMMON_ENDS}:
        kind, state, *reader = key.split("/")
        assert (kind, state) in known
        assert {*reader} <= {*CASE_READERS}


def test_languages_differ() -> None:
    for key in words_en.STATES:
        assert len({each.STATES[key] for each in (words_en, words_nb, words_da)}) == len(LANGUAGES), key


def test_each_reader_is_spoken_to() -> None:
    lines = [case_words("mentor_switch", "switched", reader, "en") for reader in CASE_READERS]
    assert [each.line for each in lines if each] == [
        "You go on with your new mentor.",
        *["The member goes on with another mentor."] * 3,
    ]


def test_what_this_release_does_not_know_has_no_words() -> None:
    assert case_words("of_later", "open", "member", "en") is None
    assert case_words("question", "of_later", "member", "en") is None
