"""A desk with an archive: ledger, records and everything between, on the Tuesday morning of the test's choosing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace
from sqlalchemy import func, select

from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.rebuild import Rebuilt, rebuild
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.mentoring.room import mentoring_on
from chatserver.messages.archive import Archive
from chatserver.messages.lane import sealed_post
from chatserver.messages.log import MessageLog
from chatserver.messages.restore import ArchiveRestorer
from chatserver.operating.metrics import Metrics
from chatserver.protocol.codec import encode_json
from chatserver.protocol.entry import More, head_with_more, joined, parted, read_opened
from chatserver.records.database import Database
from chatserver.records.tables import MESSAGES
from chatserver.sessions.appointments import BookedSessions
from chatserver.settings import Settings
from quotas import instant
from quotas.ledger import keys
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.base import Note, NoteResult, PostResult, StandIn, posted
from quotas.ledger.redis import RedisLedger
from quotas.policy_file import builtin_policy
from quotas.standing import Standing, Writer
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.heard import session_log_on
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.messages.past import oslo
from tests.quotas.ledgers import link_to

TUESDAY = oslo("2026-01-06T10:00")
RULEBOOK = Rulebook(builtin_policy())


class Shelf:
    """`shift` is how far its clock runs ahead of the store's, in ms. What it archives, it archives at once."""

    def __init__(self, link: Link, database: Database, shift: int, keep: int = 500, name: str = "first") -> None:
        self.link = link
        self.database = database
        self.shift = shift
        self.ledger = RedisLedger(link, shift)
        self.ledger_archive = LedgerArchive(link, self.ledger, shift)
        self.metrics = Metrics()
        self.keys = conversation_keys(database)
        self.log = MessageLog(database, self.ledger, self.keys)
        self.mentoring = mentoring_on(database, self.keys, self.log, self.ledger.now)
        settings = Settings(archive_after=0, archive_keep_messages=keep)
        self.archive = Archive(
            store=link,
            ledger=self.ledger,
            ledger_archive=self.ledger_archive,
            database=database,
            settings=settings,
            metrics=self.metrics,
            name=name,
            when_deleted=[self.mentoring.exercises.note_deleted],
        )
        self.restorer = ArchiveRestorer(database, self.ledger, self.ledger_archive)
        self.appointments = BookedSessions(database, self.ledger.now, session_log_on(database))
        self.provisioning = Provisioning(
            database, self.ledger, RULEBOOK, self.ledger.now, self.appointments, self.restorer
        )

    async def open(self, id: str = "c1", plan: str = "basic") -> None:
        for person, role in (("mia", "member"), ("tom", "mentor")):
            details = PersonDetails("member" if role == "member" else "mentor", person.title())
            assert isinstance(await self.provisioning.put_person(person, details), Written)
        assert isinstance(
            await self.provisioning.put_conversation(id, ConversationDetails("mia", "tom", plan)), Written
        )

    async def write(self, writer: Writer, body: str, id: str = "c1", *, at: int = 0) -> PostResult:
        """The body is the message's id too."""
        return await self._posted(writer, "mia" if writer == "member" else "tom", body, id, at, None)

    async def answer(self, reply_to: int, body: str) -> PostResult:
        """The mentor answers one message."""
        return await self._posted("mentor", "tom", body, "c1", 0, None, More(reply_to))

    async def write_exercise(self, writer: Writer, body: str, exercise: str) -> PostResult:
        """It gives that exercise, or hands it in."""
        return await self._posted(
            writer, "mia" if writer == "member" else "tom", body, "c1", 0, None, More(exercise=exercise)
        )

    async def send_later(self, body: str, *, written_at: int) -> PostResult:
        """What the mentor wrote then goes out now."""
        return await self._posted("mentor", "tom", body, "c1", 0, None, More(written_at=instant.text(written_at)))

    async def note(self, body: str) -> NoteResult:
        """The member's urgent note; its id is the body."""
        standing = await self.standing("c1")
        key = await self.keys.current("c1", standing.settings.key)
        entry = joined(head_with_more("mia", "member", body, More(urgent=True)), key.seal(encode_json(body)))
        note = Note("c1", body, key.digest(body.encode()), entry, "test")
        return await self.ledger.note(note, standing.settings, standing.terms(RULEBOOK))

    async def stand_in(self, stand_in: StandIn, body: str) -> PostResult:
        """Somebody writes in Tom's place."""
        return await self._posted("mentor", stand_in.person, body, "c1", 0, stand_in)

    async def _posted(
        self,
        writer: Writer,
        sender: str,
        body: str,
        id: str,
        at: int,
        stand_in: StandIn | None,
        more: More | None = None,
    ) -> PostResult:
        standing = await self.ledger.standing(id, at=at)
        assert standing is not None
        key = await self.keys.current(id, standing.settings.key)
        post = replace(sealed_post(key, writer, sender, body, body, "test"), stand_in=stand_in)
        if more is not None:
            head = head_with_more(sender, writer, body, more)
            written_at = instant.parse(more.written_at) if more.written_at is not None else 0
            post = replace(post, entry=joined(head, parted(post.entry)[1]), written_at=written_at)
        return await posted(self.ledger, post, standing.settings, standing.terms(RULEBOOK), at=at)

    async def fill(self, count: int, id: str = "c1") -> list[str]:
        """That many more messages; the texts of all of them."""
        first = (await self.standing(id)).last_seq
        texts = [f"text {number}" for number in range(first + 1, first + count + 1)]
        for text in texts:
            await self.write("mentor", text, id)
        return [f"text {number}" for number in range(1, first + count + 1)]

    async def archive_all(self) -> None:
        while await self.archive.sweep():
            pass

    async def standing(self, id: str = "c1") -> Standing:
        standing = await self.ledger.standing(id)
        assert standing is not None
        return standing

    async def texts(self, id: str = "c1", after: int = 0, limit: int = 1_000) -> list[str]:
        """What a reader finds after that seq; seqs are dense."""
        entries = await self.log.page(id, after, 2**53, limit)
        assert [entry.seq for entry in entries] == list(range(after + 1, after + 1 + len(entries)))
        return [read_opened(entry.entry).body for entry in entries]

    async def in_store(self, id: str = "c1") -> int:
        """How many messages the store has."""
        return int(await self.link.request("XLEN", keys.log(id)))

    async def in_archive(self, id: str = "c1") -> int:
        """How many rows the archive has."""
        async with self.database.read() as connection:
            query = select(func.count()).select_from(MESSAGES).where(MESSAGES.c.conversation_id == id)
            return await connection.scalar(query) or 0

    async def lose_store(self) -> None:
        """Everything, functions too."""
        await self.link.request("FLUSHALL")
        await self.link.request("FUNCTION", "FLUSH")

    async def rebuild(self) -> Rebuilt:
        return await rebuild(
            self.database, self.ledger, self.restorer, RULEBOOK, self.appointments, lambda done, total: None
        )


@asynccontextmanager
async def shelf_at(
    store_url: str,
    database: Database,
    *,
    keep: int = 500,
    later: int = 0,
    name: str = "first",
    shift: int | None = None,
) -> AsyncIterator[Shelf]:
    """`later` is how many ms after TUESDAY it is; `shift` is another shelf's, whose clock it shares."""
    async with link_to(store_url) as link:
        ledger = RedisLedger(link)
        await ledger.load()
        if shift is None:
            shift = TUESDAY + later - await ledger.now()
        yield Shelf(link, database, shift, keep, name)
