"""The client's calls for what is not sent yet."""

from pathlib import Path

import pytest

from chatserver.client import ChatClient, ChatError
from chatserver.protocol.events import Accepted, Message, Refused
from chatserver.protocol.unsent import LaterChanged, Scheduled
from chatserver.unsent.later import LATER
from quotas import instant
from quotas.instant import HOUR
from tests.chatserver.moving import move
from tests.chatserver.realtime.servers import TUESDAY, here, token

NOW = instant.parse(TUESDAY)


async def test_later_messages_and_drafts(valkey_url: str, tmp_path: Path) -> None:
    """In one story."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with (
            ChatClient(server.http, token("mia")) as phone,
            ChatClient(server.http, token("mia"), encoding="msgpack") as laptop,
        ):
            await laptop.online()
            draft = await phone.draft("c1", "good")
            assert draft.returned is None
            assert (await laptop.draft("c1", "evening")).returned == "good"
            assert [each.body for each in await phone.drafts()] == ["evening"]
            kept = await phone.send_later("c1", "good morning", NOW + 2 * HOUR, id="x")
            assert isinstance(kept, Scheduled)
            assert await phone.send_later("c1", "good morning", NOW + 2 * HOUR, id="x") == kept
            assert (await laptop.reschedule("c1", "x", at=NOW + HOUR)).at == instant.text(NOW + HOUR)
            [waiting] = (await laptop.scheduled()).messages
            assert (waiting.body, waiting.state) == ("good morning", "waiting")
            with pytest.raises(ChatError, match="waits to be sent"):
                await laptop.unschedule("c1", "y")
            await phone.send_later("c1", "no", NOW + HOUR, id="z")
            assert (await phone.unschedule("c1", "z")).body == "no"
            await move(valkey_url, instant.text(NOW + 3 * HOUR), [LATER])
            async for event in laptop.events():
                if isinstance(event, Message):
                    assert event.body == "good morning"
                    break
            async for event in laptop.events():
                if isinstance(event, LaterChanged) and event.message is not None and event.message.state == "sent":
                    break
            answer = await phone.send_later("c1", "good morning", NOW + 2 * HOUR, id="x")
            assert isinstance(answer, Accepted)
            assert answer.seq == 1
            await server.change("c1", status="ended")
            assert isinstance(await phone.send_later("c1", "after the end", NOW + 9 * HOUR), Refused)
