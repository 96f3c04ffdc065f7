"""Hello and welcome: who gets in, and what they are told."""

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from chatserver.protocol.codec import Encoding
from quotas import instant
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import TUESDAY, HereServer, token


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_welcome_says_who_and_what(server: HereServer, encoding: Encoding) -> None:
    """Every field that the protocol names, for the member and for the mentor."""
    async with server.device("mia", encoding=encoding) as mia:
        welcome = mia.welcome
        assert (welcome["user"], welcome["role"]) == ("mia", "member")
        assert 0 <= instant.parse(welcome["now"]) - instant.parse(TUESDAY) < 10_000
        [conversation] = welcome["conversations"]
        assert conversation == {
            "id": "c1",
            "member": "mia",
            "mentor": "tora",
            "plan": "basic",
            "status": "open",
            "zone": "Europe/Oslo",
            "last_seq": 0,
            "read_seq": 0,
            "peer_read_seq": 0,
            "peer_online": False,
            "composer": {
                "open": True,
                "reason": None,
                "opens_at": None,
                "window_ends_at": None,
                "windows_left": None,
                "messages_left": None,
                "live_until": None,
                "help": None,
                "urgent_note": False,
            },
            "reply": {"waiting_since": None, "due_at": None, "overdue": False},
            "unread": 0,
            "last": None,
            "banner": None,
            "credits": None,
            "next_session": None,
            "muted": False,
            "away": None,
            "names": {"mia": "Mia", "tora": "Tora"},
            "country": "",
            "reads_from": None,
            "no_answer_needed": False,
        }
        assert mia.socket.subprotocol == f"mentorchat.v1.{encoding}"


async def test_marks_and_counts_are_each_readers_own(server: HereServer) -> None:
    """`read_seq` is the reader's, `peer_read_seq` the other's; the mentor sees what is owed."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("one")
        await mia.write("two")
        await tora.say("read", conversation="c1", seq=1)
        await mia.hears("read", seq=1)
    async with server.device("mia") as mia, server.device("tora") as tora:
        [hers], [theirs] = mia.welcome["conversations"], tora.welcome["conversations"]
        assert (hers["last_seq"], hers["read_seq"], hers["peer_read_seq"]) == (2, 0, 1)
        assert (theirs["last_seq"], theirs["read_seq"], theirs["peer_read_seq"]) == (2, 1, 0)
        assert theirs["reply"]["waiting_since"] is not None
        assert theirs["reply"]["overdue"] is False


async def test_each_plan_is_shown_as_it_is(server: HereServer) -> None:
    """Windows, messages and the plan's banner stand in the welcome."""
    await server.conversation("c2", "light")
    await server.conversation("c3", "video")
    async with server.device("mia") as mia:
        by_id = {each["id"]: each for each in mia.welcome["conversations"]}
        assert list(by_id) == ["c1", "c2", "c3"]
        assert by_id["c2"]["composer"]["windows_left"] == 2
        assert by_id["c3"]["composer"]["messages_left"] == 10
        assert by_id["c3"]["banner"] == "only_video_included"


@pytest.mark.parametrize("offered", [None, ["unheard.of"], ["unheard.of", "mentorchat.v1.json"]])
async def test_without_a_known_subprotocol_it_is_json(server: HereServer, offered: list[str] | None) -> None:
    """JSON is the default; one of those offered is chosen."""
    names = [Subprotocol(name) for name in offered] if offered else None
    async with connect(f"ws://127.0.0.1:{server.port}/v1/chat", subprotocols=names, proxy=None) as socket:
        assert socket.subprotocol == ("mentorchat.v1.json" if names and len(names) > 1 else None)
        assert (await Device(socket, "json").greet(token("mia"), {}))["user"] == "mia"


async def test_only_ones_own_conversations(server: HereServer) -> None:
    """A member finds theirs and a mentor theirs; a token with the other role finds nothing and hears nothing."""
    await server.conversation("c2", "basic", member="ola")
    async with (
        server.device("ola") as ola,
        server.device("tora") as tora,
        server.device("mia", role="mentor") as confused,
        server.device("mia") as mia,
    ):
        assert [each["id"] for each in ola.welcome["conversations"]] == ["c2"]
        assert [each["id"] for each in tora.welcome["conversations"]] == ["c1", "c2"]
        assert confused.welcome["conversations"] == []
        await mia.write("not for everyone")
        await tora.messages(1)
        assert await confused.silence(0.2) == []
        assert not [event for event in await ola.silence(0.1) if event.get("conversation") == "c1"]
        await confused.say("check", conversation="c1")
        await confused.error("not_found")
    assert server.parts.hub.connections == set()


async def test_support_follows_what_it_names_but_does_not_write(server: HereServer) -> None:
    """`resume` names what support follows; nothing it does reaches the two."""
    async with server.device("mia") as mia, server.device("sara", {"c1": 0, "nowhere": 0}) as sara:
        assert [each["id"] for each in sara.welcome["conversations"]] == ["c1"]
        await mia.write("hello")
        [message] = await sara.messages(1)
        assert message["body"] == "hello"
        await sara.hears("reply")
        await sara.say("send", conversation="c1", id="x", body="me too")
        assert (await sara.error("read_only"))["id"] == "x"
        await sara.say("read", conversation="c1", seq=1)
        await sara.error("read_only")
        await sara.say("typing", conversation="c1")
        await sara.error("read_only")
        await sara.say("history", conversation="c1")
        assert [each["body"] for each in (await sara.hears("history"))["messages"]] == ["hello"]
        assert not [event for event in await mia.silence(0.2) if event["type"] in ("typing", "read", "presence")]
