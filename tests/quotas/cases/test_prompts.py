"""Texts beside a mentor's case."""

import pytest

from quotas.cases.facts import CaseFacts
from quotas.cases.prompts import FIRST_SESSION_MISSED, PROMPTS, prompts_of
from quotas.cases.rules import CaseKind
from quotas.cases.sight import is_opener, seen_by
from quotas.cases.table import CASES
from quotas.phrases import LANGUAGES, Language
from tests.quotas.cases.made import TOM, case_in, opened


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", PROMPTS)
def test_every_prompt_is_there_in_every_language(kind: CaseKind, language: Language) -> None:
    texts = prompts_of(kind, language)
    assert len(texts) == len(PROMPTS[kind])
    assert all(text.strip() == text and text[-1] in ".?" for text in texts)


def test_languages_differ() -> None:
    for texts in (each for prompts in PROMPTS.values() for each in prompts):
        assert len({*texts}) == len(LANGUAGES)


@pytest.mark.parametrize("kind", PROMPTS)
def test_prompts_stand_beside_what_mentors_see(kind: CaseKind) -> None:
    """Whether they opened it or it is theirs anyway."""
    by_mentor = any(opening.by == "mentor" for opening in CASES[kind].opened)
    case = opened(kind, TOM) if by_mentor else case_in(kind, CASES[kind].states[0].name)
    assert seen_by(case, TOM.role, is_opener(case, TOM)) != "nothing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_two_have_not_met_it_asks_for_another_session(language: Language) -> None:
    first, later = (prompts_of("no_show", language, facts=CaseFacts(first_session=first)) for first in (True, None))
    assert first == [FIRST_SESSION_MISSED[LANGUAGES.index(language)]]
    assert first != later


def test_a_kind_without_prompts_has_none() -> None:
    assert prompts_of("question", "nb") == []
