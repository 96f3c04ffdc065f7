"""`chatserver clock`."""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
from cyclopts import Parameter
from msgspec import Struct, field
from msgspec.structs import replace
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from chatserver import foundation
from chatserver.cases.by_itself import StepByItself, steps_between
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run, store_in_use_of
from chatserver.commands.screen import errors, screen
from chatserver.composition import opening
from chatserver.conversations.rebuild import rules_problem
from chatserver.operating.clock_shift import ClockShiftError, require_shifted
from chatserver.replies.clock_move import ClockMove
from chatserver.replies.noted import Noted, noted_between
from chatserver.settings import Settings, SettingsError
from quotas import instant

COMMON = 110
"""Width of the terminal from which on the table names people, too."""


class Moved(Struct, frozen=True):
    """What the clock showed, what it shows, and what deadlines and cases did in between; `--json` prints it."""

    before: str = field(name="from")
    now: str = field(name="to")
    notices: list[Noted]
    cases: list[StepByItself]


def clock(
    *,
    to: str,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    flags: ServerFlags = NO_FLAGS,
) -> None:
    """Move the clock of a demo or a test ahead, beside running servers: what falls due in between happens in order.

    Parameters
    ----------
    to
        An RFC 3339 instant with its offset. The clock only moves ahead.
    as_json
        Print JSON: what the clock showed, what it shows, warnings and misses, steps of cases.
    """
    with one_sentence():
        settings = replace(settings_of(flags), now=None)
        try:
            target = instant.parse(to)
        except ValueError as error:
            raise SettingsError(f"--to: {error}") from None
        if settings.redis_url is None and not (settings.data_dir / "store").is_dir():
            raise SettingsError(f"{settings.data_dir} holds no store; start `chatserver demo`, or name --data-dir")
        with store_in_use_of(settings) as store_url:
            moved = run(_moved(settings, store_url, target))
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(moved), indent=2).decode() + "\n")
    else:
        _show(moved)


async def _moved(settings: Settings, store_url: str, target: int) -> Moved:
    await _refuse_real_time(store_url)
    async with foundation.records_and_ledger(settings, store_url) as parts:
        before = await parts.ledger.now()
        if target <= before:
            raise ClockShiftError(f"--to: the clock shows {instant.text(before)}; it only moves ahead")

        async def require_plans() -> None:
            """No server is there, who knows its policy: this one must do."""
            if problem := await rules_problem(parts.database, parts.rulebook):
                raise opening.StartError(problem)

        async def settle(partitions: Collection[int]) -> None:
            await require_plans()
            await parts.watch.settle_due(partitions)

        async def record() -> None:
            await require_plans()
            await parts.records.sweep()

        with _progress(before, target) as progress:
            move = ClockMove(parts.ledger, parts.waits, parts.watch.kinds, settle, progress)
            now = await move.to(target)
            await move.recorded(now, record)
        noted = await noted_between(parts.database, before, now)
        steps = await steps_between(parts.database, before, now)
        return Moved(instant.text(before), instant.text(now), noted, steps)


async def _refuse_real_time(store_url: str) -> None:
    async with opening.linked(store_url) as store:
        await require_shifted(store)


class _Progress:
    """A bar from one instant to another, where somebody watches."""

    def __init__(self, bar: Progress, before: int, target: int) -> None:
        self._bar = bar
        self._before = before
        self._task = bar.add_task(instant.text(before), total=target - before)

    def __call__(self, now: int) -> None:
        self._bar.update(self._task, completed=now - self._before, description=instant.text(now))


@contextmanager
def _progress(before: int, target: int) -> Iterator[_Progress]:
    columns = TextColumn("{task.description}"), BarColumn()
    with Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True) as bar:
        yield _Progress(bar, before, target)


def _show(moved: Moved) -> None:
    screen.print(f"The clock showed {moved.before}; it shows {moved.now}.", highlight=False)
    if moved.notices:
        _show_deadlines(moved.notices)
    else:
        screen.print("No deadline was warned of or missed in between.")
    if moved.cases:
        _show_cases(moved.cases)


def _show_deadlines(notices: Collection[Noted]) -> None:
    table = Table(box=None, pad_edge=False)
    people = ("member", "mentor") if screen.width >= COMMON else ()
    for column in ("at", "", "conversation", *people, "answer due"):
        # Only ids give way where there is no room.
        table.add_column(column, overflow="fold", no_wrap=column in ("at", "", "answer due"))
    for noted in notices:
        style = "red" if noted.kind == "missed" else "yellow"
        ids = (noted.conversation, noted.member, noted.mentor) if people else (noted.conversation,)
        table.add_row(noted.at, Text(noted.kind, style), *ids, noted.due_at)
    screen.print(table, highlight=False)


def _show_cases(steps: Collection[StepByItself]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("at", "case", "", "conversation"):
        table.add_column(column, overflow="fold", no_wrap=column != "conversation")
    for step in steps:
        table.add_row(step.at, step.kind, step.did, step.conversation)
    screen.print(table, highlight=False)
