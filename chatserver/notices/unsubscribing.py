"""Unsubscribing by a link in a mail, without signing in (RFC 8058): the link is signed, and says who and from what.

It stays good for ever, since people look at old mails; all that it can do is what it says.
"""

import hmac
from collections.abc import Awaitable, Callable, Collection

import msgspec
from msgspec import Struct

from chatserver.conversations.contacts import contact_to_rely_on, contacts
from chatserver.notices.rows.wishes import turn_off
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.protocol.base64url import base64url_bytes, base64url_text
from chatserver.records.database import Database
from quotas.notices import Topic
from quotas.phrases import Language

_SIGNED_BYTES = 16
"""Of the HMAC: nobody guesses 128 bits, and the link stays short."""


class Unsubscription(Struct, frozen=True, array_like=True):
    """Who wants no more mails about what."""

    person: str
    topics: tuple[Topic, ...]


class Unsubscribing:
    """`url` is the public address of the server; `clock` gives the store's instant. Methods raise DatabaseError."""

    def __init__(
        self, database: Database, secrets: ServerSecrets, clock: Callable[[], Awaitable[int]], url: str
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._clock = clock
        self._url = url

    async def link(self, person: str, topics: Collection[Topic]) -> str:
        """The address that unsubscribes that person from these. Raises StoreError, too."""
        said = msgspec.json.encode(Unsubscription(person, tuple(sorted(topics))))
        return f"{self._url}/unsubscribe/{base64url_text(said)}.{base64url_text(await self._signature(said))}"

    async def read(self, token: str) -> Unsubscription | None:
        """What the last part of such an address says; None where we did not sign it. Raises StoreError, too."""
        said, _, signature = token.partition(".")
        try:
            signed, given = base64url_bytes(said), base64url_bytes(signature)
            if not hmac.compare_digest(given, await self._signature(signed)):
                return None
            return msgspec.json.decode(signed, type=Unsubscription)
        except ValueError:
            return None

    async def language_of(self, person: str) -> Language | None:
        """Which one the person reads; None where there is nobody any more."""
        async with self._database.read() as connection:
            found = (await contacts(connection, [person])).get(person)
        return found.locale if found else None

    async def carry_out(self, asked: Unsubscription) -> None:
        """From now on no mail about it goes out but what is essential. Raises StoreError, too."""
        now = await self._clock()
        async with self._database.begin() as connection:
            if await contact_to_rely_on(connection, asked.person) is None:
                return
            for topic in asked.topics:
                await turn_off(connection, asked.person, "mail", topic, now)

    async def _signature(self, said: bytes) -> bytes:
        secret = await self._secrets.secret_of("unsubscribe")
        return hmac.digest(secret, b"unsubscribe\0" + said, "sha256")[:_SIGNED_BYTES]
