"""Secrets of webhooks, and signatures made with them. Source: Standard Webhooks 1.0, "Signature scheme"."""

import hmac
import secrets
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256

SECRET_BYTES = 32
_PREFIX = "whsec_"


def new_secret() -> bytes:
    """One that nobody can guess."""
    return secrets.token_bytes(SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """As it is shown, once, and as libraries of receivers take it."""
    return _PREFIX + b64encode(secret).decode()


def signed_headers(id: str, at: int, body: bytes, keys: Iterable[bytes]) -> Mapping[str, str]:
    """What receivers check; `at` in seconds of real time. Each key signs: one signature that fits is enough."""
    content = f"{id}.{at}.".encode() + body
    signatures = " ".join(f"v1,{b64encode(hmac.digest(key, content, sha256)).decode()}" for key in keys)
    return {"webhook-id": id, "webhook-timestamp": f"{at}", "webhook-signature": signatures}
