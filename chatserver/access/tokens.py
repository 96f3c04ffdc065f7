"""Tokens: who is there, in which role, until when. JWTs by HS256 secret, public key file or JWKS URL."""

import re
import time
from typing import Any, get_args

import jwt
from msgspec import Struct

from chatserver.access.token_keys import TokenError, key_source, reason
from chatserver.protocol.commands import MAX_TOKEN_BYTES, NAME_PATTERN
from chatserver.protocol.events import Role
from chatserver.settings import Settings

__all__ = ["Authenticator", "Identity", "TokenError", "issue"]

LEEWAY_SECONDS = 5
"""How far ahead the issuer's clock may be, for iat and nbf. There is none for exp."""

_LATEST_EXP = 2**53 // 1_000
_ROLES: tuple[Role, ...] = get_args(Role)
_IS_NAME = re.compile(NAME_PATTERN)


class Identity(Struct, frozen=True):
    """Whom a token speaks for. `expires_at` is its exp in milliseconds of real time, never of a shifted clock.

    `issued_at` is its iat, to the second as issuers give it; 0 where it names none, which is older than any revocation.
    """

    user: str
    role: Role
    expires_at: int
    issued_at: int = 0


class Authenticator:
    """Checks tokens against the configured secret or public keys. Raises SettingsError where those cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self._audience = settings.jwt_audience
        self._issuer = settings.jwt_issuer
        self._keys = key_source(settings)

    async def identify(self, token: str) -> Identity:
        """Whom `token` speaks for. Raises TokenError. Waits only where a JWKS must be fetched."""
        if len(token) > MAX_TOKEN_BYTES or not token.isascii():
            raise TokenError("the token is malformed")
        key = await self._keys.key_for(token)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=self._keys.algorithms,
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud"], "enforce_minimum_key_length": True},
            )
        except jwt.PyJWTError as error:
            raise TokenError(reason(error)) from None
        return _identity(claims, time.time())


def require_user(user: str) -> None:
    """Raises ValueError for what no token can speak for."""
    if not _IS_NAME.fullmatch(user):
        raise ValueError(f"{user!r} is no user: 1 to 64 letters, digits and any of _ . : | @ ~ - are allowed")


def issue(
    secret: str,
    user: str,
    role: Role,
    lifetime_seconds: int,
    now: int,
    *,
    audience: str = "chatserver",
    issuer: str | None = None,
) -> str:
    """An HS256 token for `user`. `now` is real time in milliseconds. Raises ValueError for a wrong user or role."""
    require_user(user)
    if role not in _ROLES:
        raise ValueError(f"{role!r} is no role: {', '.join(_ROLES)} are allowed")
    issued_at = now // 1_000
    claims: dict[str, Any] = {
        "sub": user,
        "role": role,
        "aud": audience,
        "iat": issued_at,
        "exp": issued_at + lifetime_seconds,
    }
    if issuer is not None:
        claims["iss"] = issuer
    return jwt.encode(claims, secret, "HS256")


def _identity(claims: dict[str, Any], now_seconds: float) -> Identity:
    expires = claims["exp"]
    if isinstance(expires, bool) or not isinstance(expires, int | float) or not 0 <= expires <= _LATEST_EXP:
        raise TokenError("the token's exp is no date")
    if expires <= now_seconds:
        raise TokenError("the token has expired")
    if not _IS_NAME.fullmatch(claims["sub"]):
        raise TokenError("the token's sub is no user: 1 to 64 letters, digits and any of _ . : | @ ~ - are allowed")
    role = claims.get("role")
    if role not in _ROLES:
        raise TokenError(f"the token's role must be one of {', '.join(_ROLES)}")
    return Identity(
        user=claims["sub"], role=role, expires_at=int(expires * 1_000), issued_at=int(claims.get("iat", 0)) * 1_000
    )
