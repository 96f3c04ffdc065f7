"""What somebody may open, and what each kind asks for: held against opening itself."""

from typing import get_args

import pytest

from chatserver.cases.case_facts import SUPPORTS
from quotas.cases.choice_words import choice_in_words
from quotas.cases.choices import AFTER_THE_END, CaseChoice, choices_of
from quotas.cases.facts import CaseFactName
from quotas.cases.record import Case, CaseActor, CaseRefused, open_case
from quotas.cases.rules import CaseKind
from quotas.phrases import LANGUAGES
from tests.quotas.cases.made import MIA, NOW, SIRI, TOM, case_in, opened


def choices(actor: CaseActor, *open_cases: Case, cadence: bool = True, ended: bool = False) -> dict[str, CaseChoice]:
    found = choices_of(open_cases, actor, has_cadence=cadence, has_ended=ended, known={})
    return {each.kind: each for each in found}


@pytest.mark.parametrize("actor", [MIA, TOM, SIRI], ids=lambda actor: actor.role)
@pytest.mark.parametrize("kind", get_args(CaseKind))
def test_a_kind_is_a_choice_of_those_who_may_open_it(kind: CaseKind, actor: CaseActor) -> None:
    """And begins in the state that is said; it has words in every language."""
    outcome = open_case("k", kind, conversation="c1", member="mia", by=actor, now=NOW)
    choice = choices(actor).get(kind)
    assert (choice is None) == (outcome == CaseRefused("not_yours"))
    if choice is not None:
        assert opened(kind, actor).state == choice.state
        assert all(choice_in_words(kind, choice.state, actor.role, language) != kind for language in LANGUAGES)


def test_what_a_kind_asks_for() -> None:
    """What the server knows may be said, and need not be; what is for support to say is not named."""
    cadence = choices(MIA)["cadence_change"]
    assert (cadence.needs, cadence.reasons) == ((("to",), ("reason",)), ("cost", "time", "travel", "support"))
    cancelling: dict[CaseKind, tuple[CaseFactName, ...]] = {"membership_cancellation": ("asked_on", "paid_until")}
    found = choices_of((), MIA, has_cadence=True, has_ended=False, known=cancelling, withheld=SUPPORTS)
    [cancellation] = [each for each in found if each.kind == "membership_cancellation"]
    assert (cancellation.state, cancellation.needs, cancellation.takes) == ("official", (), ("asked_on", "reason"))
    assert choices(TOM)["membership_cancellation"].state == "reported"


def test_why_one_cannot_be_opened_now() -> None:
    """Without a cadence, after the end, and beside an open one that who asks sees."""
    assert choices(MIA, cadence=False)["cadence_change"].refused == "no_cadence"
    after = choices(MIA, ended=True)
    assert {kind for kind, each in after.items() if each.refused is None} == set(AFTER_THE_END)
    question = opened("question", MIA)
    asked = choices(MIA, question)["question"]
    assert (asked.refused, asked.in_the_way) == ("already_open", question.id)
    assert choices(TOM, question)["question"].refused is None
    assert choices(SIRI, question)["question"].refused == "already_open"


def test_nobody_learns_by_a_choice_of_what_they_do_not_see() -> None:
    """A report about oneself, a mentor's report of a cancellation: the choices are as without them."""
    hidden = (opened("misconduct", TOM), case_in("membership_cancellation", "reported"), opened("ghosting", TOM))
    assert choices(MIA, *hidden) == choices(MIA)
    refused = {kind for kind, each in choices(TOM, *hidden).items() if each.refused}
    assert refused == {"misconduct", "membership_cancellation", "ghosting"}
