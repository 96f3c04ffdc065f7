"""Secrets that the server makes for itself: the same for all processes and for ever, since others rely on them.

Browsers subscribe for the key that is made of `vapid`, and links in mails that were sent are signed with `unsubscribe`;
pages ask with tickets that are signed with `tickets`.
"""

import os
from collections.abc import Awaitable, Callable
from typing import Literal

from chatserver.keys.sealing import SealError
from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.rows import server_secrets as rows
from chatserver.records.database import Database, DatabaseError

SERVER_SECRET_BYTES = 48
"""128 bits more than a P-256 key has, which can so be made of it without bias (FIPS 186-5, A.2.1)."""

ServerSecretName = Literal["vapid", "unsubscribe", "tickets", "signing-in"]


class ServerSecrets:
    """Made on first need; `seal` is that of kind "secrets", `clock` gives the store's instant."""

    def __init__(self, database: Database, seal: ServerSeal, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._at_hand: dict[ServerSecretName, bytes] = {}

    async def secret_of(self, name: ServerSecretName) -> bytes:
        """SERVER_SECRET_BYTES bytes. Raises DatabaseError, also where what is kept does not open, and StoreError."""
        secret = self._at_hand.get(name)
        if secret is None:
            secret = self._at_hand[name] = await self._kept(name)
        return secret

    async def _kept(self, name: ServerSecretName) -> bytes:
        async with self._database.read() as connection:
            sealed = await rows.find(connection, name)
        if sealed is None:
            # Before the transaction: sealing may make a key, which is a transaction of its own.
            drafted, now = await self._seal.seal(os.urandom(SERVER_SECRET_BYTES)), await self._clock()
            async with self._database.begin() as connection:
                sealed = await rows.add(connection, name, drafted, now)
        try:
            return await self._seal.open(sealed)
        except SealError as error:
            raise DatabaseError(f"the server's secret {name} cannot be read: {error}") from None
