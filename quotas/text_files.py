"""Texts that people hand over in files: UTF-8, also as Windows writes it, with a byte order mark at its head."""

import codecs
from pathlib import Path


class NotUtf8Error(ValueError):
    """A file holds no UTF-8. The sentence goes behind the file's name."""


def read_text(file: Path) -> str:
    """What the file says, without its byte order mark. Raises OSError and NotUtf8Error."""
    return decoded(file.read_bytes())


def decoded(content: bytes) -> str:
    """The text of a file's bytes, without its byte order mark. Raises NotUtf8Error."""
    try:
        return without_mark(content).decode()
    except UnicodeDecodeError:
        raise NotUtf8Error("is not UTF-8; save it as UTF-8") from None


def without_mark(content: bytes) -> bytes:
    """A file's bytes without their byte order mark. Raises NotUtf8Error where they are UTF-16."""
    # Without a mark, the zero byte of a letter in UTF-16 is what gives it away.
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:2]:
        raise NotUtf8Error("is UTF-16, as some editors save it; save it as UTF-8")
    return content.removeprefix(codecs.BOM_UTF8)
