"""Links that sign somebody in: made by the command line, the demo and by mail, and used once."""

import secrets
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.contacts import Contact, contact_to_rely_on, contacts, mentors_of
from chatserver.conversations.requests import Missing
from chatserver.records.database import Database
from chatserver.sign_ins.rows import sign_in_links
from chatserver.sign_ins.rows.sign_in_links import LinkRow
from chatserver.sign_ins.sign_in_secret import SECRET_BYTES, digest_of, now_ms
from quotas.instant import HOUR, MINUTE

LINK_LASTS = 15 * MINUTE
"""ms of real time."""
MAILS_AT_MOST = ((MINUTE, 1), (HOUR, 5))
"""In each span of ms, how many links are mailed to one person: whoever asks for more gets none, and is not told."""


class LinkSeen(Struct, frozen=True):
    """Whom a link signs in, and the name of whoever they talk with; None where that is nobody or several."""

    person: Contact
    other: str | None
    once: bool
    lasts: int
    """ms, from when it was made on."""


class SignInLinks:
    """`url` is the public address of the server. Methods raise DatabaseError."""

    def __init__(self, database: Database, url: str, clock: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._url = url
        self._clock = clock

    async def make(self, person: str, *, lasts: int = LINK_LASTS, once: bool = True) -> str | Missing:
        """An address that signs the person in. The secret stands in its fragment, which no server is sent."""
        now = self._clock()
        async with self._database.begin() as connection:
            contact = await contact_to_rely_on(connection, person)
            if contact is None or contact.role == "service":
                return Missing()
            await sign_in_links.forget_old(connection, now)
            return await self._new(connection, person, now, lasts, once=once, by_mail=False)

    async def make_to_mail(self, person: str) -> str | None:
        """As `make`, for a mail; None where the person got too many of late, or is not there, or is a program."""
        now = self._clock()
        async with self._database.begin() as connection:
            contact = await contact_to_rely_on(connection, person)
            if contact is None or contact.role == "service":
                return None
            for span, most in MAILS_AT_MOST:
                if await sign_in_links.mailed_since(connection, person, now - span) >= most:
                    return None
            return await self._new(connection, person, now, LINK_LASTS, once=True, by_mail=True)

    async def person_of(self, secret: str) -> str | None:
        """Whose link that is or was, also where it opens nothing any more; None where it is none, or long over."""
        async with self._database.read() as connection:
            link = await sign_in_links.find(connection, digest_of(secret))
            return link.person if link is not None else None

    async def _new(
        self, connection: AsyncConnection, person: str, now: int, lasts: int, *, once: bool, by_mail: bool
    ) -> str:
        secret = secrets.token_urlsafe(SECRET_BYTES)
        await sign_in_links.add(connection, LinkRow(digest_of(secret), person, now, now + lasts, once, by_mail))
        return f"{self._url}/app/sign-in#{secret}"

    async def see(self, secret: str) -> LinkSeen | None:
        """Whom it signs in, without using it up; None where it opens nothing, or nothing any more."""
        async with self._database.read() as connection:
            link = await sign_in_links.find(connection, digest_of(secret))
            if link is None or not link.opens(self._clock()):
                return None
            person = (await contacts(connection, [link.person])).get(link.person)
            if person is None:
                return None
            mentors = await mentors_of(connection, person.id) if person.role == "member" else {}
            other = next(iter(mentors.values())).name if len(mentors) == 1 else None
            return LinkSeen(person, other, link.once, link.expires_at - link.made_at)

    async def use(self, secret: str) -> str | None:
        """Whom it signs in; None where it opens nothing, or nothing any more."""
        async with self._database.begin() as connection:
            return await sign_in_links.use(connection, digest_of(secret), self._clock())
