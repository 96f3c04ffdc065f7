"""The files of an export: for their owner only, and whole or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

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
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")
