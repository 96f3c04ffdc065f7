"""The policies that ship as examples: GoMentor's is the built-in one, the coaching platform's is what its page says."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from quotas.plans import Always, Sessions
from quotas.policy_file import builtin_policy, load_policy

ROOT = Path(__file__).parents[1]
POLICIES = ROOT / "deploy" / "policies"
GOMENTOR, COACHING = POLICIES / "gomentor.toml", POLICIES / "coaching.toml"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
FOR_NO_MEMBERSHIP = {"trial", "guest"}
"""Built-in plans that nobody buys."""


def _table(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


@pytest.mark.parametrize("file", sorted(POLICIES.iterdir()), ids=lambda file: file.name)
def test_every_policy_can_be_loaded(file: Path) -> None:
    assert load_policy(file).plans


def test_gomentors_plans_are_the_built_in_ones() -> None:
    """Said in full, not by leaving them out."""
    builtin = _table(files("quotas").joinpath("policy.toml").read_text(encoding="utf-8"))
    shipped = _table(GOMENTOR.read_text(encoding="utf-8"))
    assert shipped["calendar"] == builtin["calendar"]
    assert shipped["plans"] == {name: plan for name, plan in builtin["plans"].items() if name not in FOR_NO_MEMBERSHIP}
    assert load_policy(GOMENTOR) == builtin_policy()


def test_coaching_is_writing_without_limit_and_a_cadence_of_its_own() -> None:
    policy = load_policy(COACHING)
    coaching = policy.plans["coaching"]
    assert coaching.writing == policy.plans["trial"].writing == Always()
    assert coaching.sessions == Sessions("unlimited", ("video_call", "live_chat"))
    assert policy.sessions.no_show_minutes == (5, 10)


def test_coaching_escalates_to_who_stands_in_and_to_support() -> None:
    reply = load_policy(COACHING).plans["coaching"].reply
    assert reply is not None
    assert (reply.warnings, reply.overtimes) == ([4, 1], [48])
    assert reply.told_before(1) == frozenset(("mentor", "substitute"))
    assert reply.told_before(0) == frozenset(("support",))
    assert reply.told_after(48) == frozenset(("mentor", "support"))


def test_the_page_of_the_coaching_platform_names_tests_that_there_are() -> None:
    """In each row: what plays the sentence."""
    page = (ROOT / "docs" / "coaching.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| the guide |")]
    assert len(rows) > 30
    for row in rows:
        assert TEST.findall(row.rstrip(" |").rpartition(" | ")[2]), row
    for file, test in TEST.findall(page):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not test or re.search(rf"^(async )?def {test}\(", text, re.MULTILINE), (file, test)
