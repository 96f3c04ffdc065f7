"""Messages that go out later, and those that could not."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.protocol.unsent import LaterReason
from chatserver.records.tables import LATER_MESSAGES
from chatserver.unsent.later import LaterMessage

_row = LATER_MESSAGES.c
_ORDER = (_row.send_at, _row.written_at, _row.conversation_id, _row.person_id, _row.message_id)
_WAITS = _row.state == "waiting"


class NewContent(Struct, frozen=True):
    """What one says now, since when, in ms: always a later instant than before."""

    written_at: int
    head: str
    digest: bytes
    sealed: bytes


async def find(connection: AsyncConnection, conversation: str, person: str, id: str) -> LaterMessage | None:
    """None where nothing of that id is kept."""
    row = (await connection.execute(select(LATER_MESSAGES).where(_is(conversation, person, id)))).one_or_none()
    return _later(row) if row else None


async def add(connection: AsyncConnection, message: LaterMessage) -> None:
    """It is not there yet."""
    await connection.execute(insert(LATER_MESSAGES).values(**_columns(message)))


async def count(connection: AsyncConnection, conversation: str, person: str) -> int:
    """How many of a person's are kept there."""
    here = (_row.conversation_id == conversation, _row.person_id == person)
    return await connection.scalar(select(func.count()).select_from(LATER_MESSAGES).where(*here)) or 0


async def of_person(
    connection: AsyncConnection, person: str, conversation: str | None, most: int
) -> list[LaterMessage]:
    """A person's, of one conversation or of all, the next one first."""
    query = select(LATER_MESSAGES).where(_row.person_id == person)
    if conversation is not None:
        query = query.where(_row.conversation_id == conversation)
    return [_later(row) for row in await connection.execute(query.order_by(*_ORDER).limit(most))]


async def of_conversation(connection: AsyncConnection, conversation: str) -> list[LaterMessage]:
    """Everybody's there, in the order in which they go out."""
    query = select(LATER_MESSAGES).where(_row.conversation_id == conversation).order_by(*_ORDER)
    return [_later(row) for row in await connection.execute(query)]


async def waiting_in(connection: AsyncConnection, after: str, most: int) -> Sequence[tuple[str, int]]:
    """Conversations beyond `after` in which some wait, with when the first is due, by id."""
    query = select(_row.conversation_id, func.min(_row.send_at)).where(_WAITS, _row.conversation_id > after)
    rows = await connection.execute(query.group_by(_row.conversation_id).order_by(_row.conversation_id).limit(most))
    return [(conversation, at) for conversation, at in rows]


async def overdue(connection: AsyncConnection, before: int, most: int) -> list[str]:
    """Conversations in which one was due before that instant, the longest first."""
    query = select(_row.conversation_id).where(_WAITS, _row.send_at < before).order_by(_row.send_at).limit(most)
    return list(dict.fromkeys(await connection.scalars(query)))


async def take(connection: AsyncConnection, message: LaterMessage, now: int) -> bool:
    """It is being sent now, unless it was changed or taken back meanwhile; whether it is."""
    unchanged = (_row.send_at == message.send_at, _row.written_at == message.written_at, _WAITS)
    query = update(LATER_MESSAGES).where(_of(message), *unchanged)
    return (await connection.execute(query.values(tried_at=now))).rowcount == 1


async def rename(connection: AsyncConnection, message: LaterMessage, id: str, head: str) -> None:
    """Give it another id."""
    await connection.execute(update(LATER_MESSAGES).where(_of(message)).values(message_id=id.encode(), head=head))


async def refuse(connection: AsyncConnection, message: LaterMessage, reason: LaterReason, opens_at: int | None) -> bool:
    """It is kept for who wrote it; False where that was done before."""
    query = update(LATER_MESSAGES).where(_of(message), _WAITS)
    done = await connection.execute(query.values(state="refused", tried_at=None, reason=reason, opens_at=opens_at))
    return done.rowcount == 1


async def change(
    connection: AsyncConnection,
    message: LaterMessage,
    *,
    send_at: int | None = None,
    content: NewContent | None = None,
) -> bool:
    """Keep what is given, one of them at least, and leave the rest as it is by now.

    False where it is being sent, or was; and where `content` is to take the place of another one than the message has.
    """
    query = update(LATER_MESSAGES).where(_of(message), _WAITS, _row.tried_at.is_(None))
    if content is not None:
        query = query.where(_row.written_at == message.written_at).values(asdict(content))
    if send_at is not None:
        query = query.values(send_at=send_at)
    return (await connection.execute(query)).rowcount == 1


async def reseal(connection: AsyncConnection, message: LaterMessage, digest: bytes, sealed: bytes) -> None:
    """The same text with another key."""
    await connection.execute(update(LATER_MESSAGES).where(_of(message)).values(digest=digest, sealed=sealed))


async def remove(connection: AsyncConnection, message: LaterMessage) -> bool:
    """It is not kept any more; whether it was."""
    return (await connection.execute(delete(LATER_MESSAGES).where(_of(message)))).rowcount == 1


async def take_back(connection: AsyncConnection, message: LaterMessage) -> bool:
    """As `remove`, unless it is being sent."""
    query = delete(LATER_MESSAGES).where(_of(message), _row.tried_at.is_(None))
    return (await connection.execute(query)).rowcount == 1


async def forget(connection: AsyncConnection, person: str) -> None:
    """Remove all of a person's."""
    await connection.execute(delete(LATER_MESSAGES).where(_row.person_id == person))


async def conversations_of(connection: AsyncConnection, person: str) -> list[str]:
    """Where a person has some, sorted."""
    query = select(_row.conversation_id).where(_row.person_id == person).distinct().order_by(_row.conversation_id)
    return list(await connection.scalars(query))


def _is(conversation: str, person: str, id: str) -> ColumnElement[bool]:
    return and_(_row.conversation_id == conversation, _row.person_id == person, _row.message_id == id.encode())


def _of(message: LaterMessage) -> ColumnElement[bool]:
    return _is(message.conversation, message.person, message.id)


def _columns(message: LaterMessage) -> dict[str, Any]:
    fields = asdict(message)
    names = {"conversation": "conversation_id", "person": "person_id"}
    named = {names.get(name, name): value for name, value in fields.items() if name != "id"}
    return {**named, "message_id": message.id.encode()}


def _later(row: Row[*tuple[Any, ...]]) -> LaterMessage:
    found = dict(row._mapping)
    key = found.pop("conversation_id"), found.pop("person_id"), found.pop("message_id").decode()
    return LaterMessage(*key, **found)
