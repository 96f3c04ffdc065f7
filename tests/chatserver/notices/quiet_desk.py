"""Conversations on a store whose clock shows what a test says, with the parts that tell of what happens by itself."""

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.messages.log import KeptMessages
from chatserver.messages.read_marks import mark_read
from chatserver.notices.notice import Notice
from chatserver.notices.opening_requests import OpeningRequests
from chatserver.notices.openings import Openings
from chatserver.notices.rows import notices
from chatserver.notices.unread import UnreadTimers
from chatserver.operating.timer_watch import TimerWatch
from chatserver.protocol.entry import head_json, joined
from chatserver.records.database import Database
from chatserver.replies.writing_days import WritingDays
from chatserver.sessions.appointments import BookedSessions
from quotas.ledger.base import Changed, Post, Posted, posted
from quotas.ledger.partitions import EVERYWHERE
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.unread import Unread
from quotas.policy_file import builtin_policy
from quotas.standing import ChangeKind, Writer
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.heard import Heard, noting_on, session_log_on
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.messages.changing import changed

RULEBOOK = Rulebook(builtin_policy())


class QuietDesk:
    """A member, mia, and a mentor, tom, in the conversation c1."""

    def __init__(self, database: Database, link: Link) -> None:
        self.database = database
        self.link = link
        self.heard = Heard()
        self.noting = noting_on(database, self.heard)

    async def open(self, now: int, plan: str = "basic") -> None:
        await self.show(now)
        for person, role in (("mia", "member"), ("tom", "mentor")):
            details = PersonDetails("member" if role == "member" else "mentor", person.title(), zone="Europe/Oslo")
            assert isinstance(await self.provisioning.put_person(person, details), Written)
        assert isinstance(
            await self.provisioning.put_conversation("c1", ConversationDetails("mia", "tom", plan)), Written
        )

    async def show(self, now: int) -> None:
        """Let the store's clock show that, for parts that are made anew, as another process has them."""
        bare = RedisLedger(self.link)
        await bare.load()
        self.ledger = ledger = RedisLedger(self.link, now - await bare.time())
        self.timers = Timers(self.link, ledger)
        appointments = BookedSessions(self.database, ledger.now, session_log_on(self.database))
        self.provisioning = Provisioning(self.database, ledger, RULEBOOK, ledger.now, appointments)
        messages = KeptMessages(self.database, ledger)
        self.unread = self.unread_settled_by(Unread(ledger))
        self.requests = OpeningRequests(self.database, self.timers, ledger.now)
        self.openings = Openings(
            database=self.database,
            provisioning=self.provisioning,
            messages=messages,
            noting=self.noting,
            timers=self.timers,
            clock=ledger.now,
        )
        self.days = WritingDays(
            database=self.database, rulebook=RULEBOOK, noting=self.noting, timers=self.timers, clock=ledger.now
        )
        self.watch = TimerWatch(self.timers, [self.unread, self.openings, self.days])

    def unread_settled_by(self, unread: Unread) -> UnreadTimers:
        return UnreadTimers(
            database=self.database,
            ledger=self.ledger,
            unread=unread,
            messages=KeptMessages(self.database, self.ledger),
            noting=self.noting,
            policy=RULEBOOK.policy.notices,
            clock=self.ledger.now,
        )

    async def pass_until(self, now: int) -> None:
        """Time passes, and what is due by then is done."""
        await self.show(now)
        await self.watch.settle_due(EVERYWHERE)

    async def write(self, writer: Writer, conversation: str = "c1", sender: str = "") -> Posted:
        """By the person of that side, unless somebody else is named."""
        standing = await self.ledger.standing(conversation)
        assert standing is not None
        sender = sender or getattr(standing.settings, writer)
        entry = joined(head_json(sender, writer, ""), b"")
        post = Post(conversation, writer, "", b"", entry, "test")
        result = await posted(self.ledger, post, standing.settings, standing.terms(RULEBOOK))
        assert isinstance(result, Posted), result
        return result

    async def change(self, kind: ChangeKind, about: int, text: str | None = None, *, by: Writer) -> Changed:
        """The person of that side changes one of their own messages."""
        after = RULEBOOK.policy.notices.unread_minutes * 60_000
        keys = conversation_keys(self.database)
        return await changed(self.ledger, keys, kind, about, text, by=by, of=by, unread_after=after)

    async def read(self, reader: Writer, seq: int) -> None:
        after = RULEBOOK.policy.notices.unread_minutes * 60_000
        kept = KeptMessages(self.database, self.ledger)
        assert await mark_read(self.ledger, kept, "c1", reader, seq, "test", after)

    async def told(self, person: str) -> list[Notice]:
        """What the person has heard of, the first one first."""
        async with self.database.read() as connection:
            return await of_person(connection, person)


async def of_person(connection: AsyncConnection, person: str) -> list[Notice]:
    return list(reversed(await notices.page(connection, person, None, 100)))
