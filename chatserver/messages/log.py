"""The messages of a conversation for whoever reads them: opened, wherever they are kept."""

import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from msgspec import Struct

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key, SealError, number_of
from chatserver.messages.changes import CHANGES
from chatserver.messages.rows import messages
from chatserver.messages.rows.messages import MessageRow
from chatserver.messages.waiting import LoggedHead, WaitingTexts
from chatserver.protocol.entry import head_of, opened, parted, without_text
from chatserver.protocol.events import Author
from chatserver.records.database import Database
from quotas.ledger.base import Entry, Ledger

PAGE = 100
"""Messages that are read at once by who looks for one."""

logger = logging.getLogger(__name__)


class LastEntry(Struct, frozen=True):
    """A message or event as it is kept, and the last edit of it; a deleted one has no text any more."""

    entry: Entry
    edit: Entry | None = None


class KeptMessages:
    """Messages as they are kept: heads in the open and sealed texts, which nothing here opens.

    Its methods raise StoreError, and DatabaseError where an archived message is needed and not to be had. Where a
    message is neither in the ledger nor in the archive, a page begins after it or ends before it.
    """

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def heads(self, conversation: str, after: int, before: int, limit: int) -> list[LoggedHead]:
        """Messages with after < seq < before in order: the first `limit` (≥ 1) of them, without the texts."""
        entries = await self.stored(conversation, after, before, limit)
        return [LoggedHead(entry.seq, entry.at, head_of(entry.entry)) for entry in entries]

    async def first_by(
        self, conversation: str, writer: Author, since: int, until: int, *, in_person: str | None = None
    ) -> LoggedHead | None:
        """The first message of that side in [since, until), as instants; None where there is none. Changes are none.

        `in_person` wants one that this person wrote then: not a substitute, and not what went out later by itself.
        It looks back from the newest message: it is for what was lately.
        """
        standing = await self._ledger.standing(conversation)
        before, found = standing.last_seq + 1 if standing else 0, None
        while before > 1:
            after = max(0, before - 1 - PAGE)
            page = await self.heads(conversation, after, before, PAGE)
            for message in page:
                head = message.head
                is_theirs = in_person is None or (head.sender == in_person and head.written_at is None)
                if is_theirs and head.role == writer and head.kind == "text" and since <= message.at < until:
                    found = message
                    break
            if not page or page[0].at < since:
                break
            before = page[0].seq
        return found

    async def last(self, conversation: str, last_seq: int) -> LastEntry | None:
        """The last message or event up to that seq; None where there is none, or it is not to be had."""
        before, some, edits = last_seq + 1, 1, dict[int, Entry]()
        while before > 1:
            page = await self.stored(conversation, max(0, before - 1 - some), before, some)
            for entry in reversed(page):
                head = head_of(entry.entry)
                if head.kind not in CHANGES:
                    return LastEntry(entry, None if head.deleted else edits.get(entry.seq))
                if head.kind == "edit" and not head.deleted:
                    edits.setdefault(head.about or 0, entry)
            if not page:
                break
            before, some = page[0].seq, PAGE  # it was a change: there may be more of them
        return None

    async def last_seq(self, conversation: str) -> int:
        """The newest message's; 0 where there is none."""
        standing = await self._ledger.standing(conversation)
        return standing.last_seq if standing else 0

    async def first_unanswered(self, conversation: str, since: int) -> int | None:
        """The seq that began the oldest wait that was open at the instant `since`, or later; None where none was.

        It looks back from the newest message to the last word of the mentor's side before `since`. A wait that was
        dropped counts too: its messages were never answered.
        """
        wait = WaitingTexts()
        for message in await self._since_word(conversation, since):
            if wait.asked and message.at >= since and wait.is_ended_by(message):
                break
            wait.take(message)
        return wait.asked[0] if wait.asked else None

    async def unanswered(self, conversation: str) -> list[LoggedHead]:
        """What the member wrote that nobody has answered, urgent notes too, in order."""
        found = await self._since_word(conversation, 2**53)
        wait = WaitingTexts()
        for message in found:
            wait.take(message)
        mine = (each for each in found if each.seq > wait.answered_upto and each.head.role == "member")
        return [each for each in mine if each.head.is_text]

    async def _since_word(self, conversation: str, before: int) -> list[LoggedHead]:
        """All entries from the last one on that ended every wait before that instant; all there are, where none did."""
        found: list[LoggedHead] = []
        until = await self.last_seq(conversation) + 1
        while until > 1:
            page = await self.heads(conversation, max(0, until - 1 - PAGE), until, PAGE)
            for message in reversed(page):
                found.append(message)
                if message.ends_every_wait and message.at < before:
                    return found[::-1]
            if not page:
                break
            until = page[0].seq
        return found[::-1]

    async def named(self, conversation: str, ids: Collection[str]) -> list[LoggedHead]:
        """The messages with those ids of their apps, in order: as each side counts its own, there may be two of one.

        It looks through all of the conversation: it is for what is seldom asked.
        """
        if not ids:
            return []
        found: dict[int, LoggedHead] = {}
        last = 0
        while entries := await self._ledger.messages(conversation, last, 2**53, PAGE):
            heads = [LoggedHead(entry.seq, entry.at, head_of(entry.entry)) for entry in entries]
            found |= {each.seq: each for each in heads if each.head.id in ids}
            last = entries[-1].seq
        async with self._database.read() as connection:
            archived = [messages.entry_of(each) for each in await messages.named(connection, conversation, ids)]
        older = {entry.seq: LoggedHead(entry.seq, entry.at, head_of(entry.entry)) for entry in archived}
        return [each for _, each in sorted((older | found).items()) if each.head.kind != "event"]

    async def heads_of_changes(self, conversation: str, seq: int) -> list[LoggedHead]:
        """Edits, deletions and reactions about that message, in order, without the texts."""
        entries = await self._changes(conversation, seq, seq)
        return [LoggedHead(entry.seq, entry.at, head_of(entry.entry)) for entry in entries]

    async def _changes(self, conversation: str, first: int, last: int) -> list[Entry]:
        kept = await self._ledger.changes_about(conversation, first, last)
        if await self._is_logged(conversation, first):
            return kept  # what is about it, and about all after it, came later: the log has that too
        deleted = await self._ledger.deleted(conversation)
        async with self._database.read() as connection:
            archived = await messages.about(connection, conversation, first, last)
        found = {each.seq: messages.entry_of(_as_it_stands(each, deleted)) for each in archived}
        return [entry for _, entry in sorted((found | {each.seq: each for each in kept}).items())]

    async def _is_logged(self, conversation: str, seq: int) -> bool:
        """Whether the ledger's log reaches back to it. The place of what was deleted may be known beyond that."""
        entries = await self._ledger.messages(conversation, seq - 1, seq + 1, 1)
        return bool(entries) and not head_of(entries[0].entry).deleted

    async def unarchived_changes(self, conversation: str) -> tuple[Collection[int], list[Entry]]:
        """Which messages are deleted, as the archive may not know yet, and the changes that the ledger has, as kept."""
        deleted = await self._ledger.deleted(conversation)
        return deleted, await self._ledger.changes_about(conversation, 1, 2**53 - 1)

    async def stored(self, conversation: str, after: int, before: int, limit: int) -> list[Entry]:
        """As `heads`, as they are kept. An erased or deleted one has no text."""
        entries = await self._ledger.messages(conversation, after, before, limit)
        # Seqs are dense: what the ledger lacks at the beginning was archived before it was trimmed.
        reaches_from = entries[0].seq if entries else before
        if reaches_from <= after + 1:
            return entries
        # First what is deleted: until the archive has blanked that, the ledger knows of it.
        deleted = await self._ledger.deleted(conversation)
        async with self._database.read() as connection:
            archived = await messages.page(connection, conversation, after, reaches_from, limit)
        older = [messages.entry_of(_as_it_stands(message, deleted)) for message in archived]
        if older and older[-1].seq + 1 < reaches_from:
            return older
        return older + entries[: limit - len(older)]


class MessageLog(KeptMessages):
    """Its methods raise StoreError, and DatabaseError also where a key is needed and not to be had."""

    def __init__(self, database: Database, ledger: Ledger, keys: ConversationKeys) -> None:
        super().__init__(database, ledger)
        self._keys = keys

    async def page(self, conversation: str, after: int, before: int, limit: int) -> list[Entry]:
        """Messages with after < seq < before in order: the first `limit` (≥ 1) of them, in the open."""
        return await self._opened(conversation, partial(self.stored, conversation, after, before, limit))

    async def changes(self, conversation: str, first: int, last: int) -> list[Entry]:
        """Edits, deletions and reactions about messages with first ≤ seq ≤ last, in order, in the open."""
        return await self._opened(conversation, partial(self._changes, conversation, first, last))

    async def _opened(self, conversation: str, read: Callable[[], Awaitable[list[Entry]]]) -> list[Entry]:
        entries, keys = await self._with_keys(conversation, read)
        if any(sealed_with(entry.entry) not in (0, *keys) for entry in entries):
            # An erasure may have sealed them anew between the two reads.
            entries, keys = await self._with_keys(conversation, read)
        return [in_the_open(conversation, entry, keys.get(sealed_with(entry.entry))) for entry in entries]

    async def _with_keys(
        self, conversation: str, read: Callable[[], Awaitable[list[Entry]]]
    ) -> tuple[list[Entry], dict[int, Key]]:
        entries = await read()
        numbers = {sealed_with(entry.entry) for entry in entries}
        return entries, await self._keys.existing(conversation, numbers - {0})


def _as_it_stands(message: MessageRow, deleted: Collection[int]) -> MessageRow:
    is_deleted = message.seq in deleted or message.kind == "edit" and message.about in deleted
    return messages.blanked(message) if is_deleted else message


def sealed_with(entry: bytes) -> int:
    """The number of the key that a stored entry needs; 0 where there is no text to open."""
    begins = entry.find(b"\n") + 1
    return number_of(entry[begins : begins + 2])


def in_the_open(conversation: str, entry: Entry, key: Key | None) -> Entry:
    """A stored entry as apps see it. Without its key its text is erased; one that does not open is told nobody.

    An event takes no key.
    """
    head, sealed = parted(entry.entry)
    if key is None:
        return Entry(entry.seq, entry.at, without_text(head))
    try:
        return Entry(entry.seq, entry.at, opened(head, key.open(sealed)))
    except SealError as error:
        logger.error("message %d cannot be read: %s", entry.seq, error, extra={"conversation": conversation})
        return Entry(entry.seq, entry.at, without_text(head))
