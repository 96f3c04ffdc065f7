"""Who does not get in, and how they are told: tokens, the hello itself, origins."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from chatserver.access.tokens import issue
from chatserver.protocol.codes import Close
from chatserver.realtime import greeting
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import SECRET, HereServer, Server, here, token


async def ended(server: Server, hello: object) -> tuple[int | None, str]:
    """How a connection ends whose first frame is `hello`."""
    async with server.stranger() as device:
        await device.send_frame(hello)
        return await device.end()


def a_token(**changes: object) -> str:
    """A token signed as it should be, with other claims."""
    claims: dict[str, object] = {
        "sub": "mia",
        "role": "member",
        "aud": "chatserver",
        "exp": int(time.time()) + 3_600,
    }
    return jwt.encode({name: value for name, value in {**claims, **changes}.items() if value is not None}, SECRET)


def bad_tokens() -> dict[str, str]:
    """Made when they are used: one that has expired by then would be refused for that."""
    return {
        "empty": "",
        "garbage": "not.a.token",
        "too long": "x" * 9_000,
        "not ASCII": "æøå",
        "another key": issue(
            "another secret that is long enough to sign", "mia", "member", 3_600, int(time.time() * 1000)
        ),
        "expired": a_token(exp=int(time.time()) - 1),
        "no exp": a_token(exp=None),
        "wrong aud": a_token(aud="elsewhere"),
        "no aud": a_token(aud=None),
        "no sub": a_token(sub=None),
        "wrong sub": a_token(sub="no such name!"),
        "wrong role": a_token(role="king"),
        "unsigned": jwt.encode(
            {"sub": "mia", "role": "member", "aud": "chatserver", "exp": 2**33}, "", algorithm="none"
        ),
    }


async def test_a_bad_token_is_4500(server: HereServer) -> None:
    """The reason says what is wrong without repeating the token."""
    for what, bad in bad_tokens().items():
        code, reason = await ended(server, {"type": "hello", "token": bad})
        assert code == Close.BAD_TOKEN, what
        assert reason.startswith("token not accepted: "), what
        assert not bad or bad[:20] not in reason, what


async def test_a_token_in_the_address_is_not_read(server: HereServer) -> None:
    """Tokens never stand in a URL: hello is asked for all the same."""
    url = f"ws://127.0.0.1:{server.port}/v1/chat?token={token('mia')}&access_token={token('mia')}"
    async with connect(url, proxy=None) as socket:
        device = Device(socket, "json")
        await device.say("check", conversation="c1")
        assert (await device.end())[0] == Close.HELLO_FIRST


async def test_a_token_that_expires_while_connected_is_4501(server: HereServer) -> None:
    """The connection lasts as long as the token, by real time; others are unaffected."""
    async with server.device("tora") as tora, server.device("mia", seconds=5) as mia:
        assert await mia.is_alive()
        code, reason = await mia.end()
        assert (code, reason) == (Close.TOKEN_EXPIRED, "token expired")
        assert await tora.is_alive()


async def test_no_hello_in_time_is_4502(server: HereServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds by the protocol; less here. A ping is no hello."""
    assert greeting.HELLO_WITHIN == 5.0
    monkeypatch.setattr(greeting, "HELLO_WITHIN", 0.3)
    async with server.stranger() as device:
        await device.socket.ping()
        assert await device.end() == (Close.HELLO_TIMEOUT, "no hello within 5 seconds")


async def test_another_command_first_is_4503(server: HereServer) -> None:
    """And it is not acted on."""
    for first in (
        {"type": "check", "conversation": "c1"},
        {"type": "send", "conversation": "c1", "id": "1", "body": "x"},
    ):
        assert await ended(server, first) == (Close.HELLO_FIRST, "the first message must be hello")
    async with server.device("mia") as mia:
        assert mia.welcome["conversations"][0]["last_seq"] == 0


WRONG_HELLOS: list[tuple[object, str]] = [
    ({"type": "hello"}, "invalid_field"),
    ({"type": "hello", "token": 7}, "invalid_field"),
    ({"type": "hello", "token": "t", "resume": {"c1": -1}}, "invalid_field"),
    ({"type": "hello", "token": "t", "resume": {"c 1": 1}}, "invalid_field"),
    ({"type": "hello", "token": "t", "resume": {f"c{n}": 1 for n in range(1_001)}}, "invalid_field"),
    ({"type": "hello", "token": "t", "user": "mia"}, "unknown_field"),
    ([], "invalid_field"),
]


async def test_a_wrong_hello_is_told_what_is_wrong(server: HereServer) -> None:
    """An error, then 4503."""
    for first, code in WRONG_HELLOS:
        async with server.stranger() as device:
            await device.send_frame(first)
            await device.error(code)
            assert (await device.end())[0] == Close.HELLO_FIRST


async def test_a_hello_in_the_wrong_encoding(server: HereServer) -> None:
    """Told in the encoding of the connection."""
    async with server.stranger("msgpack") as device:
        await device.socket.send('{"type":"hello","token":"t"}')
        await device.error("wrong_encoding")
        assert (await device.end())[0] == Close.HELLO_FIRST


async def test_commands_that_travel_with_the_hello_are_answered(server: HereServer) -> None:
    """An app need not wait for the welcome."""
    async with server.stranger() as device:
        await device.say("hello", token=token("mia"))
        for n in range(5):
            await device.say("send", conversation="c1", id=f"{n}", body=f"{n}")
        assert [(await device.answer(f"{n}"))["seq"] for n in range(5)] == [1, 2, 3, 4, 5]
        assert device.waiting[0]["type"] == "welcome"


# Origins


@contextmanager
def forbidden() -> Iterator[None]:
    with pytest.raises(InvalidStatus) as refused:
        yield
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.org.evil.example"])
async def test_an_origin_not_on_the_list_is_403(valkey_url: str, tmp_path: Path, origin: str) -> None:
    """Before anything else: no WebSocket, so a valid token helps nobody."""
    async with here(valkey_url, tmp_path, allowed_origins=("https://app.example.org",)) as server:
        url = f"ws://127.0.0.1:{server.port}/v1/chat"
        with forbidden():
            await asyncio.wait_for(connect(url, origin=Origin(origin), proxy=None), 30)


async def test_an_origin_on_the_list_and_no_origin_get_in(valkey_url: str, tmp_path: Path) -> None:
    """Browsers of the app's pages, and apps that are no browsers."""
    async with here(valkey_url, tmp_path, allowed_origins=("https://app.example.org",)) as server:
        for origin in (Origin("https://app.example.org"), None):
            async with connect(f"ws://127.0.0.1:{server.port}/v1/chat", origin=origin, proxy=None) as socket:
                assert (await Device(socket, "json").greet(token("mia"), {}))["user"] == "mia"


async def test_with_an_empty_list_no_browser_gets_in(server: HereServer) -> None:
    """The default."""
    with forbidden():
        await connect(f"ws://127.0.0.1:{server.port}/v1/chat", origin=Origin("http://localhost"), proxy=None)
