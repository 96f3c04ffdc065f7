"""A private feed of a person's sessions, which their calendar subscribes to by an address with a secret in it.

Whoever has the address reads the feed: calendars send no tokens. So the secret is shown once, is kept as a digest,
stands in no log, and is replaced or taken back when its owner says so.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from hashlib import sha256

import msgspec
from msgspec import Struct

from chatserver.conversations.contacts import contact_to_rely_on
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.requests import Missing
from chatserver.notices.calendar_file import CalendarEntry
from chatserver.notices.texts import first_name
from chatserver.records.database import Database
from chatserver.sessions.rows import bookings, calendar_feeds
from chatserver.sessions.rows.calendar_feeds import FeedRow
from quotas.bookings import Booking
from quotas.instant import DAY
from quotas.phrases import Language
from quotas.plans import SessionPolicy

KEPT_FOR = 366 * DAY
"""How long what is over stays in a feed: all that is in it is fetched every hour, for years."""
_SECRET_BYTES = 32


class CalendarFeed(Struct, frozen=True):
    """What is in it: all that a person has booked and not cancelled, from a year ago on, by start."""

    entries: tuple[CalendarEntry, ...]
    language: Language
    tag: str
    """The same as long as nothing in it changes."""


class CalendarFeeds:
    """`url` is the public address of the server; `clock` gives the store's instant. Methods raise DatabaseError."""

    def __init__(
        self,
        *,
        database: Database,
        provisioning: Provisioning,
        policy: SessionPolicy,
        clock: Callable[[], Awaitable[int]],
        url: str,
    ) -> None:
        self._database = database
        self._provisioning = provisioning
        self._policy = policy
        self._clock = clock
        self._url = url

    async def make(self, person: str) -> str | Missing:
        """The address of the person's feed, which nobody can be told again. An earlier one opens nothing any more.

        Raises StoreError, too.
        """
        now = await self._clock()
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        async with self._database.begin() as connection:
            if await contact_to_rely_on(connection, person) is None:
                return Missing()
            await calendar_feeds.put(connection, FeedRow(person, _digest(secret)), now)
        return f"{self._url}/calendar/{secret}.ics"

    async def revoke(self, person: str) -> None:
        """The person has no feed any more; the same again changes nothing."""
        async with self._database.begin() as connection:
            await calendar_feeds.forget(connection, person)

    async def owner(self, secret: str) -> str | None:
        """Whose feed it opens; None where none."""
        digest = _digest(secret)
        async with self._database.read() as connection:
            row = await calendar_feeds.find(connection, digest)
        return row.person if row is not None and hmac.compare_digest(row.digest, digest) else None

    async def feed(self, person: str) -> CalendarFeed | None:
        """What is in the person's; None where there is nobody any more. Raises StoreError, too."""
        since = await self._clock() - KEPT_FOR
        found = await self._provisioning.get_person(person)
        if found is None or found.erased_at is not None:
            return None
        async with self._database.read() as connection:
            booked = await bookings.of_person(connection, person, since)
        names = await self._provisioning.names({_other(booking, person) for booking in booked})
        entries = tuple(
            CalendarEntry(booking, self._policy, first_name(names.get(_other(booking, person), "")), found.locale)
            for booking in booked
        )
        return CalendarFeed(entries, found.locale, _tag(entries))


def _other(booking: Booking, person: str) -> str:
    return booking.mentor if booking.member == person else booking.member


def _tag(entries: tuple[CalendarEntry, ...]) -> str:
    """Over all that a file is made of; to make it takes a hundred times as long."""
    parts = [(each.booking, each.other, each.language, each.policy.join_url) for each in entries]
    return sha256(msgspec.msgpack.encode(parts)).hexdigest()[:32]


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
