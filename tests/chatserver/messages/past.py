"""A desk where conversations have a past: records and ledger, written to at instants of the test's choosing."""

from sqlalchemy import Table, select

from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.requests import ConversationChange, ConversationDetails, PersonDetails, Written
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.records.tables import MENTOR_DAYS, REPLY_NOTICES, REPLY_WAITS
from chatserver.replies.recorder import ReplyRecords
from chatserver.replies.report import ReplyReports
from chatserver.sessions.appointments import BookedSessions
from quotas import instant
from quotas.ledger import keys
from quotas.ledger.base import Post, Posted, StandIn, posted
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import WaitEvent, Waits
from quotas.policy_file import builtin_policy
from quotas.standing import Writer
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.heard import Heard, noting_on, session_log_on

RULEBOOK = Rulebook(builtin_policy())


def oslo(text: str) -> int:
    """An instant of an Oslo winter, as its clocks show it."""
    return instant.parse(f"{text}:00+01:00")


class PastDesk:
    """`now` is the desk's clock, for records and reports; the test moves it."""

    def __init__(self, link: Link, database: Database) -> None:
        self.now = oslo("2026-01-05T06:00")
        self.link = link
        self.database = database
        self.ledger = RedisLedger(link)
        self.waits = Waits(link, self.ledger, 0)
        self.provisioning = Provisioning(
            database,
            self.ledger,
            RULEBOOK,
            self._clock,
            BookedSessions(database, self._clock, session_log_on(database)),
        )
        self.heard = Heard()
        self.records = self.recorder("first")
        self.reports = ReplyReports(database, RULEBOOK, self._clock)

    def recorder(self, name: str) -> ReplyRecords:
        """A process's part in recording."""
        return ReplyRecords(
            store=self.link,
            ledger=self.ledger,
            waits=self.waits,
            database=self.database,
            rulebook=RULEBOOK,
            noting=noting_on(self.database, self.heard),
            clock=self._clock,
            name=name,
            metrics=Metrics(),
        )

    async def _clock(self) -> int:
        return self.now

    async def open(self, id: str, plan: str = "basic", mentor: str = "tom") -> None:
        for person, role in (("mia", "member"), (mentor, "mentor")):
            details = PersonDetails("member" if role == "member" else "mentor", person.title())
            assert isinstance(await self.provisioning.put_person(person, details), Written)
        made = await self.provisioning.put_conversation(id, ConversationDetails("mia", mentor, plan))
        assert isinstance(made, Written)

    async def change(self, id: str, change: ConversationChange) -> None:
        assert isinstance(await self.provisioning.change_conversation(id, change), Written)

    async def write(self, id: str, writer: Writer, at: int, stand_in: StandIn | None = None) -> Posted:
        standing = await self.ledger.standing(id, at=at)
        assert standing is not None
        post = Post(id, writer, "", b"", b"{}", "test", stand_in=stand_in)
        result = await posted(self.ledger, post, standing.settings, standing.terms(RULEBOOK), at=at)
        assert isinstance(result, Posted)
        return result

    async def exchange(self, id: str, written: int, answered: int) -> None:
        """A question and its answer."""
        await self.write(id, "member", written)
        await self.write(id, "mentor", answered)

    async def record(self) -> None:
        """What the recorder does until nothing is left."""
        while await self.records.sweep():
            pass

    async def left(self) -> list[WaitEvent]:
        """The events that wait to be stored."""
        return [event for partition in range(keys.PARTITIONS) for event in await self.waits.events(partition, 1_000)]

    async def rows(self, table: Table) -> list[dict[str, object]]:
        async with self.database.read() as connection:
            return [dict(row._mapping) for row in await connection.execute(select(table))]

    async def closed(self) -> list[dict[str, object]]:
        return await self.rows(REPLY_WAITS)

    async def notices(self) -> list[dict[str, object]]:
        return await self.rows(REPLY_NOTICES)

    async def days(self) -> set[tuple[str, str]]:
        return {(str(row["conversation_id"]), str(row["day"])) for row in await self.rows(MENTOR_DAYS)}
