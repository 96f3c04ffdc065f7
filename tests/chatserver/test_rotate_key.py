"""`chatserver rotate-key`, beside a running server and on its own."""

import asyncio
import sqlite3
from base64 import b64encode
from pathlib import Path

from chatserver.setting_values import master_key_lines
from tests import programs
from tests.chatserver.realtime.devices import bodies
from tests.chatserver.realtime.servers import TUESDAY, environment, program


async def rotate_key(data: Path, *flags: str, **variables: str) -> tuple[int, str]:
    """Run the command: its exit status, and everything that it said."""
    env = environment(COLUMNS="300", **variables)
    done = await asyncio.to_thread(programs.run, "rotate-key", "--data-dir", data, *flags, cwd=data, env=env)
    return done.returncode, done.stdout + done.stderr


def ids_in(file: Path) -> list[str]:
    return list(master_key_lines(file.read_text()))


async def test_beside_a_running_server(tmp_path: Path) -> None:
    """Rooms go on, new ones open, nothing is unreadable afterwards: by this server, and by the next."""
    data = tmp_path / "data"
    master = data / "secrets" / "master"
    with program(data, "--now", TUESDAY) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("before")
            [old] = ids_in(master)
            status, said = await rotate_key(data)
            [new] = ids_in(master)
            assert status == 0, said
            assert new != old
            # That of the conversation, and that of the server's own secrets.
            assert f"Wrapped anew by the master key {new}: 2 keys." in said
            assert f"Dropped from {master}: {old}." in said
            assert master.stat().st_mode & 0o777 == 0o600
            await mia.write("after")
            await server.conversation("c2", "basic", member="ola")
            async with server.device("ola") as ola:
                await ola.write("in a new room", conversation="c2")
        log = server.log.read_text()
        assert "Traceback" not in log, log
    with program(data) as again:
        async with again.device("tora", {"c1": 0, "c2": 0}) as tora:
            assert sorted(bodies(await tora.messages(3))) == ["after", "before", "in a new room"]


async def test_a_key_of_the_environment(tmp_path: Path) -> None:
    """With one key the command says how to get another; with two, it moves everything to the first."""
    one, other = f"one {b64encode(bytes(32)).decode()}", f"other {b64encode(bytes(range(32))).decode()}"
    sqlite3.connect(tmp_path / "records.db").close()
    status, said = await rotate_key(tmp_path, CHATSERVER_MASTER_KEY=one)
    assert status == 0, said
    assert "`master_key` holds one key only. To change it, put the line that" in said
    status, said = await rotate_key(tmp_path, CHATSERVER_MASTER_KEY=f"{other},{one}")
    assert status == 0, said
    assert "Nothing needs these any more: one. Take them out of `master_key` on every server." in said
    for key in (one, other):
        assert key.split()[1] not in said


async def test_a_file_that_cannot_be_changed(tmp_path: Path) -> None:
    """One sentence, and nothing has happened."""
    sqlite3.connect(tmp_path / "records.db").close()
    status, said = await rotate_key(tmp_path, CHATSERVER_MASTER_KEY_FILE=str(tmp_path / "none"))
    assert (status, said.count("\n")) == (1, 1), said
    assert f"master key file {tmp_path / 'none'}: cannot be read: No such file or directory" in said


async def test_a_server_whose_master_key_was_lost_does_not_start(tmp_path: Path) -> None:
    """It would make a new one, and nobody could read what was written before."""
    data = tmp_path / "data"
    with program(data, "--now", TUESDAY) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("before")
    master = data / "secrets" / "master"
    [lost] = ids_in(master)
    master.unlink()
    words = ("serve", "--port", "0", "--data-dir", data)
    done = await asyncio.to_thread(programs.run, *words, cwd=data, env=environment(COLUMNS="300"))
    assert done.returncode == 1
    assert f"need the master keys {lost}, which {master} does not hold" in done.stderr, done.stderr
