"""What browsers are told: the headers of every answer, which pages may ask, and the page at `/`."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from chatserver.operating.health import Health
from chatserver.security_headers import SECURITY_HEADERS
from chatserver.setting_values import Rate
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client

PAGE = "https://app.example.org"
OTHER = "https://other.example.org"
EXPOSED = {"retry-after", "etag", "x-request-id", "www-authenticate"}


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    async with here(valkey_url, tmp_path, allowed_origins=(PAGE,)) as server:
        yield server


@pytest.fixture
async def http(server: HereServer) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(server.http) as client:
        yield client


def bearer(person: str = "robot") -> dict[str, str]:
    return {"Authorization": f"Bearer {token(person)}"}


def may_read(answer: httpx.Response, origin: str = PAGE) -> bool:
    """Whether a browser gives the answer to a page of that origin, with what it needs of the headers."""
    assert "access-control-allow-credentials" not in answer.headers
    if answer.headers.get("access-control-allow-origin") != origin:
        assert "access-control-expose-headers" not in answer.headers
        return False
    assert {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")} >= EXPOSED
    return True


async def test_every_answer_has_the_security_headers(http: httpx.AsyncClient) -> None:
    """Those of pages, probes, problems, refusals and preflights alike; and the names of their requests."""
    asked = [
        ("GET", "/", 200), ("GET", "/livez", 200), ("GET", "/readyz", 200), ("GET", "/metrics", 401),
        ("GET", "/nothing", 404), ("GET", "/livez/", 404), ("POST", "/livez", 405), ("DELETE", "/", 405),
        ("GET", "/v1/openapi.json", 200), ("GET", "/v1/nothing", 404), ("POST", "/v1/people/x", 405),
        ("GET", "/v1/people/x", 401), ("GET", "/v1/chat", 404), ("HEAD", "/livez", 200), ("HEAD", "/nothing", 404),
    ]  # fmt: skip
    for method, path, status in asked:
        answer = await http.request(method, path)
        assert (method, path, answer.status_code) == (method, path, status)
        for name, value in SECURITY_HEADERS.items():
            if (path, name) != ("/", "Content-Security-Policy"):
                assert answer.headers.get_list(name) == [value], (path, name)
        assert len(answer.headers["x-request-id"]) == 16
        if status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
        if status == 405:
            assert "GET" in answer.headers["allow"]


async def test_what_is_no_http_has_them_too(server: HereServer) -> None:
    """And a handshake that is turned away."""
    for request in (
        b"nonsense\r\n\r\n",
        b"GET /v1/chat HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /v1/chat HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: https://evil.example\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert head.startswith(("http/1.1 400", "http/1.1 403"))
        for name, value in SECURITY_HEADERS.items():
            assert head.count(f"{name.lower()}: {value.lower()}\r\n") == 1
        writer.close()


async def test_a_fault_outside_the_operations(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a problem, which the page may read."""

    async def broken(self: Health) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Health, "checks", broken)
    for origin in (PAGE, OTHER):
        answer = await http.get("/readyz", headers={"Origin": origin})
        assert (answer.status_code, answer.json()["type"]) == (500, "urn:chatserver:problem:fault")
        assert answer.headers["cache-control"] == "no-store"
        assert may_read(answer) == (origin == PAGE)


async def test_a_browser_asks_first(http: httpx.AsyncClient) -> None:
    """The page may send its token, JSON and what the operations know; no token is needed to ask."""
    asks = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    for path in ("/v1/people/x", "/v1/conversations/c1", "/readyz"):
        answer = await http.options(path, headers=asks)
        assert (answer.status_code, answer.content) == (204, b"")
        assert may_read(answer)
        assert "PUT" in answer.headers["access-control-allow-methods"]
        allowed = answer.headers["access-control-allow-headers"].lower()
        assert "authorization" in allowed
        assert "content-type" in allowed
        assert answer.headers["vary"] == "Origin"
        assert int(answer.headers["access-control-max-age"]) > 0
    refused = await http.options("/v1/people/x", headers=asks | {"Origin": OTHER})
    assert refused.status_code == 403
    assert not may_read(refused, OTHER)
    assert "access-control-allow-methods" not in refused.headers


async def test_a_page_reads_answers_and_errors(valkey_url: str, tmp_path: Path) -> None:
    """200, 401, 404, 422, and 429 with when to come again; another page gets none of it."""
    rate = Rate(1, "hour", 1)
    async with (
        here(valkey_url, tmp_path, allowed_origins=(PAGE,), rate_limit=rate) as server,
        http_client(server.http) as http,
    ):
        statuses = set()
        for path, headers in [
            ("/v1/openapi.json", {}),
            ("/v1/people/x", {}),
            ("/v1/people/x", bearer()),
            ("/v1/people/x?a=1", bearer()),
            *[("/v1/people/mia", bearer("mia"))] * 11,
        ]:
            answer = await http.get(path, headers=headers | {"Origin": PAGE})
            assert may_read(answer)
            statuses.add(answer.status_code)
        assert answer.headers["retry-after"]
        assert statuses == {200, 401, 404, 422, 429}
        assert not may_read(await http.get("/v1/openapi.json", headers={"Origin": OTHER}), OTHER)
        assert not may_read(await http.get("/v1/openapi.json"))


async def test_without_allowed_origins_no_page_reads(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path) as server, http_client(server.http) as http:
        answer = await http.get("/v1/openapi.json", headers={"Origin": PAGE})
        assert answer.status_code == 200
        assert not may_read(answer)
        assert "vary" not in answer.headers


async def test_the_socket_of_another_page_is_turned_away(server: HereServer) -> None:
    """The same list opens both."""
    url = f"ws://127.0.0.1:{server.port}/v1/chat"
    async with connect(url, proxy=None, additional_headers={"Origin": PAGE}):
        pass
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, proxy=None, additional_headers={"Origin": OTHER}):
            pass
    assert refused.value.response.status_code == 403


async def test_the_page_at_the_root(http: httpx.AsyncClient) -> None:
    """It says what this is and where to look, needs nothing from elsewhere, and its policy lets its one style in."""
    answer = await http.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"Version {version('chatserver')}" in answer.text
    [style] = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer.headers["content-security-policy"].startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "color-scheme: light dark" in style
    assert not re.search(r"<script|src=|https?://|style=|url\(", answer.text)
    links = re.findall('href="(.*?)"', answer.text)
    assert links
    for link in links:
        assert (await http.get(link)).status_code == 200, link
    assert (await http.head("/")).status_code == 200


async def test_a_body_with_two_lengths_ends_its_connection(server: HereServer) -> None:
    """A proxy may go by the other one: what follows is nobody's request."""
    follows = b"GET /livez HTTP/1.1\r\nHost: other\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        b"POST /v1/nothing HTTP/1.1\r\nHost: one\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n%b"
        % (len(follows) + 5, follows)
    )
    answers = await reader.read()
    assert answers.startswith(b"HTTP/1.1 400 ")
    assert b"the body has two lengths" in answers
    assert answers.count(b"HTTP/1.1 ") == 1
    writer.close()
    await writer.wait_closed()
