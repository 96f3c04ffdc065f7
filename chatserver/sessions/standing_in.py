"""For whom mentors stand in, and in which conversations they do now."""

from collections.abc import Sequence

from msgspec import Struct

from chatserver.conversations import absences as rows
from chatserver.conversations.absence import AbsenceRecord
from chatserver.records.database import Database
from chatserver.sessions.rows import mentors
from quotas.ledger.base import StandIn


class StandingIn(Struct, frozen=True):
    """Of one mentor: the absences of others in which they stand in, as of `at`."""

    at: int
    absences: list[AbsenceRecord]
    """Those that are not over, in order."""
    conversations: dict[str, AbsenceRecord]
    """Those of the mentors who are away at `at`, by id."""

    @property
    def changes_at(self) -> int | None:
        """The next instant at which one begins or ends; None where none does."""
        return min((at for each in self.absences for at in (each.since, each.until) if at > self.at), default=None)


class StandInBook:
    """Reads the records. Its methods raise DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stand_in(self, person: str, conversation: str, now: int) -> StandIn | None:
        """As whom that mentor writes there for another one; None where they do not."""
        [found] = await self.of([person], now)
        absence = found.conversations.get(conversation)
        return StandIn(person, absence.since, absence.until) if absence is not None else None

    async def of(self, people: Sequence[str], now: int) -> list[StandingIn]:
        """Of each of `people`, in their order."""
        async with self._database.read() as connection:
            found = await rows.of_substitutes(connection, people, now)
            away = {each.mentor for some in found.values() for each in some if each.holds(now)}
            theirs = {mentor: await mentors.conversations_of(connection, mentor) for mentor in away}
        return [_standing_in(found.get(person, []), theirs, now) for person in people]


def _standing_in(absences: list[AbsenceRecord], theirs: dict[str, list[str]], now: int) -> StandingIn:
    running = [each for each in absences if each.holds(now)]
    return StandingIn(now, absences, {name: each for each in running for name in theirs[each.mentor]})
