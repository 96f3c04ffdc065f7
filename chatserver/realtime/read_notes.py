"""That support reads along is noted: before it is shown the first message, and in each hour in which it goes on."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress

from chatserver.audit.line import AuditDeed
from chatserver.audit.reads import SupportReads
from chatserver.operating.store_clock import StoreClock
from chatserver.realtime.connection import Connection
from chatserver.records.database import DatabaseError

LOOK_EVERY = 30.0
"""Seconds: so late the next hour may be noted."""


class ReadNotes:
    """`connections` are those of this process."""

    def __init__(self, reads: SupportReads, clock: StoreClock, connections: Collection[Connection]) -> None:
        self._reads = reads
        self._clock = clock
        self._connections = connections
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look who reads on."""
        self._looking = asyncio.get_running_loop().create_task(self._look())

    def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    async def follows(self, connection: Connection, conversations: Sequence[str]) -> None:
        """It is about to be shown what is written there. Raises DatabaseError: then it is not to be."""
        if connection.role == "support" and conversations:
            at = self._clock.now()
            await self._reads.note([_read(connection, conversation, at) for conversation in conversations])

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            with suppress(DatabaseError):  # which the next look makes up for
                await self._note_on()

    async def _note_on(self) -> None:
        """Those of this hour who have followed since an earlier one."""
        at = self._clock.now()
        reading = [each for each in self._connections if each.role == "support" and each.followed]
        deeds = [_read(each, follower.room.id, at) for each in reading for follower in each.followers()]
        if deeds:
            await self._reads.note(deeds)


def _read(connection: Connection, conversation: str, at: int) -> AuditDeed:
    return AuditDeed(at, connection.user, "support", "messages.read", conversation=conversation)
