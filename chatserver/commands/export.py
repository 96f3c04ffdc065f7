"""`chatserver export`."""

import asyncio
import shutil
from pathlib import Path

from chatserver import keyed
from chatserver.audit.operator import operator
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run, store_in_use_of
from chatserver.commands.screen import LONG, bar, screen
from chatserver.personal_data.export import Export
from chatserver.personal_data.files import write_into
from chatserver.personal_data.folder import written
from chatserver.personal_data.json_file import JsonFile
from chatserver.personal_data.page import ExportPage
from chatserver.plural import counted
from chatserver.settings import Settings, SettingsError


def export(person: str, /, *, to: Path, flags: ServerFlags = NO_FLAGS) -> None:
    """Write everything about a person into two files: PERSON.json for programs, PERSON.html for people.

    The files of their conversations are put beside them, in the folder PERSON-files.

    Parameters
    ----------
    person
        Id of the person.
    to
        Folder for the files; it is made where there is none. Files of an earlier export are replaced.
    """
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        with store_in_use_of(settings) as store_url:
            run(_export(settings, store_url, person, to))


async def _export(settings: Settings, store_url: str, id: str, to: Path) -> None:
    async with keyed.exporting(settings, store_url) as exporting:
        person = await exporting.find(id)
        await exporting.note(id, operator(), "operator")
        names = (f"{id}.json", f"{id}.html")
        with written(to, names) as (data, page), bar(LONG) as progress:
            task = progress.add_task("exporting", total=None)
            exported = await exporting.write(
                person,
                (JsonFile(data), ExportPage(page)),
                lambda done, total: progress.update(task, completed=done, total=total),
            )
        files = await _files(exporting, id, to / f"{id}-files")
    beside = f", and {counted(files, 'file')} to {to / f'{id}-files'}" if files else ""
    screen.print(
        f"Exported {counted(exported.conversations, 'conversation')} with {counted(exported.messages, 'message')} to "
        f"{to / names[0]} and "
        f"{to / names[1]}{beside}, readable by this user only.",
        highlight=False,
        soft_wrap=True,
    )


async def _files(exporting: Export, person: str, to: Path) -> int:
    """How many were written. Those of an earlier export are replaced, and none of them stays."""
    try:
        await asyncio.to_thread(shutil.rmtree, to, ignore_errors=True)
        return await write_into(to, exporting.files(person))
    except OSError as error:
        raise SettingsError(f"--to: {error.filename or to} cannot be written: {error.strerror}") from None
