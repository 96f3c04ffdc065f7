"""Bytes as they stand in addresses and headers: base64url without padding. Source: RFC 4648, 5; RFC 7515, 2."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def base64url_text(data: bytes) -> str:
    """Without the `=` behind it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_bytes(text: str) -> bytes:
    """What the text holds, with or without its padding. Raises ValueError where it is none."""
    given = text.rstrip("=")
    return urlsafe_b64decode(given + "=" * (-len(given) % 4))
