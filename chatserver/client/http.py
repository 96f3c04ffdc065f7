"""One question to the server over HTTP, for commands that print an answer."""

import http.client
import ssl
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

WITHIN = 10.0
"""Seconds for the connection and for each part of the answer."""

AnswerOf = TypeVar("AnswerOf", bound=Struct)


class AnswerError(ValueError):
    """The server gave no answer, or another one than was asked for: one sentence for people."""


class _Problem(Struct):
    detail: str


def get(url: str, path: str, query: dict[str, str], token: str, kind: type[AnswerOf]) -> AnswerOf:
    """The answer of `GET path` as a `kind`; unknown fields in it are passed over. Raises AnswerError."""
    answer = get_bytes(url, path, query, token, "application/json")
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise AnswerError(
            f"{url} gives answers that this program does not know; use the server's own release"
        ) from None


def get_bytes(url: str, path: str, query: dict[str, str], token: str, accept: str) -> bytes:
    """The body of the answer of `GET path`, in the media type `accept`. Raises AnswerError."""
    connection = _connection(url)
    try:
        connection.request(
            "GET",
            f"{path}?{urlencode(query)}" if query else path,
            headers={"Authorization": f"Bearer {token}", "Accept": accept},
        )
        answer = connection.getresponse()
        body = answer.read()
    except ssl.SSLCertVerificationError as error:
        raise AnswerError(f"{url}: its certificate is not trusted: {error.verify_message}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise AnswerError(f"{url} does not answer: {why}; is the server running there?") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise AnswerError(f"{url}{path}: {_detail(body) or answer.reason}")
    return body


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.path.strip("/"):
        raise AnswerError(f"{url!r} is no server's address; use one such as http://127.0.0.1:8080")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        return kind(parts.hostname, parts.port, timeout=WITHIN)
    except ValueError:
        raise AnswerError(f"{url!r} has no port from 0 to 65535; use one such as http://127.0.0.1:8080") from None


def _detail(body: bytes) -> str | None:
    try:
        return msgspec.json.decode(body, type=_Problem).detail
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
