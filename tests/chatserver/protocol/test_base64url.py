"""Bytes in addresses: there and back, with padding and without."""

import pytest

from chatserver.protocol.base64url import base64url_bytes, base64url_text


@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), (b"\xfb", "-w"), (b"\xff\xff", "__8"), (b"abc", "YWJj"), (b"abcd", "YWJjZA")]
)
def test_bytes_stand_as_text_without_padding(data: bytes, text: str) -> None:
    assert base64url_text(data) == text
    assert base64url_bytes(text) == base64url_bytes(text + "=" * (-len(text) % 4)) == data


@pytest.mark.parametrize("text", ["A", "ø"])
def test_what_is_none_is_a_fault_of_the_text(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        base64url_bytes(text)
