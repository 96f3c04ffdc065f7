"""What a backup holds: written last, and looked at before anything is restored."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

NAME = "manifest.json"
FORMAT = 1
PIECE = 1024 * 1024
"""Bytes copied at a time."""

Copied = Callable[[int], None]
"""Is told of bytes that were copied or read."""


class BackupError(Exception):
    """A backup cannot be made or restored; one sentence that says why and what to do."""


class Sum(Struct, frozen=True):
    """What a file's content must be."""

    bytes: int
    sha256: str


class Manifest(Struct, frozen=True):
    """The files by their paths in the backup's folder. `origins` has the places of those that are put back by hand."""

    format: int
    made_at: str
    release: str
    files: dict[str, Sum]
    origins: dict[str, str]
    lacking: list[str]
    """What is not in it, as sentences."""


def write(folder: Path, manifest: Manifest) -> None:
    """Raises OSError."""
    with (folder / NAME).open("xb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """Raises BackupError where the folder holds no backup that this release can read."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except OSError as error:
        raise BackupError(f"{folder} is no whole backup: {NAME} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BackupError(f"{folder} is no backup that can be read: its {NAME} is damaged") from None
    if manifest.format != FORMAT:
        raise BackupError(f"{folder} was made by release {manifest.release}; restore it with that one")
    for name in manifest.files:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BackupError(f"{folder} names files outside of itself, such as {name}; it was changed")
    return manifest


def copy(source: BinaryIO, size: int, to: Path, copied: Copied) -> Sum:
    """Copy the first `size` bytes into a new file, down to the disk. Raises OSError."""
    digest = hashlib.sha256()
    left = size
    with to.open("xb") as target:
        while left and (piece := source.read(min(PIECE, left))):
            target.write(piece)
            digest.update(piece)
            left -= len(piece)
            copied(len(piece))
        target.flush()
        os.fsync(target.fileno())
    return Sum(size - left, digest.hexdigest())


def sum_of(file: Path, read: Copied) -> Sum:
    """Raises OSError."""
    digest = hashlib.sha256()
    size = 0
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            digest.update(piece)
            size += len(piece)
            read(len(piece))
    return Sum(size, digest.hexdigest())


def flush_folder(folder: Path) -> None:
    """Let the names in it be on the disk, too. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
