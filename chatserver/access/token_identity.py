"""Whom a token speaks for, once its signature is known to be good."""

import re
import time
from collections.abc import Mapping
from typing import Any, get_args

from msgspec import Struct

from chatserver.access.token_keys import TokenError
from chatserver.protocol.commands import NAME_ALLOWED, NAME_PATTERN
from chatserver.protocol.events import Role

ROLES: tuple[Role, ...] = get_args(Role)
_LATEST_EXP = 2**53 // 1_000
_IS_NAME = re.compile(NAME_PATTERN)


class Identity(Struct, frozen=True):
    """Whom a token speaks for. `expires_at` is its exp in milliseconds of real time, never of a shifted clock.

    `issued_at` is its iat, to the second as issuers give it; 0 where it names none, which is older than any revocation.
    """

    user: str
    role: Role
    expires_at: int
    issued_at: int = 0
    sign_in: str = ""
    """Of a ticket: the sign-in that it was got with."""
    lasts_until: int = 0
    """Of a ticket: until when a connection may stay that was opened with it, in ms of real time."""

    @property
    def connected_until(self) -> int:
        """When a connection that was opened with it ends."""
        return self.lasts_until or self.expires_at


def is_user(name: str) -> bool:
    """Whether a token can speak for it."""
    return _IS_NAME.fullmatch(name) is not None


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """Whom the claims of a token speak for, whose signature is good. Raises TokenError."""
    expires = claims["exp"]
    if isinstance(expires, bool) or not isinstance(expires, int | float) or not 0 <= expires <= _LATEST_EXP:
        raise TokenError("the token's exp is no date")
    if expires <= time.time():
        raise TokenError("the token has expired")
    if not is_user(claims["sub"]):
        raise TokenError(f"the token's sub is no user: allowed are {NAME_ALLOWED}")
    role = claims.get("role")
    if role not in ROLES:
        raise TokenError(f"the token's role must be one of {', '.join(ROLES)}")
    return Identity(
        user=claims["sub"],
        role=role,
        expires_at=int(expires * 1_000),
        issued_at=int(claims.get("iat", 0)) * 1_000,
        sign_in=str(claims.get("sid", "")),
        lasts_until=int(claims.get("lasts_until", 0)),
    )
