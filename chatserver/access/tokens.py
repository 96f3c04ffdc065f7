"""Tokens: who is there, in which role, until when. JWTs by HS256 secret, public key file or JWKS URL."""

from typing import Any

import jwt

from chatserver.access.tickets import Tickets
from chatserver.access.token_identity import ROLES, Identity, identity_of, is_user
from chatserver.access.token_keys import TokenError, key_source, reason
from chatserver.protocol.commands import MAX_TOKEN_BYTES, NAME_ALLOWED
from chatserver.protocol.events import Role
from chatserver.settings import Settings

__all__ = ["Authenticator", "Identity", "TokenError", "issue"]

LEEWAY_SECONDS = 5
"""How far ahead the issuer's clock may be, for iat and nbf. There is none for exp."""


class Authenticator:
    """Checks tokens against the configured secret or public keys, and tickets of the server's own.

    Raises SettingsError where the keys cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self.tickets: Tickets | None = None
        """Set by whoever has opened the records; none is accepted before."""
        self._audience = settings.jwt_audience
        self._issuer = settings.jwt_issuer
        self._keys = key_source(settings)

    async def identify(self, token: str) -> Identity:
        """Whom `token` speaks for. Raises TokenError. Waits only where a JWKS must be fetched."""
        if len(token) > MAX_TOKEN_BYTES or not token.isascii():
            raise TokenError("the token is malformed")
        if self.tickets is not None and (identity := self.tickets.read(token)) is not None:
            return identity
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
        return identity_of(claims)


def require_user(user: str) -> None:
    """Raises ValueError for what no token can speak for."""
    if not is_user(user):
        raise ValueError(f"{user!r} is no user: allowed are {NAME_ALLOWED}")


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
    if role not in ROLES:
        raise ValueError(f"{role!r} is no role: {', '.join(ROLES)} are allowed")
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
