"""The terminal chat in a pipe: a process of its own, with real standard input and output."""

import asyncio
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.chatserver.client.peer import LOCKED, Peer, a_conversation, running_peer

PROGRAM = """
import asyncio, sys
from chatserver.terminal.chat import run
url, person, conversation = sys.argv[1:]
work = run(url=url, token=person, conversation=conversation or None, language="en", tries=3)
sys.exit(asyncio.run(work))
"""
IMPATIENT = "import chatserver.terminal.pipe\nchatserver.terminal.pipe.ANSWERED_WITHIN = 0.5\n" + PROGRAM
WITHIN = 50.0


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with running_peer() as peer:
        yield peer


async def start(peer: Peer, person: str, conversation: str = "", stdin: int = PIPE, program: str = PROGRAM) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, peer.url, person, conversation, stdin=stdin, stdout=PIPE, stderr=PIPE
    )


async def talk(peer: Peer, person: str, lines: str, conversation: str = "") -> tuple[int | None, str, str]:
    """Exit status, standard output and standard error of a chat that is fed `lines`."""
    chat = await start(peer, person, conversation)
    async with asyncio.timeout(WITHIN):
        out, err = await chat.communicate(lines.encode())
    return chat.returncode, out.decode(), err.decode()


async def test_each_line_is_a_message(peer: Peer) -> None:
    """Blank lines are none; a slash is text."""
    status, out, err = await talk(peer, "mia", "first\n\n/second\nlast without newline")
    assert (status, err) == (0, "")
    assert [message.body for message in peer.log["c1"]] == ["first", "/second", "last without newline"]
    assert out.splitlines() == ["13:00 You: first ✓", "13:01 You: /second ✓", "13:02 You: last without newline ✓"]


async def test_a_regular_file_works_as_a_pipe_does(peer: Peer, tmp_path: Path) -> None:
    """`chatserver chat … < file`; a byte order mark at its head is no part of the first message."""
    (tmp_path / "lines").write_text("from a file\n", encoding="utf-8-sig")
    with (tmp_path / "lines").open() as file:
        chat = await start(peer, "mia", stdin=file.fileno())
        async with asyncio.timeout(WITHIN):
            await chat.communicate()
    assert chat.returncode == 0
    assert [message.body for message in peer.log["c1"]] == ["from a file"]


async def test_a_refused_line_is_returned_and_told_by_the_exit_status(peer: Peer) -> None:
    """A script can see that its text was not taken, and why."""
    await peer.set_composer(LOCKED)
    status, out, err = await talk(peer, "mia", "too late\n")
    assert (status, out) == (1, "")
    assert "this week's windows are used" in err
    assert "too late" in err


async def test_what_comes_meanwhile_is_printed(peer: Peer) -> None:
    """A bot can answer what it reads."""
    chat = await start(peer, "mia")
    assert chat.stdin is not None
    assert chat.stdout is not None
    async with asyncio.timeout(WITHIN):
        chat.stdin.write(b"anyone?\n")
        assert await chat.stdout.readline() == "13:00 You: anyone? ✓\n".encode()
        await peer.write_as("tora", "yes\n\x1b[2J")
        assert await chat.stdout.readline() == b"13:01 tora: yes\n"
        assert await chat.stdout.readline() == "    \ufffd[2J\n".encode()
        await peer.happens("booked", {"starts_at": "2026-01-14T17:00:00.000Z", "minutes": 30})
        booked = "13:02 · Session booked: Wednesday 14 Jan 18:00, 30 minutes\n"
        assert await chat.stdout.readline() == booked.encode()
        chat.stdin.close()
        assert await chat.wait() == 0


async def test_several_conversations_need_a_name(peer: Peer) -> None:
    """The error says which there are."""
    peer.conversations["c2"] = replace(a_conversation("c2", member="ola"), status="paused")
    peer.log["c2"] = []
    status, _, err = await talk(peer, "tora", "hello\n")
    assert status == 2
    assert "--conversation: c1 (mia, light), c2 (ola, light, paused)" in err
    assert (await talk(peer, "tora", "hello\n", "c2"))[0] == 0
    assert [message.body for message in peer.log["c2"]] == ["hello"]


async def test_a_conversation_that_is_not_there_is_one_sentence(peer: Peer) -> None:
    """No traceback."""
    status, out, err = await talk(peer, "mia", "hello\n", "c9")
    assert (status, out, err) == (2, "", "No conversation with c9. There is: c1 (tora, light).\n")


async def test_a_token_that_is_not_accepted_is_one_sentence(peer: Peer) -> None:
    """Nor here, though standard input is still open."""
    peer.bad_tokens.add("mia")
    chat = await start(peer, "mia")
    assert chat.stderr is not None
    async with asyncio.timeout(WITHIN):
        assert await chat.stderr.readline() == b"The server closed the chat: token not accepted (4500)\n"
        assert await chat.wait() == 2


async def said_by(chat: Process) -> tuple[int, list[str]]:
    """Exit status and the lines of standard error, once it has ended by itself."""
    assert chat.stderr is not None
    async with asyncio.timeout(WITHIN):
        err = await chat.stderr.read()
        return await chat.wait(), err.decode().splitlines()


async def heard(chat: Process, line: str) -> None:
    assert chat.stdout is not None
    async with asyncio.timeout(WITHIN):
        assert (await chat.stdout.readline()).decode() == line + "\n"


async def test_a_server_that_is_gone_for_good_is_given_up_and_every_line_comes_back(peer: Peer) -> None:
    """Also the one that was not finished, though the writer has not ended. One sentence and status 2."""
    chat = await start(peer, "mia")
    assert chat.stdin is not None
    chat.stdin.write(b"first\n")
    await heard(chat, "13:00 You: first \u2713")
    await peer.stop()
    chat.stdin.write(b"second\n" + b"third\n" * 150 + b"half a li")
    await chat.stdin.drain()
    status, err = await said_by(chat)
    assert status == 2
    unsent = err.index("Not sent:")
    assert err[unsent + 1 : -1] == ["    second", *["    third"] * 150, "    half a li"]
    assert err[-1].startswith(f"Gave up on {peer.url}: no connection after 3 tries: ")
    assert all(line.startswith(f"Connecting to {peer.url}") for line in err[:unsent])


async def test_a_server_that_was_never_there_is_given_up_too(peer: Peer, tmp_path: Path) -> None:
    await peer.stop()
    (tmp_path / "lines").write_text("one\n\ntwo")
    with (tmp_path / "lines").open() as file:
        status, err = await said_by(await start(peer, "mia", stdin=file.fileno()))
    assert status == 2
    assert err[-4:-1] == ["Not sent:", "    one", "    two"]
    assert err[-1].startswith(f"Gave up on {peer.url}: no connection after 3 tries: ")


async def test_endless_input_does_not_keep_it(peer: Peer) -> None:
    """What is given back of it is bounded."""
    await peer.stop()
    # asyncio would read the pipe itself, and wait for its end.
    with subprocess.Popen(["yes", "and again"], stdout=subprocess.PIPE) as endless:  # noqa: ASYNC220 - takes no time
        assert endless.stdout is not None
        status, err = await said_by(await start(peer, "mia", stdin=endless.stdout.fileno()))
        endless.kill()
    assert status == 2
    assert "    and again" in err


async def test_a_server_without_answers_is_given_up(peer: Peer) -> None:
    """It is there, and its store is not."""
    peer.faults.extend(["temporary"] * 1_000)
    chat = await start(peer, "mia", program=IMPATIENT)
    assert chat.stdin is not None
    chat.stdin.write(b"anyone?\n")
    status, err = await said_by(chat)
    assert status == 2
    assert err == ["Not sent:", "    anyone?", f"Gave up on {peer.url}: no answer within 0 seconds"]


async def test_the_end_by_the_server_is_told_while_nothing_is_typed(peer: Peer) -> None:
    chat = await start(peer, "mia")
    assert chat.stdin is not None
    chat.stdin.write(b"first\n")
    await heard(chat, "13:00 You: first \u2713")
    await peer.close_all(4501, "token expired")
    assert await said_by(chat) == (2, ["The server closed the chat: token expired (4501)"])
