"""Addresses of servers as people write them."""

import pytest

from chatserver.client.link import chat_address


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/v1/chat"),
        ("https://chat.example.org/", "wss://chat.example.org/v1/chat"),
        ("ws://[::1]:8080", "ws://[::1]:8080/v1/chat"),
        ("wss://example.org/mentoring/v1/chat", "wss://example.org/mentoring/v1/chat"),
    ],
)
def test_an_address_without_a_path_gets_the_chat_path(written: str, meant: str) -> None:
    """A base address is enough."""
    assert chat_address(written) == meant


@pytest.mark.parametrize("wrong", ["", "127.0.0.1:8080", "ftp://example.org", "http://", "ws://h/?token=x", "ws://u@h"])
def test_anything_else_is_an_error_with_an_example(wrong: str) -> None:
    """Above all a token in the address."""
    with pytest.raises(ValueError, match=r"such as|takes no"):
        chat_address(wrong)
