"""/search at a screen: what was found, where, and by whom."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chatserver.realtime.servers import HereServer, here
from tests.chatserver.terminal.screen import ENTER, at_terminal


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """Two conversations of tora, with something in them."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="ola")
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("Jeg øvde på søndag")
            await tora.write("Søndag passer fint", conversation="c2")
        yield server


async def test_a_mentor_finds_in_all_conversations(server: HereServer) -> None:
    async with at_terminal(server, "tora") as tora:
        tora.type("/search sondag" + ENTER)
        await tora.sees("Mia: Jeg øvde på søndag")
        await tora.sees("Ola · You: Søndag passer fint")
        tora.type("/search mandag" + ENTER)
        await tora.sees("Nothing found.")
        tora.type("/search" + ENTER)
        await tora.sees("Search for what?")
        tora.type("/help" + ENTER)
        await tora.sees("/search WORDS messages that hold them")


async def test_support_searches_what_is_open_in_danish(server: HereServer) -> None:
    async with at_terminal(server, "sara", "da") as sara:
        sara.type("/follow c2" + ENTER)
        await sara.sees("Ola – Tora")
        sara.type("/search søn" + ENTER)
        await sara.sees("Ola – Tora · Tora: Søndag passer fint")
        sara.type("/search øvde" + ENTER)
        await sara.sees("Intet fundet.")
