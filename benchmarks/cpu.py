"""CPU time of processes, from Linux's /proc. Source: proc(5), `/proc/pid/stat`."""

import os
from pathlib import Path

_MICROS_PER_TICK = 1_000_000 // os.sysconf("SC_CLK_TCK")
_UTIME, _CSTIME = 11, 14
"""Positions after the command name: utime, stime, cutime, cstime stand side by side."""


def cpu_micros(pid: int) -> int:
    """User and system time of a process with all its threads and children, in microseconds, in steps of a clock tick.

    Children that have ended count through their parent once it has waited for them. A process that is gone is 0.
    """
    directory = Path("/proc") / str(pid)
    try:
        # The command name may hold blanks and brackets; the last bracket ends it.
        numbers = (directory / "stat").read_text().rpartition(")")[2].split()
        children = [int(child) for task in (directory / "task").iterdir() for child in _children(task)]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    own = sum(int(ticks) for ticks in numbers[_UTIME : _CSTIME + 1]) * _MICROS_PER_TICK
    return own + sum(cpu_micros(child) for child in children)


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []  # The thread ended while the others were read.
