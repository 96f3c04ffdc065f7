"""Reported messages and those around them, sealed into the case of the report with its key.

So they can be judged whatever becomes of the conversation: also where they are edited or deleted later. They go when
the case has ended, or on the day that support named with a reason, `evidence_until`; until that day they outlast the
erasure of whoever wrote them.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec
from msgspec import Struct

from chatserver.cases.case_log import EVIDENCE_READ, CaseLog
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


class _Changed(Struct, frozen=True, omit_defaults=True):
    """What is sealed of a message that was edited or deleted; of all others their text alone."""

    text: str
    edited_at: str | None = None
    earlier: list[EarlierText] = []
    deleted: bool = False


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
        self._clock = clock

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {"seal_evidence": self.seal}

    async def seal(self, case: Case, at: int) -> str:
        """Seal what was reported; how many messages. Sealed again they are as they were."""
        reported = await self._reported(case)
        found: dict[int, EvidenceRow] = {}
        key = await self._keys.current(key_name(case.id), _KEY) if reported else None
        for each in reported:
            for message in await self._around(case.conversation, each):
                if key is not None and not message.erased:
                    found[message.seq] = _row(case.id, message, reported, key)
        async with self._database.begin() as connection:
            # Whoever was erased since they were read has nothing here.
            there = {
                sender
                for sender in sorted({row.sender for row in found.values()})
                if await contact_to_rely_on(connection, sender) is not None
            }
            await case_evidence.store(connection, [row for _, row in sorted(found.items()) if row.sender in there])
        return f"{len(found)} messages" if found else ""

    async def read(self, id: str, reader: CaseActor) -> list[Evidence] | None:
        """What was sealed, for support, by the case's ref; that they read it is noted. None: there is no such case."""
        now = await self._clock()
        async with self._database.read() as connection:
            kept = await cases.find(connection, await cases.named(connection, reader.id, id) or id)
        if kept is None:
            return None
        async with self._database.begin() as connection:
            record = (await locked(connection, [kept.case.conversation]))[kept.case.conversation]
            kept = await cases.find(connection, kept.case.id)
            assert kept is not None, "cases are never deleted"  # noqa: S101 - for whoever changes that
            rows = await case_evidence.of_case(connection, kept.case.id)
            if rows:
                entry = CaseEntry(now, now, reader.id, reader.role, EVIDENCE_READ)
                await self._log.change(connection, kept, noted(kept.case, entry), record, now)
        keys = await self._keys.existing(key_name(kept.case.id), {number_of(each.sealed) for each in rows})
        return [_opened(each, keys.get(number_of(each.sealed))) for each in rows]

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


def _row(ref: str, message: Message, reported: Sequence[int], key: Key) -> EvidenceRow:
    told: str | _Changed = message.body
    if message.edited_at is not None or message.deleted:
        told = _Changed(message.body, message.edited_at, message.earlier, message.deleted)
    at, is_reported = instant.parse(message.at), message.seq in reported
    sealed = key.seal(msgspec.json.encode(told))
    return EvidenceRow(ref, message.seq, at, message.sender, message.role, is_reported, sealed)


def _opened(row: EvidenceRow, key: Key | None) -> Evidence:
    told: str | _Changed | None = None
    try:
        told = msgspec.json.decode(key.open(row.sealed), type=str | _Changed) if key is not None else None
    except (SealError, msgspec.DecodeError):
        logger.error("a reported message does not open", extra={"case": row.ref})
    head = (row.seq, row.at, row.sender, row.role, row.reported)
    if isinstance(told, _Changed):
        return Evidence(*head, told.text, told.edited_at, told.earlier, told.deleted)
    return Evidence(*head, told)
