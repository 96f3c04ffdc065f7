"""How two browsers find a way to each other: STUN servers, and TURN relays with passwords that last for one call.

Sources: RFC 8445 (ICE), RFC 8489 (STUN), RFC 8656 (TURN); coturn's `use-auth-secret` (draft-uberti-behave-turn-rest):
the name is an instant and a person, the password its HMAC-SHA1 under the secret that relay and server share.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence

from msgspec import Struct

from chatserver.settings import Settings


class IceServer(Struct, frozen=True):
    """As browsers take it. `username` and `credential` are null of a STUN server, which wants none."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Relays(Struct, frozen=True):
    """What the settings name; `secret` is there where there are relays."""

    stun: Sequence[str] = ()
    turn: Sequence[str] = ()
    secret: str | None = None

    def servers(self, person: str, until: int) -> list[IceServer]:
        """For a person, with passwords that hold until then: seconds of real time, for a relay knows no other."""
        found = [IceServer(list(self.stun))] if self.stun else []
        if self.secret is not None:
            name = f"{until}:{person}"
            digest = hmac.digest(self.secret.encode(), name.encode(), "sha1")
            found.append(IceServer(list(self.turn), name, b64encode(digest).decode()))
        return found


def relays_of(settings: Settings) -> Relays:
    """As the settings have it."""
    return Relays(settings.stun_urls, settings.turn_urls, settings.turn_secret)
