"""The keys of conversations: made on first need, kept in the records, and at hand while they are used."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.keys import rows as conversation_keys
from chatserver.keys.master_keys import MasterKeys, UnknownMasterKeyError
from chatserver.keys.rows import WrappedKey
from chatserver.keys.sealing import Key, SealError, new_secret
from chatserver.records.database import Database, DatabaseError
from chatserver.settings import SettingsError

MOST_AT_HAND = 10_000
"""Keys that a process keeps for those who ask again; rooms keep their own as long as they are open."""
AT_ONCE = 500
"""Keys asked of the database in one go, so that thousands who come back at once are few queries."""

_Place = tuple[str, int]
"""A conversation, and the number of one of its keys."""

logger = logging.getLogger(__name__)


async def destroy_keys(connection: AsyncConnection, conversation: str, before: int) -> None:
    """As `ConversationKeys.destroy`, in a transaction of the caller's; those at hand in any process are left."""
    await conversation_keys.destroy(connection, conversation, before)


class ConversationKeys:
    """Every method that awaits raises DatabaseError: the keys that are at hand need no database."""

    def __init__(self, database: Database, master_keys: MasterKeys, most: int = MOST_AT_HAND) -> None:
        self._database = database
        self._master_keys = master_keys
        self._most = most
        self._at_hand: OrderedDict[_Place, Key] = OrderedDict()
        self._wanted: dict[_Place, asyncio.Future[Key]] = {}
        self._getting: asyncio.Task[None] | None = None

    def at_hand(self, conversation: str, number: int) -> Key | None:
        """The key, where that takes no waiting."""
        key = self._at_hand.get((conversation, number))
        if key is not None:
            self._at_hand.move_to_end((conversation, number))
        return key

    async def current(self, conversation: str, number: int) -> Key:
        """The key that the conversation's texts are sealed with now; made where it is the first need of it."""
        key = self.at_hand(conversation, number)
        return key if key is not None else await asyncio.shield(self._asked((conversation, number)))

    def ask(self, conversation: str, number: int, done: Callable[[Key | DatabaseError], None]) -> None:
        """As `current`, for those who cannot wait: `done` is called once."""

        def answer(asked: asyncio.Future[Key]) -> None:
            fault = asked.exception()
            if fault is None:
                done(asked.result())
            else:
                done(fault if isinstance(fault, DatabaseError) else DatabaseError(str(fault)))

        self._asked((conversation, number)).add_done_callback(answer)

    async def existing(self, conversation: str, numbers: Collection[int]) -> dict[int, Key]:
        """The keys with those numbers, as far as they have not been destroyed."""
        keys = {number: key for number in numbers if (key := self.at_hand(conversation, number))}
        if len(keys) < len(numbers):
            async with self._database.read() as connection:
                rows = await conversation_keys.of(connection, [conversation])
            for row in rows:
                if row.number in numbers and row.number not in keys:
                    keys[row.number] = self._kept(self._opened(row))
        return keys

    async def all_of(self, conversations: Collection[str]) -> dict[tuple[str, int], Key]:
        """Every key of those conversations that has not been destroyed, by conversation and number."""
        async with self._database.read() as connection:
            rows = await conversation_keys.of(connection, conversations)
        return {
            (row.conversation_id, row.number): self.at_hand(row.conversation_id, row.number)
            or self._kept(self._opened(row))
            for row in rows
        }

    def forget(self, conversation: str, before: int) -> None:
        """Have none of the conversation's keys with numbers under `before` at hand."""
        for place in [place for place in self._at_hand if place[0] == conversation and place[1] < before]:
            del self._at_hand[place]

    async def destroy(self, conversation: str, before: int) -> None:
        """Remove the conversation's keys with numbers under `before`, for good: what they sealed is erased."""
        async with self._database.begin() as connection:
            await conversation_keys.destroy(connection, conversation, before)
        self.forget(conversation, before)

    def _kept(self, key: Key) -> Key:
        self._at_hand[key.conversation, key.number] = key
        if len(self._at_hand) > self._most:
            self._at_hand.popitem(last=False)
        return key

    def _opened(self, row: WrappedKey) -> Key:
        """Raises DatabaseError: the row is of no use as things are."""
        try:
            secret = self._master_keys.unwrap(row.master_id, row.wrapped, row.conversation_id, row.number)
        except (UnknownMasterKeyError, SealError, SettingsError) as error:
            logger.error("%s", error, extra={"conversation": row.conversation_id})
            raise DatabaseError(str(error)) from error
        return Key(row.conversation_id, row.number, secret)

    # Getting and making, many at once

    def _asked(self, place: _Place) -> asyncio.Future[Key]:
        asked = self._wanted.get(place)
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = self._wanted[place] = loop.create_future()
            if self._getting is None:
                self._getting = loop.create_task(self._get_all())
        return asked

    async def _get_all(self) -> None:
        try:
            while self._wanted:
                places = list(self._wanted)[:AT_ONCE]
                try:
                    rows = await self._rows(places)
                except Exception as error:  # whatever it was, those who wait must hear of it
                    rows = dict.fromkeys(places, error)
                for place, found in rows.items():
                    self._settle(self._wanted.pop(place), found)
        finally:
            self._getting = None

    def _settle(self, asked: asyncio.Future[Key], found: WrappedKey | Exception) -> None:
        try:
            if isinstance(found, Exception):
                raise found
            key = self._kept(self._opened(found))
        except Exception as error:
            asked.set_exception(error)
            asked.exception()  # Whoever waits gets it; nobody need.
        else:
            asked.set_result(key)

    async def _rows(self, places: list[_Place]) -> dict[_Place, WrappedKey | Exception]:
        names = {conversation for conversation, _ in places}
        async with self._database.read() as connection:
            found = {(row.conversation_id, row.number): row for row in await conversation_keys.of(connection, names)}
        rows: dict[_Place, WrappedKey | Exception] = {**found}
        missing = [place for place in places if place not in found]
        for place in missing:
            if any(conversation == place[0] and number > place[1] for conversation, number in found):
                rows[place] = DatabaseError(f"key {place[1]} of the conversation {place[0]} was destroyed")
        if new := [place for place in missing if place not in rows]:
            rows |= await self._made(new)
        return {place: rows[place] for place in places}

    async def _made(self, places: list[_Place]) -> dict[_Place, WrappedKey]:
        """Of several processes that make a key for the same place, all get the one that was stored first."""
        async with self._database.begin() as connection:
            await conversation_keys.making(connection)
            try:
                # Only now: the master key that a rotation is about to drop must wrap nothing any more.
                self._master_keys.reread()
            except SettingsError as error:
                raise DatabaseError(f"no new key of a conversation can be kept: {error}") from error
            drafts = [self._draft(*place) for place in places]
            await conversation_keys.store(connection, drafts)
            stored = await conversation_keys.of(connection, {conversation for conversation, _ in places})
        return {(row.conversation_id, row.number): row for row in stored}

    def _draft(self, conversation: str, number: int) -> WrappedKey:
        master_id, wrapped = self._master_keys.wrap(new_secret(), conversation, number)
        return WrappedKey(conversation, number, master_id, wrapped)
