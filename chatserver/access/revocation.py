"""Tokens that are no longer accepted although they have not expired: a person's, issued before an instant.

The instant is kept in the store, so that every process and every later start knows it. Instants are real time, as in
tokens, never of a shifted clock.
"""

from chatserver.access.token_identity import Identity
from chatserver.access.tokens import Authenticator, TokenError
from chatserver.settings import Settings
from quotas import instant
from quotas.ledger import feed, keys
from quotas.store.port import Store

LONGEST_TOKEN_DAYS = 366
"""Longer than `chatserver token` signs for. A revocation is kept this long: what was issued before has expired then."""
LONGEST_SIGN_IN_DAYS = 31
"""An ended sign-in is kept this long: its last ticket, and any connection by it, has ended then."""
AHEAD_MS = 5_000
"""How far ahead the clock of whoever revokes may be."""


class RevokedError(TokenError):
    """The token was issued before its person's tokens were revoked."""


class Revocations:
    """What the store knows of revoked tokens, and how everybody hears of it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def revoke(self, person: str, before: int, now: int) -> int:
        """Refuse the person's tokens issued before `before` from now on; returns the instant that holds.

        It never moves back. Their open sockets are closed by every process. Raises ValueError where `before` lies
        ahead of `now`, StoreError.
        """
        if before > now + AHEAD_MS:
            raise ValueError("must not lie in the future: tokens that will be issued cannot be revoked")
        key = keys.revoked(person)
        await self._store.request("ZADD", key, "GT", before, person)
        holds = await self.before(person)
        await self._store.request("SPUBLISH", keys.person_feed(person), feed.revoked(holds))
        await self._store.request("ZREMRANGEBYSCORE", key, "-inf", now - LONGEST_TOKEN_DAYS * instant.DAY)
        return holds

    async def before(self, person: str) -> int:
        """The instant before which the person's tokens are revoked; 0 for never. Raises StoreError."""
        score = await self._store.request("ZSCORE", keys.revoked(person), person)
        return 0 if score is None else int(float(score))

    async def end_sign_in(self, person: str, sign_in: str, now: int) -> None:
        """Refuse that sign-in's tickets from now on, and close what is connected by it. Raises StoreError."""
        key = keys.signed_out(person)
        await self._store.request("ZADD", key, "NX", now, sign_in)
        await self._store.request("SPUBLISH", keys.person_feed(person), feed.signed_out(sign_in))
        await self._store.request("ZREMRANGEBYSCORE", key, "-inf", now - LONGEST_SIGN_IN_DAYS * instant.DAY)

    async def is_signed_out(self, person: str, sign_in: str) -> bool:
        """Raises StoreError."""
        return await self._store.request("ZSCORE", keys.signed_out(person), sign_in) is not None

    async def check(self, identity: Identity) -> None:
        """Raises RevokedError, StoreError."""
        if identity.sign_in and await self.is_signed_out(identity.user, identity.sign_in):
            raise RevokedError("the sign-in has ended")
        if identity.issued_at < await self.before(identity.user):
            raise RevokedError("the token was revoked")


class RevocableTokens(Authenticator):
    """Checks tokens, and whether they were revoked meanwhile."""

    def __init__(self, settings: Settings, revocations: Revocations) -> None:
        super().__init__(settings)
        self._revocations = revocations

    async def identify(self, token: str) -> Identity:
        """Whom `token` speaks for. Raises TokenError, and StoreError where the store does not answer."""
        identity = await super().identify(token)
        await self._revocations.check(identity)
        return identity
