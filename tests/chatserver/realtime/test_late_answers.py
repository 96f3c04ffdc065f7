"""Answers of the store that arrive after something newer: what is newer stands, and nothing falls between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from quotas.ledger import keys
from quotas.store.wire import StoreAnswer
from tests.chatserver.realtime.devices import bodies
from tests.chatserver.realtime.servers import HereServer, here, token


@asynccontextmanager
async def holding_back(server: HereServer, patch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """Let the store's next answers on how a conversation stands arrive at the end only; the event says one waits."""
    asked, held = asyncio.Event(), list[Callable[[], None]]()
    link = server.parts.store
    at_once = link.send

    def late(command: bytes, done: Callable[[StoreAnswer], None], slot: int = 0) -> None:
        def later(reply: StoreAnswer) -> None:
            held.append(partial(done, reply))
            asked.set()

        at_once(command, later if b"HGETALL" in command else done, slot)

    with patch.context() as patched:
        patched.setattr(link, "send", late)
        yield asked
    for arrive in held:
        arrive()


async def test_a_message_stored_while_a_device_arrives_reaches_it(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not in the answer and came over the feed before there was anyone to hear it."""
    async with here(valkey_url, tmp_path) as one, here(valkey_url, tmp_path, now=None) as other:
        await one.conversation("c1", "basic")
        async with other.device("tora") as tora, one.stranger() as mia:
            async with holding_back(one, monkeypatch) as asked:
                await mia.say("hello", token=token("mia"), resume={"c1": 0})
                await asked.wait()
                await tora.write("between")
            await mia.hears("welcome")
            assert bodies(await mia.messages(1)) == ["between"]
            await tora.write("after")
            assert bodies(await mia.messages(1)) == ["after"]


async def test_an_old_answer_does_not_undo_a_message(server: HereServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a message has used stays used on every screen."""
    await server.change("c1", plan="light")
    async with server.device("mia") as phone, server.device("mia") as laptop:
        async with holding_back(server, monkeypatch) as asked:
            await server.parts.store.request("SPUBLISH", keys.feed("c1"), "S")
            await asked.wait()
            accepted = await phone.write("opens a window")
            assert accepted["composer"]["windows_left"] == 1
            assert (await laptop.hears("composer"))["composer"] == accepted["composer"]
        for device in (phone, laptop):
            assert not [event for event in await device.silence(0.3) if event["type"] == "composer"]
