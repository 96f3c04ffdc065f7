"""A browser that is reached by push: it subscribes, and opens what its push service was sent."""

import json
import os
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatserver.notices.push_requests import PushDetails, PushKeys
from chatserver.protocol.base64url import base64url_text


@dataclass
class Browser:
    """`endpoint` is where its push service takes what is for it."""

    endpoint: str
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def p256dh(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, expiration_time: int | None = None) -> PushDetails:
        """As an app says it."""
        return PushDetails(
            self.endpoint, PushKeys(base64url_text(self.p256dh), base64url_text(self.auth)), expiration_time
        )

    def opened(self, body: bytes) -> dict[str, Any]:
        """What came, as its worker sees it."""
        found: dict[str, Any] = json.loads(self.decrypted(body))
        return found

    def decrypted(self, body: bytes) -> bytes:
        """What came, with the spaces that fill it up."""
        opened: bytes = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return opened
