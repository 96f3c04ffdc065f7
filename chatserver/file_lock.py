"""Locks on files: one process of this machine at a time. A lock ends with its process, however that ends."""

import fcntl
from pathlib import Path
from typing import TextIO

from chatserver.private_files import open_private


class LockedError(Exception):
    """Another process holds the lock."""


def lock(path: Path, *, wait: bool = False) -> TextIO:
    """The file, made where there is none, with the lock on it until it is closed; to be read from its beginning.

    Blocks while another process holds it, where `wait` says so; else raises LockedError. Raises OSError.
    """
    file = open_private(path, "a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.seek(0)
    except BlockingIOError:
        file.close()
        raise LockedError(path) from None
    except BaseException:
        file.close()
        raise
    return file


def read_if_locked(path: Path) -> str | None:
    """What stands in a file that another process holds now; None where none does. Raises OSError."""
    with path.open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read()
        return None
