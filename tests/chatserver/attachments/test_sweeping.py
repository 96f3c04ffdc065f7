"""What nobody sent, what was given up, and what no row names goes by itself."""

import os
import time
from pathlib import Path

from sqlalchemy import update

from chatserver.records.tables import ATTACHMENTS
from quotas.instant import DAY, HOUR
from tests.chatserver.attachments.files import download, pdf, upload
from tests.chatserver.realtime.servers import here
from tests.plain_http import http_client


def kept(data: Path) -> list[Path]:
    return [path for path in (data / "attachments").rglob("*") if path.is_file()]


async def test_what_nobody_sent(valkey_url: str, tmp_path: Path) -> None:
    """An upload waits a day for its message."""
    async with here(valkey_url, tmp_path) as server, http_client(server.http) as http:
        await server.conversation()
        await upload(http, "mia", "f1", pdf())
        parts = server.parts
        parts.ledger.hear_shift(parts.ledger.shift + DAY - HOUR)
        await parts.attachment_sweep.sweep()
        assert (await download(http, "mia", "f1")).status_code == 200
        parts.ledger.hear_shift(parts.ledger.shift + HOUR + 1)
        await parts.attachment_sweep.sweep()
        assert (await download(http, "mia", "f1")).status_code == 404
        assert kept(tmp_path) == []


async def test_what_was_given_up(valkey_url: str, tmp_path: Path) -> None:
    """As after a process that was killed in the middle of an upload: its row says that it arrives."""
    async with here(valkey_url, tmp_path) as server, http_client(server.http) as http:
        await server.conversation()
        await upload(http, "mia", "f1", pdf())
        parts = server.parts
        async with parts.database.begin() as connection:
            await connection.execute(update(ATTACHMENTS).values(state="arriving"))
        await parts.attachment_sweep.sweep()
        assert len(kept(tmp_path)) == 1
        parts.ledger.hear_shift(parts.ledger.shift + HOUR + 1)
        await parts.attachment_sweep.sweep()
        assert kept(tmp_path) == []
        assert (await upload(http, "mia", "f1", pdf())).status_code == 201


async def test_what_no_row_names(valkey_url: str, tmp_path: Path) -> None:
    """As after a database that was restored: files that are old enough go, and drafts of processes that were killed."""
    async with here(valkey_url, tmp_path) as server, http_client(server.http) as http:
        await server.conversation()
        await upload(http, "mia", "f1", pdf())
        parts = server.parts
        await parts.files.put("ab12", "0", b"of nobody")
        draft = tmp_path / "attachments" / "ab" / "ab12" / "1#3"
        draft.write_bytes(b"half")
        sweep = parts.attachment_sweep
        assert await sweep.sweep_orphans(time.time() - 60) == 0
        for path in (draft, draft.with_name("0")):
            os.utime(path, (time.time() - 3600,) * 2)
        assert await sweep.sweep_orphans(time.time() - 60) == 1
        assert len(kept(tmp_path)) == 1
        assert (await download(http, "mia", "f1")).status_code == 200
