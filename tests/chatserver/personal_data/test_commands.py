"""`chatserver export` and `chatserver erase`, beside a server that people write on, as processes."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import programs
from tests.chatserver.realtime.servers import TUESDAY, ProgramServer, Server, environment, program, token
from tests.plain_http import http_client
from tests.programs import WITHIN

OF_MIA = [f"mia-canary-{n}" for n in range(5)]
OF_TORA = [f"tora-canary-{n}" for n in range(5)]
ID = "an-id-in-the-open"


def run(*words: str | Path, cwd: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return programs.run(*words, cwd=cwd, text=typed, env=environment(COLUMNS="200"))


def holds(folder: Path, needle: str) -> bool:
    return any(needle.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def ask(server: Server, method: str, path: str, **body: str) -> httpx.Response:
    async with http_client(server.http, timeout=WITHIN) as api:
        headers = {"Authorization": f"Bearer {token('robot')}"}
        return await api.request(method, path, headers=headers, json=body or None)


async def write_all(server: ProgramServer) -> None:
    await server.conversation("c1", "basic")
    async with server.device("mia") as mia, server.device("tora") as tora:
        for n, (question, answer) in enumerate(zip(OF_MIA, OF_TORA, strict=True)):
            assert (await mia.write(question, id=f"{ID}-{n}"))["type"] == "accepted"
            assert (await tora.write(answer, id=f"{ID}-{n}"))["type"] == "accepted"


def told(messages: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    return [(message["from"], message["body"], message.get("erased", False)) for message in messages]


WITHOUT_MIA = [line for text in OF_TORA for line in (("mia", "", True), ("tora", text, False))]


async def assert_erased(server: ProgramServer) -> None:
    """What `resume` brings and `history` answers, in both encodings."""
    for encoding in ("json", "msgpack"):
        async with server.device("tora", {"c1": 0}, encoding=encoding) as tora:
            assert told(await tora.messages(len(WITHOUT_MIA))) == WITHOUT_MIA
            await tora.say("history", conversation="c1")
            assert told((await tora.hears("history"))["messages"]) == WITHOUT_MIA
    answer = (await ask(server, "GET", "/v1/conversations/c1/messages")).json()
    assert told(answer["messages"]) == WITHOUT_MIA


async def erase_meanwhile(server: ProgramServer, data: Path) -> None:
    """Both people are there, and a slip of the finger comes first."""
    words = ("erase", "mia", "--data-dir", data)
    async with server.device("mia") as mia, server.device("tora") as tora:
        slip = await asyncio.to_thread(run, *words, cwd=data, typed="mio\n")
        assert (slip.returncode, slip.stdout) == (1, "")
        assert "nothing was erased: the id was not typed again" in slip.stderr
        assert "open" in await mia.check()
        done = await asyncio.to_thread(run, *words, cwd=data, typed="mia\n")
        assert done.returncode == 0, done.stderr
        assert "texts of 5 messages" in done.stdout
        assert done.stdout.count("│ remains") == 7
        assert (await mia.end())[0] == 4505
        assert (await tora.write("too late"))["reason"] == "ended"
    person = (await ask(server, "GET", "/v1/people/mia")).json()
    assert (person["name"], person["email"], person["erased_at"] is None) == ("", None, False)
    again = await ask(server, "PUT", "/v1/people/mia", role="member", name="Mia")
    assert (again.status_code, again.json()["type"]) == (409, "urn:chatserver:problem:conflict")


@pytest.mark.timeout(180)
def test_a_person_is_erased_beside_a_running_server(tmp_path: Path) -> None:
    """Their sockets close, apps see tombstones. A copy of the store from before opens with no key that there is."""
    data, copy = tmp_path / "data", tmp_path / "copy"
    with program(data, "--now", TUESDAY) as server:
        asyncio.run(write_all(server))
        assert holds(data / "store", f"{ID}-4")
        shutil.copytree(data / "store", copy / "store")
        asyncio.run(erase_meanwhile(server, data))
        asyncio.run(assert_erased(server))
    shutil.copytree(data / "secrets", copy / "secrets")
    shutil.copy2(data / "records.db", copy / "records.db")
    assert run("rebuild", "--data-dir", copy, cwd=copy).returncode == 0
    with program(copy) as restored:

        async def read() -> list[dict[str, Any]]:
            async with restored.device("tora", {"c1": 0}) as tora:
                return await tora.messages(10)

        assert [(message["body"], message["erased"]) for message in asyncio.run(read())] == [("", True)] * 10
        assert run("erase", "mia", "--yes", "--data-dir", copy, cwd=copy).returncode == 0
        asyncio.run(assert_erased(restored))


def test_an_erasure_that_left_something_is_no_success(tmp_path: Path, valkey_url: str) -> None:
    """A conversation that only the store knows is named, and told by the exit status."""
    data = tmp_path / "data"
    with program(data, "--now", TUESDAY, store_url=valkey_url) as server:
        asyncio.run(server.conversation("c1", "basic"))
    with closing(sqlite3.connect(data / "records.db", isolation_level=None)) as database:
        database.execute("DELETE FROM conversations")
    done = run("erase", "mia", "--yes", "--data-dir", data, "--redis-url", valkey_url, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "Not erased from c1" in done.stdout


def begun(data: Path) -> bool:
    """Whether an erasure has noted that it began with a conversation."""
    with closing(sqlite3.connect(data / "records.db", timeout=WITHIN)) as database:
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'erasures'").fetchone()[0]
        return bool(tables and database.execute("SELECT count(*) FROM erasures").fetchone()[0])


@pytest.mark.timeout(180)
def test_a_command_that_was_killed_is_run_again(tmp_path: Path, valkey_url: str) -> None:
    data = tmp_path / "data"
    with program(data, "--now", TUESDAY, store_url=valkey_url) as server:
        asyncio.run(write_all(server))
        words = ("erase", "mia", "--yes", "--data-dir", data, "--redis-url", valkey_url)
        process = programs.start(*words, cwd=data, env=environment())
        deadline = time.monotonic() + WITHIN
        while process.poll() is None and not begun(data):
            assert time.monotonic() < deadline
        process.kill()
        process.wait()
        assert run(*words, cwd=data).returncode == 0
        asyncio.run(assert_erased(server))


@pytest.mark.timeout(120)
def test_an_export_beside_a_running_server(tmp_path: Path) -> None:
    """Two files; someone unknown and a folder that is none are one sentence each."""
    data, out = tmp_path / "data", tmp_path / "out"
    with program(data, "--now", TUESDAY) as server:
        asyncio.run(write_all(server))
        done = run("export", "mia", "--to", out, "--data-dir", data, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("Exported 1 conversation with 10 messages to ")
        [conversation] = json.loads((out / "mia.json").read_text())["conversations"]
        assert [message["body"] for message in conversation["messages"]][:2] == [OF_MIA[0], OF_TORA[0]]
        assert OF_TORA[4] in (out / "mia.html").read_text()
        unknown = run("export", "nobody", "--to", out, "--data-dir", data, cwd=tmp_path)
        assert (unknown.returncode, unknown.stdout) == (1, "")
        assert "there is no person 'nobody' in the records" in unknown.stderr
        assert sorted(file.name for file in out.iterdir()) == ["mia.html", "mia.json"]
        nowhere = run("export", "mia", "--to", out / "mia.json", "--data-dir", data, cwd=tmp_path)
        assert nowhere.returncode == 1
        assert "cannot be written" in nowhere.stderr
        nobody = run("erase", "nobody", "--yes", "--data-dir", data, cwd=tmp_path)
        assert nobody.returncode == 1
        assert "there is no person 'nobody' in the records" in nobody.stderr
