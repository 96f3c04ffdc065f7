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


class RefusedAnswerError(AnswerError):
    """The rules say no, and nothing has changed: `refusal` says why, and what would work."""

    def __init__(self, refusal: "RefusalSaid") -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


class RefusalSaid(Struct, frozen=True):
    """What is read of a problem whose type is `refused`; `free_starts` are RFC 3339 in UTC."""

    detail: str
    reason: str
    credits_left: int | None = None
    free_starts: list[str] = []
    plans: list[str] = []
    possible: list[str] = []
    """Actions that a case knows now."""
    case: str = ""
    """The open case that is in the way."""


class _Problem(Struct):
    detail: str


def get(
    url: str, path: str, query: dict[str, str], token: str, kind: type[AnswerOf], *, language: str = ""
) -> AnswerOf:
    """The answer of `GET path` as a `kind`; unknown fields in it are passed over. Raises AnswerError.

    `language` is that of its sentences, where it has any.
    """
    return _as(kind, url, get_bytes(url, path, query, token, "application/json", language=language))


def get_bytes(url: str, path: str, query: dict[str, str], token: str, accept: str, *, language: str = "") -> bytes:
    """The body of the answer of `GET path`, in the media type `accept`. Raises AnswerError."""
    target = f"{path}?{urlencode(query)}" if query else path
    return _answer(url, "GET", target, None, token, accept, named=path, language=language)


def say(
    url: str,
    method: str,
    path: str,
    content: object,
    token: str,
    kind: type[AnswerOf],
    *,
    within: float = WITHIN,
    language: str = "",
) -> AnswerOf:
    """The answer of a write, whose body is `content` (None: none), as a `kind`.

    Raises AnswerError, and RefusedAnswerError where the rules say no.
    """
    body = None if content is None else msgspec.json.encode(content)
    answer = _answer(url, method, path, body, token, "application/json", named=path, within=within, language=language)
    return _as(kind, url, answer)


def delete(url: str, path: str, token: str) -> None:
    """Take away what is there. Raises AnswerError."""
    _answer(url, "DELETE", path, None, token, "application/json", named=path)


def _as(kind: type[AnswerOf], url: str, answer: bytes) -> AnswerOf:
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise AnswerError(
            f"{url} gives answers that this program does not know; use the server's own release"
        ) from None


def _answer(
    url: str,
    method: str,
    target: str,
    body: bytes | None,
    token: str,
    accept: str,
    *,
    named: str,
    within: float = WITHIN,
    language: str = "",
) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    if language:
        headers["Accept-Language"] = language
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection = _connection(url, within)
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        said = answer.read()
    except ssl.SSLCertVerificationError as error:
        raise AnswerError(f"{url}: its certificate is not trusted: {error.verify_message}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise AnswerError(f"{url} does not answer: {why}; is the server running there?") from None
    finally:
        connection.close()
    if answer.status in (200, 201, 202, 204):
        return said
    if (refusal := _refusal(said)) is not None:
        raise RefusedAnswerError(refusal)
    raise AnswerError(f"{url}{named}: {_detail(said) or answer.reason}")


def _connection(url: str, within: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.path.strip("/"):
        raise AnswerError(f"{url!r} is no server's address; use one such as http://127.0.0.1:8080")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        return kind(parts.hostname, parts.port, timeout=within)
    except ValueError:
        raise AnswerError(f"{url!r} has no port from 0 to 65535; use one such as http://127.0.0.1:8080") from None


def _detail(body: bytes) -> str | None:
    try:
        return msgspec.json.decode(body, type=_Problem).detail
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _refusal(body: bytes) -> RefusalSaid | None:
    """None where it is no refusal: those alone have a reason."""
    try:
        return msgspec.json.decode(body, type=RefusalSaid)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
