"""How far a measurement is: one bar for each."""

from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Tell(Protocol):
    """Called by a measurement: what it does now, and the share (0 to 1) that is done."""

    def __call__(self, what: str, share: float) -> None:
        """Both are shown at once."""
        ...


def bars(console: Console) -> Progress:
    """Few refreshes: the bar must not take the CPU that it watches."""
    return Progress(
        TextColumn("{task.fields[part]:<13}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
        refresh_per_second=1,
    )


def bar(progress: Progress, part: str) -> Tell:
    """A bar of its own for a part."""
    task = progress.add_task("", total=1.0, part=part)

    def tell(what: str, share: float) -> None:
        progress.update(task, description=what, completed=share)

    return tell


def within(tell: Tell, what: str, begin: float, end: float) -> Callable[[float], None]:
    """For a step that knows its own share only: it is the part of the whole from `begin` to `end`."""
    return lambda share: tell(what, begin + (end - begin) * share)
