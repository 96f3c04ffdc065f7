"""How a benchmark of servers runs as a program, and how it is stopped."""

import resource
import signal
import sys
from typing import Never

from cyclopts import App
from rich.console import Console


def stop(console: Console, sentence: str) -> Never:
    """End with that sentence: nothing was measured."""
    console.print(sentence, style="bold red", markup=False)
    sys.exit(2)


def run(app: App) -> None:
    """A `kill` cleans up just as Ctrl-C does, and sockets may be as many as the system allows.

    Each pair has two at both ends of each server: many systems allow 1,024 files until asked.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    app()


def _interrupt(*_: object) -> Never:
    raise KeyboardInterrupt
