"""Support at a screen, on a real server: picks conversations by id or from the board, and leaves them again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.protocol.codes import Close
from tests.chatserver.realtime.servers import HereServer, here
from tests.chatserver.terminal.screen import ENTER, at_terminal


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """The conversation c1 of mia and tora."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        yield server


async def test_support_picks_from_the_board_and_reads_along(server: HereServer) -> None:
    """Through a reconnect; two conversations at a time, and out of one again."""
    await server.conversation("c2", "basic", member="ola")
    async with server.device("mia") as mia, server.device("ola") as ola, at_terminal(server, "sara") as sara:
        await mia.write("may I ask something?")
        await sara.sees("/board shows who owes an answer, /follow ID reads along")
        sara.type("/follow absent" + ENTER)
        await sara.sees("There is no conversation absent.")
        sara.type("/board" + ENTER)
        await sara.sees("c1 mia – tora answer by")
        sara.type("/follow c1" + ENTER)
        await sara.sees("Mia may I ask something?")
        await sara.sees("reading only")
        await mia.write("and another thing")
        await sara.sees("Mia and another thing")
        sara.type("/follow c2" + ENTER)
        await sara.sees("Ola – Tora: No messages yet.")
        [connection] = [each for each in server.parts.hub.connections if each.user == "sara"]
        connection.end(Close.RESTARTING)
        await ola.write("hello there", conversation="c2")
        await sara.sees("Ola hello there")
        sara.type("/unfollow" + ENTER)
        await sara.sees("You no longer read along in c2.")
        sara.forget()
        await ola.write("unheard", conversation="c2")
        await mia.write("heard")
        await sara.sees("Mia – Tora heard")
        assert "unheard" not in sara.drawn
        sara.type("/unfollow" + ENTER)
        await sara.sees("Which conversation?")
    assert sara.status.result() == 0


async def test_it_is_said_in_danish_too(server: HereServer) -> None:
    async with at_terminal(server, "sara", "da") as sara:
        sara.type("/board" + ENTER)
        await sara.sees("Ingen venter.")
        sara.type("/help" + ENTER)
        await sara.sees("/follow ID læs med i en samtale")


async def test_others_are_told_that_it_is_not_for_them(server: HereServer) -> None:
    """Without a word to the server; /help does not offer it."""
    async with at_terminal(server, "mia") as mia:
        await mia.sees("online")
        mia.type("/help" + ENTER)
        await mia.sees("/quit")
        assert "/follow" not in mia.drawn
        for command in ("/board", "/follow c1", "/unfollow"):
            mia.forget()
            mia.type(command + ENTER)
            await mia.sees("Only support reads along in other people's conversations.")
