"""`chatserver replies` as a program: once, as JSON, and live on a terminal, through a restart of the server."""

import asyncio
import json
import os
import pty
import re
import signal
import socket
import subprocess
from pathlib import Path

import msgspec
import pytest

from chatserver.protocol.board import BoardShown
from chatserver.protocol.commands import Watch
from chatserver.terminal import replies
from quotas.policy_file import builtin_policy
from quotas.standing import ConversationSettings
from quotas.terms import Rulebook
from tests import programs
from tests.chatserver.client.test_with_server import RealServer, real_server, token, until_up
from tests.chatserver.realtime.servers import HereServer, environment, here
from tests.chatserver.realtime.servers import token as token_here
from tests.programs import PROGRAM
from tests.quotas.ledger.waiting import NOON, write
from tests.quotas.ledgers import ledger_at

WITHIN = 90.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """The token of sara, of support."""
    return tokens_in(tmp_path, "sara")


def tokens_in(folder: Path, person: str) -> Path:
    """A file with the token of that person."""
    file = folder / f"{person}.jwt"
    file.write_text(token_here(person))
    return file


async def run(server: HereServer, token_file: Path, *flags: str) -> tuple[int, str, str]:
    """The program's status, output and complaints."""
    words = ("replies", "--url", server.http, "--token-file", str(token_file), "--language", "en", *flags)
    done = await asyncio.to_thread(programs.run, *words, cwd=token_file.parent, env=environment())
    return done.returncode, done.stdout, done.stderr


async def test_once_as_lines_and_as_json(valkey_url: str, tmp_path: Path, token_file: Path) -> None:
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "video", member="ola")
        for name in ("c1", "c2"):
            await write(server.parts.ledger, server.parts.rulebook, name)
        status, out, complaints = await run(server, token_file)
        assert (status, complaints) == (0, "")
        lines = out.splitlines()
        assert lines[1] == "2 waiting · 0 overdue · 0 missed"
        assert [line.split()[-1] for line in lines[3:]] == ["c1", "c2"]
        status, out, _ = await run(server, token_file, "--once", "--json", "--plan", "video")
        answer = json.loads(out)
        assert [row["conversation"] for row in answer["rows"]] == ["c2"]
        assert answer["totals"] == {"waiting": 1, "overdue": 0, "missed": 0}


async def test_a_mentor_sees_their_own(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        await write(server.parts.ledger, server.parts.rulebook, "c1")
        await server.parts.ledger.configure("s1", ConversationSettings("kari", "sam", "basic", "Europe/Oslo", ""))
        await write(server.parts.ledger, server.parts.rulebook, "s1")
        status, out, complaints = await run(server, tokens_in(tmp_path, "tora"))
        assert (status, complaints) == (0, "")
        assert out.splitlines()[1] == "1 waiting · 0 overdue · 0 missed"
        assert [line.split()[-1] for line in out.splitlines()[3:]] == ["c1"]


async def test_a_server_that_is_not_there_is_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody looks at a screen: after as many tries as a piped chat has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        status = await replies.run(
            url=url, token="any", watch=Watch(replies=True), once=True, as_json=False, language="en", tries=3
        )
    assert status == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"Gave up on {url}: no connection after 3 tries: ")


async def test_whoever_may_not_look_is_told_so(valkey_url: str, tmp_path: Path, token_file: Path) -> None:
    async with here(valkey_url, tmp_path / "data") as server:
        for person, flags in (("mia", []), ("tora", ["--mentor", "sam"])):
            status, out, complaints = await run(server, tokens_in(tmp_path, person), *flags)
            assert (status, out) == (2, "")
            assert "a member has no board" in complaints or "a mentor sees their own" in complaints
        status, _, complaints = await run(server, token_file, "--plan", "gold")
        assert status == 2
        assert "basic" in complaints
        status, _, complaints = await run(server, token_file, "--mentor", "no name")
        assert status == 2
        assert "mentor" in complaints


async def test_events_as_json_lines(valkey_url: str, tmp_path: Path, token_file: Path) -> None:
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        process = await asyncio.create_subprocess_exec(
            *(PROGRAM, "replies", "--json", "--url", server.http, "--token-file", token_file),
            stdout=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(WITHIN):
                first = msgspec.json.decode(await process.stdout.readline(), type=BoardShown)
                await write(server.parts.ledger, server.parts.rulebook, "c1")
                second = msgspec.json.decode(await process.stdout.readline(), type=BoardShown)
        finally:
            process.send_signal(signal.SIGINT)
            await process.wait()
        assert (first.snapshot, first.rows) == (True, [])
        assert [row.conversation for row in second.rows] == ["c1"]


class Terminal:
    """A terminal of its own with the live board in it."""

    def __init__(self, server: RealServer, token_file: Path) -> None:
        own, its = pty.openpty()
        self._own = own
        os.set_blocking(own, False)
        self._drawn = b""
        variables = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "20"}
        self.process = subprocess.Popen(
            [PROGRAM, "replies", "--url", server.url, "--token-file", token_file, "--language", "en"],
            stdin=its,
            stdout=its,
            stderr=its,
            env=environment(**variables),
        )
        os.close(its)

    async def sees(self, text: str) -> None:
        """`text` on the screen as it was drawn last."""
        async with asyncio.timeout(WITHIN):
            while text not in self._screen():  # noqa: ASYNC110 - a terminal has no event for it
                await asyncio.sleep(0.05)

    def _screen(self) -> str:
        try:
            while more := os.read(self._own, 65_536):
                self._drawn += more
        except BlockingIOError:
            pass
        return _ESCAPES.sub("", self._drawn.rpartition(b"\x1b[H")[2].decode(errors="ignore"))

    def leave(self) -> int:
        """Ctrl-C; the exit status."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(WITHIN)
        finally:
            self.process.kill()
            os.close(self._own)


@pytest.fixture
def real_token_file(tmp_path: Path) -> Path:
    """As `token_file`, by the secret of `RealServer`."""
    file = tmp_path / "support.jwt"
    file.write_text(token("sara", "support"))
    return file


async def test_the_live_board_comes_back_by_itself(valkey_url: str, tmp_path: Path, real_token_file: Path) -> None:
    async with real_server(valkey_url, tmp_path) as server:
        await until_up(server)
        await server.furnish()
        terminal = Terminal(server, real_token_file)
        try:
            await terminal.sees("Nobody is waiting.")
            await server.kill()
            await terminal.sees("offline")
            async with ledger_at(valkey_url) as ledger:
                await write(ledger, Rulebook(builtin_policy()), "c1", NOON)
            await server.start()
            await terminal.sees("online")
            await terminal.sees("1 waiting · 1 overdue · 1 missed")
            await terminal.sees("mia")
        finally:
            status = terminal.leave()
        assert status == 0
