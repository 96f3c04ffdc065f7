"""Files for the server's user alone: names and addresses of people, sealed texts, keys, tokens."""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

FOR_OTHERS = 0o077
"""What of a mode is about other users."""
KEPT = ("store", "attachments", "secrets", "tokens", "mail", "records.db*", "lock", "port")
"""What the server keeps in its data directory. What else is there is somebody else's."""

logger = logging.getLogger(__name__)


def keep_private() -> None:
    """Let whatever this process and its children create from now on be for their user alone."""
    os.umask(FOR_OTHERS)


def open_private(file: Path, mode: str) -> TextIO:
    """As `open` for UTF-8 texts; a file that it creates is for its owner alone, whatever the umask. Raises OSError."""
    return open(file, mode, encoding="utf-8", newline="\n", opener=_private)  # type: ignore[return-value]  # noqa: PTH123 - the mode is none of bytes; Path.open takes no opener


def open_private_bytes(file: Path) -> BinaryIO:
    """A new file of bytes, for its owner alone; one that is there is written anew. Raises OSError."""
    return open(file, "wb", opener=_private)  # noqa: PTH123 - as above


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def make_folder(folder: Path) -> None:
    """Make it, for this user alone, where there is none. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def tighten(data_dir: Path) -> None:
    """Take the data directory, and what the server keeps in it, from others; earlier releases let them read.

    Also where they are links to another place.
    """
    if data_dir.is_dir():
        _take(data_dir.resolve())
        for pattern in KEPT:
            for kept in data_dir.glob(pattern):
                for path in _all_in(kept.resolve()):
                    _take(path)


def tighten_file(file: Path) -> None:
    """Take a file from others, and what lies beside it with its name and more, such as a database's `-wal`."""
    for path in file.parent.glob(f"{_literal(file.name)}*"):
        _take(path)


def _literal(name: str) -> str:
    """For a pattern that means the name and nothing else."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _all_in(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir():
        yield from path.rglob("*")


def _take(path: Path) -> None:
    with suppress(FileNotFoundError):  # Others come and go: an append-only file that was written anew.
        status = path.stat(follow_symlinks=False)
        if path.is_symlink() or not status.st_mode & FOR_OTHERS:
            return
        if status.st_uid == os.geteuid():
            path.chmod(status.st_mode & 0o700)
        else:
            logger.warning("other users may read %s, which belongs to another user; run chmod go= on it", path)
