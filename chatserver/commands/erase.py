"""`chatserver erase`."""

import sys
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from chatserver import keyed
from chatserver.audit.operator import operator_deed
from chatserver.audit.trail import noted_along
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run, store_in_use_of
from chatserver.commands.screen import LONG, bar, errors, screen
from chatserver.composition import opening
from chatserver.personal_data.erasure import Erased
from chatserver.plural import counted
from chatserver.settings import Settings, SettingsError
from quotas import instant


def erase(
    person: str, /, *, yes: Annotated[bool, Parameter(negative="")] = False, flags: ServerFlags = NO_FLAGS
) -> None:
    """Erase a person for good: their texts, name and e-mail address. Run it again where it was interrupted.

    Their conversations end; what others wrote in them stays.

    Parameters
    ----------
    person
        Id of the person.
    yes
        Do not ask first.
    """
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        if not yes:
            _confirm(person)
        with store_in_use_of(settings) as store_url:
            erased = run(_erase(settings, store_url, person, run(opening.clock_of(store_url))))
        _show(erased)
        if erased.unrecorded:
            sys.exit(1)


def _confirm(person: str) -> None:
    errors.print(
        f"This erases {person} for good: texts, name, e-mail address. Their conversations end. Nothing brings it back.",
        highlight=False,
        soft_wrap=True,
    )
    try:
        typed = errors.input("Type the id again to go on: ", markup=False)
    except EOFError:
        typed = ""
    if typed.strip() != person:
        raise SettingsError("nothing was erased: the id was not typed again; scripts give --yes")


async def _erase(settings: Settings, store_url: str, person: str, at: int) -> Erased:
    async with keyed.erasing(settings, store_url) as erasure:
        deed = operator_deed("person.erased", at, person=person)
        with bar(LONG) as progress, noted_along(lambda: deed):
            task = progress.add_task("erasing", total=None)
            return await erasure.erase(person, lambda done, total: progress.update(task, completed=done, total=total))


def _show(erased: Erased) -> None:
    table = Table(title=f"{erased.person} is erased", title_justify="left", show_lines=True)
    for column in ("", "what", "why, or how"):
        table.add_column(column, overflow="fold")
    for word, what, why in _rows(erased):
        table.add_row(word, what, why)
    screen.print(table, highlight=False)
    if erased.unrecorded:
        screen.print(
            f"Not erased from {', '.join(erased.unrecorded)}: only the store knows them, not the records. Create them "
            "again with PUT /v1/conversations/ID, then run this command again.",
            highlight=False,
            soft_wrap=True,
        )


def _rows(erased: Erased) -> list[tuple[str, str, str]]:
    remains = erased.remains
    leftovers = (
        "the database file was written anew; a disk may keep the old blocks for a while"
        if erased.wiped
        else "PostgreSQL keeps deleted rows until VACUUM, and its write-ahead log and archives as long as you do"
    )
    records = f"{counted(remains.waits, 'wait')}, {counted(remains.notices, 'notice')}"
    emptied = counted(remains.tombstones, "message")
    places = counted(len(erased.stood_in), "conversation")
    stood_in = [("erased", f"what they wrote for others in {places}", "those go on")] if erased.stood_in else []
    return [
        (
            "erased",
            f"texts of {emptied}",
            "their rows have no text, and the keys are destroyed",
        ),
        ("erased", "name, e-mail address, time zone, language", leftovers),
        ("erased", f"tokens issued before {instant.text(erased.tokens_before)}", "issue no new ones for this id"),
        (
            "erased",
            "notices, settings, devices, calendar feed, mails on their way",
            "nothing is sent to them any more",
        ),
        ("ended", counted(len(erased.conversations), "conversation"), "nobody writes in them any more"),
        *stood_in,
        ("remains", "id, role, instants of the record", "conversations and reports name it"),
        (
            "remains",
            f"{emptied} without text: number, instant, writer, id",
            "numbers stay dense: apps miss nothing",
        ),
        ("remains", f"{records}, days of writing", "the reports about mentors"),
        ("remains", "what others wrote to the person", "it is theirs; sealed anew with new keys"),
        ("remains", "sealed texts in the store's files and backups", "unreadable: their keys are destroyed"),
        (
            "remains",
            "backups of the database, with the keys in them",
            "readable until `chatserver rotate-key` has run and every copy of the old master key is destroyed",
        ),
        ("remains", "exports, and what apps keep on devices", "out of reach; apps see `erased` when they read again"),
    ]
