"""What a person asks support for, by the words behind a command: facts that the kind asks for, and their own words."""

import re
from collections.abc import Sequence
from typing import Any, get_args

from msgspec import Struct

from chatserver.client.cases import CaseChoiceSaid
from chatserver.terminal.case_facts import StartOf, facts_given
from quotas.cases.facts import CaseFactName
from quotas.money import Cadence

NEEDS_WORDS = ("question", "misconduct")
"""Kinds that say nothing without words."""
_FACT = re.compile(r"(?P<name>[a-z_]+)=(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>\S*))(?:\s+|$)")


class CaseWish(Struct, frozen=True):
    """Facts and words; `missing` are the groups of facts that are still needed, with what each may be."""

    facts: dict[str, Any]
    words: str
    missing: list[list[str]]


def facts_and_words(text: str, start_of: StartOf) -> tuple[dict[str, Any], str]:
    """`mentor=ulf chemistry=no I like him`: the facts at the head, and the rest. Raises ValueError."""
    facts: list[str] = []
    rest = text.strip()
    while (found := _FACT.match(rest)) and found["name"] in get_args(CaseFactName):
        value = next(found[group] for group in ("double", "single", "bare") if found[group] is not None)
        facts.append(f"{found['name']}={value}")
        rest = rest[found.end() :]
    return facts_given(facts, start_of), rest.strip()


def wish_of(choice: CaseChoiceSaid, text: str, other: str, start_of: StartOf) -> CaseWish:
    """What a kind needs may stand by itself, such as `weekly cost`; whom a report is about is `other`.

    Raises ValueError with a sentence about a fact that is none.
    """
    facts, words = facts_and_words(text, start_of)
    missing = []
    for group in choice.needs:
        if any(name in facts for name in group):
            continue
        allowed = _allowed(group, choice.reasons)
        head, _, tail = words.partition(" ")
        if "person" in group:
            facts["person"] = other
        elif head.lower() in allowed:
            facts[group[0]] = int(head) if group[0] == "number" else head.lower()
            words = tail.strip()
        else:
            missing.append(list(allowed) or [f"{group[0]}=…"])
    return CaseWish(facts, words, missing)


def _allowed(group: Sequence[str], reasons: Sequence[str]) -> Sequence[str]:
    """The words that say such a fact by themselves."""
    match group[0]:
        case "to":
            return get_args(Cadence)
        case "number":
            return ("1", "2")
        case "reason":
            return reasons
        case _:
            return ()
