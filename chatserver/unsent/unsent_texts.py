"""What people type and have not sent is sealed with the conversation's key, as its messages are."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.records import locked
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key, SealError, number_of
from chatserver.protocol.codec import encode_json
from chatserver.protocol.entry import More, digested
from chatserver.records.database import Database
from quotas.ledger.base import Ledger
from quotas.store.errors import StoreError

MAX_TRIES = 5
"""How often a text is sealed where the conversation's key changes meanwhile."""

Done = TypeVar("Done")

logger = logging.getLogger(__name__)


class UnsentText(Struct, frozen=True):
    """`digest` tells one text, with what goes with it, from another, as `Post.digest`."""

    digest: bytes
    sealed: bytes


def sealed_text(key: Key, body: str, more: More | None = None) -> UnsentText:
    """The text for this key's eyes only."""
    text = encode_json(body)
    return UnsentText(key.digest(digested(text, more)), key.seal(text))


def opened_text(key: Key | None, sealed: bytes) -> str:
    """The text again; '' where its key is gone, or it does not open."""
    if key is None:
        return ""
    try:
        return msgspec.json.decode(key.open(sealed), type=str)
    except SealError as error:
        logger.error("a text that was not sent cannot be read: %s", error, extra={"conversation": key.conversation})
        return ""


class UnsentTexts:
    """Seals and opens them. Methods raise StoreError, DatabaseError."""

    def __init__(self, database: Database, ledger: Ledger, keys: ConversationKeys) -> None:
        self._database = database
        self._ledger = ledger
        self._keys = keys

    async def digest(self, conversation: str, number: int, body: str, more: More | None) -> bytes:
        """By the conversation's key of that number, its newest."""
        return (await self._keys.current(conversation, number)).digest(digested(encode_json(body), more))

    async def keeping(
        self,
        conversation: str,
        body: str,
        keep: Callable[[AsyncConnection, UnsentText], Awaitable[Done]],
        more: More | None = None,
    ) -> Done | None:
        """Seal it, and `keep` it in a transaction in which the conversation gets no other key.

        Nobody else changes the conversation meanwhile. None where there is none.
        """
        for _ in range(MAX_TRIES):
            standing = await self._ledger.standing(conversation)
            if standing is None:
                return None
            key = await self._keys.current(conversation, standing.settings.key)
            async with self._database.begin() as connection:
                found = (await locked(connection, [conversation])).get(conversation)
                if found is None:
                    return None
                if found.key_number <= key.number:
                    return await keep(connection, sealed_text(key, body, more))
        raise StoreError("the conversation's key is being changed")

    async def opened(self, places: Sequence[tuple[str, bytes]]) -> list[str]:
        """The texts of conversations, in the same order; as `opened_text`."""
        numbers: dict[str, set[int]] = {}
        for conversation, sealed in places:
            numbers.setdefault(conversation, set()).add(number_of(sealed))
        keys = {each: await self._keys.existing(each, wanted) for each, wanted in numbers.items()}
        return [opened_text(keys[conversation].get(number_of(sealed)), sealed) for conversation, sealed in places]
