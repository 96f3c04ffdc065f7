"""A device that says exactly what a test tells it to, and remembers everything it hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chatserver.client.link import SUBPROTOCOLS
from chatserver.protocol.codec import Encoding

WITHIN = 30.0
"""Seconds in which something expected must come."""

Event = dict[str, Any]


class Device:
    """One app on one socket. Events wait in `waiting` until a test asks for them."""

    def __init__(self, socket: ClientConnection, encoding: Encoding) -> None:
        self.socket = socket
        self.encoding: Encoding = encoding
        self.waiting: list[Event] = []
        self.welcome: Event = {}

    # Saying

    async def say(self, kind: str, **fields: object) -> None:
        """Send one command."""
        await self.send_frame({"type": kind, **fields})

    async def send_frame(self, content: object) -> None:
        """Send any object in the connection's encoding."""
        if self.encoding == "json":
            await self.socket.send(msgspec.json.encode(content), text=True)
        else:
            await self.socket.send(msgspec.msgpack.encode(content))

    async def greet(self, token: str, resume: dict[str, int]) -> Event:
        """Say hello and wait for the welcome."""
        await self.say("hello", token=token, resume=resume)
        self.welcome = await self.hears("welcome")
        return self.welcome

    async def write(self, body: str, id: str = "", conversation: str = "c1") -> Event:
        """Send a message and wait for its answer: `accepted`, `refused` or `error`."""
        id = id or body
        await self.say("send", conversation=conversation, id=id, body=body)
        return await self.answer(id)

    async def answer(self, id: str) -> Event:
        """The answer to a message."""
        return await self._first(lambda event: event.get("id") == id and event["type"] != "message", f"answer to {id}")

    async def check(self, conversation: str = "c1") -> Event:
        """Ask what the member may do; composers that wait were pushed before, and are dropped."""
        self.waiting = [event for event in self.waiting if event["type"] != "composer"]
        await self.say("check", conversation=conversation)
        composer: Event = (await self.hears("composer", conversation=conversation))["composer"]
        return composer

    # Hearing

    async def hears(self, kind: str, **fields: object) -> Event:
        """The first event of that type, with those fields, that nobody has asked for yet."""
        return await self._first(
            lambda event: event["type"] == kind and all(event.get(name) == value for name, value in fields.items()),
            f"{kind} {fields}",
        )

    async def hears_composer(self, **fields: object) -> Event:
        """The first composer with those fields that nobody has asked for yet."""
        event = await self._first(
            lambda event: (
                event["type"] == "composer"
                and all(event["composer"].get(name) == value for name, value in fields.items())
            ),
            f"composer {fields}",
        )
        composer: Event = event["composer"]
        return composer

    async def hears_one_of(self, *kinds: str) -> Event:
        """The first event of one of those types that nobody has asked for yet."""
        return await self._first(lambda event: event["type"] in kinds, f"one of {kinds}")

    async def messages(self, count: int) -> list[Event]:
        """The next `count` messages, in the order in which they came."""
        return [await self.hears("message") for _ in range(count)]

    async def error(self, code: str) -> Event:
        """The next error; it must have that code."""
        event = await self.hears("error")
        assert event["code"] == code, event
        return event

    async def silence(self, seconds: float = 0.3) -> list[Event]:
        """Everything that waits, and what comes within the time."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self._receive()
        except TimeoutError:
            pass
        heard, self.waiting = self.waiting, []
        return heard

    async def end(self) -> tuple[int | None, str]:
        """Close code and reason, once the server has closed."""
        try:
            async with asyncio.timeout(WITHIN + 5):
                while True:
                    await self._receive()
        except ConnectionClosed:
            return self.socket.close_code, self.socket.close_reason or ""

    async def is_alive(self, conversation: str = "c1") -> bool:
        """Whether commands are still answered."""
        return "open" in await self.check(conversation)

    async def _first(self, wanted: Any, what: str) -> Event:
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    for place, event in enumerate(self.waiting):
                        if wanted(event):
                            return self.waiting.pop(place)
                    await self._receive()
        except TimeoutError:
            raise AssertionError(f"{what} did not come; there came {self.waiting}") from None

    async def _receive(self) -> None:
        frame = await self.socket.recv(decode=False)
        decode = msgspec.json.decode if self.encoding == "json" else msgspec.msgpack.decode
        self.waiting.append(decode(frame))


@asynccontextmanager
async def opened(port: int, encoding: Encoding) -> AsyncIterator[Device]:
    """A connection without a hello."""
    async with connect(
        f"ws://127.0.0.1:{port}/v1/chat",
        subprotocols=[SUBPROTOCOLS[encoding]],
        compression=None,
        proxy=None,
        max_size=None,
        max_queue=None,  # always read, so that only those are slow that a test makes so
        close_timeout=2,
    ) as socket:
        yield Device(socket, encoding)


def bodies(messages: list[Event]) -> list[str]:
    """Their texts."""
    return [message["body"] for message in messages]


def seqs(messages: list[Event]) -> list[int]:
    """Their places."""
    return [message["seq"] for message in messages]
