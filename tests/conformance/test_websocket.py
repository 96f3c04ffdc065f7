"""RFC 6455, by the cases of the Autobahn test suite (kosoku), against the server's own configuration."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from kosoku import FailureError, run_fuzzingclient
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from chatserver.access.addresses import Proxies
from chatserver.operating.metrics import Metrics
from chatserver.realtime.door import Door
from chatserver.realtime.frames import binary_frame, text_frame
from chatserver.realtime.socket import EXTENSION, ChatSocket
from tests.chatserver.realtime.servers import listening

TOO_LARGE = [f"9.{kind}.{size}" for kind in (1, 2) for size in range(2, 7)] + ["9.3.*", "9.4.*", "9.5.*", "9.6.*"]
"""Messages beyond our 96 KiB; those of exactly 64 KiB, and thousands of smaller ones, stay."""
NOT_OFFERED = ["12.*", "13.*"]
"""Compression."""
KNOWN = {"7.1.5"}
"""A close frame within a fragmented message: websockets closes with 1002, the suite wants the app's own code back."""


class Echo:
    """A receiver that says everything back, by the way that chat frames take."""

    def __init__(self, socket: ChatSocket) -> None:
        self._socket = socket

    def received(self, data: bytes, *, text: bool) -> None:
        self._socket.push(text_frame(data) if text else binary_frame(data))

    def too_slow(self) -> None:
        self._socket.end(4001, "")

    def lost(self) -> None:
        """Nothing is kept."""

    def drain(self) -> None:
        self._socket.end(1001, "")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    socket: ChatSocket = websocket.scope["extensions"][EXTENSION]
    socket.attach(Echo(socket))


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where the echo listens."""
    app = Starlette(routes=[WebSocketRoute("/{path:path}", echo)])
    async with listening(app, Door(0, Metrics(), Proxies(()))) as (port, _):
        yield f"ws://127.0.0.1:{port}"


@pytest.mark.timeout(240)
async def test_no_case_fails_beyond_the_documented_one(address: str) -> None:
    """Framing, reserved bits, opcodes, control frames, fragments, UTF-8, closing, messages of 64 KiB.

    The client waits a second for a close, which a busy machine may not keep: what failed is tried again by itself.
    """
    passed, failed = await outcomes(address, exclude_cases=[*TOO_LARGE, *NOT_OFFERED], concurrency=4)
    assert passed + len(failed) > 250
    if unexpected := sorted(set(failed) - KNOWN):
        _, failed = await outcomes(address, cases=unexpected)
        assert not failed


async def outcomes(address: str, **which: Any) -> tuple[int, dict[str, tuple[str, str]]]:
    """How many cases passed, and of the others what was wrong."""
    try:
        results = await asyncio.wait_for(run_fuzzingclient(address, **which), 200)
    except FailureError as failure:
        results = failure.results
    failed = {each.case_id: (each.behavior.value, each.behavior_close.value) for each in results if not each.passed}
    return len(results) - len(failed), failed
