"""A connection goes on with a fresh token: of the same person in the same role, and not revoked."""

import asyncio
import time

from chatserver.access.revocation import Revocations, RevokedError
from chatserver.access.tokens import Authenticator, Identity, TokenError
from chatserver.realtime.connection import Connection
from chatserver.realtime.people import People


class TokenRenewing:
    """Implements `Renewing`."""

    def __init__(self, authenticator: Authenticator, revocations: Revocations, people: People) -> None:
        self._authenticator = authenticator
        self._revocations = revocations
        self._people = people

    async def renew(self, connection: Connection, token: str) -> Identity | str:
        try:
            identity = await self._authenticator.identify(token)
            await self._revocations.check(identity)
        except RevokedError:
            return "the token was revoked"
        except TokenError as error:
            return f"{error}"
        if (identity.user, identity.role) != (connection.user, connection.role):
            return f"the token is not one of the {connection.role} {connection.user!r}, who is connected here"
        if connection.sign_in not in ("", identity.sign_in):
            return "the connection belongs to a sign-in, and the token to another"
        if not connection.ended:
            expires_in = identity.connected_until / 1000 - time.time()
            self._people.prolong(connection, asyncio.get_running_loop().time() + expires_in)
        return identity
