"""One sign-in: a browser in which a person is signed in."""

from typing import Final

from msgspec import Struct

from chatserver.protocol.events import Role
from quotas.instant import DAY

SIGN_IN_LASTS: Final = 30 * DAY
"""ms from its last use on."""
DEVICE_CHARACTERS: Final = 120
"""What is kept of how a browser calls itself."""


class SignIn(Struct, frozen=True):
    """`id` names it to its owner; it opens nothing. Instants are ms of real time."""

    id: str
    person: str
    device: str
    """How the browser called itself, shortened: for its owner to know it by."""
    began_at: int
    used_at: int
    """To the hour."""

    @property
    def lasts_until(self) -> int:
        """It ends then, if it is not used before."""
        return self.used_at + SIGN_IN_LASTS


class SignedIn(Struct, frozen=True):
    """A sign-in as it begins: `cookie` is the secret that its browser keeps, and nobody is told again."""

    sign_in: SignIn
    cookie: str
    role: Role


class SignInTicket(Struct, frozen=True):
    """What a page needs to ask the server as its person. `expires_at` is RFC 3339."""

    token: str
    user: str
    role: Role
    expires_at: str
    sign_in: str
    """The sign-in's id, under which the browser's push is kept too: so it ends with it."""
