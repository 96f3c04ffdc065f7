"""Suspensions: a row each; the conversation is suspended while its last one is not lifted."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import latest, portions
from chatserver.records.tables import CONVERSATIONS, SUSPENSIONS
from quotas.suspensions import SuspensionSpan

_LASTS = SUSPENSIONS.c.lifted_at.is_(None)


def is_suspended() -> ColumnElement[bool]:
    """Whether the conversation of a row of CONVERSATIONS is."""
    return exists().where(SUSPENSIONS.c.conversation_id == CONVERSATIONS.c.id, _LASTS).correlate(CONVERSATIONS)


async def of(connection: AsyncConnection, conversation: str) -> list[SuspensionSpan]:
    """Those of a conversation, the first one first."""
    query = select(SUSPENSIONS.c.began_at, SUSPENSIONS.c.lifted_at)
    rows = await connection.execute(
        query.where(SUSPENSIONS.c.conversation_id == conversation).order_by(SUSPENSIONS.c.id)
    )
    return [SuspensionSpan(*row) for row in rows]


async def of_all(connection: AsyncConnection, conversations: Collection[str]) -> dict[str, list[SuspensionSpan]]:
    """Those of each of these that was ever suspended, the first one first."""
    found: dict[str, list[SuspensionSpan]] = {}
    for some in portions(sorted(conversations)):
        query = select(SUSPENSIONS.c.conversation_id, SUSPENSIONS.c.began_at, SUSPENSIONS.c.lifted_at)
        here = SUSPENSIONS.c.conversation_id.in_(some)
        for id, *span in await connection.execute(query.where(here).order_by(SUSPENSIONS.c.id)):
            found.setdefault(id, []).append(SuspensionSpan(*span))
    return found


async def begin(connection: AsyncConnection, conversation: str, at: int) -> None:
    """Unless one lasts already."""
    lasting = select(SUSPENSIONS.c.id).where(SUSPENSIONS.c.conversation_id == conversation, _LASTS)
    if await connection.scalar(lasting) is None:
        await connection.execute(insert(SUSPENSIONS).values(conversation_id=conversation, began_at=at))


async def lift(connection: AsyncConnection, conversation: str, at: int) -> None:
    """The one that lasts, if one does."""
    lasting = update(SUSPENSIONS).where(SUSPENSIONS.c.conversation_id == conversation, _LASTS)
    # A store's clock that was set back must not lift it before it began.
    await connection.execute(lasting.values(lifted_at=latest(connection.dialect, SUSPENSIONS.c.began_at, at)))
