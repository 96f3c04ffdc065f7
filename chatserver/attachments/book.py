"""The attachments of conversations: found, claimed by the message that is to carry them, and taken away."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.attachments import claims
from chatserver.attachments.attachment import Attachment, AttachmentDetails, encode_details
from chatserver.attachments.file_store import FileStore, FileStoreError
from chatserver.attachments.kept_file import read_file, read_thumbnail
from chatserver.attachments.opening import with_details
from chatserver.attachments.removal import remove
from chatserver.attachments.rows import attachments as rows
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key, SealError, number_of
from chatserver.messages.log import MessageLog
from chatserver.records.database import Database
from quotas.attachments import AttachmentPolicy

PAGE = 200
"""Rows read at once."""


class AttachmentBook:
    """Its methods raise DatabaseError; those that read a file, FileStoreError and SealError too."""

    def __init__(
        self,
        *,
        database: Database,
        keys: ConversationKeys,
        store: FileStore,
        log: MessageLog,
        policy: AttachmentPolicy,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._keys = keys
        self._store = store
        self._log = log
        self._clock = clock
        self._most = policy.per_message

    async def find(self, conversation: str, ids: Collection[str]) -> list[Attachment]:
        """Those with these ids that are there, or soon will be, with their details; not what was deleted."""
        async with self._database.read() as connection:
            found = await rows.find(connection, conversation, ids)
        there = [each for each in found if each.state in ("checking", "ready", "refused")]
        return [each for each in await with_details(self._keys, there) if each.details is not None]

    async def placed(self, found: Attachment) -> Attachment:
        """With the seq of its message, where that has been written. Raises StoreError."""
        if found.seq is not None or found.message is None:
            return found
        for each in await self._log.named(found.conversation, [found.message]):
            if each.head.sender == found.person and found.id in each.head.attachments:
                async with self._database.begin() as connection:
                    await rows.sent(connection, found.conversation, found.person, found.message, each.seq, [found.id])
                return replace(found, seq=each.seq)
        return found

    async def of(self, conversation: str, person: str) -> AsyncIterator[Attachment]:
        """What was sent there, and what that person is about to send, as far as it can be opened. Raises StoreError."""
        last = ""
        while True:
            async with self._database.read() as connection:
                page = await rows.of_conversation(connection, conversation, last, PAGE)
            if not page:
                return
            there = [each for each in page if each.state in ("checking", "ready", "refused")]
            for each in await with_details(self._keys, there):
                if each.details is None:
                    continue
                placed = await self.placed(each)
                if placed.seq is not None or placed.person == person:
                    yield placed
            last = page[-1].id

    def read(self, found: Attachment, start: int, stop: int) -> AsyncIterator[bytes]:
        """Bytes `start` to before `stop`, some at a time."""
        details = _details(found)
        return read_file(self._store, found.ref, details.secret, found.size, start, stop)

    async def thumbnail(self, found: Attachment) -> bytes | None:
        """What is shown small in a picture's place; None where it is no picture."""
        details = _details(found)
        if not details.thumbnail:
            return None
        return await read_thumbnail(self._store, found.ref, details.secret, details.thumbnail)

    # Around sending

    async def claim(self, conversation: str, person: str, message: str, ids: Sequence[str]) -> str | None:
        """Let that message of theirs have these files; a sentence where one of them cannot be sent.

        Again for the same message it is the same.
        """
        now = await self._clock()
        async with self._database.begin() as connection:
            return await claims.claim(connection, conversation, person, message, ids, self._most, now)

    async def release(self, conversation: str, person: str, message: str, ids: Sequence[str]) -> None:
        """That message was not sent: these files of it may go with another one."""
        now = await self._clock()
        async with self._database.begin() as connection:
            await claims.release(connection, conversation, person, message, ids, now)

    async def release_others(self, conversation: str, person: str, message: str, ids: Sequence[str]) -> None:
        """As `release`, for those that the message which does have that id does not carry. Raises StoreError too."""
        written = await self._log.named(conversation, [message])
        carried = {id for each in written if each.head.sender == person for id in each.head.attachments}
        await self.release(conversation, person, message, [id for id in ids if id not in carried])

    async def sent(self, conversation: str, person: str, message: str, seq: int, ids: Sequence[str]) -> None:
        """That message has that seq, and carries these."""
        async with self._database.begin() as connection:
            await rows.sent(connection, conversation, person, message, seq, ids)

    async def deleted(self, conversation: str, person: str, message: str, seq: int, ids: Sequence[str]) -> None:
        """That message was deleted: nobody gets its files any more, and the next sweep removes what nobody keeps."""
        now = await self._clock()
        async with self._database.begin() as connection:
            await rows.sent(connection, conversation, person, message, seq, ids)
            await rows.delete_of_message(connection, conversation, seq, now)

    async def note_sent(
        self, connection: AsyncConnection, conversation: str, person: str, message: str, seq: int, ids: Sequence[str]
    ) -> None:
        """As `sent`, in the transaction that archives the message."""
        await rows.sent(connection, conversation, person, message, seq, ids)

    async def note_deleted(self, connection: AsyncConnection, conversation: str, seq: int, at: int) -> None:
        """The message with that seq was deleted, in the transaction that archives that."""
        await rows.delete_of_message(connection, conversation, seq, at)

    # Taking away

    async def discard(self, conversation: str, person: str, id: str) -> bool:
        """Take back what was uploaded and not sent; whether there was such."""
        async with self._database.begin() as connection:
            found = await rows.find_to_change(connection, conversation, [id])
            if not found or found[0].person != person or found[0].message is not None or found[0].state == "deleted":
                return False
            await rows.remove(connection, found[0].ref)
        await self._remove(found[0].ref)
        return True

    async def erase(self, person: str, conversation: str, new: Key) -> int:
        """Remove that person's files from the conversation, and seal the others' details with the new key.

        What is kept as evidence stays, and nothing here says so any more. How many files were theirs. The same again is
        harmless. Raises FileStoreError where the store does not answer.
        """
        now = await self._clock()
        async with self._database.begin() as connection:
            theirs = await rows.of_person(connection, person, conversation)
            for each in theirs:
                await rows.delete_one(connection, each.ref, now)
        for each in theirs:
            await remove(self._database, self._store, each)
        last = ""
        while True:
            async with self._database.read() as connection:
                page = await rows.of_conversation(connection, conversation, last, PAGE)
            if not page:
                return len(theirs)
            opened = await with_details(self._keys, page)
            async with self._database.begin() as connection:
                await _seal_anew(connection, opened, new)
            last = page[-1].id

    async def _remove(self, ref: str) -> None:
        try:
            await self._store.remove(ref)
        except FileStoreError:
            return  # What no row names any more is swept.


async def _seal_anew(connection: AsyncConnection, opened: Sequence[Attachment], new: Key) -> None:
    for each in opened:
        if each.details is not None and number_of(each.sealed or b"") < new.number:
            await rows.seal_anew(connection, each.ref, new.seal(encode_details(each.details)))


def _details(found: Attachment) -> AttachmentDetails:
    if found.details is None:
        raise SealError(f"the details of an attachment of {found.conversation} do not open")
    return found.details
