"""A conversation that the store has lost, or has only as it was earlier, comes back from the archive as it stood there.

What comes back: usage, wait, deadline and its timer, read marks, the ids of the last 48 hours, which events were
written, and the seq of the last archived message, so that the next one gets the next. What does not: what was written
after the archive last looked.
"""

from collections.abc import Mapping
from typing import cast

from msgspec import Struct

from chatserver.conversations.records import record
from chatserver.messages.read_marks import OTHER
from chatserver.messages.rows import ledger_snapshots, messages
from chatserver.messages.rows.ledger_snapshots import LedgerSnapshot
from chatserver.messages.rows.messages import MessageRow
from chatserver.protocol.entry import event_number, head_of
from chatserver.protocol.events import Author
from chatserver.records.database import Database
from quotas.ledger.archive import LedgerArchive, SentId, Unarchived, Unkept
from quotas.ledger.base import IDEMPOTENCY_PERIOD, Entry
from quotas.ledger.redis import RedisLedger
from quotas.standing import Writer

MOST_MESSAGES = 100_000
"""Messages of one conversation that a store may have and its archive not: more than anyone writes in a minute."""


class _Archived(Struct, frozen=True):
    """What the archive has of a conversation: up to which seq, how it stood, and what may be sent a second time."""

    last_seq: int
    snapshot: LedgerSnapshot | None
    recent: list[MessageRow]
    instants: dict[int, int]
    """When each message was written that the store calls unarchived, by seq."""
    told: int
    """The number of the last event in it; 0 for none."""
    mentor: str | None
    """The conversation's; None where the records have no such conversation."""

    def sent(self, writer: Author, sender: str, id: str, seq: int, at: int) -> SentId:
        """What is remembered of a message: whoever else wrote on the mentor's side stood in."""
        is_substitute = writer == "mentor" and self.mentor not in (None, sender)
        return SentId(cast(Writer, writer), id, seq, at, sender if is_substitute else "")


class ArchiveRestorer:
    """Its methods raise StoreError, DatabaseError."""

    def __init__(self, database: Database, ledger: RedisLedger, ledger_archive: LedgerArchive) -> None:
        self._database = database
        self._ledger = ledger
        self._ledger_archive = ledger_archive

    async def restore(self, conversation: str) -> bool:
        """Put right what the ledger has, where the archive has more; whether it did.

        The conversation is unknown to the ledger after that, until it is configured. Messages that were written into a
        store which had lost others are kept: they follow the archived ones.
        """
        while True:
            found = await self._ledger_archive.unarchived(conversation, MOST_MESSAGES)
            archived = await self._archived(conversation, found)
            if found is not None:
                own = [message for message in found.messages if archived.instants.get(message.seq) != message.at]
                if archived.last_seq <= found.last_seq and len(own) == found.last_seq - archived.last_seq:
                    return False
                # Who wrote into the store since has been judged by what it had.
                state = found.state if own or archived.snapshot is None else archived.snapshot.state
            elif archived.snapshot is None and not archived.last_seq:
                return False
            else:
                own, state = [], archived.snapshot.state if archived.snapshot else {}
            told = max(archived.told, int(state.get("told", 0)))
            texts = await self._texts(conversation, archived.last_seq, own, state)
            last_seq = None if found is None else found.last_seq
            sent = _sent(archived, own)
            if await self._ledger_archive.restore(
                conversation, archived.last_seq, last_seq, {**state, **texts, "told": f"{told}"}, _unkept(own), sent
            ):
                return True

    async def _texts(
        self, conversation: str, last_seq: int, own: list[Entry], state: Mapping[str, str]
    ) -> dict[str, str]:
        """How much each side has written, with events, and how much of the other's it has seen, counted anew."""
        heads = [(seq, head_of(entry.entry)) for seq, entry in enumerate(own, start=last_seq + 1)]
        found: dict[str, str] = {}
        async with self._database.read() as connection:
            for side, other in OTHER.items():
                read = int(state.get(f"{side}_read", 0))
                for name, writer, upto in ((f"{side}_texts", side, 2**53), (f"{side}_seen", other, read)):
                    archived = await messages.count_texts(connection, conversation, writer, min(upto, last_seq))
                    after = sum(head.is_for_readers_of(writer) for seq, head in heads if seq <= upto)
                    found[name] = f"{archived + after}"
        return found

    async def _archived(self, conversation: str, found: Unarchived | None) -> _Archived:
        since = await self._ledger.now() - IDEMPOTENCY_PERIOD
        async with self._database.read() as connection:
            instants = {}
            if found is not None:
                rows = await messages.after(connection, {conversation: found.archived}, MOST_MESSAGES)
                instants = rows.get(conversation, {})
            snapshot = await ledger_snapshots.find(connection, conversation)
            # It may be older than the newest messages: those come in several goes where they are many.
            event = await messages.last_event(connection, conversation, snapshot.seq if snapshot else 0)
            told = event_number(event) if event is not None else 0
            place = await record(connection, conversation)
            return _Archived(
                await messages.last_seq(connection, conversation),
                snapshot,
                await messages.written_since(connection, conversation, since),
                instants,
                max(told, int(snapshot.state.get("told", 0)) if snapshot else 0),
                place.mentor if place is not None else None,
            )


def _unkept(own: list[Entry]) -> list[Unkept]:
    heads = [(each, head_of(each.entry)) for each in own]
    return [Unkept(each.at, each.entry, head.about or 0, head.kind == "deletion") for each, head in heads]


def _sent(archived: _Archived, own: list[Entry]) -> list[SentId]:
    """The ids that must get their first answers, where they had one: nobody sends an event again."""
    sent = [
        archived.sent(message.role, message.sender, message.message_id.decode(), message.seq, message.at)
        for message in archived.recent
        if message.kind != "event"
    ]
    for seq, entry in enumerate(own, start=archived.last_seq + 1):
        head = head_of(entry.entry)
        if head.kind != "event":
            sent.append(archived.sent(head.role, head.sender, head.id, seq, entry.at))
    return [each for each in sent if each.id]
