"""Who we are to push services: one key pair for ever, and short tokens signed with it. Source: RFC 8292.

Browsers subscribe for the public key: a new pair would end every subscription. It is made of the server's secret.
"""

import time
from collections.abc import Callable
from email.utils import parseaddr
from hashlib import blake2b
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatserver.notices.server_secrets import ServerSecrets
from chatserver.protocol.base64url import base64url_text

TOKEN_SECONDS = 12 * 3600
"""For which a token holds; 24 hours are allowed at most. It is used for half of them."""
MOST_TOKENS = 100
"""Kept at a time: there are few push services."""
TOPIC_BYTES = 24
"""32 characters, as many as a `Topic` may have."""

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256's base point (SEC 2, 2.4.2)."""


class Vapid:
    """`contact` is a mailto: or https: address that push services write to where something is wrong.

    `clock` gives seconds of the real time, which push services go by; the store's may be shifted. Methods raise
    DatabaseError and StoreError.
    """

    def __init__(self, secrets: ServerSecrets, contact: str | None, clock: Callable[[], float] = time.time) -> None:
        self._secrets = secrets
        self._contact = contact
        self._clock = clock
        self._tokens: dict[str, tuple[str, float]] = {}

    async def public_key(self) -> str:
        """What browsers are given as `applicationServerKey`: the point, uncompressed, in base64url."""
        return _public(await self._key())

    async def authorization(self, endpoint: str) -> str:
        """The header for a request to that address."""
        key = await self._key()
        return f"vapid t={self._token(key, origin_of(endpoint))}, k={_public(key)}"

    async def topic(self, *about: str) -> str:
        """A name for what the words say together, that tells nobody else what they are: 32 characters."""
        secret = await self._secrets.secret_of("vapid")
        digest = blake2b("\n".join(about).encode(), key=secret, person=b"push topic", digest_size=TOPIC_BYTES)
        return base64url_text(digest.digest())

    async def _key(self) -> EllipticCurvePrivateKey:
        secret = int.from_bytes(await self._secrets.secret_of("vapid"), "big")
        return derive_private_key(1 + secret % (_ORDER - 1), SECP256R1())

    def _token(self, key: EllipticCurvePrivateKey, origin: str) -> str:
        now = self._clock()
        token, until = self._tokens.get(origin, ("", 0.0))
        if now < until <= now + TOKEN_SECONDS:  # not beyond: the machine's clock may have been set back
            return token
        claims: dict[str, object] = {"aud": origin, "exp": int(now) + TOKEN_SECONDS}
        if self._contact is not None:
            claims["sub"] = self._contact
        token = jwt.encode(claims, key, "ES256")
        if len(self._tokens) >= MOST_TOKENS:
            self._tokens.clear()
        self._tokens[origin] = token, now + TOKEN_SECONDS / 2
        return token


def contact_of(mail_from: str | None, public_url: str | None) -> str | None:
    """Where push services write to: the sender of our mails, else our own page; some take pushes of nobody else."""
    _, address = parseaddr(mail_from or "")
    if "@" in address:
        return f"mailto:{address}"
    return public_url if public_url is not None and public_url.startswith("https://") else None


def origin_of(endpoint: str) -> str:
    """Scheme, host and, where it is not the usual one, port. Source: RFC 6454, 6.2."""
    parts = urlsplit(endpoint)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, 443) else "")


def _public(key: EllipticCurvePrivateKey) -> str:
    return base64url_text(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
