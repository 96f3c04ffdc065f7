"""Texts of files, as editors save them."""

import codecs
from pathlib import Path

import pytest

from quotas.text_files import NotUtf8Error, decoded, read_text


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, mark: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(mark + "på ny\r\n".encode())
    assert read_text(file) == "på ny\r\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(encoding: str) -> None:
    with pytest.raises(NotUtf8Error, match="is UTF-16, .*; save it as UTF-8"):
        decoded("policy".encode(encoding))


def test_what_is_no_text_is_said() -> None:
    with pytest.raises(NotUtf8Error, match="is not UTF-8"):
        decoded(b"\xff")
