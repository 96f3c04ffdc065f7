"""What a person at a terminal sees: sentences and bars."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LONG = 2_000
"""Lines from which on a bar is worth looking at."""

errors = Console(stderr=True, markup=False, emoji=False)
screen = Console(markup=False, emoji=False)
"""Both print what they are given as it is: a path or an id may hold `[…]` or `:x:`. Colours are given as `Text`."""


def bar(lines: int) -> Progress:
    """A bar on the terminal for long work; silent where there is little to do or nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        disable=lines < LONG or not errors.is_terminal,
        transient=True,
    )
