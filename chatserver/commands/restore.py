"""`chatserver restore`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chatserver.backup.restoring import restore as restoring
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.screen import LONG, bar, screen


def restore(
    folder: Path, /, *, move_aside: Annotated[bool, Parameter(negative="")] = False, flags: ServerFlags = NO_FLAGS
) -> None:
    """Put a backup back, where no server runs and no data is.

    Parameters
    ----------
    folder
        The backup. Every file of it is verified first.
    move_aside
        Move data that is there into a folder of its own in the data directory.
    """
    with one_sentence():
        settings = settings_of(flags)
        with bar(LONG) as progress:
            task = progress.add_task("verifying", total=None)
            manifest, aside = restoring(
                settings,
                folder,
                lambda done, total: progress.update(task, completed=done, total=total),
                move_aside=move_aside,
            )
        _say(f"{settings.data_dir} holds again what it held at {manifest.made_at}.")
        if aside is not None:
            _say(f"What was there is in {aside}.")
        for name, origin in manifest.origins.items():
            _say(f"To be put back by hand where it is missing: {folder / name}, which was {origin}.")
        if "secrets/master" in manifest.files and not (folder / "secrets").exists():
            _say(f"Put the master key back as well: {settings.data_dir / 'secrets' / 'master'}.")
        if "records.dump" in manifest.files:
            _say(f"The database: pg_restore --clean --if-exists --dbname=… {folder / 'records.dump'}")
        for sentence in manifest.lacking:
            _say(f"Was not in the backup: {sentence}")
        _say(
            "Next: `chatserver rebuild`; then `chatserver erase` and `chatserver revoke` again for everybody who was "
            f"erased or revoked since {manifest.made_at}; then start the server."
        )


def _say(sentence: str) -> None:
    screen.print(sentence, highlight=False, markup=False, soft_wrap=True)
