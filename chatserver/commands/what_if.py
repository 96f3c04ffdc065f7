"""`chatserver what-if`."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from msgspec.structs import replace

from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.running import run
from chatserver.commands.screen import LONG, bar, screen
from chatserver.composition import opening
from chatserver.settings import Settings, SettingsError, load
from chatserver.terminal.what_if import show
from chatserver.what_if import NothingRecordedError, RangeError
from chatserver.what_if import what_if as figures_of
from quotas.terms import Rulebook
from quotas.what_if import WhatIfReport


def what_if(
    *,
    policy: Path,
    today: Path | None = None,
    first: Annotated[date | None, Parameter(name="--from")] = None,
    last: Annotated[date | None, Parameter(name="--to")] = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    data_dir: Path | None = None,
    database_url: str | None = None,
    config: Path | None = None,
) -> None:
    """Show what another policy would have made of the messages on record, beside today's, by plan and week.

    It reads the records alone, also beside a running server.

    Parameters
    ----------
    policy
        TOML file of the new policy, which changes the built-in plans and calendar.
    today
        TOML file of today's policy; by default the server's, by its settings.
    first
        First day, such as 2026-01-05, in the zone of today's policy; by default a Monday, for twelve weeks.
    last
        Last day; by default that of the newest record.
    as_json
        Print JSON.
    data_dir
        Folder of the SQLite file.
    database_url
        Database of records instead of the SQLite file.
    config
        TOML file with settings.
    """
    with one_sentence():
        given = {"policy": today, "data_dir": data_dir, "database_url": database_url, "config": config}
        settings, _ = load(given, os.environ)
        require_records(settings)
        new = replace(settings, policy=policy)
        rulebooks = Rulebook(opening.policy_of(settings)), Rulebook(opening.policy_of(new))
        report = run(_figures(settings, rulebooks, first, last))
        if as_json:
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n")
        else:
            show(screen, report)


async def _figures(
    settings: Settings, rulebooks: tuple[Rulebook, Rulebook], first: date | None, last: date | None
) -> WhatIfReport:
    async with opening.migrated(settings) as database:
        with bar(LONG) as progress:
            task = progress.add_task("conversations", total=None)
            try:
                return await figures_of(
                    database,
                    *rulebooks,
                    first,
                    last,
                    lambda done, total: progress.update(task, completed=done, total=total),
                )
            except RangeError as error:
                raise SettingsError(f"--from, --to: {error}") from None
            except NothingRecordedError:
                raise SettingsError("nobody has written yet, or nothing of it is in the archive") from None
