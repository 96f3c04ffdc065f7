"""`chatserver config`."""

import os
from dataclasses import asdict

from rich.table import Table

from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags
from chatserver.commands.screen import screen
from chatserver.settings import DESCRIPTIONS, load, shown


def config(flags: ServerFlags = NO_FLAGS) -> None:
    """Show every setting, its value, and where it came from."""
    with one_sentence():
        settings, sources = load(asdict(flags), os.environ)
        table = Table()
        table.add_column("setting", no_wrap=True)
        for column in ("value", "from", "meaning"):
            table.add_column(column, overflow="fold")
        for key, meaning in DESCRIPTIONS.items():
            table.add_row(key, shown(settings, key), sources[key], meaning)
        screen.print(table)
