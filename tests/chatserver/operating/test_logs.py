"""Logs are lines of JSON that say what happened and where, and never what people wrote or how they signed in."""

import asyncio
import json
import logging
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace
from redis.asyncio import Redis

from chatserver.protocol.codec import Encoding
from chatserver.protocol.codes import Close
from chatserver.realtime.socket import MAX_UNSENT
from chatserver.server import SEND_BUFFER
from chatserver.setting_values import LOG_LEVELS
from quotas.ledger import keys
from quotas.ledger.state import State
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import SECRET, TUESDAY, ProgramServer, program, token
from tests.chatserver.realtime.test_bounds import MUCH, deaf, messages_in
from tests.engines import StoreProcess
from tests.plain_http import http_client

TEXT = "canary-of-what-people-write"
NAME = "Canary-Of-A-Name"
ADDRESS = "canary-of-an@address.example"


def lines(server: ProgramServer) -> list[dict[str, Any]]:
    """What it has logged; each line must be JSON with a level, a time and an event."""
    found = [json.loads(line) for line in server.log.read_text().splitlines()]
    for line in found:
        assert {"level", "timestamp", "event", "logger"} <= set(line), line
    return found


async def talk(server: ProgramServer) -> None:
    """Every command, right and wrong, in both encodings."""
    encodings: tuple[Encoding, ...] = ("json", "msgpack")
    for encoding in encodings:
        async with server.device("mia", encoding=encoding) as mia, server.device("tora", {"c1": 0}) as tora:
            await mia.write(f"{TEXT} {encoding}", id=f"{TEXT}-{encoding}")
            await mia.write(TEXT, id=f"{TEXT}-{encoding}")
            await mia.write("", id=TEXT)
            await mia.write(TEXT, id=TEXT, conversation=TEXT)
            await tora.write(f"{TEXT} answered {encoding}")
            for kind in ("check", "typing", "history", "read", TEXT):
                await mia.say(kind, conversation="c1", seq=1)
                await mia.say(kind, conversation="c1", body=TEXT)
            await mia.say("hello", token=token("mia"))
            await mia.socket.send(TEXT)
            await mia.socket.send(TEXT.encode())
            assert await mia.is_alive()


async def greet_in_vain(stranger: Device, token: str) -> None:
    """Say hello, and be closed."""
    await stranger.say("hello", token=token)
    await stranger.end()


async def stumble(server: ProgramServer) -> None:
    """Every way in which a beginning fails."""
    for said in (TEXT, json.dumps({"type": "hello", "token": TEXT}), json.dumps({"type": "send", "body": TEXT})):
        async with server.stranger() as stranger:
            await stranger.socket.send(said)
            await stranger.end()
    async with server.stranger() as stranger:
        await greet_in_vain(stranger, token("mia", audience=TEXT))


async def request(server: ProgramServer) -> None:
    """HTTP right and wrong, with a token also where none belongs."""
    headers = {"Authorization": f"Bearer {token('robot')}"}
    async with http_client(server.http, headers=headers) as http:
        await http.put("/v1/people/kari", json={"role": "member", "name": NAME, "email": ADDRESS})
        await http.put("/v1/people/kari", json={"role": "member", "name": NAME, "email": TEXT})
        await http.put("/v1/people/kari", content=TEXT)
        await http.get("/v1/chat", params={"token": token("mia")})
        await http.get("/v1/conversations/c1/messages", params={"token": token("mia")})
        await http.get("/v1/people/kari", headers={"Authorization": f"Bearer {TEXT}"})


async def test_canaries_are_in_no_line(tmp_path: Path) -> None:
    """At DEBUG, through every command, error and close, with store and database taken away and data made wrong."""
    data = tmp_path / "data"
    data.mkdir()
    settings = tmp_path / "chat.toml"
    settings.write_text('log_level = "debug"\nmetrics = "open"\nrate_limit = "off"\n')
    store = StoreProcess(durable=True).start()
    try:
        with program(data, "--config", str(settings), "--now", "2026-01-06T09:00:00Z", store_url=store.url) as server:
            await server.conversation("c1", "basic")
            await talk(server)
            await stumble(server)
            await request(server)
            async with server.device("mia") as mia:
                await asyncio.to_thread(store.kill)
                await mia.write(TEXT, id="while the store is away")
                async with server.stranger() as stranger:
                    await greet_in_vain(stranger, token("tora"))
                await request(server)
                await asyncio.to_thread(store.restart)
                while (await mia.write(TEXT, id="back"))["type"] == "error":  # noqa: ASYNC110 - apps try again
                    await asyncio.sleep(0.05)
                async with Redis.from_url(store.url) as redis:
                    key = keys.conversation("c1")
                    state = replace(State.unpacked(cast(bytes, await redis.hget(key, "state"))), revision=99)
                    await redis.hset(key, mapping={"plan": "no such plan", "state": state.packed()})
                await mia.write(TEXT, id="judged by no plan")
            async with server.stranger() as stranger:
                await greet_in_vain(stranger, token("mia"))
            async with http_client(server.http) as http:
                numbers = (await http.get("/metrics")).text
        logged = lines(server)
        everything = server.log.read_text() + numbers
        for canary in (TEXT, NAME, ADDRESS, SECRET, token("mia")[:40], "eyJ"):
            assert canary not in everything
        assert {"the store went away; reconnecting", "the store is back", "listening"} <= {
            line["event"] for line in logged
        }
        assert [line for line in logged if line["level"] == "debug"]
        assert [line for line in logged if line.get("request")]
        assert [line for line in logged if line.get("person") == "tora" and line.get("connection")]
    finally:
        store.stop()


BURST = messages_in(MAX_UNSENT + 8 * SEND_BUFFER)
"""Messages that one person may write at once: more than the server keeps for a slow reader."""


async def too_slow(server: ProgramServer) -> None:
    """Texts for somebody who does not read them, and some more than the writer may write."""
    async with server.device("tora") as tora, deaf(server, "mia", {}) as mia:
        for n in range(BURST + 5):
            await tora.say("send", conversation="c1", id=f"{n}", body=f"{n} {TEXT} ".ljust(len(MUCH), "x"))
        answers = [await tora.answer(f"{n}") for n in range(BURST + 5)]
        assert (answers[0]["type"], answers[-1]["code"]) == ("accepted", "rate_limited")
        mia.socket.transport.resume_reading()
        assert (await mia.end())[0] == Close.TOO_SLOW


async def too_late(server: ProgramServer) -> None:
    """A token that expires; beside it somebody who says a ping and no hello."""
    async with server.stranger() as silent, server.device("ola", seconds=5) as ola:
        await (await silent.socket.ping(TEXT))
        assert [(await each.end())[0] for each in (silent, ola)] == [Close.HELLO_TIMEOUT, Close.TOKEN_EXPIRED]


async def watch_until_revoked(server: ProgramServer) -> None:
    """The board, rightly and wrongly, also by somebody who may not."""
    async with server.device("tora") as tora, server.device("sara") as sara:
        await tora.say("watch", replies=True, mentor=TEXT)
        await tora.error("not_allowed")
        for wrong in ({"mentor": f"{TEXT} "}, {"plan": TEXT}, {"state": TEXT}, {TEXT: TEXT}):
            await sara.say("watch", replies=True, **wrong)
            assert (await sara.hears("error"))["code"] in ("invalid_field", "unknown_field")
        await sara.say("watch", replies=True, mentor=TEXT)
        await sara.hears("replies", snapshot=True)
        headers = {"Authorization": f"Bearer {token('robot')}"}
        async with http_client(server.http, headers=headers) as http:
            await http.post("/v1/people/sara/revoke", json={"before": TEXT})
            assert (await http.post("/v1/people/sara/revoke", json={})).is_success
        assert (await sara.end())[0] == Close.REVOKED


async def test_canaries_are_in_no_line_about_a_close(tmp_path: Path) -> None:
    """At DEBUG: who is too fast, too slow, too late, or whose token is revoked, and who watches the board."""
    rate = f"1/hour burst {BURST}"
    with program(
        tmp_path / "data", "--now", TUESDAY, CHATSERVER_LOG_LEVEL="debug", CHATSERVER_RATE_LIMIT=rate
    ) as server:
        await server.conversation("c1", "basic")
        await watch_until_revoked(server)
        await too_slow(server)
        await too_late(server)
        async with http_client(server.http) as http:
            headers = {"Authorization": f"Bearer {token('robot')}"}
            numbers = (await http.get("/metrics", headers=headers)).text
    for close in (Close.TOO_SLOW, Close.HELLO_TIMEOUT, Close.TOKEN_EXPIRED, Close.REVOKED):
        assert f'chatserver_closes_total{{code="{close.value}"}} 1.0' in numbers
    assert lines(server)
    for canary in (TEXT, SECRET, token("mia")[:40], "eyJ"):
        assert canary not in server.log.read_text() + numbers


LOUD = """
import logging
from chatserver.operating.logs import configure_logs, logged_about
configure_logs("LEVEL", worker=3)
for name in ("chatserver.here", "quotas.there", "uvicorn.error", "websockets.server", "aiosqlite"):
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        logging.getLogger(name).log(level, "%s", "said", extra={"conversation": "c1"})
with logged_about(request="r1"), logged_about(person=b"p1"):
    logging.getLogger("chatserver.here").error("a request of %s", "two\\nlines")
def fault():
    text = "canary-in-a-local"
    raise ValueError("why")
try:
    fault()
except ValueError:
    logging.getLogger("chatserver.here").exception("failed")
"""


def test_libraries_are_heard_from_warnings_on() -> None:
    """Whatever the level for our own; fields, traceback and all in one form; no values of locals."""
    for level, ours in (("debug", 3), ("info", 2), ("error", 0)):
        done = subprocess.run(
            [sys.executable, "-c", LOUD.replace("LEVEL", level)], capture_output=True, text=True, check=True
        )
        said = [json.loads(line) for line in done.stderr.splitlines()]
        count = {
            name: sum(line["logger"] == name and line["event"] == "said" for line in said)
            for name in ("chatserver.here", "quotas.there", "uvicorn.error", "websockets.server", "aiosqlite")
        }
        assert set(count.values()) <= {ours, 1}
        assert (count["chatserver.here"], count["quotas.there"], count["uvicorn.error"]) == (ours, ours, 1)
        assert {line["conversation"] for line in said if line["event"] == "said"} == {"c1"}
        assert {line["worker"] for line in said} == {3}
        [asked] = [line for line in said if "request" in line]
        assert (asked["event"], asked["request"], asked["person"]) == ("a request of two\nlines", "r1", "b'p1'")
        [failed] = [line for line in said if line["event"] == "failed"]
        assert "ValueError: why" in failed["exception"]
        assert "canary-in-a-local" not in failed["exception"]


def test_people_at_a_terminal_read_lines_in_colours() -> None:
    """The same events; what somebody else named cannot begin a line of its own."""
    ours, its = pty.openpty()
    with os.fdopen(ours, "rb") as screen:
        subprocess.run([sys.executable, "-c", LOUD.replace("LEVEL", "error")], stderr=its, check=True)
        os.close(its)
        shown = b""
        with suppress(OSError):  # The end of what was written there, on Linux.
            while piece := screen.read1():
                shown += piece
    assert b"\x1b[" in shown
    lines = re.sub(r"\x1b\[\d+m", "", shown.decode()).splitlines()
    said = [re.sub(r"^\S+Z ", "", line) for line in lines]
    assert "warning  said worker=3 conversation=c1 (aiosqlite)" in said
    assert "error    a request of two\\nlines worker=3 request=r1 person=b'p1' (chatserver.here)" in said
    assert said.index("error    failed worker=3 (chatserver.here)") < said.index("ValueError: why")
    assert "canary-in-a-local" not in shown.decode()


def test_the_levels_are_those_of_logging() -> None:
    """By their names."""
    assert [logging.getLevelNamesMapping()[level.upper()] for level in LOG_LEVELS] == [10, 20, 30, 40]
