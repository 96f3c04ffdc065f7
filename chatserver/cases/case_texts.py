"""What people write in a case, sealed with a key of the case's own: `conversation_keys` has it under a name that no
conversation can have. Without that key nobody reads it again.
"""

import logging

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chatserver.cases.rows.case_entries import KeptEntry
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import SealError, number_of
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case, CaseEntry
from quotas.cases.rules import CaseKind
from quotas.cases.table import CASES

_NUMBER = 1
"""Such a key is never changed."""
OF_LATER_KEYS = _NUMBER + 1
"""To destroy those before it is to destroy the case's key."""

logger = logging.getLogger(__name__)


class EntryTexts(Struct, frozen=True, omit_defaults=True):
    """The words of one line."""

    note: str = ""
    reason: str = ""
    """Where the kind has no words of its own for it."""


_texts = msgspec.json.Decoder(EntryTexts)


def key_name(ref: str) -> str:
    """Of the case's key among those of conversations."""
    return f" case {ref}"


def without_free_reason(kind: CaseKind, facts: CaseFacts) -> CaseFacts:
    """Without a reason in somebody's own words."""
    return facts if CASES[kind].reasons else replace(facts, reason=None)


def texts_of(kind: CaseKind, facts: CaseFacts, note: str) -> EntryTexts:
    """What of it is to be sealed."""
    return EntryTexts(note, "" if CASES[kind].reasons else facts.reason or "")


def with_words(case: Case, lines: list[CaseEntry]) -> Case:
    """The case with its history, opened: a reason in somebody's own words stands in the lines alone."""
    reasons = [line.facts.reason for line in lines if line.facts.reason is not None]
    facts = replace(case.facts, reason=reasons[-1]) if reasons else case.facts
    return replace(case, history=tuple(lines), facts=facts)


class CaseTexts:
    """Seals and opens. Both raise DatabaseError."""

    def __init__(self, keys: ConversationKeys) -> None:
        self._keys = keys

    async def sealed(self, ref: str, texts: EntryTexts) -> bytes | None:
        """None where there is nothing to seal. It may make the key, in a transaction of its own."""
        if texts == EntryTexts():
            return None
        return (await self._keys.current(key_name(ref), _NUMBER)).seal(msgspec.json.encode(texts))

    async def opened(self, ref: str, entries: list[KeptEntry]) -> list[CaseEntry]:
        """The lines with their words, as far as those can be read still."""
        numbers = {number_of(each.sealed) for each in entries if each.sealed is not None}
        keys = await self._keys.existing(key_name(ref), numbers) if numbers else {}
        found = []
        for each in entries:
            key = keys.get(number_of(each.sealed)) if each.sealed is not None else None
            if key is None or each.sealed is None:
                found.append(each.entry)
                continue
            try:
                texts = _texts.decode(key.open(each.sealed))
            except (SealError, msgspec.DecodeError):
                logger.error("a note does not open", extra={"case": ref})
                found.append(each.entry)
                continue
            facts = replace(each.entry.facts, reason=texts.reason) if texts.reason else each.entry.facts
            found.append(replace(each.entry, note=texts.note, facts=facts))
        return found

    async def forget(self, ref: str) -> None:
        """Destroy the case's key: of one that was not opened after all."""
        await self._keys.destroy(key_name(ref), OF_LATER_KEYS)
