"""What is left of a deleted message in files and pages is gone within a day."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.messages.traces import FirstSince, TraceSweep
from chatserver.operating.append_only_file import NOT_ALLOWED, NOT_SHOWN, rewriting_warnings, rewritten
from chatserver.operating.embedded import EmbeddedStore
from chatserver.protocol.codec import encode_json
from chatserver.protocol.entry import change_head, joined, parted
from chatserver.records.database import Database
from chatserver.records.tables import EXERCISES
from quotas.instant import DAY, HOUR
from quotas.ledger import keys
from quotas.ledger.archive import Keep
from quotas.ledger.base import Change, Changed
from quotas.ledger.redis import RedisLedger
from quotas.standing import ChangeKind
from tests.chatserver.messages.shelf import Shelf, shelf_at
from tests.databases import PostgresServer
from tests.engines import Engine, StoreProcess, engines
from tests.quotas.ledgers import link_to

PIECE = 12
"""Bytes that show that a text was there: a compressed file has longer ones in pieces."""
TEXT = "a sentence that was taken back, and long enough to be looked for. " * 3


@pytest.fixture
def embedded_url(tmp_path: Path) -> Iterator[str]:
    """An embedded store's, which has its data in tmp_path."""
    store = EmbeddedStore(tmp_path / "data")
    yield store.start()
    store.stop()


@pytest.fixture
async def shelf(database: Database, embedded_url: str) -> AsyncIterator[Shelf]:
    """On each kind of database; SQLite's file is in tmp_path."""
    async with shelf_at(embedded_url, database, keep=5) as shelf:
        await shelf.open()
        yield shelf


async def change(shelf: Shelf, kind: ChangeKind, about: int, body: str = "") -> None:
    """Tom changes what he wrote."""
    key = await shelf.keys.current("c1", 1)
    sealed = key.seal(encode_json(body)) if body else b""
    entry = joined(change_head("tom", "mentor", f"{kind} {about}", kind, about), sealed)
    done = await shelf.ledger.change(
        Change(
            conversation="c1",
            writer="mentor",
            id=f"{kind} {about}",
            digest=key.digest(b""),
            entry=entry,
            origin="test",
            kind=kind,
            about=about,
            of="mentor",
            key=1,
        )
    )
    assert isinstance(done, Changed)


async def sealed(shelf: Shelf, seq: int) -> bytes:
    """What is kept of a text."""
    [entry] = await shelf.log.stored("c1", seq - 1, seq + 1, 1)
    return parted(entry.entry)[1]


def sweep_of(shelf: Shelf, later: int, *removals: FirstSince) -> TraceSweep:
    """So many ms later."""
    ledger = RedisLedger(shelf.link, shelf.shift + later)
    return TraceSweep(
        store=shelf.link,
        name="test",
        database=shelf.database,
        ledger=ledger,
        ledger_archive=shelf.ledger_archive,
        removals=removals,
    )


def pieces(text_of: bytes) -> list[bytes]:
    """All that show it."""
    return [text_of[at : at + PIECE] for at in range(len(text_of) - PIECE)]


class Files:
    """Where messages are kept: the embedded store's folder, and the database's files."""

    def __init__(self, shelf: Shelf, folder: Path, request: pytest.FixtureRequest) -> None:
        self._database = shelf.database
        self._folders = [folder]
        if shelf.database.file is None:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            self._folders.append(server.folder / "data" / "base")

    async def have(self, text_of: bytes) -> bool:
        """Whether any has a piece of it."""
        if self._database.file is None:
            async with self._database.outside_transactions() as connection:
                await connection.execute(text("CHECKPOINT"))
        files = [file for folder in self._folders for file in folder.rglob("*") if file.is_file()]
        return any(piece in content for content in map(_content, files) for piece in pieces(text_of))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:  # Removed since it was listed.
        return b""


@pytest.fixture
def files(shelf: Shelf, tmp_path: Path, request: pytest.FixtureRequest) -> Files:
    return Files(shelf, tmp_path, request)


async def test_what_was_deleted_is_in_no_file_a_day_later(shelf: Shelf, files: Files) -> None:
    """In the log, long out of it, and just on its edge; what it said after an edit too. What stands stays."""
    for number in range(1, 13):
        await shelf.write("mentor", f"{number} {TEXT}")
    await shelf.archive_all()
    assert await shelf.in_store() == 5
    await change(shelf, "edit", 10, f"edited {TEXT}")
    gone = [await sealed(shelf, seq) for seq in (2, 7, 10, 13)]
    stays = [await sealed(shelf, seq) for seq in (1, 8, 11)]
    for seq in (2, 7, 10):
        await change(shelf, "deletion", seq)
    assert [await files.have(each) for each in gone] == [True] * 4
    await shelf.archive_all()
    assert await sweep_of(shelf, 21 * HOUR).sweep()
    assert [await files.have(each) for each in gone] == [False] * 4
    assert [await files.have(each) for each in stays] == [True] * 3
    assert len(await shelf.texts()) == 16
    assert [each for each in await shelf.texts() if each] == [
        f"{number} {TEXT}" for number in range(1, 13) if number not in (2, 7, 10)
    ]


async def test_an_exercise_goes_with_the_message_that_gave_it(shelf: Shelf, files: Files) -> None:
    """Its form, and what was answered so far."""
    await shelf.write("mentor", "an exercise")
    key = await shelf.keys.current("c1", 1)
    kept = {"form": key.seal(TEXT.encode()), "answers": key.seal(TEXT.encode())}
    row = {"conversation_id": "c1", "id": "e1", "given_by": "tom", "given_as": b"g1", "given_at": 1, "answered": 1}
    async with shelf.database.begin() as connection:
        await connection.execute(insert(EXERCISES).values(**row, **kept, given_seq=1))
    assert [await files.have(each) for each in kept.values()] == [True] * 2
    await change(shelf, "deletion", 1)
    await shelf.archive_all()
    assert await sweep_of(shelf, 21 * HOUR).sweep()
    assert [await files.have(each) for each in kept.values()] == [False] * 2


async def test_the_log_has_no_bytes_of_what_was_deleted_once_the_archive_knows(shelf: Shelf) -> None:
    """A stream keeps them beside those of entries that are left."""
    await shelf.write("mentor", "stays")
    await shelf.write("mentor", TEXT)
    text_of = await sealed(shelf, 2)
    await change(shelf, "deletion", 2)
    await shelf.archive_all()
    kept = await shelf.link.request("DUMP", keys.log("c1"))
    assert not [piece for piece in pieces(text_of) if piece in kept]
    assert await shelf.texts() == ["stays", "", ""]


async def test_once_a_day_and_only_where_something_was_deleted(shelf: Shelf) -> None:
    await shelf.write("mentor", TEXT)
    await shelf.archive_all()
    assert not await sweep_of(shelf, DAY).sweep()
    await change(shelf, "deletion", 1)
    await shelf.archive_all()
    assert not await sweep_of(shelf, 19 * HOUR).sweep()
    assert await sweep_of(shelf, 20 * HOUR).sweep()
    assert not await sweep_of(shelf, 3 * DAY).sweep()


async def test_also_where_only_something_else_was_removed(shelf: Shelf) -> None:
    """As where a case ends: what it kept of messages stands in these tables too."""
    removed = await shelf.ledger.now()

    async def first(connection: AsyncConnection, since: int) -> int | None:
        return removed if removed >= since else None

    assert not await sweep_of(shelf, 19 * HOUR, first).sweep()
    assert await sweep_of(shelf, 21 * HOUR, first).sweep()
    assert not await sweep_of(shelf, 3 * DAY, first).sweep()


async def test_what_the_archive_has_not_heard_of_stays_due(shelf: Shelf) -> None:
    """Its text may be in the rows yet."""
    await shelf.write("mentor", TEXT)
    await shelf.write("mentor", "other")
    await change(shelf, "deletion", 2)
    await shelf.archive_all()
    text_of = await sealed(shelf, 1)
    await change(shelf, "deletion", 1)
    assert await sweep_of(shelf, 21 * HOUR).sweep()
    await shelf.archive.archive(["c1"], Keep(0, 0))
    assert await sweep_of(shelf, 21 * HOUR).sweep()
    async with shelf.database.read() as connection:
        kept = (await connection.execute(text("SELECT sealed FROM messages"))).scalars().all()
    assert text_of not in kept


@pytest.mark.parametrize("engine", engines())
async def test_a_store_that_does_not_allow_it_is_named(engine: Engine) -> None:
    """At the start, and when it is due."""
    process = StoreProcess(engine, durable=True).start()
    try:
        async with link_to(process.url) as link:
            assert await rewriting_warnings(link) == []
            assert await rewritten(link) is None
            await link.request("ACL", "SETUSER", "default", "-bgrewriteaof")
            assert await rewriting_warnings(link) == [NOT_ALLOWED]
            assert await rewritten(link) == NOT_ALLOWED
            await link.request("ACL", "SETUSER", "default", "+bgrewriteaof", "-acl")
            assert await rewriting_warnings(link) == [NOT_SHOWN]
    finally:
        process.stop()
