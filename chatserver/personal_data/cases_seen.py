"""The cases that a member or a mentor sees, for their export: each as they see it, and no more of it."""

from typing import Any

import msgspec
from msgspec.structs import asdict

from chatserver.cases.case_requests import CaseAsker
from chatserver.cases.case_rights import shown_to
from chatserver.cases.case_texts import CaseTexts, with_words
from chatserver.cases.rows import case_entries, cases
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.records import records
from chatserver.records.database import Database
from quotas import instant
from quotas.cases.facts import INSTANT_FACTS, CaseFacts, given_of
from quotas.cases.record import Case, CaseEntry

PAGE = 100
"""Cases read at once."""


async def cases_seen(database: Database, texts: CaseTexts, person: PersonRecord) -> list[dict[str, Any]]:
    """The first one first. Support sees all of everybody and gets none by it. Raises DatabaseError."""
    if person.role not in ("member", "mentor"):
        return []
    asker = CaseAsker(person.id, "member" if person.role == "member" else "mentor")
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        async with database.read() as connection:
            page = await cases.page(connection, [cases.of_person(asker.user, asker.role)], after, PAGE)
            there = await records(connection, sorted({each.case.conversation for each in page}))
            entries = {each.case.id: await case_entries.of_case(connection, each.case.id) for each in page}
        for kept in page:
            conversation = there.get(kept.case.conversation)
            whole = with_words(kept.case, await texts.opened(kept.case.id, entries[kept.case.id]))
            if conversation is not None and (shown := shown_to(whole, conversation, asker)) is not None:
                found.append(_row(shown))
        if len(page) < PAGE:
            return found[::-1]
        after = page[-1].case.id


def _row(case: Case) -> dict[str, Any]:
    return {
        "ref": case.id,
        "kind": case.kind,
        "conversation_id": case.conversation,
        "state": case.state,
        "opener_id": case.opener.id,
        "opened_at": instant.text(case.opened_at),
        "ended_at": instant.text_or_none(case.ended_at or None),
        "facts": _facts(case.facts),
        "history": [_line(each) for each in case.history],
    }


def _line(entry: CaseEntry) -> dict[str, Any]:
    return asdict(entry) | {
        "at": instant.text(entry.at),
        "noted_at": instant.text(entry.noted_at),
        "facts": _facts(entry.facts),
    }


def _facts(facts: CaseFacts) -> dict[str, Any]:
    """As they are over HTTP."""
    said: dict[str, Any] = msgspec.to_builtins(given_of(facts))
    for name in INSTANT_FACTS:
        if name in said:
            said[name] = instant.text(said[name])
    if "starts_at" in said:
        said["starts_at"] = [instant.text(each) for each in said["starts_at"]]
    return said
