"""What the socket asks of a person's notices: what a welcome says of them, pages, and that some are read."""

import asyncio
import logging
from collections.abc import Sequence

from msgspec.structs import replace

from chatserver.notices.glance import NoticeGlance
from chatserver.notices.reading import NoticeLists
from chatserver.protocol.commands import Notices, ReadNotices
from chatserver.realtime.command_desk import Asker, CommandDesks
from chatserver.realtime.follower import room_for_more
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

    def desks(self) -> CommandDesks:
        """For the connections."""
        return dict.fromkeys((Notices, ReadNotices), self)

    async def obey(self, asker: Asker, command: Notices | ReadNotices) -> None:
        """A `CommandDesk`."""
        if asker.role == "service":
            asker.refuse(command, "not_allowed", "a service has no notices; members, mentors and support do")
        elif isinstance(command, Notices):
            await self._page(asker, command)
        elif (command.upto is None) != bool(command.ids):
            asker.refuse(command, "invalid_field", "either `upto` or `ids` says which notices have been read")
        else:
            await self._read(asker, command)

    async def _page(self, asker: Asker, command: Notices) -> None:
        async with asker.turn:
            await room_for_more(asker)
            page = await self._lists.page(asker.user, command.before, command.limit)
            asker.tell(replace(page, ask=command.ask))

    async def _read(self, asker: Asker, command: ReadNotices) -> None:
        """The person's other connections hear of it."""
        read = await self._lists.read(asker.user, command.upto, command.ids, asker.id)
        asker.tell(replace(read, ask=command.ask))
