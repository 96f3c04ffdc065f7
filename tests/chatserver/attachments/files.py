"""Files that people send, made for tests, and how they are asked for."""

import io
import os
import zipfile
from typing import Any
from urllib.parse import quote

import httpx
from PIL import Image, PngImagePlugin

from chatserver.protocol.events import Role
from tests.chatserver.realtime.servers import token

CANARY = b"CANARY-of-a-place-59.91N-10.75E"
"""Stands in what is not to be found anywhere."""


def as_(person: str, role: Role | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(person, role)}"}


def pdf(size: int = 5_000, canary: bytes = b"") -> bytes:
    """What begins and ends as one."""
    return b"%PDF-1.7\n" + canary + os.urandom(max(0, size - len(canary) - 15)) + b"\n%%EOF"


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), turned: bool = False) -> bytes:
    """A picture that says where it was taken, in every way that the format has."""
    picture, out = Image.effect_noise(size, 40).convert("RGB"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    if turned:
        exif[0x0112] = 6
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", CANARY.decode())
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"exif": exif, "comment": CANARY},
        "PNG": {"exif": exif, "pnginfo": about},
        "WEBP": {"exif": exif, "xmp": CANARY},
        "GIF": {"comment": CANARY},
    }
    picture.save(out, kind, **options[kind])
    assert CANARY in out.getvalue()
    return out.getvalue()


def document(*parts: str, mimetype: str = "") -> bytes:
    """A zip file with these parts, as office documents are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as into:
        if mimetype:
            into.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for part in parts:
            into.writestr(part, "<x/>")
    return out.getvalue()


DOCX = ("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def webm(*codecs: bytes) -> bytes:
    """The beginning of one with tracks of these codecs."""
    head = bytes.fromhex("1A45DFA39F4286810142F7810142F2810442F381084282847765626D")
    return (
        head + b"\x18\x53\x80\x67" + b"".join(b"\x86" + bytes([0x80 + len(each)]) + each for each in codecs) + bytes(99)
    )


def mp4(*handlers: bytes) -> bytes:
    """One whose index, behind the content, has tracks of these kinds."""

    def box(name: bytes, content: bytes) -> bytes:
        return (len(content) + 8).to_bytes(4, "big") + name + content

    tracks = b"".join(box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + each + bytes(13)))) for each in handlers)
    return box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + box(b"mdat", bytes(100_000)) + box(b"moov", tracks)


async def upload(
    http: httpx.AsyncClient, person: str, id: str, content: bytes, name: str = "", **query: str | int
) -> httpx.Response:
    """As an app does it, to c1 unless another conversation is named."""
    headers = as_(person) | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return await http.put(
        f"/v1/attachments/{id}", params={"conversation": "c1", **query}, content=content, headers=headers
    )


async def download(http: httpx.AsyncClient, person: str, id: str, **headers: str) -> httpx.Response:
    return await http.get(f"/v1/attachments/{id}", params={"conversation": "c1"}, headers=as_(person) | headers)
