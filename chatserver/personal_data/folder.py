"""The files of an export: for their owner only, and whole or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from chatserver.private_files import make_folder, open_private
from chatserver.settings import SettingsError


@contextmanager
def written(folder: Path, names: tuple[str, ...]) -> Iterator[list[TextIO]]:
    """Open these files to write; they take their names at the end, and are removed where something went wrong.

    Raises SettingsError.
    """
    drafts = [folder / f"{name}.{os.getpid()}" for name in names]
    open_files: list[TextIO] = []
    try:
        try:
            make_folder(folder)
            open_files += [_private(draft) for draft in drafts]
            yield open_files
            for file in open_files:
                file.close()
            for draft, name in zip(drafts, names, strict=True):
                draft.replace(folder / name)
        except OSError as error:
            raise SettingsError(
                f"--to: {error.filename or folder} cannot be written: {error.strerror}; name a folder that this user "
                "may write in"
            ) from None
    finally:
        for file in open_files:
            with suppress(OSError):  # a full disk has been told already
                file.close()
        for draft in drafts:
            with suppress(OSError):
                draft.unlink()


def _private(file: Path) -> TextIO:
    with suppress(FileNotFoundError):
        file.unlink()
    return open_private(file, "x")
