"""Statements that were issued: each is written once."""

from datetime import date

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import STATEMENTS
from quotas.statements import Statement

_content = msgspec.json.Decoder(Statement)


class IssuedStatement(Struct, frozen=True):
    """A statement as it was issued at `issued_at` (ms)."""

    statement: Statement
    issued_at: int


async def issued_to(connection: AsyncConnection, mentor: str) -> list[IssuedStatement]:
    """All of a mentor's, by month."""
    query = select(STATEMENTS).where(STATEMENTS.c.mentor_id == mentor).order_by(STATEMENTS.c.month)
    return [IssuedStatement(_content.decode(row.content), row.issued_at) for row in await connection.execute(query)]


async def find(connection: AsyncConnection, mentor: str, month: date) -> IssuedStatement | None:
    """The one of the month that begins on that day; None where it was not issued."""
    query = select(STATEMENTS).where(STATEMENTS.c.mentor_id == mentor, STATEMENTS.c.month == month)
    row = (await connection.execute(query)).one_or_none()
    return IssuedStatement(_content.decode(row.content), row.issued_at) if row else None


async def issue(connection: AsyncConnection, issued: IssuedStatement) -> None:
    """Write it, unless that month's was issued meanwhile."""
    values = {
        "mentor_id": issued.statement.mentor,
        "month": issued.statement.month,
        "issued_at": issued.issued_at,
        "content": msgspec.json.encode(issued.statement).decode(),
    }
    await connection.execute(insert_into(connection.dialect, STATEMENTS).values(values).on_conflict_do_nothing())
