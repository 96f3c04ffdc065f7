"""`acknowledge`: what waits needs no answer, says the mentor's side, where the plan lets it."""

from pathlib import Path

import pytest

from chatserver.client import ChatClient, ChatError
from chatserver.protocol.codec import Encoding
from chatserver.protocol.events import Message
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from tests.chatserver.realtime.devices import Event
from tests.chatserver.realtime.servers import here, token
from tests.stories.clock import when

MONDAY, TUESDAY, FRIDAY = (when(day, "09:00") for day in ("monday", "tuesday", "friday"))
POLICY = "[plans.basic]\nno_answer_needed = true\n"
NOTHING = {"waiting_since": None, "due_at": None, "overdue": False}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy that lets the mentors of Basic say so."""
    path = tmp_path / "policy.toml"
    path.write_text(POLICY)
    return path


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_wait_ends_and_the_member_is_told(
    store_url: str, tmp_path: Path, policy: Path, encoding: Encoding
) -> None:
    """On both servers, live and to whoever resumes; the member's next message starts anew."""
    async with (
        here(store_url, tmp_path, now=TUESDAY, policy=policy) as one,
        here(store_url, tmp_path, now=None, policy=policy) as other,
    ):
        await one.conversation("c1", "basic")
        async with one.device("mia", encoding=encoding) as mia, other.device("tora", encoding=encoding) as tora:
            assert tora.welcome["conversations"][0]["no_answer_needed"] is True
            await mia.write("thank you")
            asked = await tora.hears("message", seq=1)
            await tora.hears("reply")
            await tora.say("acknowledge", conversation="c1", seq=1, ask="a")
            assert await tora.hears("acknowledged") == {
                "type": "acknowledged",
                "conversation": "c1",
                "seq": 2,
                "ask": "a",
            }
            told = await mia.hears("message", seq=2)
            assert (told["from"], told["role"], told["kind"]) == ("system", "system", "event")
            assert told["event"] == {"name": "acknowledged", "data": {"by": "tora", "waiting_since": asked["at"]}}
            assert await tora.hears("reply", reply=NOTHING)
            await mia.write("and when?")
            anew = await tora.hears("message", seq=3)
            assert (await tora.hears("reply"))["reply"]["waiting_since"] == anew["at"]
        async with other.device("mia", {"c1": 1}, encoding=encoding) as mia:
            assert (await mia.hears("message", seq=2))["event"] == told["event"]


async def test_the_same_again_gets_the_same_answer(store_url: str, tmp_path: Path, policy: Path) -> None:
    """As after a break of the connection; somebody else, or after another message, finds nothing that waits."""
    async with here(store_url, tmp_path, now=TUESDAY, policy=policy) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("thank you")
            for ask in ("a", "b"):
                await tora.say("acknowledge", conversation="c1", ask=ask)
                assert (await tora.hears("acknowledged", ask=ask))["seq"] == 2
            await tora.write("anyway")
            await tora.say("acknowledge", conversation="c1", ask="c")
            refused = await tora.error("not_acknowledged")
            assert (refused["ask"], refused["message"]) == ("c", "nothing waits for an answer")


async def test_what_was_not_seen_is_not_acknowledged(store_url: str, tmp_path: Path, policy: Path) -> None:
    """The member's own words count, events and the mentor's do not; a mark beyond the end is an error."""
    async with here(store_url, tmp_path, now=TUESDAY, policy=policy) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("thank you")
            await mia.write("and when?")
            await tora.say("acknowledge", conversation="c1", seq=1)
            assert (await tora.error("not_acknowledged"))["message"].endswith("more than up to 1: see 2")
            await tora.say("acknowledge", conversation="c1", seq=3)
            assert (await tora.error("seq_unknown"))["message"] == "`seq` is beyond the last message, 2"
            assert await server.parts.ledger.write_event("c1", 1, b'{"from":"s","role":"system","id":"event-1"}\n')
            await tora.say("acknowledge", conversation="c1", seq=2)
            assert (await tora.hears("acknowledged"))["seq"] == 4


async def test_who_may_not(store_url: str, tmp_path: Path, policy: Path) -> None:
    """Whatever the plan says the member and support, and a mentor on a plan that has every message answered."""
    async with here(store_url, tmp_path, now=TUESDAY, policy=policy) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "light", member="uma", mentor="tora")
        async with (
            server.device("mia") as mia,
            server.device("tora") as tora,
            server.device("sara", {"c1": 0}) as sara,
            server.device("ulf") as ulf,
        ):
            for device, conversation, code in (
                (mia, "c1", "not_allowed"),
                (sara, "c1", "read_only"),
                (ulf, "c1", "not_found"),
                (tora, "c2", "not_acknowledged"),
                (tora, "c1", "not_acknowledged"),
            ):
                await device.say("acknowledge", conversation=conversation)
                assert (await device.error(code))["conversation"] == conversation


async def test_whoever_stands_in_does_it_in_their_own_name(store_url: str, tmp_path: Path, policy: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY, policy=policy) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        away = AbsenceDetails(MONDAY, FRIDAY, "ulf")
        assert isinstance(await server.parts.absences.put("tora", "flu", away), AbsenceWritten)
        async with server.device("mia") as mia, server.device("ulf") as ulf:
            await mia.write("thank you")
            await ulf.say("acknowledge", conversation="c1")
            assert (await ulf.hears("acknowledged"))["seq"] == 2
            assert by(await mia.hears("message", seq=2)) == "ulf"


def by(message: Event) -> str:
    """Who acknowledged."""
    return str(message["event"]["data"]["by"])


async def test_the_client_does_it(store_url: str, tmp_path: Path, policy: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY, policy=policy) as server:
        await server.conversation("c1", "basic")
        async with ChatClient(server.http, token("mia")) as mia, ChatClient(server.http, token("tora")) as tora:
            await mia.send("c1", "thank you")
            assert await tora.acknowledge("c1") == await tora.acknowledge("c1", 1) == 2
            heard = await anext(event async for event in mia.events() if isinstance(event, Message))
            assert heard.event is not None
            assert (heard.seq, heard.event.name) == (2, "acknowledged")
            await tora.send("c1", "anyway")
            with pytest.raises(ChatError, match="nothing waits"):
                await tora.acknowledge("c1")
