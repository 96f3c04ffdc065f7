"""Corrections of credits: appended, never altered."""

from collections.abc import Collection

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import IDS, portions
from chatserver.records.tables import CREDIT_CORRECTIONS
from quotas.credits import Correction

_THEIRS = select(CREDIT_CORRECTIONS).where(CREDIT_CORRECTIONS.c.conversation_id.in_(IDS))


async def of_conversations(connection: AsyncConnection, conversations: Collection[str]) -> list[Correction]:
    """All of these conversations, the first one first."""
    found = []
    for some in portions(sorted(conversations)):
        for row in await connection.execute(_THEIRS, {"ids": some}):
            found.append(Correction(row.id, row.conversation_id, row.period, row.units, row.reason, row.at))
    return sorted(found, key=lambda each: (each.at, each.id))


async def append(connection: AsyncConnection, correction: Correction) -> None:
    """Raises sqlalchemy.exc.IntegrityError where the conversation has one of that id."""
    await connection.execute(
        insert(CREDIT_CORRECTIONS).values(
            conversation_id=correction.conversation,
            id=correction.id,
            period=correction.period,
            units=correction.units,
            reason=correction.reason,
            at=correction.at,
        )
    )
