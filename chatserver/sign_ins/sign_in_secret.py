"""Secrets that sign somebody in: links and cookies. Whoever reads the database cannot use what is kept of them."""

import time
from hashlib import sha256

SECRET_BYTES = 32


def digest_of(secret: str) -> bytes:
    """What is kept: a secret of 256 bits needs no slow hash."""
    return sha256(secret.encode()).digest()


def now_ms() -> int:
    """Real time, by which sign-ins and their tickets are counted."""
    return time.time_ns() // 1_000_000
