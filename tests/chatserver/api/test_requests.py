"""What every path has in common: tokens, bodies, methods, paths, headers, and what is said when a part is gone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chatserver.records.database import Database
from tests.chatserver.api.serving import SERVICE, Served, bearer, served
from tests.databases import ON_EACH, sqlite_at
from tests.engines import StoreProcess
from tests.plain_http import http_client

OLA = {"role": "member", "name": "Ola"}


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the kind, once everything that a problem must have is seen to be there."""
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    assert said["title"]
    assert said["detail"]
    return answer.status_code, said["type"].removeprefix("urn:chatserver:problem:")


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, 'Bearer realm="chatserver"'),
        ("", 'Bearer realm="chatserver"'),
        ("Basic a2FyaTpzZWNyZXQ=", 'Bearer realm="chatserver"'),
        ("Bearer", 'Bearer realm="chatserver"'),
        ("Bearer nonsense", 'error="invalid_token", error_description="the token is malformed"'),
        (bearer("kari", "member", -1)["Authorization"], 'error_description="the token has expired"'),
        (SERVICE["Authorization"] + "x", 'error="invalid_token"'),
    ],
)
async def test_tokens_that_are_not_accepted(server: Served, authorization: str | None, challenge: str) -> None:
    """401 with a challenge that says why, and never repeats the token."""
    headers = {} if authorization is None else {"Authorization": authorization}
    async with http_client(server.url, headers=headers) as http:
        answer = await http.get("/v1/people/kari")
    assert problem(answer) == (401, "token-needed")
    assert challenge in answer.headers["www-authenticate"]
    if authorization and len(token := authorization.partition(" ")[2]) > 10:
        assert token not in answer.text + answer.headers["www-authenticate"]


async def test_two_tokens(server: Served) -> None:
    """Which one counts is not for guessing."""
    async with http_client(server.url) as http:
        header = ("Authorization", SERVICE["Authorization"])
        assert problem(await http.get("/v1/people/kari", headers=[header, header])) == (401, "token-needed")


async def test_bearer_in_any_case(server: Served) -> None:
    """The scheme's name is not case-sensitive (RFC 9110, 11.1)."""
    async with http_client(server.url) as http:
        headers = {"Authorization": SERVICE["Authorization"].replace("Bearer", "bEARER")}
        assert (await http.get("/v1/people/kari", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"role": "member", "name": "\xff"}',
        b'{"role": "member", "name": "\\ud800"}',
        b'{"role": NaN}',
        b"[" * 60_000,
        b'{"name":' * 5_000,
    ],
)
async def test_bodies_that_are_no_json(http: httpx.AsyncClient, body: bytes) -> None:
    """400, also for what is nested as deeply as fits; where it stops being a person first, 422."""
    answer = await http.put("/v1/people/ola", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer) in ((400, "malformed"), (422, "invalid-fields"))


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"'])
async def test_bodies_that_are_no_object(http: httpx.AsyncClient, body: bytes) -> None:
    """422 about the body as a whole."""
    answer = await http.put("/v1/people/ola", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer) == (422, "invalid-fields")
    assert answer.json()["errors"][0]["field"] == "body"


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"9" * 5_000])
async def test_numbers_that_nobody_can_read(http: httpx.AsyncClient, number: bytes) -> None:
    """422 about the body as a whole, also where the number stands in a field that there is not."""
    for field in (b"name", b"age"):
        body = b'{"role": "member", "%b": %b}' % (field, number)
        answer = await http.put("/v1/people/ola", content=body, headers={"Content-Type": "application/json"})
        assert problem(answer) == (422, "invalid-fields")
        assert answer.json()["errors"] == [{"field": "body", "message": "holds a number that is out of range"}]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
async def test_other_media_types(http: httpx.AsyncClient, media_type: str) -> None:
    """415 says what is allowed."""
    answer = await http.put("/v1/people/ola", content=b"{}", headers={"Content-Type": media_type})
    assert problem(answer) == (415, "not-json")


@pytest.mark.parametrize("media_type", ["application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"'])
async def test_ways_to_say_json(http: httpx.AsyncClient, media_type: str) -> None:
    """Parameters and case do not matter."""
    answer = await http.put(
        "/v1/people/ola", content=b'{"role":"member","name":"O"}', headers={"Content-Type": media_type}
    )
    assert answer.status_code == 201


async def test_bodies_that_are_too_large(http: httpx.AsyncClient) -> None:
    """413, whether the size is announced or found out on the way; 64 KiB itself is read."""

    async def chunks(number: int) -> AsyncIterator[bytes]:
        for _ in range(number):
            yield b" " * 1024

    json = {"Content-Type": "application/json"}
    for number, status in ((64, 400), (65, 413), (300, 413)):
        announced = await http.put("/v1/people/ola", content=b" " * 1024 * number, headers=json)
        assert problem(announced)[0] == status
        streamed = await http.put("/v1/people/ola", content=chunks(number), headers=json)
        assert problem(streamed)[0] == status


@pytest.mark.parametrize("id", ["x" * 65, "a%00b", "a%0A", "a b", "%C3%B8", "%FF"])
async def test_ids_that_cannot_be(http: httpx.AsyncClient, id: str) -> None:
    """422 says what an id is made of."""
    for answer in (await http.get(f"/v1/people/{id}"), await http.put(f"/v1/people/{id}", json=OLA)):
        assert problem(answer) == (422, "invalid-fields")
        assert answer.json()["errors"][0]["field"] == "id"


@pytest.mark.parametrize("path", ["/v1/", "/v1/peoples", "/v1/people/", "/v1/people/a/b", "/v1/people/a%2Fb", "/v1/x"])
async def test_paths_that_are_none(http: httpx.AsyncClient, path: str) -> None:
    """404, with the way to those that there are."""
    answer = await http.get(path)
    assert problem(answer) == (404, "not-found")
    assert "openapi.json" in answer.json()["detail"]


async def test_methods_that_are_not_known(http: httpx.AsyncClient) -> None:
    """405 with Allow; HEAD is GET without its body."""
    for path, allowed in (
        ("/v1/people/ola", "PUT, GET, HEAD"),
        ("/v1/conversations/c1", "PUT, PATCH, GET, HEAD"),
        ("/v1/conversations/c1/messages", "GET, HEAD"),
        ("/v1/openapi.json", "GET, HEAD"),
    ):
        for method in ("DELETE", "POST", "OPTIONS", "TRACE"):
            answer = await http.request(method, path)
            assert problem(answer) == (405, "method-not-allowed")
            assert answer.headers["allow"] == allowed
    head = await http.head("/v1/openapi.json")
    assert (head.status_code, head.content) == (200, b"")


async def test_nothing_is_cached_or_guessed(http: httpx.AsyncClient) -> None:
    """Successes and failures alike carry the security headers."""
    await http.put("/v1/people/ola", json=OLA)
    for path in ("/v1/people/ola", "/v1/people/nobody", "/v1/x", "/v1/openapi.json"):
        answer = await http.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_unknown_parameters(http: httpx.AsyncClient) -> None:
    """They are named everywhere, so that a misspelt one does not go unseen."""
    answer = await http.get("/v1/people/ola?verbose=1")
    assert problem(answer) == (422, "invalid-fields")
    assert answer.json()["errors"] == [{"field": "verbose", "message": "there is no such field; allowed: none"}]


async def test_a_store_that_is_gone(database: Database) -> None:
    """503 says to repeat the request; it does what it should once the store is back."""
    store = StoreProcess(durable=True).start()
    try:
        async with (
            served(database, store.url) as server,
            http_client(server.url, headers=SERVICE) as http,
        ):
            assert (await http.put("/v1/people/ola", json=OLA)).status_code == 201
            store.kill()
            answer = await http.put("/v1/people/ola", json=OLA | {"name": "Ola N."})
            assert problem(answer) == (503, "unavailable")
            assert "repeat the request" in answer.json()["detail"]
            # Reading too: while the store is gone nobody can say whether a token was revoked.
            assert problem(await http.get("/v1/people/ola")) == (503, "unavailable")
            store.start()
            async with asyncio.timeout(30):
                # An app has no more than the answer to go by.
                while (await http.put("/v1/people/ola", json=OLA | {"name": "Ola N."})).status_code == 503:  # noqa: ASYNC110 - nothing to wait on
                    await asyncio.sleep(0.05)
            assert (await http.get("/v1/people/ola")).json()["name"] == "Ola N."
    finally:
        store.stop()


async def test_a_database_that_is_gone(tmp_path: Path, valkey_url: str) -> None:
    """503, for reading and for writing."""
    database = Database(sqlite_at(tmp_path / "no-such-folder"))
    async with served(database, valkey_url) as server, http_client(server.url, headers=SERVICE) as http:
        for answer in (await http.get("/v1/people/ola"), await http.put("/v1/people/ola", json=OLA)):
            assert problem(answer) == (503, "unavailable")
            assert "database" in answer.json()["detail"]
    await database.close()


@ON_EACH
async def test_a_fault(database_url: str, valkey_url: str) -> None:
    """A database without its tables: the answer is a problem, and holds nothing of the code."""
    database = Database(database_url)
    async with served(database, valkey_url) as server, http_client(server.url, headers=SERVICE) as http:
        answer = await http.get("/v1/people/ola")
        assert problem(answer) in ((500, "fault"), (503, "unavailable"))
        assert "SELECT" not in answer.text
    await database.close()
