"""Whether the chain holds: every line is as it was noted, none is missing, and they are in their order."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from chatserver.audit import rows
from chatserver.audit.line import START, AuditHead, AuditLine, hash_of
from chatserver.records.database import Database

AT_ONCE = 5_000
"""Lines that are read and worked out at once: some 2 MB."""
MOST_BREAKS = 20
"""Breaks that are told one by one."""

Fault = Literal["missing", "changed", "head"]
"""`missing`: lines before this one are not there. `changed`: this line, or the hash of the one before it, is not as it
was noted; a line that was put elsewhere is one too. `head`: the newest line is not the one that is kept as newest."""


class Break(Struct, frozen=True):
    """Where the chain does not hold; of `missing` lines the first is `number`, and `upto` the last."""

    fault: Fault
    number: int
    upto: int


class Verified(Struct, frozen=True):
    """What was found in `lines` lines; `head` is the newest of them.

    `expected_at` is the line with the hash that was expected; None where none has it, or none was.
    """

    lines: int
    head: AuditHead
    breaks: list[Break]
    more_breaks: int
    expected_at: int | None

    @property
    def holds(self) -> bool:
        """Whether nothing was found, whatever was expected."""
        return not self.breaks


class _Chain:
    """Looks at lines in order."""

    def __init__(self, expected: bytes | None) -> None:
        self._expected = expected
        self.head = AuditHead()
        self.lines = 0
        self.breaks: list[Break] = []
        self.more_breaks = 0
        self.expected_at: int | None = 0 if expected == START else None

    def look(self, lines: Sequence[AuditLine]) -> None:
        for line in lines:
            if line.number != (next_one := self.head.number + 1):
                self.found(Break("missing", next_one, line.number - 1))
            elif hash_of(self.head.hash, line) != line.hash:
                self.found(Break("changed", line.number, line.number))
            if line.hash == self._expected:
                self.expected_at = line.number
            self.head = AuditHead(line.number, line.hash)
        self.lines += len(lines)

    def found(self, broken: Break) -> None:
        if len(self.breaks) < MOST_BREAKS:
            self.breaks.append(broken)
        else:
            self.more_breaks += 1


async def verify(database: Database, expected: bytes | None, on_progress: Callable[[int, int], None]) -> Verified:
    """Look at every line up to the newest of now; `on_progress` gets how many of how many. Raises DatabaseError."""
    async with database.read() as connection:
        head, last = await rows.head_and_last(connection)
    chain = _Chain(expected)
    on_progress(0, last)
    while chain.head.number < last:
        async with database.read() as connection:
            found = await rows.after(connection, chain.head.number, AT_ONCE)
        lines = [line for line in found if line.number <= last]
        if not lines:
            break
        await asyncio.to_thread(chain.look, lines)
        on_progress(chain.lines, max(chain.lines, last))
    if chain.head.number < head.number:
        chain.found(Break("missing", chain.head.number + 1, head.number))
    elif chain.head != head:
        chain.found(Break("head", head.number, chain.head.number))
    return Verified(chain.lines, chain.head, chain.breaks, chain.more_breaks, chain.expected_at)
