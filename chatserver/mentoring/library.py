"""Saved texts and exercises: a mentor's own, and those that the platform shares with all mentors."""

import logging
from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct

from chatserver.conversations.contacts import contact_to_count_on
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.keys.own_seal import OwnSeal
from chatserver.keys.sealing import SealError
from chatserver.mentoring.forms import SavedItem, problems_of
from chatserver.mentoring.rows import library as rows
from chatserver.mentoring.rows.library import KeptItem
from chatserver.records.database import Database

PLATFORM = ""
"""Who owns what all mentors share."""
MOST_ITEMS = 300
MOST_BYTES = 1024 * 1024
"""Of one owner, sealed."""

logger = logging.getLogger(__name__)
_item = msgspec.json.Decoder(SavedItem)


class LibraryItem(Struct, frozen=True):
    """One item in the open; `updated_at` in ms."""

    id: str
    item: SavedItem
    updated_at: int


class ItemWritten(Struct, frozen=True):
    """It is kept; `created` where it is new."""

    item: LibraryItem
    created: bool


class Library:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(self, database: Database, seal: OwnSeal, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock

    async def put(self, owner: str, id: str, item: SavedItem) -> ItemWritten | Invalid | Conflict | Missing:
        """Write it over what has its id. The same again changes nothing."""
        if problems := problems_of(item):
            return Invalid(problems)
        now = await self._clock()
        sealed = await self._seal.seal(owner, msgspec.json.encode(item))
        async with self._database.begin() as connection:
            # First, so that no erasure and no other item comes between; the platform's library is nobody's.
            if owner != PLATFORM and await contact_to_count_on(connection, owner) is None:
                return Missing()
            before = await rows.find(connection, owner, id)
            count, size = await rows.size_beside(connection, owner, id)
            if count >= MOST_ITEMS or size + len(sealed) > MOST_BYTES:
                return Conflict(f"the library is full: it holds {MOST_ITEMS} items, of {MOST_BYTES} bytes together")
            if before is not None and (was := await self._opened(owner, before)) is not None and was.item == item:
                return ItemWritten(was, created=False)
            await rows.put(connection, owner, KeptItem(id, sealed, now))
        return ItemWritten(LibraryItem(id, item, now), created=before is None)

    async def remove(self, owner: str, id: str) -> None:
        """Take it away; what was given of it stays given."""
        async with self._database.begin() as connection:
            await rows.remove(connection, owner, id)

    async def find(self, owner: str, id: str) -> SavedItem | None:
        """None where there is none."""
        async with self._database.read() as connection:
            kept = await rows.find(connection, owner, id)
        found = await self._opened(owner, kept) if kept is not None else None
        return found.item if found is not None else None

    async def all_of(self, owner: str) -> list[LibraryItem]:
        """By folder and title."""
        async with self._database.read() as connection:
            kept = await rows.of_owner(connection, owner)
        found = [opened for each in kept if (opened := await self._opened(owner, each)) is not None]
        return sorted(found, key=lambda each: (each.item.folder.casefold(), each.item.title.casefold(), each.id))

    async def _opened(self, owner: str, kept: KeptItem) -> LibraryItem | None:
        try:
            return LibraryItem(kept.id, _item.decode(await self._seal.open(owner, kept.sealed)), kept.updated_at)
        except (SealError, msgspec.DecodeError):
            logger.error("what a mentor has saved does not open", extra={"person": owner})
            return None
