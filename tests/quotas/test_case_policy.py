"""What a policy file says of cases: how long states wait, texts, what opens by itself; and every mistake named."""

from pathlib import Path

import pytest

from quotas.case_policy import CasePolicy, CaseWait
from quotas.cases.policy import case_policy_problem
from quotas.cases.prompts import PROMPTS, prompts_of
from quotas.plans import Policy
from quotas.policy_file import PolicyError, builtin_policy, load_policy


def loaded(folder: Path, text: str) -> Policy:
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file)


def test_the_built_in_policy_leaves_the_table_as_it_is() -> None:
    policy = builtin_policy().cases
    assert policy == CasePolicy()
    assert not policy.opens_missed("basic")
    assert policy.wait("question", "open") is None
    assert case_policy_problem(policy) is None


def test_lengths_and_texts_by_kind(tmp_path: Path) -> None:
    policy = loaded(
        tmp_path,
        """
        [cases]
        reply_missed = ["basic"]
        ghosting_days = 21
        [cases.dues.question]
        open = { hours = 4 }
        [cases.dues.ghosting]
        mentor_trying = { days = 10 }
        support_trying = { months = 1, reminder_days = 3 }
        [cases.prompts]
        no_show = false
        ghosting = { en = ["Call them."], nb = ["Ring dem."], da = ["Ring til dem."] }
        """,
    ).cases
    assert case_policy_problem(policy) is None
    assert (policy.opens_missed("basic"), policy.opens_missed("light"), policy.ghosting_days) == (True, False, 21)
    assert policy.wait("question", "open") == CaseWait(hours=4)
    assert policy.wait("ghosting", "support_trying") == CaseWait(months=1, reminder_days=3)
    assert prompts_of("ghosting", "nb", policy) == ["Ring dem."]
    assert prompts_of("no_show", "nb", policy) == []
    assert len(prompts_of("poor_fit", "nb", policy)) == len(PROMPTS["poor_fit"])


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("cases = 1", "`cases` must be a table", ""),
        ("[cases]\nafter = 1", "`cases.after` is no key there", "reply_missed, ghosting_days, dues, prompts"),
        ("[cases]\nreply_missed = 1", "`cases.reply_missed`: expected", "true, false or a list of plans"),
        ("[cases]\nreply_missed = ['gold']", "`cases.reply_missed`: there is no plan 'gold'", "light, basic"),
        ("[cases]\nghosting_days = 366", "`cases.ghosting_days`: expected `int` <= 365", "from 0, never, to 365"),
        ("[cases]\ndues = 1", "`cases.dues` must be a table of kinds", ""),
        ("[cases.dues]\nquestion = 1", "`cases.dues.question` must be a table of states", ""),
        ("[cases.dues.question]\nopen = 1", "`cases.dues.question.open`: expected", "one of months, days and hours"),
        ("[cases.dues.question]\nopen = {}", "`cases.dues.question.open`: expected one of", "months, days and hours"),
        (
            "[cases.dues.question]\nopen = { days = 1, hours = 1 }",
            "`cases.dues.question.open`: expected one of",
            "months, days and hours",
        ),
        ("[cases.dues.question]\nopen = { days = 0 }", "`cases.dues.question.open.days`: expected `int` >= 1", "1000"),
        ("[cases.dues.question]\nopen = { weeks = 1 }", "`cases.dues.question.open.weeks` is no key", "months, days"),
        ("[cases]\nprompts = 1", "`cases.prompts` must be a table of kinds", ""),
        ("[cases.prompts]\nghosting = true", "`cases.prompts.ghosting`: expected", "or false for none"),
        ("[cases.prompts.ghosting]\nen = ['a']", "`cases.prompts.ghosting.nb`: object missing", "1 to 10 texts"),
        (
            "[cases.prompts.ghosting]\nen = ['a']\nnb = ['a']\nda = ['a', 'b']",
            "`cases.prompts.ghosting`: expected as many texts in each language",
            "as many texts each",
        ),
        (
            "[cases.prompts.ghosting]\nen = ['']\nnb = ['a']\nda = ['a']",
            "`cases.prompts.ghosting.en[0]`: expected `str` of length >= 1",
            "at most 500 characters",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file_its_key_and_what_is_allowed(
    tmp_path: Path, text: str, key: str, allowed: str
) -> None:
    with pytest.raises(PolicyError) as error:
        loaded(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / 'policy.toml'}: {key}")
    assert allowed in str(error.value)


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        (CasePolicy(dues={"quarrel": {}}), "`cases.dues.quarrel` is no kind of case; allowed: question, misconduct,"),
        (CasePolicy(prompts={"quarrel": False}), "`cases.prompts.quarrel` is no kind of case; allowed: question,"),
        (
            CasePolicy(dues={"ghosting": {"churned": CaseWait(days=1)}}),
            "`cases.dues.ghosting.churned` is no state whose length can be set; allowed: mentor_trying, support_trying",
        ),
        (
            CasePolicy(dues={"membership_cancellation": {"official": CaseWait(days=1)}}),
            "`cases.dues.membership_cancellation.official` is no state whose length can be set; allowed: reported",
        ),
        (
            CasePolicy(dues={"ghosting": {"support_trying": CaseWait(days=7)}}),
            "`cases.dues.ghosting.support_trying`: a reminder 7 days ahead comes before it begins; allowed: fewer",
        ),
    ],
)
def test_what_the_table_does_not_have_is_named(policy: CasePolicy, problem: str) -> None:
    assert str(case_policy_problem(policy)).startswith(problem)
