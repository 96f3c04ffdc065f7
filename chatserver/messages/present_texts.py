"""What texts say now, for whoever looks through many: edited ones as they were edited last, and no deleted ones.

Changes that are archived are asked for once, for all conversations; those that are not are in the ledger, and only
where a conversation has entries that are not archived yet.
"""

from collections.abc import Collection, Mapping

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.messages.log import MessageLog
from chatserver.messages.rows import sealed_texts
from chatserver.messages.rows.sealed_texts import SealedText
from chatserver.protocol.entry import head_of, parted


class _Kept(Struct, frozen=True):
    """What the ledger has: which are deleted, and the last edit of each message, by its seq: its own, and the text."""

    deleted: Collection[int]
    edits: Mapping[int, tuple[int, bytes]]


_NOTHING = _Kept(frozenset(), {})


class PresentTexts:
    """For one search. `unarchived` are the conversations that may have changes which are not archived yet."""

    def __init__(self, log: MessageLog, edits: Mapping[str, Mapping[int, int]], unarchived: Collection[str]) -> None:
        self._log = log
        self._edits = edits
        self._unarchived = unarchived
        self._kept: dict[str, _Kept] = {}

    async def look(self, conversation: str) -> None:
        """Ask the ledger, before any text of it is read: what is deleted then is in no text from here on."""
        if conversation in self._unarchived and conversation not in self._kept:
            deleted, changes = await self._log.unarchived_changes(conversation)
            edits: dict[int, tuple[int, bytes]] = {}
            for entry in changes:
                head = head_of(entry.entry)
                if head.kind == "edit" and head.about is not None:
                    edits[head.about] = entry.seq, parted(entry.entry)[1]
            self._kept[conversation] = _Kept(deleted, edits)

    async def of(self, connection: AsyncConnection, conversation: str, texts: list[SealedText]) -> list[SealedText]:
        """Texts of the archive as they are now, in their order; not those that are deleted or erased."""
        archived = self._edits.get(conversation, {})
        wanted = {archived[text[0]] for text in texts if text[0] in archived} if archived else set()
        edited = await sealed_texts.of(connection, conversation, wanted) if wanted else {}
        return self._changed(conversation, texts, archived, edited)

    def of_ledger(self, conversation: str, texts: list[SealedText]) -> list[SealedText]:
        """Alike, of the ledger."""
        return self._changed(conversation, texts, {}, {})

    def _changed(
        self,
        conversation: str,
        texts: list[SealedText],
        archived: Mapping[int, int],
        edited: Mapping[int, bytes],
    ) -> list[SealedText]:
        kept = self._kept.get(conversation, _NOTHING)
        if not (archived or kept.deleted or kept.edits):
            return texts
        changed: list[SealedText] = []
        for seq, at, sender, role, sealed in texts:
            place = archived.get(seq, 0)
            present = edited.get(place, b"") if place else sealed
            last, text = kept.edits.get(seq, (0, b""))
            if last > place:
                present = text
            if present and seq not in kept.deleted:
                changed.append((seq, at, sender, role, present))
        return changed
