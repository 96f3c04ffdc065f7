"""Secrets of the server's own, one row each, sealed."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import SERVER_SECRETS


async def find(connection: AsyncConnection, name: str) -> bytes | None:
    """It, sealed; None where it was not made yet."""
    return await connection.scalar(select(SERVER_SECRETS.c.sealed).where(SERVER_SECRETS.c.name == name))


async def add(connection: AsyncConnection, name: str, sealed: bytes, now: int) -> bytes:
    """Keep it, unless another process was first; gives what is kept."""
    query = insert_into(connection.dialect, SERVER_SECRETS).values(name=name, sealed=sealed, made_at=now)
    await connection.execute(query.on_conflict_do_nothing())
    kept = await find(connection, name)
    assert kept is not None, "it was inserted, or was there"  # noqa: S101 - nothing deletes secrets
    return kept
