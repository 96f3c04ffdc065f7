"""What a file is, by what it holds: its name and what its sender calls it say nothing.

The detector knows the beginnings of formats; a container is looked into, since a document and a program, a voice and a
film can begin the same.
"""

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from typing import BinaryIO

from msgspec import Struct

from quotas.attachments import AttachmentKind

HEAD = 64 * 1024
"""Bytes at the beginning that are looked through."""
MOST_PARTS = 10_000
"""Files in a document that are looked at: more are in none."""
_DIRECTORY = 512 * 1024
"""Bytes of a zip file that are read at once: what lists its parts has no more, or becomes very much in memory."""
MOST_BOXES = 1_000
"""Boxes of an MP4 file that are walked through."""
_TRACKS = 1024 * 1024
"""Bytes of an MP4's index that are looked through for its tracks."""


class FileType(Struct, frozen=True):
    """What is allowed: its media type, what the policy calls it, and how names of such files end."""

    media_type: str
    kind: AttachmentKind
    ending: str


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

JPEG = FileType("image/jpeg", "images", ".jpg")
PNG = FileType("image/png", "images", ".png")
GIF = FileType("image/gif", "images", ".gif")
WEBP = FileType("image/webp", "images", ".webp")
PDF = FileType("application/pdf", "pdf", ".pdf")
MP3 = FileType("audio/mpeg", "audio", ".mp3")
WAV = FileType("audio/wav", "audio", ".wav")
OGG = FileType("audio/ogg", "audio", ".ogg")
FLAC = FileType("audio/flac", "audio", ".flac")
M4A = FileType("audio/mp4", "audio", ".m4a")
WEBM = FileType("audio/webm", "audio", ".webm")
DOCX = FileType(f"{_OOXML}.wordprocessingml.document", "office", ".docx")
XLSX = FileType(f"{_OOXML}.spreadsheetml.sheet", "office", ".xlsx")
PPTX = FileType(f"{_OOXML}.presentationml.presentation", "office", ".pptx")
ODT = FileType(f"{_ODF}.text", "office", ".odt")
ODS = FileType(f"{_ODF}.spreadsheet", "office", ".ods")
ODP = FileType(f"{_ODF}.presentation", "office", ".odp")

_BY_PART = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
"""Which part of a zip file makes it which document of Office Open XML (ECMA-376)."""
_BY_MIMETYPE = {each.media_type: each for each in (ODT, ODS, ODP)}
"""What an OpenDocument says in its first part, `mimetype`."""
_CODEC = re.compile(rb"\x86[\x81-\xff]([A-Z]_(?:OPUS|VORBIS|VP8|VP9|AV1|[A-Z0-9]{3,}/[A-Z0-9]+))")
"""The element CodecID of a track in Matroska (RFC 9559): what is not so long stands in sound by chance, too."""
_AUDIO_IN_OGG = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   ")


def file_type(file: BinaryIO, kinds: Collection[AttachmentKind]) -> FileType | None:
    """What it is; None where that is not among what is allowed. It blocks: `file` is read here and there."""
    head = file.read(HEAD)
    endings = _endings(file)
    for known, look in _LOOKS:
        if known & endings and (found := look(file, head)) is not None:
            return found if found.kind in kinds else None
    return None


def _endings(file: BinaryIO) -> set[str]:
    """How names of files end that begin like this one."""
    import puremagic  # which knows much: for those who look at files

    file.seek(0)
    try:
        return {each.extension.lower() for each in puremagic.magic_stream(file)}
    except (puremagic.PureError, ValueError):
        return set()


def _is(found: FileType, *begins: bytes) -> Callable[[BinaryIO, bytes], FileType | None]:
    return lambda file, head: found if head.startswith(begins) else None


def _zip(file: BinaryIO, head: bytes) -> FileType | None:
    """An office document without macros; every other zip file is none."""
    file.seek(0)
    try:
        with zipfile.ZipFile(_Sparing(file)) as parts:
            names = parts.namelist()
            if len(names) > MOST_PARTS or any(_runs(name) for name in names):
                return None
            if names[:1] == ["mimetype"]:
                said = parts.getinfo("mimetype")
                # It is never compressed: OpenDocument 1.3, part 2, 3.3. What is made to break what unpacks it, is.
                if said.compress_type != zipfile.ZIP_STORED or said.file_size >= 128:
                    return None
                return _BY_MIMETYPE.get(parts.read(said).decode("ascii", "replace").strip())
            found = [kind for part, kind in _BY_PART.items() if part in names]
            return found[0] if len(found) == 1 and "[Content_Types].xml" in names else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, KeyError, EOFError):
        return None


class _Sparing(io.RawIOBase):
    """A file of which nobody reads much at once. Raises BadZipFile where somebody would."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int | None = -1) -> bytes:
        found = self._file.read(_DIRECTORY + 1 if size is None or size < 0 else min(size, _DIRECTORY + 1))
        if len(found) > _DIRECTORY:
            raise zipfile.BadZipFile("too much at once")
        return found


def _runs(name: str) -> bool:
    """Whether that part of a document is a program in it."""
    last = name.rpartition("/")[2].lower()
    return last.startswith("vbaproject") or name.startswith(("Basic/", "Scripts/"))


def _ogg(file: BinaryIO, head: bytes) -> FileType | None:
    return OGG if head.startswith(b"OggS") and any(each in head[:512] for each in _AUDIO_IN_OGG) else None


def _webm(file: BinaryIO, head: bytes) -> FileType | None:
    """Only with sound alone, as a browser records a voice: its tracks are told at the beginning."""
    codecs = {each[:2] for each in _CODEC.findall(head)}
    return WEBM if head.startswith(b"\x1a\x45\xdf\xa3") and codecs == {b"A_"} else None


def _mp4(file: BinaryIO, head: bytes) -> FileType | None:
    """Only with sound alone: what kind each track is stands in the index, wherever that is."""
    for name, begins, size in _boxes(file):
        if name == b"moov":
            file.seek(begins)
            index = file.read(min(size, _TRACKS))
            handlers = {index[at + 12 : at + 16] for at in _places(index, b"hdlr")}
            return M4A if b"soun" in handlers and b"vide" not in handlers else None
    return None


def _places(content: bytes, what: bytes) -> Iterator[int]:
    at = content.find(what)
    while at >= 0:
        yield at
        at = content.find(what, at + 1)


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """The outermost boxes: name, where the content begins, and its size (ISO/IEC 14496-12, 4.2)."""
    at = 0
    for _ in range(MOST_BOXES):
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return
        size, begins = int.from_bytes(header[:4], "big"), 8
        if size == 1:
            size, begins = int.from_bytes(header[8:16], "big"), 16
        if size < begins:
            return
        yield header[4:8], at + begins, size - begins
        at += size


_LOOKS: tuple[tuple[set[str], Callable[[BinaryIO, bytes], FileType | None]], ...] = (
    ({".jpg", ".jpeg"}, _is(JPEG, b"\xff\xd8\xff")),
    ({".png"}, _is(PNG, b"\x89PNG\r\n\x1a\n")),
    ({".gif"}, _is(GIF, b"GIF87a", b"GIF89a")),
    ({".webp"}, lambda file, head: WEBP if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None),
    ({".pdf"}, _is(PDF, b"%PDF-")),
    ({".docx", ".odt", ".zip"}, _zip),
    ({".webm", ".mkv"}, _webm),
    ({".ogg", ".oga", ".opus"}, _ogg),
    ({".m4a", ".mp4", ".m4b"}, _mp4),
    ({".wav"}, lambda file, head: WAV if head[:4] == b"RIFF" and head[8:12] == b"WAVE" else None),
    ({".flac"}, _is(FLAC, b"fLaC")),
    ({".mp3", ".mpga"}, _is(MP3, b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")),
)
"""By how names of such files end, as the detector says it; the first that fits decides."""
