"""`renew`: a connection goes on with a fresh token, of the same person in the same role, and not revoked."""

from chatserver.access.revocation import Revocations, RevokedError
from chatserver.access.tokens import Authenticator, TokenError
from chatserver.protocol.codes import Code
from chatserver.protocol.commands import Renew
from chatserver.protocol.events import Renewed
from chatserver.realtime.command_desk import Asker
from quotas.instant import text

REFUSED: Code = "token_refused"


class RenewDesk:
    """A `CommandDesk`."""

    def __init__(self, authenticator: Authenticator, revocations: Revocations) -> None:
        self._authenticator = authenticator
        self._revocations = revocations

    async def obey(self, asker: Asker, command: Renew) -> None:
        """The connection stays as long as the token is good."""
        try:
            identity = await self._authenticator.identify(command.token)
            await self._revocations.check(identity)
        except RevokedError:
            asker.refuse(command, REFUSED, "the token was revoked")
            return
        except TokenError as error:
            asker.refuse(command, REFUSED, f"{error}")
            return
        if (identity.user, identity.role) != (asker.user, asker.role):
            why = f"the token is not one of the {asker.role} {asker.user!r}, who is connected here"
            asker.refuse(command, REFUSED, why)
        elif asker.sign_in not in ("", identity.sign_in):
            asker.refuse(command, REFUSED, "the connection belongs to a sign-in, and the token to another")
        else:
            asker.go_on(identity)
            asker.tell(Renewed(text(identity.connected_until), command.ask))
