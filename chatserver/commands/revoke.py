"""`chatserver revoke`."""

import time
from typing import Annotated

from cyclopts import Parameter

from chatserver.access.tokens import require_user
from chatserver.audit.operator import operator_deed
from chatserver.audit.trail import note
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run, store_in_use_of
from chatserver.commands.screen import screen
from chatserver.composition import opening
from chatserver.conversations.recorded import is_recorded
from chatserver.settings import Settings, SettingsError
from quotas import instant


def revoke(
    person: str,
    /,
    *,
    before: str | None = None,
    unrecorded: Annotated[bool, Parameter(negative="")] = False,
    flags: ServerFlags = NO_FLAGS,
) -> None:
    """Refuse a person's tokens issued before an instant, and close their sockets on every running server.

    Parameters
    ----------
    person
        Id of the person.
    before
        An RFC 3339 instant with its offset; now unless given.
    unrecorded
        Also where nobody by that id is on record, as services often are not. Needs no database, and is not in the
        audit log.
    """
    with one_sentence():
        settings = settings_of(flags)
        try:
            require_user(person)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        if not unrecorded:
            require_records(settings)
        with store_in_use_of(settings) as store_url:
            if not unrecorded and not run(_is_on_record(settings, person, run(opening.clock_of(store_url)))):
                raise SettingsError(
                    f"nobody by the id {person} is on record, and nothing was revoked; correct the id, or give "
                    "--unrecorded to refuse its tokens all the same"
                )
            holds = run(_revoke(store_url, person, before))
        screen.print(f"Tokens of {person} issued before {instant.text(holds)} are refused.", highlight=False)


async def _is_on_record(settings: Settings, person: str, at: int) -> bool:
    """Whether there is anybody to revoke tokens of; that it is about to be done is noted then."""
    async with opening.migrated(settings) as database:
        if not await is_recorded(database, person):
            return False
        await note(database, operator_deed("tokens.revoked", at, person=person))
        return True


async def _revoke(store_url: str, person: str, before: str | None) -> int:
    now = time.time_ns() // 1_000_000
    async with opening.revoking(store_url) as revocations:
        try:
            return await revocations.revoke(person, now if before is None else instant.parse(before), now)
        except ValueError as error:
            raise SettingsError(f"--before: {error}") from None
