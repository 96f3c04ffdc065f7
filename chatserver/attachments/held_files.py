"""Files that somebody keeps for longer than their messages: a case, as evidence.

What opens such a file is sealed a second time, with the holder's key: so it outlasts the message, its sender's erasure
and the conversation's keys. A file that was deleted before, or refused by the virus scanner, is never kept: once it is
deleted nobody can begin to keep it, and whoever removes files asks once.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.attachments.attachment import Attachment, encode_details
from chatserver.attachments.opening import opened, with_details
from chatserver.attachments.rows import attachments as rows
from chatserver.attachments.rows import held_files
from chatserver.attachments.rows.held_files import HeldRow
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key, number_of
from chatserver.records.database import Database


class ToHold(Struct, frozen=True):
    """A file of the message with that seq, with its details."""

    seq: int
    file: Attachment


class HeldFiles:
    """Its methods raise DatabaseError."""

    def __init__(self, database: Database, keys: ConversationKeys) -> None:
        self._database = database
        self._keys = keys

    async def holdable(self, conversation: str, ids: Collection[str]) -> dict[str, Attachment]:
        """Those with these ids that can be read now, with their details, by id."""
        if not ids:
            return {}
        async with self._database.read() as connection:
            found = await rows.find(connection, conversation, ids)
        ready = await with_details(self._keys, [each for each in found if each.state == "ready"])
        return {each.id: each for each in ready if each.details is not None}

    async def hold(self, connection: AsyncConnection, holder: str, key: Key, wanted: Sequence[ToHold]) -> None:
        """Let `holder`, whose key that is, keep those that are there still. Once more it changes nothing."""
        still: set[str] = set()
        for conversation in sorted({each.file.conversation for each in wanted}):
            ids = [each.file.id for each in wanted if each.file.conversation == conversation]
            # Whoever deletes one waits until the transaction ends, and finds it kept.
            there = await rows.find_to_change(connection, conversation, ids)
            still |= {each.ref for each in there if each.state == "ready"}
        new = [_row(holder, key, each) for each in wanted if each.file.ref in still]
        await held_files.store(connection, new)

    async def of(self, holder: str, key_name: str) -> list[Attachment]:
        """What it keeps, opened with its key, which has that name; as ready, whatever became of the message."""
        async with self._database.read() as connection:
            found = await held_files.of_holder(connection, holder)
        keys = await self._keys.existing(key_name, {number_of(each.sealed) for each in found}) if found else {}
        files = [opened(_kept(each), keys.get(number_of(each.sealed))) for each in found]
        return [each for each in files if each.details is not None]


async def let_go(connection: AsyncConnection, holders: Collection[str], person: str = "") -> None:
    """These keep nothing any more, or nothing of that person's: the next sweep removes what is left over."""
    await held_files.let_go(connection, holders, person)


def _row(holder: str, key: Key, each: ToHold) -> HeldRow:
    file = each.file
    assert file.details is not None  # noqa: S101 - `holdable` gives none without
    sealed = key.seal(encode_details(file.details))
    return HeldRow(holder, file.id, file.ref, each.seq, file.person, file.size, sealed)


def _kept(row: HeldRow) -> Attachment:
    return Attachment(
        conversation="",
        id=row.id,
        ref=row.ref,
        person=row.person_id,
        state="ready",
        size=row.size,
        message=None,
        seq=row.seq,
        created_at=0,
        changed_at=0,
        sealed=row.sealed,
    )
