"""The keys that tokens are checked with: a secret, the public keys of a file, or those behind a JWKS URL.

One algorithm family a key: a secret checks HS256 only, and each public key is bound to the algorithm of its kind.
"""

import asyncio
import time
from pathlib import Path
from typing import Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chatserver.setting_values import ASYMMETRIC
from chatserver.settings import Settings, SettingsError, jwt_secret
from quotas.text_files import NotUtf8Error, read_text

JWKS_TIMEOUT_SECONDS = 4.0
JWKS_RETRY_SECONDS = 5.0
"""After a failed fetch, how long tokens with an unknown key are turned away without asking again."""
MIN_RSA_BITS = 2048


class TokenError(Exception):
    """A token that is not accepted. The sentence is for people and holds nothing of the token.

    `temporary` says that the keys could not be fetched: the same token may be good a moment later.
    """

    def __init__(self, reason: str, *, temporary: bool = False) -> None:
        super().__init__(reason)
        self.temporary = temporary


TokenKey = str | jwt.PyJWK


class KeySource(Protocol):
    """Where keys come from."""

    algorithms: tuple[str, ...]
    """What a token may be signed with."""

    async def key_for(self, token: str) -> TokenKey:
        """The key that `token` says it is signed with. Raises TokenError."""


def key_source(settings: Settings) -> KeySource:
    """The configured keys. Raises SettingsError where they cannot be used."""
    algorithms = settings.jwt_algorithms or ASYMMETRIC
    if settings.jwt_jwks_url is not None:
        return _RemoteKeys(settings.jwt_jwks_url, algorithms)
    if settings.jwt_key_file is not None:
        return _FixedKeys(_keys_of_file(settings.jwt_key_file, algorithms), algorithms)
    return _Secret(jwt_secret(settings))


def reason(error: jwt.PyJWTError) -> str:
    """A sentence of our own: the library's may quote the token."""
    match error:
        case jwt.ExpiredSignatureError():
            return "the token has expired"
        case jwt.ImmatureSignatureError():
            return "the token is not valid yet"
        case jwt.MissingRequiredClaimError():
            return "the token lacks one of exp, sub, aud and, where an issuer is configured, iss"
        case jwt.InvalidAudienceError():
            return "the token is meant for another audience"
        case jwt.InvalidIssuerError():
            return "the token comes from another issuer"
        case jwt.InvalidAlgorithmError():
            return "the token is signed with an algorithm that is not accepted"
        case jwt.InvalidSignatureError():
            return "the token's signature is wrong"
        case jwt.InvalidKeyError():
            return "the key that the token is signed with is too weak"
        case _:
            return "the token is malformed"


class _Secret:
    """One HS256 secret."""

    algorithms: tuple[str, ...] = ("HS256",)

    def __init__(self, secret: str) -> None:
        self._secret = secret
        try:
            jwt.get_algorithm_by_name("HS256").prepare_key(secret)
        except jwt.InvalidKeyError:
            raise SettingsError("`jwt_secret` holds a public key; put its file into `jwt_key_file` instead") from None

    async def key_for(self, token: str) -> TokenKey:
        return self._secret


class _FixedKeys:
    """Public keys that do not change while the server runs."""

    def __init__(self, keys: list[jwt.PyJWK], algorithms: tuple[str, ...]) -> None:
        self._keys = keys
        self.algorithms = algorithms

    async def key_for(self, token: str) -> TokenKey:
        kid = _key_id(token)
        if len(self._keys) == 1 and None in (kid, self._keys[0].key_id):
            return self._keys[0]
        for key in self._keys:
            if kid is not None and key.key_id == kid:
                return key
        raise TokenError("the token is signed with an unknown key")


class _RemoteKeys:
    """The keys behind a JWKS URL, by PyJWT's client: it caches them and asks again, rarely, for an unknown key."""

    def __init__(self, url: str, algorithms: tuple[str, ...]) -> None:
        self._client = jwt.PyJWKClient(url, timeout=JWKS_TIMEOUT_SECONDS)
        self.algorithms = algorithms
        self._fetching = asyncio.Lock()
        self._retry_at = 0.0

    async def key_for(self, token: str) -> TokenKey:
        kid = _key_id(token)
        if kid is None:
            raise TokenError("the token does not name its key (kid)")
        key = self._cached(kid) or await self._fetched(kid)
        if key.algorithm_name not in self.algorithms:
            raise TokenError("the token is signed with an algorithm that is not accepted")
        return key

    def _cached(self, kid: str) -> jwt.PyJWK | None:
        cache = self._client.jwk_set_cache
        known = cache.get() if cache is not None else None
        usable = [key for key in known or () if key.public_key_use in ("sig", None)]
        return self._client.match_kid(usable, kid)

    async def _fetched(self, kid: str) -> jwt.PyJWK:
        """Ask the client in a thread, one token at a time, so that a silent provider holds one thread only."""
        async with self._fetching:
            if (key := self._cached(kid)) is not None:
                return key
            if time.monotonic() < self._retry_at:
                raise TokenError("the keys of the identity provider cannot be fetched", temporary=True)
            try:
                return await asyncio.to_thread(self._client.get_signing_key, kid)
            except jwt.PyJWKClientConnectionError:
                self._retry_at = time.monotonic() + JWKS_RETRY_SECONDS
                raise TokenError("the keys of the identity provider cannot be fetched", temporary=True) from None
            except jwt.PyJWKClientError:
                raise TokenError("the token is signed with an unknown key") from None
            except (jwt.PyJWTError, ValueError, OSError, RecursionError):
                # What the address answers is no JWKS.
                self._retry_at = time.monotonic() + JWKS_RETRY_SECONDS
                raise TokenError("the keys of the identity provider cannot be read", temporary=True) from None


def _key_id(token: str) -> str | None:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenError(reason(error)) from None
    kid: str | None = header.get("kid")
    return kid


def _keys_of_file(file: Path, algorithms: tuple[str, ...]) -> list[jwt.PyJWK]:
    try:
        content = read_text(file)
    except OSError as error:
        raise SettingsError(f"`jwt_key_file`: {file} cannot be read: {error.strerror}") from None
    except NotUtf8Error as error:
        raise SettingsError(f"`jwt_key_file`: {file} is neither PEM nor JWKS JSON: it {error}") from None
    if "PRIVATE KEY" in content:
        raise SettingsError(f"`jwt_key_file`: {file} holds a private key; give the server the public one")
    keys = [_pem_key(content, file)] if "-----BEGIN" in content else _jwks_keys(content, file)
    usable = [key for key in keys if key.algorithm_name in algorithms and key.public_key_use in ("sig", None)]
    if not usable:
        raise SettingsError(f"`jwt_key_file`: {file} holds no public key for {', '.join(algorithms)}")
    return usable


def _pem_key(content: str, file: Path) -> jwt.PyJWK:
    try:
        key = load_pem_public_key(content.encode())
    except ValueError:
        raise SettingsError(f"`jwt_key_file`: {file} holds no PEM public key (`BEGIN PUBLIC KEY`)") from None
    match key:
        case RSAPublicKey() if key.key_size >= MIN_RSA_BITS:
            algorithm = "RS256"
        case EllipticCurvePublicKey() if isinstance(key.curve, SECP256R1):
            algorithm = "ES256"
        case Ed25519PublicKey():
            algorithm = "EdDSA"
        case _:
            raise SettingsError(
                f"`jwt_key_file`: {file} must hold a P-256, an Ed25519 or an RSA key of {MIN_RSA_BITS} bits or more"
            )
    return jwt.PyJWK(jwt.get_algorithm_by_name(algorithm).to_jwk(key, as_dict=True), algorithm)


def _jwks_keys(content: str, file: Path) -> list[jwt.PyJWK]:
    try:
        keys = jwt.PyJWKSet.from_json(content).keys
    except (jwt.PyJWTError, ValueError, AttributeError, RecursionError):
        raise SettingsError(f"`jwt_key_file`: {file} is neither PEM nor JWKS JSON with a usable key") from None
    if any(hasattr(key.key, "private_bytes") for key in keys):
        raise SettingsError(f"`jwt_key_file`: {file} holds a private key; give the server the public ones")
    return keys
