"""A file arrives: bounded, looked at, scanned, sealed piece by piece as it comes, and then there or not there."""

import asyncio
import hashlib
import io
import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chatserver.attachments.attachment import Attachment, AttachmentDetails, AttachmentState, encode_details
from chatserver.attachments.file_store import FileStore, FileStoreError
from chatserver.attachments.file_types import FileType, file_type
from chatserver.attachments.kept_file import FileWriter, SeekableFile, read_file
from chatserver.attachments.opening import with_details
from chatserver.attachments.pictures import NoPictureError, Pictures
from chatserver.attachments.rows import attachments as rows
from chatserver.attachments.virus_scan import Scan, ScannerGoneError, VirusScanner
from chatserver.conversations.contacts import contact_to_count_on, erased_of
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, record
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import SECRET_BYTES
from chatserver.records.database import Database, DatabaseError
from quotas.attachments import AttachmentPolicy

PER_PERSON = 3
"""Files of one person that one process takes at the same time."""

MAX_TRIES = 5
"""How often its details are sealed where the conversation's key changes meanwhile."""

UploadProblem = Literal["too_large", "too_many", "no_room", "wrong_type", "infected", "empty", "taken", "ended", "busy"]

logger = logging.getLogger(__name__)


class UploadRefused(Exception):  # noqa: N818 - a no, not a fault
    """It is not taken. The sentence is for people."""

    def __init__(self, reason: UploadProblem, detail: str) -> None:
        super().__init__(detail)
        self.reason: UploadProblem = reason


class Offered(Struct, frozen=True):
    """What somebody wants to upload. `declared` is how many bytes it has, where that is said."""

    id: str
    person: str
    name: str
    seconds: int | None
    declared: int | None


class Taken(Struct, frozen=True):
    """What became of it; `new`: it was not there before."""

    attachment: Attachment
    new: bool


class Uploads:
    """One process's part in it. Its methods raise DatabaseError, FileStoreError."""

    def __init__(
        self,
        *,
        database: Database,
        keys: ConversationKeys,
        store: FileStore,
        scanner: VirusScanner | None,
        policy: AttachmentPolicy,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._keys = keys
        self._store = store
        self._scanner = scanner
        self._policy = policy
        self._clock = clock
        self._pictures = Pictures()
        self._arriving: dict[str, int] = {}

    async def take(self, conversation: ConversationRecord, offered: Offered, content: AsyncIterator[bytes]) -> Taken:
        """Keep it, where it may be kept. The same content again under the same id changes nothing.

        Raises UploadRefused, and what reading `content` raises; then nothing is kept.
        """
        if conversation.status == "ended":
            raise UploadRefused("ended", "the conversation has ended")
        self._require_small(offered.declared or 0)
        if self._arriving.get(offered.person, 0) >= PER_PERSON:
            raise UploadRefused("busy", f"{PER_PERSON} files of yours are arriving; wait until one is there")
        self._arriving[offered.person] = self._arriving.get(offered.person, 0) + 1
        try:
            return await self._take(conversation, offered, content)
        finally:
            if self._arriving[offered.person] == 1:
                del self._arriving[offered.person]
            else:
                self._arriving[offered.person] -= 1

    async def _take(self, conversation: ConversationRecord, offered: Offered, content: AsyncIterator[bytes]) -> Taken:
        there = await self._begin(conversation.id, offered)
        if there.state != "arriving":
            return Taken(await self._same(there, offered, content), new=False)
        refs = [there.ref]
        try:
            async with AsyncExitStack() as stack:
                arriving = _Arriving(self._store, there.ref, await self._scan(stack))
                async for part in content:
                    self._require_small(arriving.writer.size + len(part))
                    await arriving.write(part)
                details, state = await self._looked_at(arriving, offered, refs)
            done = replace(
                there,
                ref=refs[-1],
                state=state,
                size=arriving.kept.size,
                details=details,
                changed_at=await self._clock(),
            )
            done = await self._finished(there, done, encode_details(details))
        except BaseException:
            await asyncio.shield(self._forget(there.ref, refs))
            raise
        for ref in refs[:-1]:
            await self._remove(ref)
        return Taken(done, new=True)

    async def _finished(self, there: Attachment, done: Attachment, details: bytes) -> Attachment:
        """It is there, sealed with the key that the conversation has then: an erasure gives it another one.

        Raises UploadRefused where the conversation has ended meanwhile, or the person was erased.
        """
        for _ in range(MAX_TRIES):
            async with self._database.read() as connection:
                found = await record(connection, there.conversation)
            number = found.key_number if found is not None else 0
            key = await self._keys.current(there.conversation, number)
            async with self._database.begin() as connection:
                found = (await locked(connection, [there.conversation])).get(there.conversation)
                if found is None or found.status == "ended" or await erased_of(connection, [there.person]):
                    raise UploadRefused("ended", "the conversation has ended")
                if found.key_number == number:
                    sealed = key.seal(details)
                    at = done.changed_at
                    if not await rows.finish(connection, there.ref, done.ref, done.state, done.size, sealed, at):
                        raise UploadRefused("taken", "another upload under this id came between")
                    return replace(done, sealed=sealed)
        raise DatabaseError("the conversation's key is being changed")

    async def _begin(self, conversation: str, offered: Offered) -> Attachment:
        """The row of what is to arrive, or of what is there already under that id. Raises UploadRefused."""
        now = await self._clock()
        new = Attachment(
            conversation=conversation,
            id=offered.id,
            ref=secrets.token_hex(16),
            person=offered.person,
            state="arriving",
            size=offered.declared if offered.declared is not None else self._policy.bytes,
            message=None,
            seq=None,
            created_at=now,
            changed_at=now,
            sealed=None,
        )
        replaced = None
        async with self._database.begin() as connection:
            # One after the other: what is kept of theirs is counted, and another device may upload at this moment.
            await contact_to_count_on(connection, offered.person)
            found = await rows.find_to_change(connection, conversation, [offered.id])
            if found and found[0].person != offered.person:
                raise UploadRefused("taken", "this id is taken; choose another")
            if found and found[0].state in ("checking", "ready"):
                return found[0]
            if found and found[0].state == "deleted":
                raise UploadRefused("taken", "what had this id was deleted; choose another")
            if found:
                replaced = found[0].ref
                await rows.remove(connection, replaced)
            if await rows.bytes_of(connection, offered.person) + new.size > self._policy.person_bytes:
                raise UploadRefused(
                    "no_room", f"{self._policy.person_bytes} bytes are kept of one person's files, and yours fill them"
                )
            if not await rows.add(connection, new):
                raise UploadRefused("taken", "this id is taken; choose another")
        if replaced is not None:
            await self._remove(replaced)
        return new

    async def _same(self, there: Attachment, offered: Offered, content: AsyncIterator[bytes]) -> Attachment:
        """What is there, where this is the same again."""
        digest, size = hashlib.sha256(), 0
        async for part in content:
            size += len(part)
            self._require_small(size)
            digest.update(part)
        opened = await with_details(self._keys, [there])
        if opened[0].details is None or opened[0].details.digest != digest.digest():
            raise UploadRefused("taken", "another file was uploaded under this id; choose another")
        return opened[0]

    async def _scan(self, stack: AsyncExitStack) -> Scan | None:
        """None where there is no scanner, or it does not answer."""
        if self._scanner is None:
            return None
        try:
            return await stack.enter_async_context(self._scanner.scan())
        except ScannerGoneError as error:
            logger.warning("%s; files wait until it does", error)
            return None

    async def _looked_at(
        self, arriving: "_Arriving", offered: Offered, refs: list[str]
    ) -> tuple[AttachmentDetails, AttachmentState]:
        """What it is, and whether it may be sent at once; a picture is kept anew, under the last of `refs`."""
        if not arriving.writer.size:
            raise UploadRefused("empty", "the file is empty")
        await arriving.writer.end()
        state = await self._verdict(arriving)
        writer = arriving.writer
        file = io.BufferedReader(SeekableFile(self._store, writer.ref, writer.secret, writer.size))
        found = await asyncio.to_thread(file_type, file, self._policy.kinds)
        if found is None:
            allowed = ", ".join(self._policy.kinds)
            raise UploadRefused("wrong_type", f"by its content it is none of what may be sent: {allowed}")
        details = AttachmentDetails(
            id=offered.id,
            name=_name(offered.name, found),
            type=found.media_type,
            secret=writer.secret,
            digest=arriving.digest.digest(),
            seconds=offered.seconds if found.kind == "audio" else None,
        )
        if found.kind != "images":
            return details, state
        refs.append(secrets.token_hex(16))
        arriving.kept = FileWriter(self._store, refs[-1], os.urandom(SECRET_BYTES))
        whole = read_file(self._store, writer.ref, writer.secret, writer.size, 0, writer.size)
        try:
            cleaned = await self._pictures.clean(whole, arriving.kept)
        except NoPictureError as error:
            raise UploadRefused("wrong_type", f"the picture cannot be taken: {error}") from None
        details = replace(
            details,
            secret=arriving.kept.secret,
            width=cleaned.width,
            height=cleaned.height,
            thumbnail=cleaned.thumbnail,
        )
        return details, state

    async def _verdict(self, arriving: "_Arriving") -> AttachmentState:
        if self._scanner is None:
            return "ready"
        verdict = await arriving.verdict()
        if verdict == "infected":
            raise UploadRefused("infected", "the virus scanner has found something harmful in it")
        return "ready" if verdict == "clean" else "checking"

    def _require_small(self, size: int) -> None:
        if size > self._policy.bytes:
            raise UploadRefused("too_large", f"a file may have {self._policy.bytes} bytes")

    async def _forget(self, ref: str, refs: list[str]) -> None:
        """Whatever cannot be removed now is swept later."""
        try:
            async with self._database.begin() as connection:
                await rows.remove_arriving(connection, ref)
        except Exception:
            logger.warning("an upload that failed is removed later")
        for each in refs:
            await self._remove(each)

    async def _remove(self, ref: str) -> None:
        try:
            await self._store.remove(ref)
        except FileStoreError as error:
            logger.warning("%s; it is removed later", error)


class _Arriving:
    """A file on its way in: kept, digested and scanned as it comes."""

    def __init__(self, store: FileStore, ref: str, scan: Scan | None) -> None:
        self.writer = FileWriter(store, ref, os.urandom(SECRET_BYTES))
        self.kept = self.writer
        """What stays: another one where it was made anew."""
        self.digest = hashlib.sha256()
        self._scan = scan

    async def write(self, part: bytes) -> None:
        self.digest.update(part)
        await self.writer.write(part)
        if self._scan is not None:
            try:
                await self._scan.feed(part)
            except ScannerGoneError as error:
                logger.warning("%s; the file waits", error)
                self._scan = None

    async def verdict(self) -> str:
        """Empty where there is none."""
        if self._scan is None:
            return ""
        try:
            return await self._scan.verdict()
        except ScannerGoneError as error:
            logger.warning("%s; the file waits", error)
            return ""


MOST_LETTERS = 120
"""Of a name."""


def _name(given: str, found: FileType) -> str:
    """What it is called, as it can be saved anywhere: one line, no folders, and an ending that says what it is."""
    last = given.replace("\\", "/").rpartition("/")[2]
    printable = "".join(each if each.isprintable() else " " for each in last)
    stem = " ".join(printable.split()).lstrip(".").strip()
    ending = found.ending
    same = {".jpg": (".jpg", ".jpeg", ".jfif"), ".ogg": (".ogg", ".oga", ".opus"), ".m4a": (".m4a", ".mp4")}
    for each in same.get(ending, (ending,)):
        if stem.lower().endswith(each):
            return f"{stem[: -len(each)][:MOST_LETTERS] or 'file'}{stem[-len(each) :]}"
    return f"{stem[:MOST_LETTERS] or 'file'}{ending}"
