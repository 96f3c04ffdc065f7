"""Files are taken, looked at, sealed, and served again, on a real server over HTTP."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.chatserver.attachments.files import CANARY, DOCX, as_, document, download, pdf, photo, upload, webm
from tests.chatserver.realtime.servers import HereServer, here
from tests.plain_http import http_client

POLICY = """
[attachments]
bytes = 3_000_000
person_bytes = 4_000_000
"""


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    (tmp_path / "policy.toml").write_text(POLICY)  # noqa: ASYNC240 - a millisecond
    async with here(valkey_url, tmp_path / "data", policy=tmp_path / "policy.toml") as running:
        await running.conversation()
        yield running


@pytest.fixture
async def http(server: HereServer) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(server.http) as client:
        yield client


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "data" / "attachments").rglob("*") if path.is_file()]


async def test_a_file_comes_back_as_it_was(http: httpx.AsyncClient, tmp_path: Path) -> None:
    """Over many slices, with its name and type, and nothing of it lies open on the disk."""
    content = pdf(2_900_000, CANARY)
    made = await upload(http, "mia", "f1", content, "Søknad – 2026.pdf")
    assert made.status_code == 201, made.text
    view = made.json()
    assert {key: view[key] for key in ("id", "name", "type", "bytes", "state", "seconds", "width")} == {
        "id": "f1",
        "name": "Søknad – 2026.pdf",
        "type": "application/pdf",
        "bytes": len(content),
        "state": "ready",
        "seconds": None,
        "width": None,
    }
    found = await download(http, "mia", "f1")
    assert (found.status_code, found.content) == (200, content)
    assert len(kept(tmp_path)) == 3
    for file in (tmp_path / "data").rglob("*"):
        assert not file.is_file() or CANARY not in file.read_bytes(), file


async def test_how_a_file_is_served(http: httpx.AsyncClient) -> None:
    """To be kept, with its name, never as a page, and never from a cache."""
    assert (await upload(http, "mia", "f1", pdf(), 'x"\r\n; y.pdf')).status_code == 201
    headers = (await download(http, "mia", "f1")).headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"] == (
        "attachment; filename=\"x_ _ y.pdf\"; filename*=UTF-8''x%22%20%3B%20y.pdf"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox;")
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=65535-65537", 65_535, 65_538),
        ("bytes=1048570-1048590", 1_048_570, 1_048_591),
        ("bytes=2000000-", 2_000_000, 2_500_000),
        ("bytes=-100000", 2_400_000, 2_500_000),
        ("bytes=2499999-9999999", 2_499_999, 2_500_000),
    ],
)
async def test_ranges(http: httpx.AsyncClient, asked: str, start: int, stop: int) -> None:
    content = pdf(2_500_000)
    await upload(http, "mia", "f1", content)
    found = await download(http, "mia", "f1", Range=asked)
    assert (found.status_code, found.content) == (206, content[start:stop])
    assert found.headers["content-range"] == f"bytes {start}-{stop - 1}/2500000"


async def test_ranges_that_are_none(http: httpx.AsyncClient) -> None:
    content = pdf(70_000)
    await upload(http, "mia", "f1", content)
    beyond = await download(http, "mia", "f1", Range="bytes=70000-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */70000")
    for other in ("bytes=5-4", "lines=1-2", "bytes=0-1,4-5", "bytes=-"):
        assert (await download(http, "mia", "f1", Range=other)).status_code == 200
    changed = await download(http, "mia", "f1", **{"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (changed.status_code, len(changed.content)) == (200, 70_000)


async def test_nobody_else_sees_what_was_not_sent(http: httpx.AsyncClient) -> None:
    """Whoever has no right, and an id that is not there, get the same answer."""
    await upload(http, "mia", "f1", pdf())
    for person in ("tora", "ulf", "ola", "sara"):
        mine = await download(http, person, "f1")
        absent = await download(http, person, "f2")
        assert mine.status_code == absent.status_code == 404
        assert mine.json()["detail"].replace("f1", "f2") == absent.json()["detail"]
        listed = await http.get("/v1/conversations/c1/attachments", params={"ids": "f1,f2"}, headers=as_(person))
        assert listed.status_code == 404 or listed.json() == {"attachments": []}
    own = await http.get("/v1/conversations/c1/attachments", params={"ids": "f1,f2"}, headers=as_("mia"))
    assert [each["id"] for each in own.json()["attachments"]] == ["f1"]


async def test_who_may_upload(http: httpx.AsyncClient) -> None:
    assert (await upload(http, "ola", "f1", pdf())).status_code == 404
    assert (await upload(http, "sara", "f1", pdf())).status_code == 403
    assert (await upload(http, "mia", "f1", pdf(), conversation="c2")).status_code == 404
    assert (await upload(http, "tora", "f1", pdf())).status_code == 201
    taken = await upload(http, "mia", "f1", pdf())
    assert (taken.status_code, taken.json()["reason"]) == (409, "taken")


async def test_the_same_again(http: httpx.AsyncClient, tmp_path: Path) -> None:
    """Under its id the same file changes nothing, another one is refused."""
    picture = photo()
    assert (await upload(http, "mia", "f1", picture, "a.jpg")).status_code == 201
    before = kept(tmp_path)
    again = await upload(http, "mia", "f1", picture, "b.jpg")
    assert (again.status_code, again.json()["name"]) == (200, "a.jpg")
    other = await upload(http, "mia", "f1", pdf())
    assert (other.status_code, other.json()["reason"]) == (409, "taken")
    assert kept(tmp_path) == before


async def test_taken_back(http: httpx.AsyncClient, tmp_path: Path) -> None:
    """By whoever uploaded it, and nobody else."""
    await upload(http, "mia", "f1", pdf())
    where = "/v1/attachments/f1?conversation=c1"
    assert (await http.delete(where, headers=as_("tora"))).status_code == 404
    assert (await http.delete(where, headers=as_("mia"))).status_code == 204
    assert (await http.delete(where, headers=as_("mia"))).status_code == 404
    assert kept(tmp_path) == []


async def test_bounds(http: httpx.AsyncClient, tmp_path: Path) -> None:
    """Of one file, whether its length is told or not; and of all of one person's."""
    assert (await upload(http, "mia", "f1", pdf(3_000_001))).status_code == 413

    async def untold() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n"
        for _ in range(40):
            yield bytes(100_000)

    assert (
        await http.put("/v1/attachments/f1?conversation=c1", content=untold(), headers=as_("mia"))
    ).status_code == 413
    empty = await upload(http, "mia", "f1", b"")
    assert (empty.status_code, empty.json()["reason"]) == (409, "empty")
    assert (await upload(http, "mia", "f1", pdf(2_500_000))).status_code == 201
    full = await upload(http, "mia", "f2", pdf(2_500_000))
    assert (full.status_code, full.json()["reason"]) == (409, "no_room")
    assert (await upload(http, "tora", "f2", pdf(2_500_000))).status_code == 201
    assert len(kept(tmp_path)) == 6


async def test_a_broken_upload_leaves_nothing(server: HereServer, http: httpx.AsyncClient, tmp_path: Path) -> None:
    """The connection breaks in the middle; the same id can be used again at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    authorization = as_("mia")["Authorization"]
    writer.write(
        f"PUT /v1/attachments/f1?conversation=c1 HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n"
        "Content-Length: 2500000\r\n\r\n".encode()
    )
    writer.write(pdf(1_500_000))
    await writer.drain()
    while not kept(tmp_path):  # noqa: ASYNC110 - a file is no event
        await asyncio.sleep(0.01)
    writer.close()
    while kept(tmp_path):  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    assert (await upload(http, "mia", "f1", pdf())).status_code == 201
    del reader


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_picture_loses_its_place(http: httpx.AsyncClient, tmp_path: Path, kind: str) -> None:
    """And is shown small; what came is not kept."""
    made = await upload(http, "mia", "f1", photo(kind, (1200, 900)), f"photo.{kind.lower()}")
    assert made.status_code == 201, made.text
    assert (made.json()["width"], made.json()["height"]) == (1200, 900)
    found = await download(http, "mia", "f1")
    assert CANARY not in found.content
    with Image.open(io.BytesIO(found.content)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == (kind, (1200, 900), {})
    params = {"conversation": "c1", "form": "thumbnail"}
    small = await http.get("/v1/attachments/f1", params=params, headers=as_("mia"))
    assert small.headers["content-type"] == "image/webp"
    assert CANARY not in small.content
    with Image.open(io.BytesIO(small.content)) as picture:
        assert picture.size == (480, 360)
    assert sorted({path.name for path in kept(tmp_path)} - {"1", "2", "3"}) == ["0", "thumbnail"]


async def test_a_picture_stays_upright(http: httpx.AsyncClient) -> None:
    """What its EXIF said of how it is held is done to it."""
    made = await upload(http, "mia", "f1", photo("JPEG", (640, 480), turned=True))
    assert (made.json()["width"], made.json()["height"]) == (480, 640)


async def test_an_enormous_picture_in_a_small_file(http: httpx.AsyncClient, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    refused = await upload(http, "mia", "f1", out.getvalue(), "bomb.png")
    assert (refused.status_code, refused.json()["reason"]) == (409, "wrong_type")
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("drawing.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("setup.docx", b"MZ\x90\0" + bytes(500)),
        ("all.docx", document("a.txt", "b.txt")),
        ("macro.docx", document(*DOCX, "word/vbaProject.bin")),
        ("notes.txt", b"hello"),
        ("film.webm", webm(b"V_VP8", b"A_OPUS")),
        ("cut.jpg", photo()[:2000]),
        ("half.docx", document(*DOCX)[:100]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_may_not_be_sent(http: httpx.AsyncClient, tmp_path: Path, name: str, content: bytes) -> None:
    """Whatever its name says, its content decides."""
    refused = await upload(http, "mia", "f1", content, name)
    assert (refused.status_code, refused.json()["reason"]) == (409, "wrong_type")
    assert kept(tmp_path) == []


async def test_a_voice_message_has_a_length(http: httpx.AsyncClient) -> None:
    made = await upload(http, "mia", "f1", webm(b"A_OPUS"), "voice.webm", seconds=12)
    assert (made.json()["type"], made.json()["seconds"]) == ("audio/webm", 12)
    paper = await upload(http, "mia", "f2", pdf(), "paper.pdf", seconds=12)
    assert paper.json()["seconds"] is None
