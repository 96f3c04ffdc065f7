"""`chatserver backup`."""

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chatserver.backup.making import Backup
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.screen import LONG, bar, screen


def backup(
    folder: Path, /, *, without_secrets: Annotated[bool, Parameter(negative="")] = False, flags: ServerFlags = NO_FLAGS
) -> None:
    """Copy everything that the server keeps into a new folder, beside a running server.

    Parameters
    ----------
    folder
        The folder to make. It is there at the end, whole, or not at all.
    without_secrets
        Leave out the master key, the token secret and the settings file.
    """
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        config = flags.config or os.environ.get("CHATSERVER_CONFIG")
        with bar(LONG) as progress:
            task = progress.add_task("copying", total=None)
            made = Backup(
                settings,
                Path(config).expanduser() if config else None,
                lambda done, total: progress.update(task, completed=done, total=total),
            ).make(folder, with_secrets=not without_secrets)
        size = sum(each.bytes for each in made.files.values())
        screen.print(
            f"{folder} holds everything acknowledged until {made.made_at}: {len(made.files)} files, {size:,} bytes.",
            highlight=False,
            soft_wrap=True,
        )
        if any(name.startswith("secrets/") for name in made.files):
            screen.print(f"Keep {folder / 'secrets'} apart from the rest.", highlight=False, soft_wrap=True)
        for sentence in made.lacking:
            screen.print(f"Not in it: {sentence}", highlight=False, soft_wrap=True)
