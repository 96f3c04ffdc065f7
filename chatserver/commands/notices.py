"""`chatserver notices`: what waits to be sent and what failed; trying it anew, and a test."""

import logging
import sys
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.table import Table

from chatserver import foundation, keyed
from chatserver.commands.asking import print_json
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run, store_in_use_of
from chatserver.commands.screen import screen
from chatserver.composition import opening
from chatserver.notices.delivery import ChannelName
from chatserver.notices.outbox_desk import TriedNotice, listed
from chatserver.notices.outbox_line import OutboxFilter, OutboxLine
from chatserver.settings import Settings, SettingsError
from quotas import instant

notices = App(name="notices")

AsJson = Annotated[bool, Parameter(name="--json", negative="")]
_number = Number(gte=1, lte=2**63 - 1)
"""Of a row: databases have none beyond."""


def _numbers(type_: Any, ids: list[int] | None) -> None:
    for id in ids or []:
        _number(type_, id)


Failed = Annotated[bool, Parameter(negative="")]


@notices.default
def show(
    *,
    failed: Failed = False,
    channel: ChannelName | None = None,
    person: str | None = None,
    most: Annotated[int, Parameter(validator=Number(gte=1, lte=100_000))] = 100,
    as_json: AsJson = False,
    flags: ServerFlags = NO_FLAGS,
) -> None:
    """Show what waits to be sent, the first due first; also beside a running server.

    Parameters
    ----------
    failed
        Show what was given up instead, the last one first. It is kept for 90 days.
    channel
        Only what goes by mail, push or webhook.
    person
        Only what is for that person, by id.
    most
        Lines at most.
    as_json
        Print JSON: one object for each.
    """
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        lines = run(_listed(settings, OutboxFilter(channel, person), most, failed=failed))
        if as_json:
            print_json([_object(line) for line in lines])
        else:
            _show_lines(lines, most, failed=failed)


@notices.command
def retry(
    ids: Annotated[list[int] | None, Parameter(negative="", validator=_numbers)] = None,
    /,
    *,
    failed: Failed = False,
    channel: ChannelName | None = None,
    person: str | None = None,
    as_json: AsJson = False,
    flags: ServerFlags = NO_FLAGS,
) -> None:
    """Try to send again what failed or waits for another try, at once; a running server does it.

    Parameters
    ----------
    ids
        Which, by their numbers in the list.
    failed
        All that failed.
    channel
        Of those only what goes by mail, push or webhook.
    person
        Of those only what is for that person, by id.
    as_json
        Print the numbers of those that are tried again as JSON.
    """
    with one_sentence():
        if bool(ids) == failed:
            raise SettingsError("name what to try again: its numbers in the list, or --failed for all that failed")
        if ids and (channel or person):
            raise SettingsError("--channel and --person choose among --failed, not among numbers")
        settings = settings_of(flags)
        require_records(settings)
        with store_in_use_of(settings) as store_url:
            again = run(_retried(settings, store_url, ids or [], OutboxFilter(channel, person)))
        if as_json:
            print_json(again)
            return
        screen.print(f"{len(again)} will be tried again.", highlight=False)
        if left := [id for id in ids or [] if id not in again]:
            said = ", ".join(map(str, left))
            screen.print(f"Left as it is, since it is sent, dropped, being sent or not there: {said}.", highlight=False)


@notices.command
def test(person: str, /, *, as_json: AsJson = False, flags: ServerFlags = NO_FLAGS) -> None:
    """Send a person a test by mail and push, and say what happened. Exit status 1 where nothing was sent.

    The command sends it itself, with the settings and certificates that it is given.

    Parameters
    ----------
    person
        Id of the person.
    as_json
        Print JSON: one object for each place.
    """
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        # What the channels log stands in the table.
        logging.getLogger("chatserver").addHandler(logging.NullHandler())
        with store_in_use_of(settings) as store_url:
            tried = run(_tested(settings, store_url, person))
        if tried is None:
            raise SettingsError(f"there is no person {person}")
        if as_json:
            print_json(tried)
        else:
            _show_tried(tried)
        if not any(each.outcome == "sent" for each in tried):
            sys.exit(1)


async def _listed(settings: Settings, of: OutboxFilter, most: int, *, failed: bool) -> list[OutboxLine]:
    async with opening.migrated(settings) as database:
        return await listed(database, of, most, failed=failed)


async def _retried(settings: Settings, store_url: str, ids: list[int], of: OutboxFilter) -> list[int]:
    async with foundation.records_and_ledger(settings, store_url) as parts:
        return await (parts.outbox_desk.retry(ids) if ids else parts.outbox_desk.retry_failed(of))


async def _tested(settings: Settings, store_url: str, person: str) -> list[TriedNotice] | None:
    async with keyed.with_keys(settings, store_url) as parts:
        return await parts.outbox_desk.test(person)


def _show_lines(lines: list[OutboxLine], most: int, *, failed: bool) -> None:
    if not lines:
        screen.print("Nothing was given up." if failed else "Nothing waits.", highlight=False)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    at_column, why_column = ("given up (UTC)", "why") if failed else ("due (UTC)", "why not yet")
    for column in ("number", "channel", "to", "event", at_column, "tries", why_column):
        table.add_column(
            column,
            overflow="fold",
            no_wrap=column == at_column,
            justify="right" if column in ("number", "tries") else "left",
        )
    for line in lines:
        at = line.done_at if failed and line.done_at is not None else line.due_at
        why = line.reason or ("held for quiet hours" if line.held else "")
        told = instant.text(at)[:16].replace("T", " ")
        table.add_row(str(line.id), line.channel, _to(line), line.event, told, str(line.attempts), why)
    screen.print(table, highlight=False)
    if len(lines) == most:
        screen.print("There may be more: --most shows them.", highlight=False)


def _show_tried(tried: list[TriedNotice]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("channel", "to", "what happened", "why"):
        table.add_column(column, overflow="fold")
    for each in tried:
        happened = {"none": "not tried", "postponed": "not taken; tried again"}.get(each.outcome, each.outcome)
        table.add_row(each.channel, each.endpoint, happened, each.reason or "")
    screen.print(table, highlight=False)


def _to(line: OutboxLine) -> str:
    return " ".join(part for part in (line.person, line.endpoint) if part)


def _object(line: OutboxLine) -> dict[str, Any]:
    """Its instants as everywhere in JSON."""
    found: dict[str, Any] = msgspec.to_builtins(line)
    return {
        name: instant.text(value) if name.endswith("_at") and value is not None else value
        for name, value in found.items()
    }
