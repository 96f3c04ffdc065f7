"""The client on the real server, which is killed under its hands."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from chatserver.access.tokens import issue
from chatserver.client import ChatClient
from chatserver.protocol.events import Accepted, Message, Role
from tests import programs
from tests.plain_http import http_client

SECRET = "a secret of at least thirty-two bytes"
COUNT = 300


def token(user: str, role: Role) -> str:
    return issue(SECRET, user, role, 600, time.time_ns() // 1_000_000)


class RealServer:
    """`chatserver serve` as a process, on one port through all its lives."""

    def __init__(self, store_url: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._store_url = store_url
        self._folder = folder
        self._process: programs.Program | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        flags = ["--port", str(self._port), "--redis-url", self._store_url, "--data-dir", str(self._folder)]
        env = {**os.environ, "CHATSERVER_JWT_SECRET": SECRET, "CHATSERVER_RATE_LIMIT": "off"}
        self._process = programs.start("serve", *flags, cwd=self._folder, env=env)

    async def kill(self) -> None:
        """SIGKILL: nothing is said to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def furnish(self) -> None:
        """A member and a mentor on a plan that is open every day of the week."""
        headers = {"Authorization": f"Bearer {token('ops', 'service')}"}
        async with http_client(self.url, headers=headers) as http:
            for person, role in (("mia", "member"), ("tora", "mentor")):
                (await http.put(f"/v1/people/{person}", json={"role": role, "name": person})).raise_for_status()
            pair = {"member": "mia", "mentor": "tora", "plan": "basic"}
            (await http.put("/v1/conversations/c1", json=pair)).raise_for_status()


@asynccontextmanager
async def real_server(store_url: str, folder: Path) -> AsyncIterator[RealServer]:
    server = RealServer(store_url, folder)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


async def until_up(server: RealServer) -> None:
    async with asyncio.timeout(60), http_client(server.url) as http:
        while True:
            try:
                await http.get("/v1/openapi.json")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


async def heard_by(chat: ChatClient, count: int) -> list[Message]:
    heard: list[Message] = []
    async for event in chat.events():
        if isinstance(event, Message):
            heard.append(event)
            if len(heard) == count:
                break
    return heard


async def test_every_message_is_there_once_and_in_order_though_the_server_dies_twice(
    valkey_url: str, tmp_path: Path
) -> None:
    """The mentor (who may write on any day) sends 300 messages, the member hears each once, in both encodings."""
    async with real_server(valkey_url, tmp_path) as server:
        await until_up(server)
        await server.furnish()
        async with (
            ChatClient(server.url, token("tora", "mentor"), encoding="msgpack") as tora,
            ChatClient(server.url, token("mia", "member")) as mia,
            asyncio.timeout(50),
        ):
            await asyncio.gather(tora.online(), mia.online())
            hearing = asyncio.create_task(heard_by(mia, COUNT))
            sending = [asyncio.create_task(tora.send("c1", f"number {n}")) for n in range(COUNT)]
            for answered in (COUNT // 4, COUNT // 2):
                await sending[answered]
                await server.kill()
                await server.start()
            answers = await asyncio.gather(*sending)
            heard = await hearing
            page = await tora.history("c1", limit=200)
    assert [answer.seq for answer in answers if isinstance(answer, Accepted)] == list(range(1, COUNT + 1))
    assert [(message.seq, message.body) for message in heard] == [(n + 1, f"number {n}") for n in range(COUNT)]
    assert [message.seq for message in page.messages] == list(range(COUNT - 199, COUNT + 1))
