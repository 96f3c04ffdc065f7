"""Files in an export, after an erasure and in a backup."""

import asyncio
import json
from io import StringIO
from pathlib import Path

import httpx

from chatserver import keyed
from chatserver.backup.making import Backup
from chatserver.keyed import export_of
from chatserver.personal_data.files import write_into
from chatserver.personal_data.json_file import JsonFile
from chatserver.personal_data.page import ExportPage
from chatserver.settings import Settings
from quotas import instant
from quotas.instant import DAY
from tests.chatserver.attachments.files import CANARY, download, pdf, upload
from tests.chatserver.realtime.servers import SECRET, HereServer, here
from tests.plain_http import http_client

OF_MIA, OF_TORA = pdf(1_500_000, CANARY), pdf(70_000, CANARY[::-1])


async def exchanged(server: HereServer, http: httpx.AsyncClient) -> None:
    """Each has sent a file to the other; mia is about to send one more."""
    await server.conversation()
    for person, id, content in (("mia", "f1", OF_MIA), ("tora", "f2", OF_TORA), ("mia", "f3", OF_MIA[:9_000])):
        assert (await upload(http, person, id, content, f"{CANARY.decode()}.pdf")).status_code == 201
    async with server.device("mia") as mia, server.device("tora") as tora:
        for device, file in ((mia, "f1"), (tora, "f2")):
            await device.say("send", conversation="c1", id=file, body="", attachments=[file])
            assert (await device.answer(file))["type"] == "accepted"


def kept(data: Path) -> list[Path]:
    return sorted(path for path in (data / "attachments").rglob("*") if path.is_file())


def without_canaries(data: Path) -> None:
    """Neither content nor name lies open anywhere."""
    for path in data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert CANARY not in content and CANARY[::-1] not in content, path  # noqa: PT018


async def test_an_export_has_the_files(valkey_url: str, tmp_path: Path) -> None:
    """Both sides', as they are, for this user alone; of what the other is about to send nothing."""
    async with here(valkey_url, tmp_path / "data") as server, http_client(server.http) as http:
        await exchanged(server, http)
        for person, files in (("mia", 3), ("tora", 2)):
            export = export_of(server.parts)
            assert await write_into(tmp_path / person, export.files(person)) == files
        written = {path.name.partition("-")[0]: path for path in (tmp_path / "mia" / "c1").iterdir()}
        assert written["f1"].read_bytes() == OF_MIA
        assert written["f2"].read_bytes() == OF_TORA
        assert written["f1"].stat().st_mode & 0o777 == 0o600
        without_canaries(tmp_path / "data")


async def test_an_export_names_the_files_of_what_goes_out_later(valkey_url: str, tmp_path: Path) -> None:
    """In the file by their ids too; on the page beside the text that they go with."""
    async with here(valkey_url, tmp_path / "data") as server, http_client(server.http) as http:
        await exchanged(server, http)
        async with server.device("mia") as mia:
            at = instant.text(await server.parts.ledger.now() + DAY)
            await mia.say("send", conversation="c1", id="x", body="Look", attachments=["f3"], at=at)
            assert (await mia.answer("x"))["type"] == "scheduled"
        data, page = StringIO(), StringIO()
        export = export_of(server.parts)
        await export.write(await export.find("mia"), (JsonFile(data), ExportPage(page)), lambda done, total: None)
    [later] = json.loads(data.getvalue())["person"]["records"]["later_messages"]
    name = f"{CANARY.decode()}.pdf"
    assert (later["body"], later["attachments"], later["files"]) == ("Look", ["f3"], [name])
    assert f"<td>Look</td><td>{name}</td>" in page.getvalue()


async def test_an_erasure_removes_them(valkey_url: str, tmp_path: Path) -> None:
    """From the disk, with what they were called; the other's can still be read, with the next key."""
    data = tmp_path / "data"
    async with here(valkey_url, data) as server, http_client(server.http) as http:
        await exchanged(server, http)
        assert len(kept(data)) == 2 + 1 + 1
        async with keyed.erasing(Settings(data_dir=data, jwt_secret=SECRET), valkey_url) as erasure:
            await erasure.erase("mia", lambda done, total: None)
        assert len(kept(data)) == 1
        assert (await download(http, "tora", "f1")).status_code == 404
        assert (await download(http, "tora", "f2")).content == OF_TORA
        without_canaries(data)


async def test_a_backup_has_them(valkey_url: str, tmp_path: Path) -> None:
    """Sealed, with their sums; a bucket is told of as lacking."""
    data = tmp_path / "data"
    async with here(valkey_url, data) as server, http_client(server.http) as http:
        await exchanged(server, http)
        settings = Settings(data_dir=data, jwt_secret=SECRET)
        backup = Backup(settings, None, lambda done, total: None)
        made = await asyncio.to_thread(backup.make, tmp_path / "backup", with_secrets=True)
        copied = {name for name in made.files if name.startswith("attachments/")}
        assert copied == {f"attachments/{path.relative_to(data / 'attachments')}" for path in kept(data)}
        without_canaries(tmp_path / "backup")
        elsewhere = Settings(data_dir=data, jwt_secret=SECRET, attachments_url="s3://k:s@s3.example.org/bucket")
        other = await asyncio.to_thread(
            Backup(elsewhere, None, lambda done, total: None).make, tmp_path / "other", with_secrets=True
        )
        assert not [name for name in other.files if name.startswith("attachments/")]
        assert any("attachments_url" in each for each in other.lacking)
