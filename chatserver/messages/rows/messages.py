"""The archive's messages and events: heads in the open, texts sealed. Each is stored once, however often it is."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.protocol.entry import (
    EVENT_ID,
    More,
    change_head,
    deleted_head,
    head_json,
    head_of,
    head_with_more,
    joined,
    more_of,
    parted,
)
from chatserver.protocol.events import Author, MessageKind, SystemEvent
from chatserver.records.dialects import insert_into, portions
from chatserver.records.tables import MESSAGES
from quotas.instant import parse
from quotas.ledger.base import Entry

_row = MESSAGES.c


class MessageRow(Struct, frozen=True, gc=False):
    """One row. `at` in ms; `message_id` as UTF-8; `sealed` is None where the text was erased, and of events.

    `event` is an event's SystemEvent as JSON.
    """

    conversation_id: str
    seq: int
    at: int
    sender: str
    role: Author
    message_id: bytes
    sealed: bytes | None
    kind: MessageKind
    event: str | None
    about: int | None = None
    """The seq of the message that an edit, deletion or reaction is about."""
    deleted: bool = False
    more: str | None = None
    """A message's More as JSON."""


_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(SystemEvent)
_more = msgspec.json.Decoder(More)
_PLAIN = More()


def message_of(conversation: str, entry: Entry) -> MessageRow:
    """The row of an entry of the ledger's log."""
    head = head_of(entry.entry)
    return MessageRow(
        conversation_id=conversation,
        seq=entry.seq,
        at=entry.at,
        sender=head.sender,
        role=head.role,
        message_id=head.id.encode(),
        sealed=parted(entry.entry)[1] or None,
        kind=head.kind,
        event=_encode(head.event).decode() if head.event is not None else None,
        about=head.about,
        deleted=head.deleted,
        more=_encode(more).decode() if (more := more_of(head)) is not None else None,
    )


def entry_of(message: MessageRow) -> Entry:
    """The entry of the ledger's log that a row was made of; without a text where that was erased."""
    head = _head(message)
    return Entry(
        message.seq, message.at, joined(deleted_head(head) if message.deleted else head, message.sealed or b"")
    )


def _head(message: MessageRow) -> bytes:
    of = message.sender, message.role, message.message_id.decode()
    if message.kind != "text" and message.kind != "event" and message.about is not None:
        return change_head(*of, message.kind, message.about)
    if message.more is not None:
        return head_with_more(*of, _more.decode(message.more))
    return head_json(*of, _event.decode(message.event) if message.event is not None else None)


def blanked(message: MessageRow) -> MessageRow:
    """The row once its message was deleted."""
    return replace(message, sealed=None, deleted=True)


async def store(connection: AsyncConnection, messages: Sequence[MessageRow]) -> None:
    """Insert what is not there yet."""
    # Always in the order of their keys, so that two processes that store the same never wait for each other.
    ordered = sorted(messages, key=lambda message: (message.conversation_id, message.seq))
    if ordered:
        insert = insert_into(connection.dialect, MESSAGES).on_conflict_do_nothing()
        await connection.execute(insert, [asdict(each) for each in ordered])


async def blank(connection: AsyncConnection, deletions: Iterable[MessageRow]) -> None:
    """Take the texts of what these deletions are about, and of its edits."""
    for each in deletions:
        edit = and_(_row.about == each.about, _row.kind == "edit")
        of = (_row.conversation_id == each.conversation_id, or_(_row.seq == each.about, edit))
        await connection.execute(update(MESSAGES).where(*of).values(sealed=None, deleted=True))


async def first_deletion(connection: AsyncConnection, since: int) -> int | None:
    """When the first message was deleted at that instant or later; None where none was."""
    query = select(_row.at).where(_row.about.is_not(None), _row.kind == "deletion", _row.at >= since)
    # In this order the index of changes has them: those alone are looked at.
    found = await connection.scalars(query.order_by(_row.conversation_id, _row.about))
    return min(found, default=None)


def attachments_of(message: MessageRow) -> list[str]:
    """The ids of the files that it was sent with."""
    return _more.decode(message.more).attachments if message.kind == "text" and message.more is not None else []


async def about(connection: AsyncConnection, conversation: str, first: int, last: int) -> list[MessageRow]:
    """Edits, deletions and reactions about messages with first ≤ seq ≤ last, in order."""
    of = (_row.conversation_id == conversation, _row.about >= first, _row.about <= last)
    query = select(MESSAGES).where(*of, _row.about.is_not(None)).order_by(_row.seq)
    return [MessageRow(**row._mapping) for row in await connection.execute(query)]


async def page(connection: AsyncConnection, conversation: str, after: int, before: int, limit: int) -> list[MessageRow]:
    """Messages with after < seq < before in order: the first `limit` of them."""
    query = (
        select(MESSAGES)
        .where(_row.conversation_id == conversation, _row.seq > after, _row.seq < before)
        .order_by(_row.seq)
        .limit(limit)
    )
    return [MessageRow(**row._mapping) for row in await connection.execute(query)]


async def named(connection: AsyncConnection, conversation: str, ids: Collection[str]) -> list[MessageRow]:
    """Those with one of these ids of their apps, in order."""
    found: list[MessageRow] = []
    for some in portions(sorted(ids)):
        here = (_row.conversation_id == conversation, _row.message_id.in_([each.encode() for each in some]))
        rows = await connection.execute(select(MESSAGES).where(*here).order_by(_row.seq))
        found += [MessageRow(**row._mapping) for row in rows]
    return found


async def after(connection: AsyncConnection, seqs: Mapping[str, int], most: int) -> dict[str, dict[int, int]]:
    """For each conversation that has any of the `most` messages after its seq: when each was written, by seq."""
    found: dict[str, dict[int, int]] = {}
    for some in portions(sorted(seqs), parameters=3):
        later = (
            and_(_row.conversation_id == name, _row.seq > seqs[name], _row.seq <= seqs[name] + most) for name in some
        )
        query = select(_row.conversation_id, _row.seq, _row.at).where(or_(*later))
        for conversation, seq, at in await connection.execute(query):
            found.setdefault(conversation, {})[seq] = at
    return found


async def last_seq(connection: AsyncConnection, conversation: str) -> int:
    """The last one's; 0 where there is none."""
    return await connection.scalar(select(func.max(_row.seq)).where(_row.conversation_id == conversation)) or 0


async def count_texts(connection: AsyncConnection, conversation: str, writer: Author, upto: int) -> int:
    """How many texts of that side stand, up to a seq, and how many events there are."""
    text = and_(_row.role == writer, _row.kind == "text", ~_row.deleted)
    here = (_row.conversation_id == conversation, _row.seq <= upto, or_(text, _row.kind == "event"))
    query = select(func.count()).select_from(MESSAGES).where(*here)
    return await connection.scalar(query) or 0


async def written_since(connection: AsyncConnection, conversation: str, at: int) -> list[MessageRow]:
    """Every message of that instant or a later one, in order."""
    query = select(MESSAGES).where(_row.conversation_id == conversation, _row.at >= at).order_by(_row.seq)
    return [MessageRow(**row._mapping) for row in await connection.execute(query)]


async def texts_since(
    connection: AsyncConnection, conversations: Collection[str], since: int
) -> dict[str, list[tuple[int, Author, int]]]:
    """When each text of that instant or a later one came, on which side, and when it was written (0: then), in order.

    Deleted ones too: they were written. Not urgent notes: no rule lets them in, and they ask for no answer in time.
    """
    found: dict[str, list[tuple[int, Author, int]]] = {}
    for some in portions(sorted(conversations)):
        query = select(_row.conversation_id, _row.at, _row.role, _row.more).where(_row.conversation_id.in_(some))
        query = query.where(_row.kind == "text", _row.at >= since).order_by(_row.conversation_id, _row.seq)
        for conversation, at, role, more in await connection.execute(query):
            said = _more.decode(more) if more is not None else _PLAIN
            if not said.urgent:
                written_at = parse(said.written_at) if said.written_at is not None else 0
                found.setdefault(conversation, []).append((at, role, written_at))
    return found


async def last_event(connection: AsyncConnection, conversation: str, after: int) -> str | None:
    """The id of the last numbered event with a seq beyond `after`; None where there is none."""
    begins = EVENT_ID.encode()
    numbered = _row.message_id >= begins, _row.message_id < begins + b"\xff"
    query = (
        select(_row.message_id)
        .where(_row.conversation_id == conversation, _row.seq > after, _row.kind == "event", *numbered)
        .order_by(_row.seq.desc())
        .limit(1)
    )
    found = await connection.scalar(query)
    return found.decode() if found is not None else None
