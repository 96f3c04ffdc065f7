"""The histories of cases: lines that are only appended. What people wrote in them is sealed."""

from collections.abc import Collection, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import CASE_ENTRIES, CASES
from quotas.cases.facts import CaseFacts
from quotas.cases.record import CaseEntry
from quotas.cases.rules import CaseKind

_facts = msgspec.json.Decoder(CaseFacts)


class KeptEntry(Struct, frozen=True):
    """A line without the words in it, and those sealed; None where nobody wrote any, or they were erased."""

    entry: CaseEntry
    sealed: bytes | None = None


async def append(connection: AsyncConnection, ref: str, number: int, entries: Sequence[KeptEntry]) -> None:
    """After the first `number` lines."""
    rows = [
        {
            "ref": ref,
            "number": place,
            "at": each.entry.at,
            "noted_at": each.entry.noted_at,
            "who": each.entry.who,
            "role": each.entry.role,
            "did": each.entry.did,
            "because": each.entry.because,
            "audience": each.entry.audience,
            "facts": msgspec.json.encode(each.entry.facts).decode(),
            "sealed": each.sealed,
        }
        for place, each in enumerate(entries, number + 1)
    ]
    if rows:
        await connection.execute(insert(CASE_ENTRIES), rows)


async def of_case(connection: AsyncConnection, ref: str) -> list[KeptEntry]:
    """All lines, the first one first."""
    query = select(CASE_ENTRIES).where(CASE_ENTRIES.c.ref == ref).order_by(CASE_ENTRIES.c.number)
    return [
        KeptEntry(
            CaseEntry(
                at=row.at,
                noted_at=row.noted_at,
                who=row.who,
                role=row.role,
                did=row.did,
                because=row.because,
                audience=row.audience,
                facts=_facts.decode(row.facts),
            ),
            row.sealed,
        )
        for row in await connection.execute(query)
    ]


async def when_ended(connection: AsyncConnection, conversation: str, did: Collection[str]) -> list[int]:
    """When one of these was done in cases of a conversation that have ended, in order."""
    here = (CASES.c.conversation_id == conversation, CASES.c.ended_at.is_not(None), CASE_ENTRIES.c.did.in_(did))
    query = select(CASE_ENTRIES.c.at).join(CASES, CASES.c.ref == CASE_ENTRIES.c.ref).where(*here)
    return list(await connection.scalars(query.order_by(CASE_ENTRIES.c.at)))


async def first_noted(connection: AsyncConnection, kind: CaseKind, did: str, since: int) -> int | None:
    """When that was written down first in a case of that kind, of what was since then (ms)."""
    here = (CASES.c.kind == kind, CASE_ENTRIES.c.did == did, CASE_ENTRIES.c.noted_at >= since)
    query = select(func.min(CASE_ENTRIES.c.noted_at)).join(CASES, CASES.c.ref == CASE_ENTRIES.c.ref).where(*here)
    first: int | None = await connection.scalar(query)
    return first


async def by_itself_between(connection: AsyncConnection, after: int, upto: int) -> list[tuple[int, str, str, str, str]]:
    """What nobody did after `after` and by `upto`, without what the rest of the server did for it: in order.

    Each with its instant (ms), the case's ref, kind and conversation, and what was done.
    """
    between = (CASE_ENTRIES.c.at > after, CASE_ENTRIES.c.at <= upto, CASE_ENTRIES.c.role == "system")
    query = (
        select(CASE_ENTRIES.c.at, CASES.c.ref, CASES.c.kind, CASES.c.conversation_id, CASE_ENTRIES.c.did)
        .join(CASES, CASES.c.ref == CASE_ENTRIES.c.ref)
        .where(*between, CASE_ENTRIES.c.did.not_like("%:%"))
        .order_by(CASE_ENTRIES.c.at, CASE_ENTRIES.c.ref, CASE_ENTRIES.c.number)
    )
    return [tuple(row) for row in await connection.execute(query)]
