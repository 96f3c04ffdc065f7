"""Links that sign somebody in: made by the command line, the demo and by mail, and used once."""

import secrets
from collections.abc import Callable

from chatserver.conversations.contacts import contact_to_rely_on
from chatserver.conversations.requests import Missing
from chatserver.records.database import Database
from chatserver.sign_ins.rows import sign_in_links
from chatserver.sign_ins.sign_in_secret import SECRET_BYTES, digest_of, now_ms
from quotas.instant import MINUTE

LINK_LASTS = 15 * MINUTE
"""ms of real time."""


class SignInLinks:
    """`url` is the public address of the server. Methods raise DatabaseError."""

    def __init__(self, database: Database, url: str, clock: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._url = url
        self._clock = clock

    async def make(self, person: str, *, lasts: int = LINK_LASTS, once: bool = True) -> str | Missing:
        """An address that signs the person in. The secret stands in its fragment, which no server is sent."""
        secret, now = secrets.token_urlsafe(SECRET_BYTES), self._clock()
        async with self._database.begin() as connection:
            contact = await contact_to_rely_on(connection, person)
            if contact is None or contact.role == "service":
                return Missing()
            await sign_in_links.forget_old(connection, now)
            await sign_in_links.add(connection, digest_of(secret), person, now + lasts, once=once)
        return f"{self._url}/app/sign-in#{secret}"

    async def use(self, secret: str) -> str | None:
        """Whom it signs in; None where it opens nothing, or nothing any more."""
        async with self._database.begin() as connection:
            return await sign_in_links.use(connection, digest_of(secret), self._clock())
