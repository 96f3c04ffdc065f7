"""The rows of the audit log: appended, and read."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.audit.line import START, AuditDeed, AuditHead, AuditLine
from chatserver.records.dialects import insert_into, portions
from chatserver.records.tables import AUDIT_HEAD, AUDIT_LINES, CONVERSATIONS

_row = AUDIT_LINES.c
_COLUMNS = (
    _row.number,
    _row.at,
    _row.who,
    _row.role,
    _row.did,
    _row.conversation_id,
    _row.person_id,
    _row.about,
    _row.details,
    _row.hash,
)
"""In the order of `AuditLine`."""
Same = tuple[str, str, str, str, str]
"""Who, what, and of whom: conversation, person, and what else has an id."""
_AFTER = select(*_COLUMNS).where(_row.number > bindparam("after")).order_by(_row.number).limit(bindparam("most"))


async def locked_head(connection: AsyncConnection) -> AuditHead:
    """The newest line, held until the transaction ends: nobody else appends meanwhile."""
    query = select(AUDIT_HEAD.c.number, AUDIT_HEAD.c.hash).with_for_update()
    found = (await connection.execute(query)).first()
    if found is None:
        first = insert_into(connection.dialect, AUDIT_HEAD).values(id=1, number=0, hash=START).on_conflict_do_nothing()
        await connection.execute(first)
        found = (await connection.execute(query)).one()
    return AuditHead(found.number, found.hash)


async def head_and_last(connection: AsyncConnection) -> tuple[AuditHead, int]:
    """The newest line as the head has it, and the number of the last line that there is: of one moment."""
    last = select(func.coalesce(func.max(_row.number), 0).label("last")).subquery()
    query = select(AUDIT_HEAD.c.number, AUDIT_HEAD.c.hash, last.c.last)
    found = (await connection.execute(query.select_from(last.outerjoin(AUDIT_HEAD, true())))).one()
    return AuditHead() if found.number is None else AuditHead(found.number, found.hash), found.last


async def append(connection: AsyncConnection, lines: Sequence[AuditLine]) -> None:
    """Behind the head, which is locked; the last of them is the head then."""
    await connection.execute(
        insert(AUDIT_LINES),
        [
            {
                "number": each.number,
                "at": each.at,
                "who": each.who,
                "role": each.role,
                "did": each.did,
                "conversation_id": each.conversation,
                "person_id": each.person,
                "about": each.about,
                "details": each.details,
                "hash": each.hash,
            }
            for each in lines
        ],
    )
    await connection.execute(update(AUDIT_HEAD).values(number=lines[-1].number, hash=lines[-1].hash))


async def noted_since(connection: AsyncConnection, deeds: Collection[AuditDeed], since: int) -> set[Same]:
    """What of those was noted at `since` (ms) or later."""
    found: set[Same] = set()
    for conversations in portions({each.conversation for each in deeds}):
        here = [each for each in deeds if each.conversation in conversations]
        same = (
            _row.conversation_id.in_(conversations),
            _row.person_id.in_({each.person for each in here}),
            _row.who.in_({each.who for each in here}),
            _row.at >= since,
        )
        query = select(_row.who, _row.did, _row.conversation_id, _row.person_id, _row.about).where(*same)
        found |= {
            (who, did, where, person, about) for who, did, where, person, about in await connection.execute(query)
        }
    return found


def same_as(deed: AuditDeed) -> Same:
    """What makes it the same thing, whenever it was done."""
    return deed.who, deed.did, deed.conversation, deed.person, deed.about


async def after(connection: AsyncConnection, number: int, most: int) -> list[AuditLine]:
    """The lines after that number, in order."""
    rows = await connection.execute(_AFTER, {"after": number, "most": most})
    return [_line(row) for row in rows]


async def newest(connection: AsyncConnection, did: str) -> AuditLine | None:
    """The last line that says so."""
    query = select(*_COLUMNS).where(_row.did == did).order_by(_row.number.desc()).limit(1)
    row = (await connection.execute(query)).first()
    return None if row is None else _line(row)


async def page(
    connection: AsyncConnection,
    *,
    before: int | None,
    most: int,
    who: str = "",
    did: str = "",
    conversation: str = "",
    person: str = "",
) -> list[AuditLine]:
    """Lines before that number, the newest first; '' is any. A person's conversations concern the person too."""
    query: Select[Any] = select(*_COLUMNS).order_by(_row.number.desc()).limit(most)
    if before is not None:
        query = query.where(_row.number < before)
    for column, wanted in ((_row.who, who), (_row.did, did), (_row.conversation_id, conversation)):
        if wanted:
            query = query.where(column == wanted)
    if person:
        theirs = select(CONVERSATIONS.c.id).where(
            or_(CONVERSATIONS.c.member_id == person, CONVERSATIONS.c.mentor_id == person)
        )
        query = query.where(or_(_row.person_id == person, _row.conversation_id.in_(theirs)))
    return [_line(row) for row in await connection.execute(query)]


async def when(connection: AsyncConnection, conversation: str, did: str, role: str) -> list[int]:
    """When people of that role did that to a conversation, in order."""
    of = (_row.conversation_id == conversation, _row.did == did, _row.role == role)
    return list(await connection.scalars(select(_row.at).where(*of).order_by(_row.number)))


def _line(row: Any) -> AuditLine:
    return AuditLine(*row)
