"""`chatserver invite`."""

import sys
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from msgspec.structs import replace

from chatserver.access.tokens import require_user
from chatserver.audit.operator import operator_deed
from chatserver.audit.trail import noted_along
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import now_of, run, running_port
from chatserver.commands.screen import errors
from chatserver.composition import opening
from chatserver.conversations.requests import Missing
from chatserver.settings import Settings, SettingsError
from quotas.instant import MINUTE


def invite(
    person: str,
    /,
    *,
    minutes: Annotated[int, Parameter(validator=Number(gte=1, lte=7 * 24 * 60))] = 15,
    flags: ServerFlags = NO_FLAGS,
) -> None:
    """Print a link that signs a person in to their app, once: at the server that runs on that data folder.

    Parameters
    ----------
    person
        Id of the person: a member, a mentor or support.
    minutes
        How long it is good for, up to a week.
    """
    with one_sentence():
        settings = settings_of(flags)
        try:
            require_user(person)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        require_records(settings)
        port = running_port(settings.data_dir) if flags.port is None else flags.port
        if port is not None:
            settings = replace(settings, port=port)
        link = run(_invite(settings, person, minutes, now_of(settings)))
        if isinstance(link, Missing):
            raise SettingsError(f"no member, mentor or support by the id {person} is on record; correct the id")
        sys.stdout.write(f"{link}\n")
        if port is None and settings.public_url is None:
            errors.print(
                f"No server runs on {settings.data_dir}; this link is for one at {settings.outside_url}: "
                "name another with --port.",
                soft_wrap=True,
            )


async def _invite(settings: Settings, person: str, minutes: int, at: int) -> str | Missing:
    deed = operator_deed("person.invited", at, person=person, details={"minutes": minutes})
    async with opening.inviting(settings) as links:
        with noted_along(lambda: deed):
            return await links.make(person, lasts=minutes * MINUTE)
