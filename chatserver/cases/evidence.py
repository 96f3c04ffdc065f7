"""Reported messages and those around them, sealed into the case of the report with its key, and their files kept.

So they can be judged whatever becomes of the conversation: also where they are edited or deleted later. They go when
the case has ended, or on the day that support named with a reason, `evidence_until`; until that day they outlast the
erasure of whoever wrote them.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from chatserver.attachments.attachment import Attachment
from chatserver.attachments.held_files import HeldFiles, ToHold
from chatserver.cases.case_log import EVIDENCE_READ, FILE_READ, CaseLog
from chatserver.cases.case_record import KeptCase
from chatserver.cases.case_texts import OF_LATER_KEYS, key_name
from chatserver.cases.effects import CaseEffects
from chatserver.cases.rows import case_evidence, cases
from chatserver.cases.rows.case_evidence import EvidenceRow
from chatserver.conversations.contacts import contact_to_rely_on
from chatserver.conversations.records import locked
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key, SealError, number_of
from chatserver.messages.changes import as_they_stand
from chatserver.messages.history import message_of
from chatserver.messages.log import PAGE, MessageLog
from chatserver.messages.waiting import LoggedHead
from chatserver.protocol.events import Author, EarlierText, Message
from chatserver.records.database import Database
from quotas import instant
from quotas.cases.record import Case, CaseActor, CaseEntry, noted

AROUND = 20
"""Messages before a reported one, and after it, that are kept with it."""
_KEY = OF_LATER_KEYS - 1

logger = logging.getLogger(__name__)


class Evidence(Struct, frozen=True):
    """One message in the open, as it stood when it was sealed. `at` in ms; `text` is None where it does not open.

    `earlier` is what it said before it was edited, at `edited_at`. `deleted`: it had been, and there was no text.
    `files` are those of its attachments that are kept.
    """

    seq: int
    at: int
    sender: str
    role: Author
    reported: bool
    text: str | None
    edited_at: str | None = None
    earlier: list[EarlierText] = []
    deleted: bool = False
    files: list[Attachment] = []


class _More(Struct, frozen=True, omit_defaults=True):
    """What is sealed of a message that was edited or deleted, or has files; of all others their text alone."""

    text: str
    edited_at: str | None = None
    earlier: list[EarlierText] = []
    deleted: bool = False
    attachments: list[str] = []


class CaseEvidence:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(
        self,
        *,
        database: Database,
        log: CaseLog,
        messages: MessageLog,
        keys: ConversationKeys,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._log = log
        self._messages = messages
        self._keys = keys
        self._held = HeldFiles(database, keys)
        self._clock = clock

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {"seal_evidence": self.seal}

    async def seal(self, case: Case, at: int) -> str:
        """Seal what was reported, and keep its files; how many messages. Sealed again they are as they were."""
        reported = await self._reported(case)
        if not reported:
            return ""
        found: dict[int, Message] = {}
        for each in reported:
            found.update({one.seq: one for one in await self._around(case.conversation, each) if not one.erased})
        files = await self._held.holdable(case.conversation, {id for one in found.values() for id in one.attachments})
        key = await self._keys.current(key_name(case.id), _KEY)
        async with self._database.begin() as connection:
            # Whoever was erased since they were read has nothing here.
            there = {
                sender
                for sender in sorted({one.sender for one in found.values()})
                if await contact_to_rely_on(connection, sender) is not None
            }
            kept = [one for _, one in sorted(found.items()) if one.sender in there]
            await case_evidence.store(connection, [_row(case.id, one, reported, key) for one in kept])
            await self._held.hold(connection, case.id, key, [each for one in kept for each in _files_of(one, files)])
        return f"{len(found)} messages" if found else ""

    async def read(self, id: str, reader: CaseActor) -> list[Evidence] | None:
        """What was sealed, for support, by the case's ref; that they read it is noted. None: there is no such case."""
        kept = await self._find(id, reader)
        if kept is None:
            return None
        async with self._database.read() as connection:
            rows = await case_evidence.of_case(connection, kept.case.id)
        if rows:
            await self._note(kept.case, reader, EVIDENCE_READ)
        name = key_name(kept.case.id)
        keys = await self._keys.existing(name, {number_of(each.sealed) for each in rows})
        files = {each.id: each for each in await self._held.of(kept.case.id, name)}
        return [_opened(each, keys.get(number_of(each.sealed)), files) for each in rows]

    async def file(self, id: str, reader: CaseActor, attachment: str) -> Attachment | None:
        """One of the files that the case keeps, as `read`. None: there is no such case, or it keeps no such file."""
        kept = await self._find(id, reader)
        if kept is None:
            return None
        for each in await self._held.of(kept.case.id, key_name(kept.case.id)):
            if each.id == attachment:
                await self._note(kept.case, reader, FILE_READ, attachment)
                return each
        return None

    async def _find(self, id: str, reader: CaseActor) -> KeptCase | None:
        async with self._database.read() as connection:
            return await cases.find(connection, await cases.named(connection, reader.id, id) or id)

    async def _note(self, case: Case, reader: CaseActor, did: str, which: str = "") -> None:
        """Before it is given: what cannot be noted is not read."""
        now = await self._clock()
        async with self._database.begin() as connection:
            record = (await locked(connection, [case.conversation]))[case.conversation]
            kept = await cases.find(connection, case.id)
            assert kept is not None, "cases are never deleted"  # noqa: S101 - for whoever changes that
            entry = CaseEntry(now, now, reader.id, reader.role, did, because=which)
            await self._log.change(connection, kept, noted(kept.case, entry), record, now)

    async def _around(self, conversation: str, seq: int) -> list[Message]:
        """The message of that seq with AROUND before it and after it, as they stand."""
        older: list[Message] = []
        before = seq + 1
        while len(older) <= AROUND and before > 1:
            after = max(0, before - 1 - PAGE)
            older = await self._texts(conversation, after, before) + older
            before = after + 1
        newer: list[Message] = []
        last = await self._messages.last_seq(conversation)
        while len(newer) < AROUND and seq < last:
            newer += await self._texts(conversation, seq, seq + PAGE + 1)
            seq += PAGE
        return older[-AROUND - 1 :] + newer[:AROUND]

    async def _texts(self, conversation: str, after: int, before: int) -> list[Message]:
        """Messages with after < seq < before that somebody wrote; at most PAGE entries lie there."""
        entries = await self._messages.page(conversation, after, before, PAGE)
        changes = await self._messages.changes(conversation, after + 1, before - 1)
        standing = as_they_stand(
            (message_of(conversation, each) for each in entries),
            (message_of(conversation, each) for each in changes),
            with_earlier=True,
        )
        return [each for each in standing if each.kind == "text"]

    async def _reported(self, case: Case) -> list[int]:
        """The seqs of the messages with the ids that the report names: of two sides with one id, the person's."""
        named = await self._messages.named(case.conversation, case.facts.messages or ())
        return sorted(
            message.seq
            for message in named
            if message.head.sender == case.facts.person or not _is_theirs_too(message, named, case.facts.person)
        )


def _is_theirs_too(message: LoggedHead, named: Iterable[LoggedHead], person: str | None) -> bool:
    """Whether the person reported wrote one with the same id."""
    return any(each.head.id == message.head.id and each.head.sender == person for each in named)


def _files_of(message: Message, files: Mapping[str, Attachment]) -> list[ToHold]:
    found = [files[id] for id in message.attachments if id in files]
    return [ToHold(message.seq, each) for each in found if each.person == message.sender]


def _row(ref: str, message: Message, reported: Sequence[int], key: Key) -> EvidenceRow:
    told: str | _More = message.body
    if message.edited_at is not None or message.deleted or message.attachments:
        told = _More(message.body, message.edited_at, message.earlier, message.deleted, message.attachments)
    at, is_reported = instant.parse(message.at), message.seq in reported
    sealed = key.seal(msgspec.json.encode(told))
    return EvidenceRow(ref, message.seq, at, message.sender, message.role, is_reported, sealed)


def _opened(row: EvidenceRow, key: Key | None, files: Mapping[str, Attachment]) -> Evidence:
    told: str | _More | None = None
    try:
        told = msgspec.json.decode(key.open(row.sealed), type=str | _More) if key is not None else None
    except (SealError, msgspec.DecodeError):
        logger.error("a reported message does not open", extra={"case": row.ref})
    head = (row.seq, row.at, row.sender, row.role, row.reported)
    if isinstance(told, _More):
        kept = [files[id] for id in told.attachments if id in files]
        return Evidence(*head, told.text, told.edited_at, told.earlier, told.deleted, kept)
    return Evidence(*head, told)
