"""One question over HTTP: what is said where there is no answer."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from msgspec import Struct

from chatserver.client.http import AnswerError, get


class Named(Struct):
    """An answer."""

    name: str


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives one answer; its URL, and what it was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(answer)

        serving = Thread(target=serve)
        serving.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        serving.join()


def _response(status: str, body: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (status.encode(), len(body), body)


def test_an_answer() -> None:
    """The token goes as a header, never in the address."""
    with answering(_response("200 OK", b'{"name": "c1", "more": 1}')) as (url, asked):
        assert get(url, "/v1/x", {"language": "nb"}, "secret", Named) == Named("c1")
    [request] = asked
    assert request.startswith(b"GET /v1/x?language=nb HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer secret\r\n" in request


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_response("404 Not Found", b'{"detail": "there is no such thing"}'), "/v1/x: there is no such thing"),
        (_response("502 Bad Gateway", b"<html>"), "/v1/x: Bad Gateway"),
        (_response("200 OK", b'{"id": 1}'), "does not know; use the server's own release"),
        (_response("200 OK", b"\xff"), "does not know"),
        (b"SSH-2.0-OpenSSH\r\n", "does not answer: BadStatusLine"),
        (b"", "does not answer: RemoteDisconnected"),
    ],
)
def test_other_answers(answer: bytes, said: str) -> None:
    with answering(answer) as (url, _), pytest.raises(AnswerError) as error:
        get(url, "/v1/x", {}, "secret", Named)
    assert said in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8080", "ftp://x", "http://", "http://x?token=1", "http://x/path", "http://x:99999"]
)
def test_addresses_that_cannot_be(url: str) -> None:
    with pytest.raises(AnswerError, match=r"use one such as http://127\.0\.0\.1:8080"):
        get(url, "/v1/x", {}, "secret", Named)


def test_a_certificate_that_is_no_certificate() -> None:
    with answering(_response("200 OK", b"{}")) as (url, _), pytest.raises(AnswerError, match="does not answer"):
        get(url.replace("http:", "https:"), "/v1/x", {}, "secret", Named)
