"""What belongs to one person and no conversation, sealed with a key of the person's own: it goes with their erasure.

Such a key stands in the table of conversations' keys under a name that no conversation can have; a rotation of the
master key rewraps it with all others. What the platform owns has the key of nobody, ''.
"""

from hashlib import sha256

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import SealError, number_of
from chatserver.protocol.base64url import base64url_text

_NUMBER = 1
"""Such a key is never changed."""
OF_LATER_KEYS = _NUMBER + 1
"""To destroy those before it is to destroy the person's key."""


def own_key_name(person: str) -> str:
    """Of the person's key among those of conversations: as long as the column allows, however long the id is."""
    return f" own {base64url_text(sha256(person.encode()).digest())}"


class OwnSeal:
    """Seals and opens what people own."""

    def __init__(self, keys: ConversationKeys) -> None:
        self._keys = keys

    async def seal(self, person: str, secret: bytes) -> bytes:
        """Raises DatabaseError. It may make the key, in a transaction of its own."""
        return (await self._keys.current(own_key_name(person), _NUMBER)).seal(secret)

    async def open(self, person: str, sealed: bytes) -> bytes:
        """The secret again. Raises SealError where it was changed, or its key is gone; DatabaseError."""
        keys = await self._keys.existing(own_key_name(person), [number_of(sealed)])
        key = keys.get(number_of(sealed))
        if key is None:
            raise SealError(f"there is no key of {person!r}")
        return key.open(sealed)
