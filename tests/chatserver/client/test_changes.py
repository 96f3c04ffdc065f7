"""The client edits, takes back, reacts and answers on a real server, in both encodings."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.client import ChatClient, ChatError
from chatserver.client.inbox import Inbox
from chatserver.client.standing import MOST_KEPT, StandingMessages
from chatserver.protocol.codec import Encoding
from chatserver.protocol.events import Accepted, AnyEvent, Gap, HistoryPage, Message, Reaction
from tests.chatserver.client.peer import eventually
from tests.chatserver.realtime.servers import HereServer, here, token

ENCODINGS: list[Encoding] = ["json", "msgpack"]


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        yield server


def client(server: HereServer, person: str, encoding: Encoding = "json") -> ChatClient:
    return ChatClient(server.http, token(person), encoding=encoding)


async def comes(events: AsyncIterator[AnyEvent], messages: StandingMessages, kind: str, about: int | None) -> None:
    """Note what comes, until that has."""
    async for event in events:
        if isinstance(event, Message):
            messages.note(event)
            if (event.kind, event.about) == (kind, about):
                return


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_both_hold_the_same_messages_as_history_has(server: HereServer, encoding: Encoding) -> None:
    """What comes makes of messages what the server makes of them."""
    async with client(server, "mia", encoding) as mia, client(server, "tora", encoding) as tora:
        await tora.online()
        for body in ("first", "second"):
            assert isinstance(await mia.send("c1", body), Accepted)
        assert isinstance(await tora.send("c1", "answer", reply_to=1), Accepted)
        await mia.edit("c1", 1, "first, edited")
        await tora.react("c1", 1, "👍")
        await mia.react("c1", 3, "❤️")
        await mia.react("c1", 3, None)
        deletion = await mia.delete("c1", 2, "own-id")
        assert deletion == await mia.delete("c1", 2, "own-id")
        messages, events = StandingMessages(), tora.events()
        page = await tora.history("c1")
        await comes(events, messages, "deletion", 2)
        assert [each.seq for each in messages.newest()] == [2, 1]
        first = messages.find(1)
        assert first is not None
        assert (first.body, first.edited_at is not None) == ("first, edited", True)
        # One's own reaction is not told to the connection that it came from.
        assert page.messages[0].reactions == [Reaction("👍", ["tora"])]
        for each in page.messages:
            messages.note(each)
        assert messages.newest()[::-1] == page.messages
        assert [(each.body, each.deleted, each.reply_to) for each in page.messages] == [
            ("first, edited", False, None),
            ("", True, None),
            ("answer", False, 1),
        ]


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_unread_counts_the_other_sides_texts_that_stand(server: HereServer, encoding: Encoding) -> None:
    async with client(server, "mia", encoding) as mia, client(server, "tora", encoding) as tora:
        await tora.online()
        await mia.send("c1", "first")
        await mia.send("c1", "second")
        await mia.edit("c1", 1, "edited")
        await mia.react("c1", 1, "👍")
        await eventually(lambda: tora.conversations["c1"].last_seq == 4)
        assert tora.conversations["c1"].unread == 2
        await mia.delete("c1", 1)
        await eventually(lambda: tora.conversations["c1"].unread == 1)
        last = tora.conversations["c1"].last
        assert last is not None
        assert (last.seq, last.kind, last.text) == (2, "text", "second")
    async with client(server, "tora", encoding) as later:
        await later.online()
        view = later.conversations["c1"]
        assert (view.unread, view.last) == (1, last)


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_what_may_not_be_is_an_error_and_what_is_over_is_refused(server: HereServer, encoding: Encoding) -> None:
    async with client(server, "mia", encoding) as mia, client(server, "tora", encoding) as tora:
        await mia.send("c1", "mine")
        await tora.send("c1", "hers")
        for changing, code in (
            (mia.edit("c1", 2, "ours"), "not_yours"),
            (mia.delete("c1", 2), "not_yours"),
            (mia.edit("c1", 9, "nothing"), "seq_unknown"),
            (mia.edit("c1", 1, " "), "text_empty"),
            (mia.edit("c1", 1, "x" * 20_000), "text_too_long"),
            (mia.react("c1", 2, "ok"), "no_emoji"),
            (mia.send("c1", "answer", reply_to=9), "seq_unknown"),
            (mia.delete("c9", 1), "not_found"),
        ):
            with pytest.raises(ChatError) as caught:
                await changing
            assert caught.value.code == code
        await server.change("c1", status="ended")
        answer = await mia.edit("c1", 1, "too late")
        assert not isinstance(answer, Accepted)
        assert (answer.reason, answer.body) == ("ended", "too late")


async def test_a_reader_that_cannot_hear_of_each_change_is_told_of_a_gap() -> None:
    """What found no room is brought by history, where changes are folded in: older messages may be others now."""
    log = [Message("c1", seq, "mia", "member", "2026-01-06T09:00:00.000Z", f"m{seq}", "text") for seq in (2, 4)]

    async def history(conversation: str, before: int, limit: int) -> HistoryPage:
        return HistoryPage(conversation, log, more=False, first=2)

    inbox = Inbox(history, {"c1": 1}, keep=True)
    inbox.fetch("c1", 5)
    heard: list[AnyEvent] = []
    async for event in inbox.events():
        heard.append(event)
        if len(heard) == 3:
            await inbox.close()
    assert heard == [Gap("c1", 1), *log]
    assert inbox.positions == {"c1": 5}


async def test_a_page_without_messages_is_gone_past() -> None:
    """200 entries may all be changes."""
    asked: list[tuple[int, int]] = []

    async def history(conversation: str, before: int, limit: int) -> HistoryPage:
        asked.append((before, limit))
        return HistoryPage(conversation, [], more=True, first=before - limit)

    inbox = Inbox(history, {"c1": 1}, keep=True)
    inbox.fetch("c1", 300)
    await eventually(lambda: inbox.positions == {"c1": 300})
    await inbox.close()
    assert asked == [(202, 200), (402, 200)]


def test_only_so_many_are_kept() -> None:
    messages = StandingMessages()
    for seq in range(1, MOST_KEPT + 3):
        messages.note(Message("c1", seq, "mia", "member", "2026-01-06T09:00:00.000Z", f"m{seq}", "text"))
    assert (messages.find(2), len(messages.newest())) == (None, MOST_KEPT)
    assert messages.note(Message("c1", 2_000, "mia", "member", "", "e", "new", kind="edit", about=2)) is None
