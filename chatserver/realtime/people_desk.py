"""What the socket asks of people: how they are called, and a person's own settings."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence

from chatserver.conversations.person import PersonRecord
from chatserver.conversations.provisioning import Provisioning
from chatserver.records.database import DatabaseError
from chatserver.records.dialects import IDS_AT_ONCE
from chatserver.sessions.together import Together

ANSWER_WITHIN = 5.0
"""Seconds after which a welcome goes out without names: chats go on without the records."""

logger = logging.getLogger(__name__)


class PeopleDesk:
    """One process's. Those who ask at the same time are one question to the database."""

    def __init__(self, provisioning: Provisioning) -> None:
        self._provisioning = provisioning
        self._together: Together[str, PersonRecord | None] = Together(self._found, IDS_AT_ONCE)

    async def people(self, ids: Collection[str]) -> Mapping[str, PersonRecord]:
        """Those that there are, by id; none while the records do not answer."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                found = await asyncio.gather(*(self._together.ask(each) for each in ids))
        except (DatabaseError, TimeoutError) as error:
            logger.warning("names are not told: %s", error or "the database is slow")
            return {}
        return {person.id: person for person in found if person is not None}

    async def _found(self, ids: Sequence[str]) -> list[PersonRecord | None]:
        known = {person.id: person for person in await self._provisioning.get_people(set(ids))}
        return [known.get(each) for each in ids]
