"""Who is signed in where: sign-ins begin, are listed and end, and get tickets.

Instants are real time, as in tokens, never of a shifted clock. Of cookies the digest alone is kept.
"""

import secrets
from collections.abc import Callable, Sequence

from chatserver.access.revocation import Revocations
from chatserver.access.tickets import TICKET_SECONDS, Tickets
from chatserver.conversations.contacts import Contact, contact_to_rely_on, contacts
from chatserver.notices.push_subscriptions import PushSubscriptions
from chatserver.records.database import Database
from chatserver.sign_ins.rows import sign_ins
from chatserver.sign_ins.sign_in import DEVICE_CHARACTERS, SignedIn, SignIn, SignInTicket
from chatserver.sign_ins.sign_in_secret import SECRET_BYTES, digest_of, now_ms
from quotas.instant import HOUR, text

_ID_BYTES = 12
_USED_TO_THE = HOUR
"""A sign-in that is used often is written seldom."""


class SignInBook:
    """Methods raise DatabaseError, and StoreError where they say so. `clock` gives ms of real time."""

    def __init__(
        self,
        *,
        database: Database,
        revocations: Revocations,
        tickets: Tickets,
        push: PushSubscriptions,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._database = database
        self._revocations = revocations
        self._tickets = tickets
        self._push = push
        self._clock = clock

    async def begin(self, person: str, device: str) -> SignedIn | None:
        """A sign-in of whoever has shown who they are; None where they are not there, or are a program."""
        now = self._clock()
        cookie = secrets.token_urlsafe(SECRET_BYTES)
        sign_in = SignIn(secrets.token_urlsafe(_ID_BYTES), person, device[:DEVICE_CHARACTERS], now, now)
        async with self._database.begin() as connection:
            contact = await contact_to_rely_on(connection, person)
            if contact is None or contact.role == "service":
                return None
            await sign_ins.forget_old(connection, person, now)
            await sign_ins.add(connection, sign_in, digest_of(cookie))
        return SignedIn(sign_in, cookie, contact.role)

    async def ticket(self, cookie: str) -> SignInTicket | None:
        """A ticket, which also lets the sign-in last longer; None where it has ended. Raises StoreError."""
        found = await self._found(cookie)
        if found is None:
            return None
        (sign_in, contact), now = found, self._clock()
        if now - sign_in.used_at >= _USED_TO_THE:
            async with self._database.begin() as connection:
                await sign_ins.used(connection, sign_in.id, now)
        token = self._tickets.issue(contact.id, contact.role, sign_in.id, sign_in.lasts_until, now)
        return SignInTicket(token, contact.id, contact.role, text(now + TICKET_SECONDS * 1_000), sign_in.id)

    async def find(self, cookie: str) -> SignIn | None:
        """The sign-in whose cookie that is; None where it has ended. Raises StoreError."""
        found = await self._found(cookie)
        return found[0] if found else None

    async def listed(self, person: str) -> Sequence[SignIn]:
        """The person's sign-ins, the last used first."""
        async with self._database.read() as connection:
            return await sign_ins.of_person(connection, person, self._clock())

    async def end(self, person: str, id: str) -> bool:
        """End one, what is connected by it, and push to its browser; False where the person has none of that id.

        Raises StoreError.
        """
        # Before its row is gone: who is told an end has one, also where this process dies in between.
        await self._revocations.end_sign_in(person, id, self._clock())
        await self._push.forget(person, id)
        async with self._database.begin() as connection:
            return await sign_ins.end(connection, person, id)

    async def sign_out(self, cookie: str) -> None:
        """End the one whose cookie that is. Raises StoreError."""
        async with self._database.read() as connection:
            sign_in = await sign_ins.find(connection, digest_of(cookie), self._clock())
        if sign_in is not None:
            await self.end(sign_in.person, sign_in.id)

    async def _found(self, cookie: str) -> tuple[SignIn, Contact] | None:
        """The sign-in and whose it is, where that still holds: nobody erased, nothing revoked since."""
        async with self._database.read() as connection:
            sign_in = await sign_ins.find(connection, digest_of(cookie), self._clock())
            contact = (await contacts(connection, [sign_in.person])).get(sign_in.person) if sign_in else None
        if sign_in is None or contact is None:
            return None
        if sign_in.began_at < await self._revocations.before(sign_in.person):
            return None
        return sign_in, contact
