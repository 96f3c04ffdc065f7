"""Files in a bucket instead of a folder: the same over HTTP, and nothing on this disk."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatserver.attachments.file_store import FileStore, FileStoreError
from tests.chatserver.attachments.bucket import seaweed
from tests.chatserver.attachments.files import CANARY, as_, download, pdf, photo, upload
from tests.chatserver.realtime.servers import here
from tests.plain_http import http_client


@pytest.fixture(scope="module")
def bucket_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with seaweed(tmp_path_factory.mktemp("bucket") / "data") as url:
        yield url


async def test_files_in_a_bucket(bucket_url: str, valkey_url: str, tmp_path: Path) -> None:
    """Uploaded, read in ranges, taken back; the bucket holds only what is sealed."""
    store = FileStore(bucket_url, tmp_path)
    async with here(valkey_url, tmp_path / "data", attachments_url=bucket_url) as server:
        await server.conversation()
        async with http_client(server.http) as http:
            content = pdf(2_500_000, CANARY)
            assert (await upload(http, "mia", "f1", content)).status_code == 201
            assert (await upload(http, "mia", "f2", photo(size=(1200, 900)))).status_code == 201
            assert (await download(http, "mia", "f1")).content == content
            part = await download(http, "mia", "f1", Range="bytes=1048570-1048590")
            assert part.content == content[1_048_570:1_048_591]
            listed = [each async for some in store.all() for each in some]
            assert len(listed) == 3 + 2
            for each in listed:
                assert CANARY not in await store.get(each.ref, each.name, 0, 2_000_000)
            assert not (tmp_path / "data" / "attachments").exists()
            gone = await http.delete("/v1/attachments/f1", params={"conversation": "c1"}, headers=as_("mia"))
            assert gone.status_code == 204
            assert len([each async for some in store.all() for each in some]) == 2
    assert not [path for path in bucket_files(bucket_url, tmp_path) if CANARY in path.read_bytes()]


def bucket_files(url: str, near: Path) -> list[Path]:
    """Every file of every bucket of this run of the tests."""
    return [path for path in near.parent.glob("bucket*/data/**/*") if path.is_file()]


async def test_a_bucket_that_is_not_there(valkey_url: str, tmp_path: Path) -> None:
    """Uploads are answered 503 and leave nothing; everything else goes on."""
    nowhere = "s3+http://key:secret@127.0.0.1:9/bucket"
    async with here(valkey_url, tmp_path / "data", attachments_url=nowhere) as server:
        await server.conversation()
        async with http_client(server.http) as http:
            async with asyncio.timeout(120):
                assert (await upload(http, "mia", "f1", pdf())).status_code == 503
            assert (await download(http, "mia", "f1")).status_code == 404


async def test_a_wrong_secret_is_a_sentence(bucket_url: str, tmp_path: Path) -> None:
    host = bucket_url.partition("@")[2]
    with pytest.raises(FileStoreError, match="a file cannot be kept") as caught:
        await FileStore(f"s3+http://somebody:else@{host}", tmp_path).put("ab12", "0", b"x")
    assert "\n" not in str(caught.value)
