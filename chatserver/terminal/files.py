"""The terminal's /attach, /files and /save: files of the open conversation."""

import asyncio
import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from chatserver.client.files import FileSaid, download, files_of, upload
from chatserver.client.http import AnswerError
from chatserver.protocol.events import ConversationView
from chatserver.terminal.transcript import short, visible

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

LOOKED_AT = 100
"""Messages whose files are listed."""
MOST_ASKED = 50
"""Files asked for at once, the newest."""
LONGEST_NAME = 60


async def obey(desk: "Desk", command: str, rest: str) -> None:
    """Raises ChatError, ChatClosed."""
    conversation = desk.current
    if conversation is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
        return
    try:
        match command:
            case "/attach":
                await _attach(desk, conversation, rest)
            case "/files":
                await _list(desk, conversation)
            case _:
                await _save(desk, conversation, rest)
    except AnswerError as fault:
        desk.announce(str(fault))


async def _attach(desk: "Desk", conversation: ConversationView, rest: str) -> None:
    texts, words = desk.texts, _words(rest)
    if not words:
        desk.announce(texts("file_what"))
        return
    file, body = _path(words[0]), " ".join(words[1:])
    desk.announce(texts("file_uploading", name=file.name))
    try:
        token = await desk.chat.token()
        said = await asyncio.to_thread(upload, desk.chat.url, token, conversation.id, uuid4().hex, file)
    except OSError as error:
        desk.announce(texts("file_unreadable", name=file.name, why=error.strerror or str(error)))
        return
    if said.state != "ready":
        desk.announce(texts("file_checking", name=said.name))
        return
    desk.send(body, [said.id])


async def _listed(desk: "Desk", conversation: ConversationView) -> list[FileSaid]:
    """The newest last."""
    page = await desk.chat.history(conversation.id, limit=LOOKED_AT)
    ids = [id for message in page.messages for id in message.attachments][-MOST_ASKED:]
    if not ids:
        return []
    token = await desk.chat.token()
    found = await asyncio.to_thread(files_of, desk.chat.url, token, conversation.id, ids)
    known = {each.id: each for each in found}
    return [known[id] for id in ids if id in known]


async def _list(desk: "Desk", conversation: ConversationView) -> None:
    files = await _listed(desk, conversation)
    for number, each in enumerate(files, start=1):
        size = f"{max(1, each.bytes // 1024)} KiB"
        desk.show(
            [[("class:time", f"{number:3}  "), ("", f"{short(each.name, LONGEST_NAME)}  "), ("class:time", size)]]
        )
    if not files:
        desk.announce(desk.texts("no_files"))


async def _save(desk: "Desk", conversation: ConversationView, rest: str) -> None:
    texts, words = desk.texts, _words(rest)
    files = await _listed(desk, conversation)
    if not words or not words[0].isdecimal() or not 1 <= int(words[0]) <= len(files):
        desk.announce(texts("file_number"))
        return
    found = files[int(words[0]) - 1]
    folder = _path(words[1]) if len(words) > 1 else Path()
    # A name of somebody else's: no folder, nothing that hides, nothing that a terminal would obey.
    to = folder / (visible(found.name).replace("/", "_").lstrip(".") or "file")
    try:
        await asyncio.to_thread(download, desk.chat.url, await desk.chat.token(), conversation.id, found.id, to)
    except OSError as error:
        desk.announce(texts("file_unreadable", name=to.name, why=error.strerror or str(error)))
        return
    desk.announce(texts("file_kept", path=str(to)))


def _words(rest: str) -> list[str]:
    """As a shell takes them apart: a path with blanks stands between quotes."""
    with suppress(ValueError):
        return shlex.split(rest)
    return rest.split()


def _path(given: str) -> Path:
    return Path(given).expanduser()
