"""While a file arrives, the conversation's key changes or the conversation ends: it is there whole, or not at all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from chatserver import keyed
from chatserver.attachments.uploads import Offered, Taken, UploadRefused
from chatserver.conversations.requests import PersonDetails, Written
from chatserver.keys.master_keys import master_keys
from chatserver.keys.rotation import rotate
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from chatserver.settings import Settings
from quotas import instant
from quotas.instant import DAY
from tests.chatserver.attachments.files import download, pdf, photo
from tests.chatserver.realtime.servers import SECRET, HereServer, here
from tests.plain_http import http_client

Meanwhile = Callable[[], Awaitable[None]]


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """ulf has stood in for tora, and may do so now."""
    async with here(valkey_url, tmp_path) as running:
        await running.conversation()
        assert isinstance(await running.parts.provisioning.put_person("ulf", PersonDetails("mentor", "Ulf")), Written)
        now = await running.parts.ledger.now()
        details = AbsenceDetails(instant.text(now + 1), instant.text(now + DAY), "ulf")
        assert isinstance(await running.parts.absences.put("tora", "flu", details), AbsenceWritten)
        yield running


async def taken(server: HereServer, person: str, content: bytes, meanwhile: Meanwhile) -> Taken:
    """It is half there when that happens."""

    async def parts() -> AsyncIterator[bytes]:
        yield content[: len(content) // 2]
        await meanwhile()
        yield content[len(content) // 2 :]

    record = await server.parts.provisioning.get_conversation("c1")
    assert record is not None
    return await server.parts.uploads.take(record, Offered("f1", person, "paper", None, None), parts())


def erasing(valkey_url: str, data: Path, person: str) -> Meanwhile:
    """The command beside the server."""

    async def erase() -> None:
        async with keyed.erasing(Settings(data_dir=data, jwt_secret=SECRET), valkey_url) as erasure:
            await erasure.erase(person, lambda done, total: None)

    return erase


def kept(data: Path) -> list[Path]:
    return [path for path in (data / "attachments").rglob("*") if path.is_file()]


@pytest.mark.parametrize("content", [pdf(300_000), photo()], ids=["document", "picture"])
async def test_another_key_meanwhile(server: HereServer, valkey_url: str, tmp_path: Path, content: bytes) -> None:
    """What is acknowledged can be read: a substitute's erasure gives the conversation another key, and ends it not."""
    before = await server.parts.provisioning.get_conversation("c1")
    await taken(server, "mia", content, erasing(valkey_url, tmp_path, "ulf"))
    after = await server.parts.provisioning.get_conversation("c1")
    assert before is not None
    assert after is not None
    assert (after.key_number, after.status) == (before.key_number + 1, "open")
    async with http_client(server.http) as http:
        found = await download(http, "mia", "f1")
    assert found.status_code == 200
    assert found.content == content or content[:3] != b"%PD"


@pytest.mark.parametrize("erased", ["mia", "tora"])
async def test_the_end_of_the_conversation_meanwhile(
    server: HereServer, valkey_url: str, tmp_path: Path, erased: str
) -> None:
    """Nothing is kept of it, whoever was erased."""
    with pytest.raises(UploadRefused) as refused:
        await taken(server, "mia", pdf(300_000), erasing(valkey_url, tmp_path, erased))
    assert refused.value.reason == "ended"
    assert kept(tmp_path) == []
    async with http_client(server.http) as http:
        assert (await download(http, "mia", "f1")).status_code in (401, 404)


async def test_a_substitute_who_is_erased_leaves_nothing(server: HereServer, valkey_url: str, tmp_path: Path) -> None:
    with pytest.raises(UploadRefused):
        await taken(server, "ulf", pdf(300_000), erasing(valkey_url, tmp_path, "ulf"))
    assert kept(tmp_path) == []


async def test_another_master_key_meanwhile(server: HereServer, tmp_path: Path) -> None:
    """It wraps the conversation's key anew; that itself stays."""
    content = pdf(300_000)

    async def rotating() -> None:
        masters = master_keys(Settings(data_dir=tmp_path, jwt_secret=SECRET))
        await rotate(server.parts.database, masters, lambda done, total: None)

    await taken(server, "mia", content, rotating)
    async with http_client(server.http) as http:
        assert (await download(http, "mia", "f1")).content == content
