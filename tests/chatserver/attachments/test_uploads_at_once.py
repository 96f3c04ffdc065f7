"""The two of a conversation upload at the same moment, by two processes, on each kind of database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.attachments.file_store import FileStore
from chatserver.attachments.uploads import Offered, Taken, UploadRefused, Uploads
from chatserver.records.database import Database
from quotas.attachments import AttachmentPolicy
from tests.chatserver.attachments.files import pdf
from tests.chatserver.messages.shelf import Shelf, shelf_at

SIZE = 1_000


@pytest.fixture
async def shelf(valkey_url: str, database: Database) -> AsyncIterator[Shelf]:
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        yield shelf


@pytest.fixture
def processes(shelf: Shelf, tmp_path: Path) -> list[Uploads]:
    """Two."""
    return [
        Uploads(
            database=shelf.database,
            keys=shelf.keys,
            store=FileStore(None, tmp_path / "data"),
            scanner=None,
            policy=AttachmentPolicy(),
            clock=shelf.ledger.now,
        )
        for _ in range(2)
    ]


async def outcome(shelf: Shelf, uploads: Uploads, person: str, id: str) -> str:
    async def content() -> AsyncIterator[bytes]:
        yield pdf(SIZE)

    record = await shelf.provisioning.get_conversation("c1")
    assert record is not None
    try:
        taken = await uploads.take(record, Offered(id, person, "paper", None, SIZE), content())
    except UploadRefused as refused:
        return refused.reason
    assert isinstance(taken, Taken)
    return "taken in"


async def test_both_sides_take_one_id(shelf: Shelf, processes: list[Uploads]) -> None:
    """It is of one of them; the other is told, and nothing fails."""
    for round in range(2):
        asked = [outcome(shelf, one, who, f"f{round}") for one, who in zip(processes, ("mia", "tom"), strict=True)]
        assert sorted(await asyncio.gather(*asked)) == ["taken", "taken in"]
