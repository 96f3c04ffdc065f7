"""Support's pages have words for all that the server does for a case."""

import re
from typing import get_args

import pytest

from chatserver.web.building import WEB
from quotas.cases.rules import CaseEffect, SuspendAction


@pytest.mark.parametrize("language", ["nb", "da", "en"])
def test_every_effect_has_words(language: str) -> None:
    """A new effect would stand in a case's history as its identifier."""
    words = (WEB / "src" / "words" / "support" / f"{language}.ts").read_text(encoding="utf-8")
    found = re.search(r"\n    effects: \{\n(.*?)\n    \},", words, re.DOTALL)
    assert found is not None
    named = re.findall(r"^      (\w+):", found[1], re.MULTILINE)
    assert sorted(named) == sorted((*get_args(CaseEffect), *get_args(SuspendAction)))
