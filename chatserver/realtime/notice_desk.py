"""What the socket asks of a person's notices: what a welcome says of them, pages, and that some are read."""

import asyncio
import logging
from collections.abc import Sequence

from chatserver.notices.glance import NoticeGlance
from chatserver.notices.reading import NoticeLists
from chatserver.protocol.commands import Notices, ReadNotices
from chatserver.protocol.events import NoticesPage, NoticesRead
from chatserver.records.database import DatabaseError
from chatserver.records.dialects import IDS_AT_ONCE
from chatserver.sessions.together import Together

GLANCE_WITHIN = 5.0
"""Seconds after which a welcome goes out without what it says of notices: chats go on without the records."""

logger = logging.getLogger(__name__)


class NoticeDesk:
    """One process's. People who come at the same time are one question to the database."""

    def __init__(self, lists: NoticeLists) -> None:
        self._lists = lists
        self._together: Together[str, NoticeGlance] = Together(self._glances, IDS_AT_ONCE)

    async def glance(self, person: str) -> NoticeGlance | None:
        """None while the records do not answer."""
        try:
            async with asyncio.timeout(GLANCE_WITHIN):
                return await self._together.ask(person)
        except (DatabaseError, TimeoutError) as error:
            logger.warning("unread notices are not told: %s", error or "the database is slow")
            return None

    async def _glances(self, people: Sequence[str]) -> list[NoticeGlance]:
        found = await self._lists.glances(people)
        return [found[person] for person in people]

    async def page(self, person: str, command: Notices) -> NoticesPage:
        """Raises DatabaseError."""
        return await self._lists.page(person, command.before, command.limit)

    async def read(self, person: str, command: ReadNotices, origin: str) -> NoticesRead:
        """The person's other connections hear of it. Raises DatabaseError, StoreError."""
        return await self._lists.read(person, command.upto, command.ids, origin)
