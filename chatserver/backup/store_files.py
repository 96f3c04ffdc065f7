"""The embedded store's append-only files, copied while it writes.

A list names the files of the moment; it is replaced in one step, before the store goes on in another file. Files are
only added to, and those that were opened stay, also where the store deletes them. So what an unchanged list names, each
file as long as it was then, is the store at that moment: everything that it had acknowledged is there. A command that
was being written at the end is dropped by Valkey when it reads the copy. The store itself does not notice.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

FOLDER = "appendonlydir"
LIST = "appendonly.aof.manifest"
BASE, ADDED = "b", "i"
"""Kinds of files in the list; others are what a rewrite has made needless."""


class StoreFiles:
    """The files of one moment, open; none where the store has never run."""

    def __init__(self, store: Path, stack: ExitStack) -> None:
        """`stack` closes them. Raises OSError."""
        self.sizes: dict[str, int] = {}
        self._folder = store / FOLDER
        self._open: dict[str, BinaryIO] = {}
        self.listed: list[str] = []
        """The lines of the list."""
        if not (self._folder / LIST).exists():
            return
        while True:
            content = (self._folder / LIST).read_bytes()
            self.listed = [line for line in content.decode().splitlines() if line.split()[-1] in (BASE, ADDED)]
            with ExitStack() as attempt:
                try:
                    self._open = {name: attempt.enter_context((self._folder / name).open("rb")) for name in self._names}
                except FileNotFoundError:  # A rewrite has ended meanwhile.
                    continue
                self.sizes = {name: os.fstat(file.fileno()).st_size for name, file in self._open.items()}
                if (self._folder / LIST).read_bytes() == content:
                    stack.push(attempt.pop_all())
                    return

    @property
    def _names(self) -> list[str]:
        # Lines such as `file appendonly.aof.1.base.rdb seq 1 type b`.
        return [line.split()[1] for line in self.listed]

    def items(self) -> list[tuple[str, BinaryIO, int]]:
        """Name, file and how much of it belongs to the moment."""
        return [(name, file, self.sizes[name]) for name, file in self._open.items()]
