"""Two servers with different policies, as during an update: one does not know a plan that the other has introduced."""

import asyncio
from pathlib import Path

import pytest

from chatserver.client.errors import Dropped
from chatserver.client.link import chat_address, open_link
from chatserver.protocol.codes import Close
from chatserver.protocol.commands import Check, Send
from chatserver.protocol.events import Error
from tests.chatserver.realtime.servers import token
from tests.stories.kept_server import POLICY, ServerProcess

GOLD = """
[plans.gold]
writing = { kind = "weekdays" }
"""


async def test_a_server_that_does_not_know_the_plan_says_try_again(valkey_url: str, tmp_path: Path) -> None:
    """It never judges by the plan that was: commands get a temporary error, and who comes back is turned away."""
    updated = ServerProcess(tmp_path / "updated", valkey_url, policy=POLICY + GOLD)
    behind = ServerProcess(tmp_path / "behind", valkey_url)
    try:
        await asyncio.gather(asyncio.to_thread(updated.start), asyncio.to_thread(behind.start))
        await asyncio.to_thread(updated.provision, ["c1"])
        address, member = chat_address(behind.url), token("member-c1", "member")
        link, _ = await open_link(address, "json", member, {"c1": 0})
        await asyncio.to_thread(updated.change_plan, "c1", "gold")
        for command, code in ((Check("c1"), "internal"), (Send("c1", "1", "hello"), "store_unavailable")):
            await link.send(command)
            while not isinstance(event := await link.receive(), Error):
                pass
            assert (event.code, event.temporary) == (code, True)
        await link.close()
        with pytest.raises(Dropped) as dropped:
            await open_link(address, "json", member, {"c1": 0})
        assert dropped.value.code == Close.UNAVAILABLE
    finally:
        updated.stop()
        behind.stop()
    assert "ASGI" not in behind.log
