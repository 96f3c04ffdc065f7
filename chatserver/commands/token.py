"""`chatserver token`."""

import sys
import time

from chatserver.access.tokens import issue
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.protocol.events import Role
from chatserver.settings import SettingsError, jwt_secret


def token(person: str, /, *, role: Role, days: int = 1, flags: ServerFlags = NO_FLAGS) -> None:
    """Print a token for a person, signed with the server's secret.

    Parameters
    ----------
    person
        Id of the person.
    role
        member, mentor, support or service.
    days
        How long it is good for, from 1 to 365.
    """
    with one_sentence():
        settings = settings_of(flags)
        if not 1 <= days <= 365:
            raise SettingsError(f"--days {days}: 1 to 365 are allowed")
        try:
            made = issue(
                jwt_secret(settings, create=False),
                person,
                role,
                days * 86_400,
                int(time.time() * 1000),
                audience=settings.jwt_audience,
                issuer=settings.jwt_issuer,
            )
        except ValueError as error:
            raise SettingsError(str(error)) from None
        sys.stdout.write(made + "\n")
