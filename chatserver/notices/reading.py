"""A person's notices as they read them: pages of the list, how many are unread, and that some have been read."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.contacts import contacts
from chatserver.notices.glance import NoticeGlance
from chatserver.notices.notice import Notice
from chatserver.notices.notice_view import view_of
from chatserver.notices.publishing import NoticePublisher
from chatserver.notices.rows import notices
from chatserver.notices.rows.glances import glances
from chatserver.notices.rows.others import others_of
from chatserver.notices.texts import NoticeWords, words_of
from chatserver.protocol.notices import NoticesPage, NoticesRead
from chatserver.records.database import Database
from quotas.phrases import Language


class NoticeLists:
    """Everybody's, each for themselves. `clock` gives the store's instant. Methods raise DatabaseError."""

    def __init__(self, database: Database, publisher: NoticePublisher, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._publisher = publisher
        self._clock = clock

    async def page(self, person: str, before: int | None, limit: int) -> NoticesPage:
        """The newest `limit` with ids below `before` (None: of all), newest first."""
        async with self._database.read() as connection:
            return (await _page(connection, person, before, limit))[1]

    async def told(
        self, person: str, before: int | None, limit: int, language: Language
    ) -> tuple[NoticesPage, list[NoticeWords]]:
        """The same page, and each of its notices in words, with times as clocks show them where the person is."""
        async with self._database.read() as connection:
            shown, page = await _page(connection, person, before, limit)
            others = await others_of(connection, shown)
            contact = (await contacts(connection, [person])).get(person)
        zone = contact.zone if contact is not None else "UTC"
        # The first one imports what says dates, which takes a tenth of a second: others need not wait for that.
        words = await asyncio.to_thread(lambda: [words_of(each, language, zone, others[each.id]) for each in shown])
        return page, words

    async def glances(self, people: Collection[str]) -> dict[str, NoticeGlance]:
        """What each must know who comes."""
        async with self._database.read() as connection:
            return await glances(connection, people)

    async def read(self, person: str, upto: int | None, ids: Sequence[int], origin: str = "") -> NoticesRead:
        """The person has seen those up to `upto`, or those of `ids`: their other devices hear of it, `origin` does not.

        The same again changes nothing, and they hear of nothing. Raises StoreError where there is no clock.
        """
        now, changed = await self._clock(), 0
        async with self._database.begin() as connection:
            if upto is not None:
                changed += await notices.read_until(connection, person, upto, now)
            if ids:
                changed += await notices.read_some(connection, person, ids, now)
            unread = await notices.unread_of(connection, person)
        event = NoticesRead(upto, sorted(set(ids)), unread)
        if changed:
            await self._publisher.read(person, event, origin)
        return event


async def _page(
    connection: AsyncConnection, person: str, before: int | None, limit: int
) -> tuple[list[Notice], NoticesPage]:
    """As it is kept, and as apps see it."""
    found = await notices.page(connection, person, before, limit + 1)
    unread, shown = await notices.unread_of(connection, person), found[:limit]
    return shown, NoticesPage([view_of(each) for each in shown], len(found) > limit, unread)
