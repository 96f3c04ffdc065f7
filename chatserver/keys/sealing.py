"""A conversation's key: it seals the texts of messages, opens them again, and tells one text from another.

A sealed text is `number (2 bytes) · nonce (12) · AES-256-GCM of the text, with its tag (16)`. The conversation's id is
authenticated with it, so that a text put into another conversation does not open. Source: NIST SP 800-38D.
"""

import os
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES = 32
NUMBER_BYTES = 2
"""For 65,535 keys of one conversation: a new one is made only where somebody's texts are erased."""
_NONCE_BYTES = 12
_NONCES = 256
"""How many are fetched at once."""
_DIGEST_BYTES = 8
"""`quotas.ledger.base.DIGEST_BYTES`."""


class SealError(Exception):
    """What is sealed does not open: another key, another conversation, or it was changed."""


def number_of(sealed: bytes) -> int:
    """Which of its conversation's keys a text was sealed with; 0, which is none, where there is no sealed text."""
    return int.from_bytes(sealed[:NUMBER_BYTES], "big")


class Key:
    """`number` counts the keys of the conversation: 1, 2, …"""

    __slots__ = ("_about", "_cipher", "_digest", "_head", "_secret", "conversation", "number")

    def __init__(self, conversation: str, number: int, secret: bytes) -> None:
        self.conversation = conversation
        self.number = number
        self._about = conversation.encode()
        self._head = number.to_bytes(NUMBER_BYTES, "big")
        self._secret = secret
        # Made when they are first needed: most rooms are quiet, and a cipher takes 2.5 KiB.
        self._cipher: AESGCM | None = None
        self._digest: blake2b | None = None

    def seal(self, text: bytes) -> bytes:
        """The text, for this conversation's eyes only. Its nonce is random: safe for 2³² texts of one key."""
        cipher = self._cipher or self._made_cipher()
        nonce = _nonce()
        return self._head + nonce + cipher.encrypt(nonce, text, self._about)

    def open(self, sealed: bytes) -> bytes:
        """The text again. Raises SealError."""
        cipher = self._cipher or self._made_cipher()
        begins = NUMBER_BYTES + _NONCE_BYTES
        try:
            return cipher.decrypt(sealed[NUMBER_BYTES:begins], sealed[begins:], self._about)
        except (InvalidTag, ValueError):  # a nonce or tag that is too short is no tag at all
            raise SealError(f"a text sealed with key {self.number} does not open") from None

    def digest(self, text: bytes) -> bytes:
        """8 bytes that tell one text from another, and nothing to whoever lacks the key."""
        digest = (self._digest or self._made_digest()).copy()
        digest.update(text)
        return digest.digest()

    def _made_cipher(self) -> AESGCM:
        self._cipher = AESGCM(self._secret)
        return self._cipher

    def _made_digest(self) -> blake2b:
        # A key of its own: what a key seals with is used for nothing else.
        derived = blake2b(key=self._secret, person=b"message digest", digest_size=SECRET_BYTES).digest()
        self._digest = blake2b(key=derived, digest_size=_DIGEST_BYTES)
        return self._digest


_nonces: list[bytes] = []


def _nonce() -> bytes:
    """Random bytes, fetched from the system for many texts at once: asking for each costs more than sealing it."""
    if not _nonces:
        block = os.urandom(_NONCE_BYTES * _NONCES)
        _nonces.extend(block[place : place + _NONCE_BYTES] for place in range(0, len(block), _NONCE_BYTES))
    return _nonces.pop()


def new_secret() -> bytes:
    """SECRET_BYTES bytes that nobody can guess."""
    return os.urandom(SECRET_BYTES)


def wrap(master: bytes, secret: bytes, conversation: str, number: int) -> bytes:
    """A conversation key's secret, readable with the master key only: `nonce · AES-256-GCM, with its tag`."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(master).encrypt(nonce, secret, _about(conversation, number))


def unwrap(master: bytes, wrapped: bytes, conversation: str, number: int) -> bytes:
    """The secret again. Raises SealError."""
    try:
        return AESGCM(master).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _about(conversation, number))
    except (InvalidTag, ValueError):
        raise SealError(f"key {number} of {conversation} does not open with its master key") from None


def _about(conversation: str, number: int) -> bytes:
    return f"{conversation} {number}".encode()
