"""A real ClamAV daemon looks at every file before anybody gets it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from quotas.instant import MINUTE
from tests.chatserver.attachments.files import as_, download, pdf, upload
from tests.chatserver.attachments.scanner import HARM, clamd
from tests.chatserver.realtime.servers import here
from tests.plain_http import http_client


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with clamd(tmp_path_factory.mktemp("clam") / "d") as listening:
        yield listening


async def state(http: httpx.AsyncClient, id: str) -> str:
    found = await http.get("/v1/conversations/c1/attachments", params={"ids": id}, headers=as_("mia"))
    [only] = found.json()["attachments"]
    said: str = only["state"]
    return said


async def test_harm_is_refused(address: str, valkey_url: str, tmp_path: Path) -> None:
    """Wherever in the file it stands; nothing of it is kept."""
    async with here(valkey_url, tmp_path, clamav=address) as server, http_client(server.http) as http:
        await server.conversation()
        assert (await upload(http, "mia", "f1", pdf())).json()["state"] == "ready"
        for content in (pdf(1000, HARM), pdf(1_200_000) + HARM):
            refused = await upload(http, "mia", "f2", content)
            assert (refused.status_code, refused.json()["reason"]) == (409, "infected")
        assert (await download(http, "mia", "f2")).status_code == 404
        assert len([path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]) == 1


async def test_without_an_answer_files_wait(valkey_url: str, tmp_path: Path) -> None:
    """In quarantine: nobody gets them until the scanner has answered, and then as it says."""
    clam = f"unix:{tmp_path}/clam/s"
    async with here(valkey_url, tmp_path / "data", clamav=clam) as server, http_client(server.http) as http:
        await server.conversation()
        for id, content in (("good", pdf()), ("bad", pdf(1000, HARM))):
            assert (await upload(http, "mia", id, content)).json()["state"] == "checking"
            assert (await download(http, "mia", id)).status_code == 404
        sweep = server.parts.attachment_sweep
        server.parts.ledger.hear_shift(server.parts.ledger.shift + MINUTE)
        await sweep.sweep()
        assert await state(http, "good") == "checking"
        started = clamd(tmp_path / "clam")
        await asyncio.to_thread(started.__enter__)
        try:
            await sweep.sweep()
        finally:
            await asyncio.to_thread(started.__exit__, None, None, None)
        assert (await state(http, "good"), await state(http, "bad")) == ("ready", "refused")
        assert (await download(http, "mia", "good")).status_code == 200
        assert (await download(http, "mia", "bad")).status_code == 404
