"""The client against a server that loses answers, drops connections and says "later"."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest

from chatserver.client import ChatClient, ChatClosed, ChatError, ConnectionState
from chatserver.client.link import LARGEST_EVENT_BYTES
from chatserver.protocol.codec import Encoding
from chatserver.protocol.commands import MAX_RESUME
from chatserver.protocol.events import Accepted, Gap, Message, Refused, Welcome
from tests.chatserver.client.peer import LOCKED, Peer, a_conversation, eventually, running_peer


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with running_peer() as peer:
        yield peer


async def messages(chat: ChatClient, count: int) -> list[Message]:
    """The next `count` messages among the events."""
    found: list[Message] = []
    async with asyncio.timeout(60):
        async for event in chat.events():
            if isinstance(event, Message):
                found.append(event)
                if len(found) == count:
                    break
    return found


async def until_offline(chat: ChatClient) -> None:
    await eventually(lambda: chat.state.kind != "online")


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_message_is_accepted_and_reaches_the_other(peer: Peer, encoding: Encoding) -> None:
    """Both encodings carry a message there and its answer back."""
    async with (
        ChatClient(peer.url, "mia", encoding=encoding) as mia,
        ChatClient(peer.url, "tora", encoding=encoding) as tora,
    ):
        await tora.online()
        answer = await mia.send("c1", "Hei æøå 👋")
        assert isinstance(answer, Accepted)
        [message] = await messages(tora, 1)
        assert (message.sender, message.seq, message.body) == ("mia", answer.seq, "Hei æøå 👋")


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_an_event_comes_among_the_messages_once(peer: Peer, encoding: Encoding) -> None:
    """By itself, by history, and after a connection that was lost; it counts in the place that is reached."""
    async with ChatClient(peer.url, "mia", encoding=encoding) as mia:
        await mia.online()
        await peer.write_as("tora", "hello")
        booked = await peer.happens("booked", {"minutes": 30, "starts_at": "2026-01-14T17:00:00.000Z"})
        heard = await messages(mia, 2)
        assert heard[1] == booked
        assert mia.conversations["c1"].last_seq == 2
        assert (await mia.history("c1")).messages == heard
        peer.drop_all()
        moved = await peer.happens("moved", {})
        assert await messages(mia, 1) == [moved]


async def test_the_welcome_comes_first_and_sets_the_clock(peer: Peer) -> None:
    """A bot finds its conversations and the server's time."""
    async with ChatClient(peer.url, "mia") as chat:
        welcome = await chat.online()
        first = await anext(chat.events())
        assert isinstance(first, Welcome)
        assert first == welcome
        assert list(chat.conversations) == ["c1"]
        assert 0 <= chat.now() - peer.clock < 5_000


async def test_a_refusal_is_an_answer_that_returns_the_text(peer: Peer) -> None:
    """Nothing typed is lost: the text comes back with the reason."""
    await peer.set_composer(LOCKED)
    async with ChatClient(peer.url, "mia") as chat:
        answer = await chat.send("c1", "too late")
        assert isinstance(answer, Refused)
        assert (answer.reason, answer.body) == ("quota_used", "too late")
        assert chat.conversations["c1"].composer == LOCKED
        assert await chat.check("c1") == LOCKED


async def test_messages_are_stored_in_the_order_of_the_calls_whatever_fails(peer: Peer) -> None:
    """Lost answers, lost connections and temporary errors neither reorder nor repeat."""
    peer.faults.extend(["none", "drop_unstored", "drop_stored", "temporary", "drop_stored", "temporary"])
    async with ChatClient(peer.url, "mia") as chat:
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*(chat.send("c1", f"number {n}") for n in range(8)))
        assert [message.body for message in peer.log["c1"]] == [f"number {n}" for n in range(8)]
        assert [answer.seq for answer in answers if isinstance(answer, Accepted)] == list(range(1, 9))
        assert chat.positions == {"c1": 8}


async def test_an_answer_lost_with_its_connection_is_settled_once(peer: Peer) -> None:
    """The own message that is replayed is the answer, and is not handed over as a message as well."""
    peer.faults.append("drop_stored")
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        answer = await chat.send("c1", "only once", id="mine")
        assert isinstance(answer, Accepted)
        assert answer.seq == 1
        await peer.write_as("tora", "answer")
        [message] = await messages(chat, 1)
        assert message.body == "answer"


async def test_what_was_missed_while_offline_comes_once_and_in_order(peer: Peer) -> None:
    """A reconnect resumes after the last message seen."""
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        await peer.write_as("tora", "1")
        assert [m.seq for m in await messages(chat, 1)] == [1]
        await peer.stop()
        await until_offline(chat)
        await peer.write_as("tora", "2")
        await peer.write_as("tora", "3")
        await peer.start()
        assert [m.body for m in await messages(chat, 2)] == ["2", "3"]
        assert peer.hellos[-1].resume == {"c1": 1}


async def test_a_gap_is_shown_and_refetched(peer: Peer) -> None:
    """More than the server can replay is paged in from history, several pages long."""
    peer.longest_replay = 3
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        await peer.stop()
        await until_offline(chat)
        for n in range(450):
            await peer.write_as("tora", str(n))
        await peer.start()
        gaps, found = 0, []
        async with asyncio.timeout(60):
            async for event in chat.events():
                gaps += isinstance(event, Gap)
                if isinstance(event, Message):
                    found.append(event.seq)
                    if len(found) == 450:
                        break
        assert gaps == 1
        assert found == list(range(1, 451))
        assert chat.positions == {"c1": 450}


async def test_an_app_that_does_not_read_costs_bounded_memory_and_loses_nothing(peer: Peer) -> None:
    """Beyond 1,000 waiting events messages stay on the server, and its own sending still works."""
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        for n in range(1_500):
            await peer.write_as("tora", str(n))
        async with asyncio.timeout(30):
            answer = await chat.send("c1", "still here")
        assert isinstance(answer, Accepted)
        assert [m.seq for m in await messages(chat, 1_500)] == list(range(1, 1_501))
        assert chat.positions == {"c1": 1_501}


async def test_a_wrong_message_raises_and_the_chat_goes_on(peer: Peer) -> None:
    """Errors that stay are raised with their code."""
    peer.faults.append("wrong")
    async with ChatClient(peer.url, "mia") as chat:
        with pytest.raises(ChatError) as caught:
            await chat.send("c1", "\x07")
        assert caught.value.code == "text_control_characters"
        with pytest.raises(ChatError, match="not_found"):
            await chat.history("elsewhere")
        assert isinstance(await chat.send("c1", "fine"), Accepted)


@pytest.mark.parametrize(
    ("conversation", "id", "body", "code"),
    [
        ("no spaces here", "a", "text", "invalid_field"),
        ("c1", "a" * 65, "text", "invalid_field"),
        ("c1", "a", "\ud800", "invalid_field"),
        ("c1", "a", "x" * 70_000, "text_too_long"),
    ],
)
async def test_what_no_server_takes_never_leaves(peer: Peer, conversation: str, id: str, body: str, code: str) -> None:
    """A frame that would cost the connection is refused before it is sent."""
    async with ChatClient(peer.url, "mia") as chat:
        with pytest.raises(ChatError) as caught:
            await chat.send(conversation, body, id=id)
        assert caught.value.code == code
    assert peer.sends == []


async def test_a_read_mark_made_offline_is_said_after_the_welcome(peer: Peer) -> None:
    """Reading in a tunnel counts."""
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        await peer.write_as("tora", "hello")
        await messages(chat, 1)
        await peer.stop()
        await until_offline(chat)
        await chat.typing("c1")
        await chat.read("c1", 1)
        await peer.start()
        await eventually(lambda: peer.marks.get(("c1", "mia")) == 1)


@pytest.mark.parametrize("code", [4000, 4001, 1001, 1012])
async def test_codes_that_say_reconnect(peer: Peer, code: int) -> None:
    """The chat goes on where it was."""
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        await peer.close_all(code, "back soon")
        assert isinstance(await chat.send("c1", "again"), Accepted)
        assert len(peer.hellos) == 2


async def test_a_hello_that_came_too_late_is_said_again(peer: Peer) -> None:
    """A machine that slept between handshake and hello is not at fault for good."""
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        await peer.close_all(4502, "no hello within 5 seconds")
        assert isinstance(await chat.send("c1", "awake"), Accepted)


async def test_a_frame_that_this_side_does_not_take_is_no_fault_of_what_it_sent(peer: Peer) -> None:
    """It closes with 1009 by itself, the server echoes the code, and the next connection goes on."""
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        [socket] = peer.sockets
        await socket.send("x" * (LARGEST_EVENT_BYTES + 1))
        await until_offline(chat)
        assert isinstance(await chat.send("c1", "on again"), Accepted)
        assert len(peer.hellos) == 2


@pytest.mark.parametrize("frame", ["[1]", '{"type":7}', '{"type":"message"}'])
async def test_what_is_no_event_of_this_version_is_passed_over(peer: Peer, frame: str) -> None:
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        [socket] = peer.sockets
        await socket.send(frame)
        assert isinstance(await chat.send("c1", "still here"), Accepted)
        assert len(peer.hellos) == 1


async def test_a_proxy_in_the_place_of_a_server_that_restarts_is_waited_out(peer: Peer) -> None:
    """Some say 404 while nobody is behind them. Whoever was welcomed before comes again; 401 and 403 are final."""
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        peer.reject = HTTPStatus.NOT_FOUND
        peer.drop_all()
        await until_offline(chat)
        await eventually(lambda: "404" in chat.state.reason)
        peer.reject = None
        assert isinstance(await chat.send("c1", "back"), Accepted)
        peer.reject = HTTPStatus.FORBIDDEN
        peer.drop_all()
        with pytest.raises(ChatClosed):
            await chat.send("c1", "never")


async def test_of_too_many_conversations_the_newest_are_resumed(peer: Peer) -> None:
    """The others are brought by history: nothing is missed, and the hello is one that every server takes."""
    many = [f"c{number:04}" for number in range(MAX_RESUME + 2)]
    for id in many:
        peer.conversations[id] = a_conversation(id)
        peer.log[id] = []
    async with ChatClient(peer.url, "mia", resume=dict.fromkeys(many, 0)) as chat:
        await chat.online()
        await peer.write_as("tora", "newest", many[0])
        await messages(chat, 1)
        peer.drop_all()
        await until_offline(chat)
        for id in many:
            await peer.write_as("tora", "missed", id)
        heard = await messages(chat, len(many))
        assert sorted(message.conversation for message in heard) == many
        assert len(peer.hellos[-1].resume) == MAX_RESUME
        assert many[0] in peer.hellos[-1].resume


@pytest.mark.parametrize("code", [4500, 4501, 4505, 4999, 1009])
async def test_codes_that_say_do_not(peer: Peer, code: int) -> None:
    """Everyone who waits is told, and nothing connects again."""
    async with ChatClient(peer.url, "mia") as chat:
        await chat.online()
        await peer.close_all(code, "over")
        with pytest.raises(ChatClosed) as caught:
            async for _ in chat.events():
                pass
        assert (caught.value.code, caught.value.reason) == (code, "over")
        with pytest.raises(ChatClosed):
            await chat.send("c1", "anyone?")
        assert len(peer.hellos) == 1
        assert chat.state.kind == "closed"


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND])
async def test_a_handshake_that_is_rejected_ends_it(peer: Peer, status: HTTPStatus) -> None:
    """HTTP 401, 403 and 404 do not heal by waiting."""
    peer.reject = status
    async with ChatClient(peer.url, "mia") as chat:
        with pytest.raises(ChatClosed) as caught:
            await chat.online()
        assert caught.value.code == status


async def test_a_busy_server_is_asked_again(peer: Peer) -> None:
    """HTTP 503 is weather."""
    peer.reject = HTTPStatus.SERVICE_UNAVAILABLE
    states: list[ConnectionState] = []
    async with ChatClient(peer.url, "mia", on_state=states.append) as chat:
        await eventually(lambda: len(states) >= 3)
        peer.reject = None
        await chat.online()
    assert [state.kind for state in states[:3]] == ["connecting", "offline", "connecting"]
    assert "503" in states[1].reason
    assert states[-1].kind == "closed"


async def test_a_server_that_welcomes_and_closes_is_not_hurried(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A welcome alone is no reason to wait the shortest delay again."""
    limits: list[float] = []

    def drawn(_: float, limit: float) -> float:
        limits.append(limit)
        return 0.0

    monkeypatch.setattr("chatserver.client.backoff.random.uniform", drawn)
    async with ChatClient(peer.url, "mia") as chat:
        for welcomes in range(1, 4):
            await eventually(lambda: len(peer.hellos) == welcomes and chat.state.kind == "online")  # noqa: B023 - done at once
            peer.drop_all()
            await eventually(lambda: len(limits) == welcomes)  # noqa: B023
    assert limits == [0.2, 0.4, 0.8]


@pytest.mark.parametrize("code", [4501, 4505])
async def test_a_fresh_token_for_every_connection(peer: Peer, code: int) -> None:
    """An expired or revoked token is replaced, where there is somebody to ask."""
    asked = 0

    async def token() -> str:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise OSError("the token service is away for a moment")
        return "mia"

    async with ChatClient(peer.url, token) as chat:
        await chat.online()
        await peer.close_all(code, "token expired or revoked")
        await until_offline(chat)
        assert isinstance(await chat.send("c1", "still me"), Accepted)
    assert asked == 3


async def test_a_token_that_cannot_be_made_ends_the_chat(peer: Peer) -> None:
    """The fault of the app's own code is the app's to see."""

    async def token() -> str:
        raise LookupError("no such person")

    async with ChatClient(peer.url, token) as chat:
        with pytest.raises(LookupError):
            await chat.send("c1", "hello")


async def test_leaving_ends_the_events_and_fails_what_waits(peer: Peer) -> None:
    """Whoever waits is not left hanging."""
    await peer.stop()
    async with ChatClient(peer.url, "mia") as chat:
        waiting = asyncio.create_task(chat.send("c1", "never"))
        await asyncio.sleep(0.05)
    with pytest.raises(ChatClosed):
        await waiting
    assert [event async for event in chat.events()] == []


async def test_resume_from_an_earlier_run(peer: Peer) -> None:
    """A bot that keeps its positions gets what it missed between two runs."""
    for n in range(3):
        await peer.write_as("tora", str(n))
    async with ChatClient(peer.url, "mia", resume={"c1": 1}) as chat:
        assert [m.seq for m in await messages(chat, 2)] == [2, 3]


async def test_support_follows_what_it_names(peer: Peer) -> None:
    """A conversation named in resume is in the welcome of support."""
    peer.conversations["c2"] = a_conversation("c2", member="ola")
    peer.log["c2"] = []
    async with ChatClient(peer.url, "sam", resume={"c2": 0}) as chat:
        await chat.online()
        assert list(chat.conversations) == ["c2"]
