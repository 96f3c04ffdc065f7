"""Hello and welcome: who gets in, what they are told, and who does not get in."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from chatserver.auth import issue
from chatserver.client.link import Encoding
from chatserver.protocol.codes import Close
from chatserver.realtime import greeting
from quotas import instant
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import SECRET, TUESDAY, HereServer, Server, here, token


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_welcome_says_who_and_what(server: HereServer, encoding: Encoding) -> None:
    """Every field that the protocol names, for the member and for the mentor."""
    async with server.device("mia", encoding=encoding) as mia:
        welcome = mia.welcome
        assert (welcome["user"], welcome["role"]) == ("mia", "member")
        assert 0 <= instant.parse(welcome["now"]) - instant.parse(TUESDAY) < 10_000
        [conversation] = welcome["conversations"]
        assert conversation == {
            "id": "c1",
            "member": "mia",
            "mentor": "tora",
            "plan": "basic",
            "status": "open",
            "zone": "Europe/Oslo",
            "last_seq": 0,
            "read_seq": 0,
            "peer_read_seq": 0,
            "peer_online": False,
            "composer": {
                "open": True,
                "reason": None,
                "opens_at": None,
                "window_ends_at": None,
                "windows_left": None,
                "messages_left": None,
                "live_until": None,
            },
            "reply": {"waiting_since": None, "due_at": None, "overdue": False},
            "notice": None,
        }
        assert mia.socket.subprotocol == f"mentorchat.v1.{encoding}"


async def test_marks_and_counts_are_each_readers_own(server: HereServer) -> None:
    """`read_seq` is the reader's, `peer_read_seq` the other's; the mentor sees what is owed."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("one")
        await mia.write("two")
        await tora.say("read", conversation="c1", seq=1)
        await mia.hears("read", seq=1)
    async with server.device("mia") as mia, server.device("tora") as tora:
        [hers], [theirs] = mia.welcome["conversations"], tora.welcome["conversations"]
        assert (hers["last_seq"], hers["read_seq"], hers["peer_read_seq"]) == (2, 0, 1)
        assert (theirs["last_seq"], theirs["read_seq"], theirs["peer_read_seq"]) == (2, 1, 0)
        assert theirs["reply"]["waiting_since"] is not None
        assert theirs["reply"]["overdue"] is False


async def test_each_plan_is_shown_as_it_is(server: HereServer) -> None:
    """Windows, messages and the plan's notice stand in the welcome."""
    await server.conversation("c2", "light")
    await server.conversation("c3", "video")
    async with server.device("mia") as mia:
        by_id = {each["id"]: each for each in mia.welcome["conversations"]}
        assert list(by_id) == ["c1", "c2", "c3"]
        assert by_id["c2"]["composer"]["windows_left"] == 2
        assert by_id["c3"]["composer"]["messages_left"] == 10
        assert by_id["c3"]["notice"] == "only_video_included"


@pytest.mark.parametrize("offered", [None, ["unheard.of"], ["unheard.of", "mentorchat.v1.json"]])
async def test_without_a_known_subprotocol_it_is_json(server: HereServer, offered: list[str] | None) -> None:
    """JSON is the default; one of those offered is chosen."""
    names = [Subprotocol(name) for name in offered] if offered else None
    async with connect(f"ws://127.0.0.1:{server.port}/v1/chat", subprotocols=names, proxy=None) as socket:
        assert socket.subprotocol == ("mentorchat.v1.json" if names and len(names) > 1 else None)
        assert (await Device(socket, "json").greet(token("mia"), {}))["user"] == "mia"


async def test_only_ones_own_conversations(server: HereServer) -> None:
    """A member finds theirs and a mentor theirs; a token with the other role finds nothing and hears nothing."""
    await server.conversation("c2", "basic", member="ola")
    async with (
        server.device("ola") as ola,
        server.device("tora") as tora,
        server.device("mia", role="mentor") as confused,
        server.device("mia") as mia,
    ):
        assert [each["id"] for each in ola.welcome["conversations"]] == ["c2"]
        assert [each["id"] for each in tora.welcome["conversations"]] == ["c1", "c2"]
        assert confused.welcome["conversations"] == []
        await mia.write("not for everyone")
        await tora.messages(1)
        assert await confused.silence(0.2) == []
        assert not [event for event in await ola.silence(0.1) if event.get("conversation") == "c1"]
        await confused.say("check", conversation="c1")
        await confused.error("not_found")
    assert server.parts.hub.connections == set()


async def test_support_follows_what_it_names_but_does_not_write(server: HereServer) -> None:
    """`resume` names what support follows; nothing it does reaches the two."""
    async with server.device("mia") as mia, server.device("sara", {"c1": 0, "nowhere": 0}) as sara:
        assert [each["id"] for each in sara.welcome["conversations"]] == ["c1"]
        await mia.write("hello")
        [message] = await sara.messages(1)
        assert message["body"] == "hello"
        await sara.hears("reply")
        await sara.say("send", conversation="c1", id="x", body="me too")
        assert (await sara.error("read_only"))["id"] == "x"
        await sara.say("read", conversation="c1", seq=1)
        await sara.error("read_only")
        await sara.say("typing", conversation="c1")
        await sara.error("read_only")
        await sara.say("history", conversation="c1")
        assert [each["body"] for each in (await sara.hears("history"))["messages"]] == ["hello"]
        assert not [event for event in await mia.silence(0.2) if event["type"] in ("typing", "read", "presence")]


# Those who do not get in


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
        "exp": int(time.time()) + 60,
    }
    return jwt.encode({name: value for name, value in {**claims, **changes}.items() if value is not None}, SECRET)


BAD_TOKENS = {
    "empty": "",
    "garbage": "not.a.token",
    "too long": "x" * 9_000,
    "not ASCII": "æøå",
    "another key": issue("another secret that is long enough to sign", "mia", "member", 60, int(time.time() * 1000)),
    "expired": a_token(exp=int(time.time()) - 1),
    "no exp": a_token(exp=None),
    "wrong aud": a_token(aud="elsewhere"),
    "no aud": a_token(aud=None),
    "no sub": a_token(sub=None),
    "wrong sub": a_token(sub="no such name!"),
    "wrong role": a_token(role="king"),
    "unsigned": jwt.encode({"sub": "mia", "role": "member", "aud": "chatserver", "exp": 2**33}, "", algorithm="none"),
}


async def test_a_bad_token_is_4500(server: HereServer) -> None:
    """The reason says what is wrong without repeating the token."""
    for what, bad in BAD_TOKENS.items():
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
    async with server.device("tora") as tora, server.device("mia", seconds=2) as mia:
        assert await mia.is_alive()
        code, reason = await mia.end()
        assert (code, reason) == (Close.TOKEN_EXPIRED, "token expired")
        assert await tora.is_alive()


async def test_no_hello_in_time_is_4502(server: HereServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds by the protocol; less here. A ping is no hello."""
    assert greeting.HELLO_WITHIN == 5.0
    monkeypatch.setattr(greeting, "HELLO_WITHIN", 0.3)
    async with server.stranger() as device:
        started = time.monotonic()
        await device.socket.ping()
        assert await device.end() == (Close.HELLO_TIMEOUT, "no hello within 5 seconds")
        assert 0.2 < time.monotonic() - started < 2


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
            await asyncio.wait_for(connect(url, origin=Origin(origin), proxy=None), 5)


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
