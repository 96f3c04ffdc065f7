"""What a case is called, and what its state means to whoever reads it: for apps, the terminal, notices and mails.

`STATES` of each language has a sentence by `kind/state/role`, by `kind/state` where all readers are told the same, and
by the state alone for the ends of every kind. No name is in them, and nothing that a person wrote.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct

from quotas.cases import words_da, words_en, words_nb
from quotas.phrases import Language

CaseReader = Literal["member", "mentor", "guest", "support"]
"""Who reads: `guest` is the mentor of a one-off session."""
CASE_READERS: tuple[CaseReader, ...] = get_args(CaseReader)

_TITLES: Mapping[Language, Mapping[str, str]] = {
    "en": words_en.TITLES,
    "nb": words_nb.TITLES,
    "da": words_da.TITLES,
}
_STATES: Mapping[Language, Mapping[str, str]] = {
    "en": words_en.STATES,
    "nb": words_nb.STATES,
    "da": words_da.STATES,
}


class CaseWords(Struct, frozen=True):
    """`title` names the kind, without a full stop; `line` is one sentence or two."""

    title: str
    line: str


def case_words(kind: str, state: str, reader: CaseReader, language: Language) -> CaseWords | None:
    """A case in that state, in that language; None for words that this release does not know."""
    title, states = _TITLES[language].get(kind), _STATES[language]
    keys = (f"{kind}/{state}/{reader}", f"{kind}/{state}", state)
    line = next((states[key] for key in keys if key in states), None)
    return None if title is None or line is None else CaseWords(title, line)
