"""Tickets: tokens for a minute that a sign-in's cookie gets, signed by this server, whoever issues its other tokens.

Their expiry bounds a hello and a request; the sign-in that they name bounds the connection.
"""

from typing import Any, Final

import jwt

from chatserver.access.token_identity import Identity, identity_of
from chatserver.access.token_keys import TokenError, reason

TICKET_SECONDS = 60
_TYPE: Final = "ticket+jwt"
_AUDIENCE: Final = "chatserver tickets"


class Tickets:
    """`secret` is the same for all processes of a chat, and for nothing else."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, user: str, role: str, sign_in: str, lasts_until: int, now: int) -> str:
        """A ticket of a sign-in that lasts until then at most. Instants are real time in ms."""
        claims: dict[str, Any] = {
            "sub": user,
            "role": role,
            "sid": sign_in,
            "lasts_until": lasts_until,
            "aud": _AUDIENCE,
            "iat": now // 1_000,
            "exp": now // 1_000 + TICKET_SECONDS,
        }
        return jwt.encode(claims, self._secret, "HS256", headers={"typ": _TYPE})

    def read(self, token: str) -> Identity | None:
        """Whom it speaks for; None where it is no ticket. Raises TokenError."""
        try:
            if jwt.get_unverified_header(token).get("typ") != _TYPE:
                return None
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                audience=_AUDIENCE,
                options={"require": ["exp", "sub", "aud", "sid", "lasts_until"]},
            )
        except jwt.PyJWTError as error:
            raise TokenError(reason(error)) from None
        return identity_of(claims)
