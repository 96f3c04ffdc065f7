"""What support reads, noted before it is given: once an hour for whoever reads, what it is and whose."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.audit import rows
from chatserver.audit.line import AuditDeed
from chatserver.audit.trail import append_behind
from chatserver.records.database import Database
from quotas.instant import HOUR

MOST_REMEMBERED = 100_000
"""Reads of this hour that a process remembers; beyond them the database is asked."""


class SupportReads:
    """Several processes may note; of one hour there is one line all the same. Methods raise DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hour = 0
        self._noted: set[rows.Same] = set()

    async def note(self, deeds: Collection[AuditDeed]) -> None:
        """Note what is about to be read, unless it was this hour: then nothing is written."""
        new = [each for each in deeds if not self._remembers(each)]
        if not new:
            return
        async with self._database.begin() as connection:
            head = await rows.locked_head(connection)
            noted = await rows.noted_since(connection, new, min(hour_of(each.at) for each in new))
            await append_behind(connection, head, [each for each in new if rows.same_as(each) not in noted])
        self._remember(new)

    def _remembers(self, deed: AuditDeed) -> bool:
        return hour_of(deed.at) == self._hour and rows.same_as(deed) in self._noted

    def _remember(self, deeds: Collection[AuditDeed]) -> None:
        for each in deeds:
            if hour_of(each.at) > self._hour or len(self._noted) >= MOST_REMEMBERED:
                self._hour = max(self._hour, hour_of(each.at))
                self._noted.clear()
            if hour_of(each.at) == self._hour:
                self._noted.add(rows.same_as(each))


def hour_of(at: int) -> int:
    """The first instant of its hour, in UTC."""
    return at - at % HOUR


async def support_reads(connection: AsyncConnection, conversation: str) -> Sequence[int]:
    """When support read messages of it (ms), the first time in each hour, in order."""
    firsts: dict[int, int] = {}
    for at in sorted(await rows.when(connection, conversation, "messages.read", "support")):
        firsts.setdefault(hour_of(at), at)
    return list(firsts.values())
