"""What a file is by its content."""

import io
import struct
import tracemalloc
import wave
import zipfile

import pytest

from chatserver.attachments.file_types import file_type
from quotas.attachments import ATTACHMENT_KINDS
from tests.chatserver.attachments.files import DOCX, document, mp4, pdf, photo, webm


def voice() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as into:
        into.setparams((1, 2, 8000, 0, "NONE", ""))
        into.writeframes(bytes(1600))
    return out.getvalue()


OGG = b"OggS\0\2" + bytes(22) + b"\1\x13"

KNOWN = {
    "image/jpeg": photo("JPEG"),
    "image/png": photo("PNG"),
    "image/gif": photo("GIF"),
    "image/webp": photo("WEBP"),
    "application/pdf": pdf(),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": document(*DOCX),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": document(
        "[Content_Types].xml", "xl/workbook.xml"
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": document(
        "[Content_Types].xml", "ppt/presentation.xml"
    ),
    "application/vnd.oasis.opendocument.text": document(
        "content.xml", mimetype="application/vnd.oasis.opendocument.text"
    ),
    "audio/mpeg": b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\x00" + bytes(400),
    "audio/wav": voice(),
    "audio/ogg": OGG + b"OpusHead" + bytes(60),
    "audio/flac": b"fLaC\0\0\0\x22" + bytes(60),
    "audio/mp4": mp4(b"soun"),
    "audio/webm": webm(b"A_OPUS"),
}


@pytest.mark.parametrize("media_type", KNOWN)
def test_what_is_allowed(media_type: str) -> None:
    found = file_type(io.BytesIO(KNOWN[media_type]), ATTACHMENT_KINDS)
    assert found is not None
    assert found.media_type == media_type
    others = [kind for kind in ATTACHMENT_KINDS if kind != found.kind]
    assert file_type(io.BytesIO(KNOWN[media_type]), others) is None


def test_sound_that_looks_like_a_film_by_chance() -> None:
    found = file_type(io.BytesIO(webm(b"A_OPUS") + b"V_" + bytes(9) + b"V_VP8"), ATTACHMENT_KINDS)
    assert found is not None
    assert found.media_type == "audio/webm"


def test_a_recorded_frame_without_a_head_is_music_too() -> None:
    found = file_type(io.BytesIO(b"\xff\xfb\x90\x64" + bytes(2000)), ATTACHMENT_KINDS)
    assert found is not None
    assert found.media_type == "audio/mpeg"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        mp4(b"vide", b"soun"),
        mp4(),
        webm(b"V_VP9"),
        OGG + b"\x80theora" + bytes(60),
        document(mimetype="application/epub+zip"),
        document(*DOCX, "xl/workbook.xml"),
        document("content.xml", "Basic/Standard/Module1.xml", mimetype="application/vnd.oasis.opendocument.text"),
    ],
)
def test_what_is_not(content: bytes) -> None:
    assert file_type(io.BytesIO(content), ATTACHMENT_KINDS) is None


def listing(parts: int) -> bytes:
    """A document whose list of parts names so many more, with nothing in them: the list is all there is."""
    whole = document(*DOCX)
    end = whole[-22:]
    size, begins = struct.unpack("<II", end[12:20])
    listed = whole[begins : begins + size]
    another = listed[:28] + struct.pack("<HHH", 1, 0, 0) + listed[34:46] + b"a"
    listed += another * parts
    return whole[:begins] + listed + end[:8] + struct.pack("<HHIIH", 65535, 65535, len(listed), begins, 0)


def test_a_list_of_very_many_parts_takes_no_memory() -> None:
    """It is no document, and that is known before the list is read."""
    content = listing(500_000)
    tracemalloc.start()
    try:
        assert file_type(io.BytesIO(content), ATTACHMENT_KINDS) is None
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert file_type(io.BytesIO(listing(2_000)), ATTACHMENT_KINDS) is not None


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_says_the_type_is_not_unpacked(how: int) -> None:
    """Nothing that is broken, or made to break what unpacks it, is looked into."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as into:
        into.writestr("mimetype", "application/vnd.oasis.opendocument.text", how)
    for place in range(38, 70):
        broken = bytearray(whole.getvalue())
        broken[place] ^= 0x55
        assert file_type(io.BytesIO(bytes(broken)), ATTACHMENT_KINDS) is None
