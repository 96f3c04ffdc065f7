"""Servers for tests of the chat: one, or two on one store, on a Tuesday morning."""

from collections.abc import AsyncIterator
from pathlib import Path
from zlib import crc32

import pytest

from tests import engines
from tests.chatserver.realtime.servers import HereServer, here


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Others have one engine, which their names choose: what each does is held in quotas/, beside the servers too."""
    is_given = any("store_engine" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "store_engine" in metafunc.fixturenames and not is_given:
        present = engines.engines()
        metafunc.parametrize("store_engine", [present[crc32(metafunc.function.__name__.encode()) % len(present)]])


@pytest.fixture
def store(store_engine: engines.Engine, stores: engines.Stores) -> engines.StoreProcess:
    """An empty store on one of the engines. Shared between tests, as it is elsewhere."""
    return stores.cleared(store_engine)


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """A server with the conversation c1 of mia (member, on Basic) and tora (mentor)."""
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        yield server


@pytest.fixture
async def servers(store_url: str, tmp_path: Path) -> AsyncIterator[tuple[HereServer, HereServer]]:
    """Two servers on one store and one database, with the same conversation."""
    async with here(store_url, tmp_path / "data") as one, here(store_url, tmp_path / "data", now=None) as other:
        await one.conversation("c1", "basic")
        yield one, other
