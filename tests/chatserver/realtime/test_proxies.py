"""Who is counted, behind proxies and without: handshakes, and connections before hello, on real sockets."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidStatus

from chatserver.setting_values import Rate
from tests.chatserver.realtime.servers import HereServer, here

TEN_HANDSHAKES = Rate(1, "hour", 1)
"""A handshake is a tenth of a message."""
PROXY = ("127.0.0.1",)


async def status_of_handshake(server: HereServer, forwarded: str) -> int:
    """What a handshake with that header is answered."""
    headers = {"X-Forwarded-For": forwarded}
    try:
        async with connect(f"ws://127.0.0.1:{server.port}/v1/chat", proxy=None, additional_headers=headers):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_nobody_is_believed_who_was_not_named(valkey_url: str, tmp_path: Path) -> None:
    """Also not from the same machine: another name in each request does not get anybody past the limit."""
    async with here(valkey_url, tmp_path, rate_limit=TEN_HANDSHAKES) as server:
        answers = [await status_of_handshake(server, f"198.51.100.{number}") for number in range(11)]
        assert answers == [*[101] * 10, 429]


async def test_behind_a_proxy_each_client_counts_for_itself(valkey_url: str, tmp_path: Path) -> None:
    """By the right-most address that is no proxy; an IPv6 network as one."""
    async with here(valkey_url, tmp_path, rate_limit=TEN_HANDSHAKES, trusted_proxies=PROXY) as server:
        answers = [await status_of_handshake(server, f"6.6.6.{number}, 198.51.100.1") for number in range(11)]
        assert answers == [*[101] * 10, 429]
        assert await status_of_handshake(server, "198.51.100.2") == 101
        answers = [await status_of_handshake(server, f"2001:db8::{number:x}") for number in range(11)]
        assert answers == [*[101] * 10, 429]
        assert await status_of_handshake(server, "2001:db8:0:1::1") == 101


async def test_the_door_counts_clients_and_not_their_proxy(valkey_url: str, tmp_path: Path) -> None:
    """Two of one client, two of another, and any number of connections that the proxy keeps in hand."""
    async with (
        here(valkey_url, tmp_path, connections_before_hello=2, trusted_proxies=PROXY) as server,
        AsyncExitStack() as open_still,
    ):
        for _ in range(5):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            open_still.callback(writer.close)

        async def waits(client: str) -> None:
            url = f"ws://127.0.0.1:{server.port}/v1/chat"
            await open_still.enter_async_context(
                connect(url, proxy=None, additional_headers={"X-Forwarded-For": client})
            )

        for client in ("198.51.100.1", "198.51.100.2"):
            await waits(client)
            await waits(client)
            with pytest.raises((InvalidHandshake, ConnectionError, EOFError)):
                await waits(client)
        assert server.parts.metrics.rate_limited["connections"] == 2
