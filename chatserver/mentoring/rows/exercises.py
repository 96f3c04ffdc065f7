"""Exercises as they were given in conversations, and what was answered so far, both sealed."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Row, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import EXERCISES

_column = EXERCISES.c
_IDS = ("given_as", "handed_in_as")


class KeptExercise(Struct, frozen=True, kw_only=True):
    """One exercise of a conversation. Instants in ms; seqs are None until the message is known to be written.

    Without `handed_in_seq`, `handed_in_at` is when a message was about to hand it in.
    """

    conversation_id: str
    id: str
    given_by: str
    given_at: int
    given_as: str
    given_seq: int | None = None
    form: bytes
    answers: bytes | None = None
    answered: int = 0
    filled_at: int | None = None
    handed_in_as: str | None = None
    handed_in_seq: int | None = None
    handed_in_at: int | None = None

    @property
    def was_handed_in_at(self) -> int | None:
        """When it was handed in; None until it is."""
        return self.handed_in_at if self.handed_in_seq is not None else None


async def of_conversation(connection: AsyncConnection, conversation: str) -> list[KeptExercise]:
    """All of them, in the order in which they were given."""
    query = select(EXERCISES).where(_column.conversation_id == conversation)
    return [_kept(row) for row in await connection.execute(query.order_by(_column.given_at, _column.id))]


async def find(connection: AsyncConnection, conversation: str, id: str) -> KeptExercise | None:
    """None where there is none."""
    row = (await connection.execute(select(EXERCISES).where(_here(conversation, id)))).one_or_none()
    return _kept(row) if row is not None else None


async def find_to_change(connection: AsyncConnection, conversation: str, id: str) -> KeptExercise | None:
    """As `find`; nobody else changes it until the transaction ends."""
    query = select(EXERCISES).where(_here(conversation, id)).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    return _kept(row) if row is not None else None


async def give(connection: AsyncConnection, exercise: KeptExercise) -> None:
    """Insert one that is new."""
    await connection.execute(insert(EXERCISES).values(_columns(asdict(exercise))))


async def change(connection: AsyncConnection, conversation: str, id: str, changes: Mapping[str, Any]) -> None:
    """Write these columns."""
    await connection.execute(update(EXERCISES).where(_here(conversation, id)).values(_columns(changes)))


async def remove(connection: AsyncConnection, conversation: str, id: str) -> None:
    """Take one away that was not given after all."""
    await connection.execute(delete(EXERCISES).where(_here(conversation, id), _column.given_seq.is_(None)))


async def deleted(connection: AsyncConnection, conversation: str, seq: int) -> None:
    """The message with that seq was deleted: what it gave is gone, or what it handed in, to be begun anew."""
    here = _column.conversation_id == conversation
    await connection.execute(delete(EXERCISES).where(here, _column.given_seq == seq))
    handed_in = update(EXERCISES).where(here, _column.handed_in_seq == seq)
    nothing = dict.fromkeys(("answers", "filled_at", "handed_in_as", "handed_in_seq", "handed_in_at"))
    await connection.execute(handed_in.values(**nothing, answered=0))


async def taken_back(connection: AsyncConnection, conversation: str, id: str, message: str) -> None:
    """It was not handed in by that message after all."""
    here = (_here(conversation, id), _column.handed_in_as == message.encode(), _column.handed_in_seq.is_(None))
    await connection.execute(update(EXERCISES).where(*here).values(handed_in_as=None, handed_in_at=None))


def _here(conversation: str, id: str) -> ColumnElement[bool]:
    return and_(_column.conversation_id == conversation, _column.id == id)


def _columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Ids of messages in bytes: an app's id may hold a NUL, which PostgreSQL's texts cannot."""
    ids = {name: id.encode() for name in _IDS if (id := fields.get(name)) is not None}
    return {**fields, **ids}


def _kept(row: Row[Any]) -> KeptExercise:
    fields = dict(row._mapping)
    return KeptExercise(**fields | {name: fields[name].decode() for name in _IDS if fields[name] is not None})
