"""`chatserver rotate-key`."""

from contextlib import nullcontext
from typing import Annotated

from cyclopts import Parameter

from chatserver.audit.line import Details
from chatserver.audit.operator import operator_deed
from chatserver.audit.trail import note
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import now_of, run
from chatserver.commands.screen import LONG, bar, screen
from chatserver.composition import opening
from chatserver.keys.master_keys import MAKE_ONE, MasterKeys, master_keys
from chatserver.keys.rotation import Rotated, rotate
from chatserver.plural import counted
from chatserver.settings import Settings


def rotate_key(*, keep_old: Annotated[bool, Parameter(negative="")] = False, flags: ServerFlags = NO_FLAGS) -> None:
    """Make a new master key and wrap every conversation's key with it, beside running servers.

    Parameters
    ----------
    keep_old
        Leave the old master keys in the file, beneath the new one.
    """
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        masters = master_keys(settings)
        with masters.alone() if masters.file is not None else nullcontext():
            rotated = run(_rotate(settings, masters, keep_old, now_of(settings)))
        screen.print(
            f"Wrapped anew by the master key {rotated.master}: {counted(rotated.keys, 'key')}.", highlight=False
        )
        screen.print(_next_step(masters, rotated), highlight=False, soft_wrap=True)


async def _rotate(settings: Settings, masters: MasterKeys, keep_old: bool, at: int) -> Rotated:
    async with opening.migrated(settings) as database:
        with bar(LONG) as progress:
            task = progress.add_task("wrapping", total=None)
            rotated = await rotate(
                database,
                masters,
                lambda done, total: progress.update(task, completed=done, total=total),
                keep_old=keep_old,
            )
        # Afterwards, since which keys have gone is known then: of an interrupted one the rest is another.
        details: Details = {"master": rotated.master, "keys": rotated.keys, "dropped": rotated.dropped}
        await note(database, operator_deed("key.rotated", at, details=details))
        return rotated


def _next_step(masters: MasterKeys, rotated: Rotated) -> str:
    unneeded = ", ".join(rotated.unneeded)
    if rotated.dropped:
        return f"Dropped from {masters.place}: {unneeded}. Destroy its copies; keep a copy of the new one."
    if unneeded:
        return f"Nothing needs these any more: {unneeded}. Take them out of {masters.place} on every server."
    return (
        f"{masters.place} holds one key only. To change it, put the line that `{MAKE_ONE}` prints before it, start the "
        "servers with both, and run this command again."
    )
