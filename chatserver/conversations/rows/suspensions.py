"""Suspensions: a row each; the conversation is suspended while its last one is not lifted."""

from sqlalchemy import ColumnElement, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import latest
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
