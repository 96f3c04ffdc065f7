"""Attachments, a row each; what they are called and how they open is sealed."""

from collections.abc import Collection

from sqlalchemy import Select, Update, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.attachments.attachment import Attachment, AttachmentState
from chatserver.records.dialects import insert_into, portions
from chatserver.records.tables import ATTACHMENTS, LATER_MESSAGES

_column = ATTACHMENTS.c
_READ = (
    _column.conversation_id,
    _column.id,
    _column.ref,
    _column.person_id,
    _column.state,
    _column.bytes,
    _column.message_id,
    _column.seq,
    _column.created_at,
    _column.changed_at,
    _column.sealed,
)

_WAITS = exists().where(
    and_(
        LATER_MESSAGES.c.conversation_id == _column.conversation_id,
        LATER_MESSAGES.c.person_id == _column.person_id,
        LATER_MESSAGES.c.message_id == _column.message_id,
    )
)
"""Its message is to be sent later, or could not be and is kept for its writer."""


async def _all(connection: AsyncConnection, query: Select[tuple[object, ...]]) -> list[Attachment]:
    return [
        Attachment(
            conversation=row.conversation_id,
            id=row.id,
            ref=row.ref,
            person=row.person_id,
            state=row.state,
            size=row.bytes,
            message=row.message_id.decode() if row.message_id is not None else None,
            seq=row.seq,
            created_at=row.created_at,
            changed_at=row.changed_at,
            sealed=row.sealed,
        )
        for row in await connection.execute(query)
    ]


async def find(connection: AsyncConnection, conversation: str, ids: Collection[str]) -> list[Attachment]:
    """Those of the conversation with these ids, as far as they are there."""
    found: list[Attachment] = []
    for some in portions(sorted(set(ids))):
        here = _column.conversation_id == conversation, _column.id.in_(some)
        found += await _all(connection, select(*_READ).where(*here).order_by(_column.id))
    return found


async def find_to_change(connection: AsyncConnection, conversation: str, ids: Collection[str]) -> list[Attachment]:
    """As `find`, and nobody else changes them until the transaction ends."""
    here = _column.conversation_id == conversation, _column.id.in_(sorted(set(ids)))
    return await _all(connection, select(*_READ).where(*here).order_by(_column.id).with_for_update())


async def of_person(connection: AsyncConnection, person: str, conversation: str) -> list[Attachment]:
    """What that person has sent to the conversation, or was about to."""
    here = _column.person_id == person, _column.conversation_id == conversation
    return await _all(connection, select(*_READ).where(*here).order_by(_column.id))


async def of_conversation(connection: AsyncConnection, conversation: str, after: str, limit: int) -> list[Attachment]:
    """Those with ids beyond `after`, in order."""
    here = _column.conversation_id == conversation, _column.id > after
    return await _all(connection, select(*_READ).where(*here).order_by(_column.id).limit(limit))


async def in_state(
    connection: AsyncConnection, state: AttachmentState, before: int, limit: int, *, unsent: bool = False
) -> list[Attachment]:
    """Those in that state since before that instant; `unsent`: as far as no message is known to have them, or waits."""
    here = [_column.state == state, _column.changed_at < before]
    if unsent:
        here += [_column.seq.is_(None), ~_WAITS]
    return await _all(connection, select(*_READ).where(*here).order_by(_column.changed_at).limit(limit))


async def bytes_of(connection: AsyncConnection, person: str) -> int:
    """How many bytes are kept for that person, or are on their way."""
    query = select(func.sum(_column.bytes)).where(_column.person_id == person, _column.state != "deleted")
    return int(await connection.scalar(query) or 0)


async def refs(connection: AsyncConnection, some: Collection[str]) -> set[str]:
    """Which of these there are."""
    found: set[str] = set()
    for portion in portions(sorted(some)):
        found.update(await connection.scalars(select(_column.ref).where(_column.ref.in_(portion))))
    return found


async def add(connection: AsyncConnection, new: Attachment) -> bool:
    """A new row; False where the other side has taken its id at this moment."""
    done = await connection.execute(
        insert_into(connection.dialect, ATTACHMENTS)
        .values(
            conversation_id=new.conversation,
            id=new.id,
            ref=new.ref,
            person_id=new.person,
            state=new.state,
            bytes=new.size,
            created_at=new.created_at,
            changed_at=new.changed_at,
        )
        .on_conflict_do_nothing()
    )
    return done.rowcount == 1


async def finish(
    connection: AsyncConnection, ref: str, new_ref: str, state: AttachmentState, size: int, sealed: bytes, at: int
) -> bool:
    """What was arriving is there; whether it still was awaited."""
    query = update(ATTACHMENTS).where(_column.ref == ref, _column.state == "arriving")
    done = await connection.execute(query.values(ref=new_ref, state=state, bytes=size, sealed=sealed, changed_at=at))
    return done.rowcount == 1


async def settle(connection: AsyncConnection, ref: str, state: AttachmentState, at: int) -> None:
    """What the virus scanner says of one that waited for it."""
    query = update(ATTACHMENTS).where(_column.ref == ref, _column.state == "checking")
    await connection.execute(query.values(state=state, changed_at=at))


async def remove(connection: AsyncConnection, ref: str) -> bool:
    """Whether it was there."""
    return (await connection.execute(delete(ATTACHMENTS).where(_column.ref == ref))).rowcount == 1


async def remove_arriving(connection: AsyncConnection, ref: str) -> None:
    """One that does not arrive after all."""
    await connection.execute(delete(ATTACHMENTS).where(_column.ref == ref, _column.state == "arriving"))


async def claim(connection: AsyncConnection, conversation: str, ids: Collection[str], message: str, at: int) -> None:
    """They are about to be sent with that message."""
    here = _column.conversation_id == conversation, _column.id.in_(sorted(set(ids))), _column.message_id.is_(None)
    await connection.execute(update(ATTACHMENTS).where(*here).values(message_id=message.encode(), changed_at=at))


async def release(
    connection: AsyncConnection, conversation: str, person: str, message: str, ids: Collection[str], at: int
) -> None:
    """That message of theirs was not sent with these: they wait for another one, from that instant on."""
    query = _of_message(conversation, person, message, ids)
    await connection.execute(query.values(message_id=None, changed_at=at))


async def pass_on(
    connection: AsyncConnection, conversation: str, person: str, message: str, ids: Collection[str], other: str
) -> None:
    """That message of theirs, which is to have these, has another id now."""
    query = _of_message(conversation, person, message, ids)
    await connection.execute(query.values(message_id=other.encode()))


async def sent(
    connection: AsyncConnection, conversation: str, person: str, message: str, seq: int, ids: Collection[str]
) -> None:
    """That message of theirs was sent with these, and has that seq."""
    query = _of_message(conversation, person, message, ids)
    await connection.execute(query.values(seq=seq))


def _of_message(conversation: str, person: str, message: str, ids: Collection[str]) -> Update:
    """Those that are to go with that message of theirs, of which it is not known that it was sent."""
    here = _column.conversation_id == conversation, _column.person_id == person, _column.id.in_(sorted(set(ids)))
    return update(ATTACHMENTS).where(*here, _column.message_id == message.encode(), _column.seq.is_(None))


async def delete_of_message(connection: AsyncConnection, conversation: str, seq: int, at: int) -> None:
    """The message with that seq was deleted: nobody gets its files any more, nor what opens them."""
    await connection.execute(_deleted(at).where(_column.conversation_id == conversation, _column.seq == seq))


async def delete_one(connection: AsyncConnection, ref: str, at: int) -> None:
    """As `delete_of_message`, for one of them, sent or not."""
    await connection.execute(_deleted(at).where(_column.ref == ref))


def _deleted(at: int) -> Update:
    gone = update(ATTACHMENTS).where(_column.state != "deleted")
    return gone.values(state="deleted", sealed=None, changed_at=at)


async def seal_anew(connection: AsyncConnection, ref: str, sealed: bytes) -> None:
    """Its details, sealed with another key."""
    await connection.execute(update(ATTACHMENTS).where(_column.ref == ref).values(sealed=sealed))
