"""Servers for tests of the chat: one, or two on one store, on a Tuesday morning."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chatserver.realtime.servers import HereServer, here


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """A server with the conversation c1 of mia (member, on Basic) and tora (mentor)."""
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        yield server


@pytest.fixture
async def servers(store_url: str, tmp_path: Path) -> AsyncIterator[tuple[HereServer, HereServer]]:
    """Two servers on one store and one database, on each engine in turn, with the same conversation."""
    async with here(store_url, tmp_path / "data") as one, here(store_url, tmp_path / "data", now=None) as other:
        await one.conversation("c1", "basic")
        yield one, other
