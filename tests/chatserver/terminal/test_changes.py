"""Edits, reactions, answers and messages taken back: on two screens, in a pipe, and as lines."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chatserver.client import ChatClient
from chatserver.client.standing import StandingMessages
from chatserver.protocol.events import EarlierText, Message, Reaction
from chatserver.terminal.changes import QUOTED, beginning
from chatserver.terminal.news import News
from chatserver.terminal.texts import Texts
from chatserver.terminal.transcript import Transcript
from tests.chatserver.client.peer import a_conversation
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.terminal.screen import ENTER, Terminal, at_terminal
from tests.chatserver.terminal.test_pipe import PROGRAM, WITHIN
from tests.chatserver.terminal.test_transcript import plain

AT = "2026-01-09T22:30:00.000Z"


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        yield server


async def says(terminal: Terminal, line: str, *shown: str) -> None:
    """Type a line, and see what comes of it."""
    terminal.type(line + ENTER)
    for each in shown:
        await terminal.sees(each)


async def test_two_people_change_what_they_wrote(server: HereServer) -> None:
    """Each change is shown to both as it happens; whoever comes later sees what stands."""
    async with at_terminal(server, "mia") as mia, at_terminal(server, "tora", "nb") as tora:
        await mia.sees("online")
        await tora.sees("tilkoblet")
        await says(mia, "Can we meet on Thursdey?")
        await tora.sees("Can we meet on Thursdey?")
        await says(
            mia, "/edit Can we meet on Thursday?", "You edited “Can we meet on Thursdey?”: Can we meet on Thursday?"
        )
        await tora.sees("Mia redigerte «Can we meet on Thursdey?»: Can we meet on Thursday?")
        await says(tora, "/react 👍", "Du reagerte 👍 på «Can we meet on Thursday?»")
        await mia.sees("Tora reacted 👍 to “Can we meet on Thursday?”")
        await says(tora, "/reply Ja, klokken ti", "↪ Mia: Can we meet on Thursday?", "Ja, klokken ti")
        await mia.sees("↪ You: Can we meet on Thursday?")
        await says(mia, "never mind", "You never mind")
        await tora.sees("Mia never mind")
        await says(mia, "/delete", "You took back message #5")
        await tora.sees("Mia trakk tilbake melding #5")
        await says(tora, "/react #1", "Du tok tilbake reaksjonen på «Can we meet on Thursday?»")
        await says(tora, "/edit #1 something else", "Ikke gjort: noen andre skrev den meldingen.")
        await tora.sees("/edit #1 something else")
    async with at_terminal(server, "mia", "da") as later:
        await later.sees("Can we meet on Thursday? (redigeret)")
        await later.sees("↪ Du: Can we meet on Thursday?")
        await later.sees("(denne besked blev trukket tilbage)")
        assert "never mind" not in later.drawn
        await says(later, "/numbers", "#1", "#4", "Tora: Ja, klokken ti")
        await says(later, "/react #9 👍", "Ikke gjort: der er ingen sådan besked.")
        await says(later, "/react no", "Ikke gjort: en reaktion er én emoji.")
        await says(later, "/edit", "/edit skal have en tekst.")
        await says(later, "/numbers 0", "/numbers tager et tal fra 1 til 200.")
        await says(later, "/help", "/reply TEKST", "/edit TEKST", "/delete", "/react 👍", "/numbers N")


async def test_what_is_too_late_is_said_and_the_text_comes_back(server: HereServer, tmp_path: Path) -> None:
    async with at_terminal(server, "mia") as mia:
        await says(mia, "/edit anything", "There is no such message here; /numbers shows those that there are.")
        await says(mia, "one", "You one")
        await server.change("c1", status="ended")
        await says(mia, "/edit two", "Not done: the conversation has ended.", "/edit #1 two")


async def test_where_messages_are_not_edited_it_is_not_offered(valkey_url: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[messages]\nedit_minutes = 0\n")
    async with here(valkey_url, tmp_path / "data", policy=policy) as server:
        await server.conversation("c1", "basic")
        async with at_terminal(server, "tora") as tora:
            await says(tora, "one", "You one")
            await says(tora, "/edit two", "Not done: messages are not edited here.", "/edit two")
            tora.type("\x15")  # the line is emptied
            await says(tora, "/help", "/delete", "/quit")
            assert "/edit TEXT" not in tora.drawn


async def test_changes_in_another_conversation_are_a_line(server: HereServer) -> None:
    await server.conversation("c2", "basic", member="ola")
    async with at_terminal(server, "tora") as tora, server.device("ola") as ola:
        await says(tora, "/to mia", "No messages yet.")
        await ola.write("Hei", conversation="c2")
        await tora.sees("Ola: 1 new")
        await ola.say("edit", conversation="c2", id="e", about=1, body="Hei igjen")
        await tora.sees("Ola edited message #1: Hei igjen")
        await ola.say("delete", conversation="c2", id="d", about=1)
        await tora.sees("Ola took back message #1")
        await tora.shows("Ola: 1 new", expected=False)


async def test_a_pipe_prints_changes_and_answers(server: HereServer) -> None:
    """What its own lines and the others' became of, with no codes to move a cursor."""
    chat = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, server.http, token("mia"), "c1", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert chat.stdin is not None
    assert chat.stdout is not None
    out = chat.stdout

    async def line() -> str:
        return (await out.readline()).decode().strip()[len("10:00 ") :]

    async with asyncio.timeout(WITHIN), ChatClient(server.http, token("tora")) as tora:
        chat.stdin.write(b"When?\n")
        assert await line() == "You: When? ✓"
        await tora.send("c1", "At ten", reply_to=1)
        assert [await line(), (await out.readline()).decode()] == ["Tora: ↪ You: When?", "    At ten\n"]
        await tora.edit("c1", 2, "At noon\n\x1b[2J".replace("\x1b", ""))
        assert await line() == "· Tora edited “At ten”: At noon"
        assert (await out.readline()).decode() == "    [2J\n"
        await tora.react("c1", 1, "❤️")
        assert await line() == "· Tora reacted ❤️ to “When?”"
        await tora.delete("c1", 2)
        assert await line() == "· Tora took back message #2"
        chat.stdin.close()
        assert await chat.wait() == 0


def a_message(seq: int, body: str = "text", sender: str = "tora", **more: Any) -> Message:
    return Message("c1", seq, sender, "mentor" if sender == "tora" else "member", AT, f"m{seq}", body, **more)


def test_lines_of_what_was_changed() -> None:
    """Wide, and narrow; no line is wider than the terminal."""
    known = StandingMessages()
    transcript = Transcript(Texts("en"), "mia", known)
    known.note(a_message(1, "a question that goes on for longer than a line has room for", "mia"))
    known.note(a_message(2, "", deleted=True))
    answer = a_message(3, "Yes", reply_to=1, edited_at=AT, reactions=[Reaction("👍", ["mia", "tora"])])
    wide = plain(transcript.message(a_conversation(), answer, 70))[2:]
    assert wide == [
        "23:30  tora  ↪ You: a question that goes on for longer than…",
        "             Yes (edited)",
        "             👍 You, tora",
    ]
    narrow = plain(transcript.message(a_conversation(), answer, 30))
    assert narrow == ["23:30 tora", "  ↪ You: a question that goes…", "  Yes (edited)", "  👍 You, tora"]
    others = (
        (a_message(4, reply_to=2), ["↪ tora: a message that is not there any more", "text"]),
        (a_message(4, reply_to=9), ["↪ message #9", "text"]),
        (a_message(4, "", deleted=True, reply_to=1), ["(this message was taken back)"]),
        (a_message(4, "", attachments=["f1"]), ["[1 file: /files]"]),
        (
            a_message(4, "Now", edited_at=AT, earlier=[EarlierText("One", AT), EarlierText("Two", AT)]),
            ["(before: One)", "(before: Two)", "Now (edited)"],
        ),
        (a_message(4, "Look", attachments=["f1", "f2"]), ["Look", "[2 files: /files]"]),
    )
    for message, lines in others:
        shown = plain(transcript.message(a_conversation(), message, 70))
        assert [each[13:] for each in shown] == lines
    edit = a_message(5, "", kind="edit", about=1, deleted=True)
    [line] = plain(transcript.message(a_conversation(), edit, 120))
    assert line.endswith(": (this message was taken back)")


def test_the_beginning_of_a_text_is_one_line() -> None:
    assert beginning("one\n two") == "one two"
    assert len(beginning("x" * 100)) == QUOTED


def test_changes_are_no_news_and_what_is_taken_back_is_none_any_more() -> None:
    news = News()
    for each in (a_message(1), a_message(2), a_message(3, "👍", kind="reaction", about=1)):
        news.came(each, "mia")
    news.came(a_message(4, "", deleted=True), "mia")
    assert news.of("c1") == "2"
    news.came(a_message(5, "", kind="deletion", about=2), "mia")
    assert news.of("c1") == "1"
