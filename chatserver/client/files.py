"""Files over HTTP for bots, tests and the terminal: uploaded before the message that carries them, and kept from it."""

import http.client
import ssl
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

from chatserver.client.http import AnswerError, get

WITHIN = 150.0
"""Seconds for each part of an answer: a virus scanner takes its time."""
_PIECE = 256 * 1024


class FileSaid(Struct, frozen=True):
    """What the server says of a file."""

    id: str
    name: str
    type: str
    bytes: int
    state: str
    seconds: int | None = None


class FilesSaid(Struct, frozen=True):
    """Those that are there."""

    attachments: list[FileSaid]


class _Problem(Struct):
    detail: str


def upload(url: str, token: str, conversation: str, id: str, file: Path) -> FileSaid:
    """Upload it under that id; the same again is harmless. It blocks. Raises AnswerError, OSError."""
    target = f"/v1/attachments/{quote(id, safe='')}?{urlencode({'conversation': conversation})}"
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Length": str(file.stat().st_size),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
    }
    connection = _connection(url)
    try:
        with file.open("rb") as content:
            connection.request("PUT", target, content, headers)
        answer = connection.getresponse()
        said = answer.read()
    except (http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError) as error:
        raise AnswerError(f"{url} takes no file: {error or type(error).__name__}") from None
    finally:
        connection.close()
    if answer.status not in (200, 201):
        raise AnswerError(_why(said, answer.status))
    return msgspec.json.decode(said, type=FileSaid)


def files_of(url: str, token: str, conversation: str, ids: Sequence[str]) -> list[FileSaid]:
    """What is known of files of that conversation. It blocks. Raises AnswerError."""
    path = f"/v1/conversations/{quote(conversation, safe='')}/attachments"
    return get(url, path, {"ids": ",".join(ids)}, token, FilesSaid).attachments


def download(url: str, token: str, conversation: str, id: str, to: Path) -> int:
    """Write it into a new file; how many bytes it has. It blocks. Raises AnswerError, OSError."""
    target = f"/v1/attachments/{quote(id, safe='')}?{urlencode({'conversation': conversation})}"
    connection = _connection(url)
    try:
        connection.request("GET", target, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise AnswerError(_why(answer.read(), answer.status))
        size = 0
        with to.open("xb") as out:
            while piece := answer.read(_PIECE):
                size += out.write(piece)
        return size
    except (http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError) as error:
        raise AnswerError(f"{url} gives no file: {error or type(error).__name__}") from None
    finally:
        connection.close()


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=WITHIN)
    return http.client.HTTPConnection(host, parts.port, timeout=WITHIN)


def _why(said: bytes, status: int) -> str:
    try:
        return msgspec.json.decode(said, type=_Problem).detail
    except msgspec.DecodeError:
        return f"the server answered {status}"
