"""/later at a screen: kept until writing opens, listed, moved, taken back, and sent."""

import asyncio
from pathlib import Path

from chatserver.unsent.later import LATER
from tests.chatserver.moving import move
from tests.chatserver.realtime.servers import here
from tests.chatserver.terminal.screen import ENTER, at_terminal

SATURDAY, MONDAY = "2026-01-10T09:00:00.000Z", "2026-01-12T08:00:00.000Z"


async def test_a_text_waits_for_monday(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=SATURDAY) as server:
        await server.conversation("c1", "basic")
        async with at_terminal(server, "mia") as mia:
            mia.type("/later" + ENTER)
            await mia.sees("Nothing waits to be sent here.")
            mia.type("/later tomorrow 09:00 On a Sunday?" + ENTER)
            await mia.sees("Not kept: writing opens Monday 12 Jan 00:00; name that time or a later one. On a Sunday?")
            mia.type("/later 2026-01-09 09:00 Yesterday" + ENTER)
            await mia.sees("Not kept: that time is over. Yesterday")
            mia.type("/later tomorrow 09:00" + ENTER)
            await mia.sees("Not kept: what is to be sent then?")
            mia.type("/later See you then" + ENTER)
            await mia.sees("Kept. It will be sent Monday 12 Jan 08:00.")
            mia.type("/later And one more" + ENTER)
            while len(await server.parts.later.of_person("mia", "c1")) < 2:  # noqa: ASYNC110 - the terminal does it
                await asyncio.sleep(0.02)
            mia.type("/later" + ENTER)
            await mia.sees("2. Monday 12 Jan 08:00: And one more")
            mia.type("/later 2" + ENTER)
            await mia.sees("Taken back: And one more")
            mia.type("/later 1 2026-01-12 08:30" + ENTER)
            await mia.sees("Kept. It will be sent Monday 12 Jan 08:30.")
            mia.type("/later mon 09:15 With a time" + ENTER)
            await mia.sees("Kept. It will be sent Monday 12 Jan 09:15: With a time")
            mia.type("/help" + ENTER)
            await mia.sees("/later TEXT keep it")
            async with server.device("tora") as tora:
                await move(valkey_url, MONDAY, [LATER])
                heard = await tora.hears("message")
                assert (heard["body"], heard["at"][:19]) == ("See you then", "2026-01-12T07:30:00")


async def test_where_windows_are_counted_it_is_said_that_one_opens(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=SATURDAY) as server:
        await server.conversation("c1", "light")
        async with at_terminal(server, "mia") as mia:
            mia.type("/later See you then" + ENTER)
            await mia.sees("Kept. It will be sent")
            await mia.sees("It opens a writing window.")
