"""What is kept of one person stays within its bound, from however many devices and servers they upload at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import text

from chatserver.attachments.file_store import FileStore
from chatserver.attachments.rows import attachments as rows
from chatserver.attachments.uploads import PER_PERSON, Offered, Taken, UploadRefused, Uploads
from chatserver.records.database import Database
from quotas.attachments import AttachmentPolicy
from tests.chatserver.attachments.files import pdf
from tests.chatserver.messages.shelf import Shelf, shelf_at

SIZE, SERVERS = 50_000, 2


def uploads_of(shelf: Shelf, folder: Path) -> Uploads:
    """One server's."""
    return Uploads(
        database=shelf.database,
        keys=shelf.keys,
        store=FileStore(None, folder),
        scanner=None,
        policy=AttachmentPolicy(bytes=SIZE, person_bytes=2 * SIZE),
        clock=shelf.ledger.now,
    )


async def taken(shelf: Shelf, uploads: Uploads, id: str) -> Taken | None:
    """None where there is no room."""

    async def content() -> AsyncIterator[bytes]:
        yield pdf(SIZE)

    record = await shelf.provisioning.get_conversation("c1")
    assert record is not None
    try:
        return await uploads.take(record, Offered(id, "mia", "paper.pdf", None, SIZE), content())
    except UploadRefused as refused:
        assert refused.reason == "no_room"
        return None


@contextlib.asynccontextmanager
async def nobody_adds(database: Database) -> AsyncIterator[None]:
    """On PostgreSQL, where transactions run beside each other: what is there can be counted, and nothing added."""
    if database.file is not None:
        yield
        return
    async with database.begin() as connection:
        await connection.execute(text("LOCK TABLE attachments IN SHARE ROW EXCLUSIVE MODE"))
        yield


async def all_wait(database: Database) -> None:
    """Until several do."""
    if database.file is not None:
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(60), database.read() as connection:
        while (await connection.scalar(waiting) or 0) <= SERVERS:  # noqa: ASYNC110 - a lock is no event
            await asyncio.sleep(0.01)


async def test_many_at_once(database: Database, valkey_url: str, tmp_path: Path) -> None:
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        servers = [uploads_of(shelf, tmp_path) for _ in range(SERVERS)]
        async with nobody_adds(database):
            uploading = [
                asyncio.create_task(taken(shelf, server, f"f{number}-{place}"))
                for place, server in enumerate(servers)
                for number in range(PER_PERSON)
            ]
            await all_wait(database)
        found = await asyncio.gather(*uploading)
        assert sum(each is not None for each in found) == 2
        async with database.read() as connection:
            assert await rows.bytes_of(connection, "mia") == 2 * SIZE
