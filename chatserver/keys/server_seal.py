"""Secrets of the server's own, sealed at rest with keys that the master keys wrap, like those of conversations.

Such a key stands in the table of conversations' keys under a name that no conversation can have; a rotation of the
master key rewraps it with all others.
"""

from typing import Literal

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import SealError, number_of

_NUMBER = 1
"""Such a key is never changed: what it seals can be made anew."""


class ServerSeal:
    """Seals and opens one kind of secret."""

    def __init__(self, keys: ConversationKeys, kind: Literal["webhooks", "push", "secrets"]) -> None:
        self._keys = keys
        self._name = f" {kind}"

    async def seal(self, secret: bytes) -> bytes:
        """Raises DatabaseError."""
        return (await self._keys.current(self._name, _NUMBER)).seal(secret)

    async def open(self, sealed: bytes) -> bytes:
        """The secret again. Raises SealError where it was changed, or its key was lost; DatabaseError."""
        keys = await self._keys.existing(self._name, [number_of(sealed)])
        key = keys.get(number_of(sealed))
        if key is None:
            raise SealError(f"there is no key {number_of(sealed)} of{self._name}")
        return key.open(sealed)
