"""`chatserver backup` and `chatserver restore`, as processes: what is copied, and what is refused."""

import asyncio
import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from tests import databases
from tests.chatserver.realtime.devices import bodies
from tests.chatserver.realtime.servers import TUESDAY, ProgramServer, environment, program
from tests.chatserver.test_cli import open_to_others, run, sentence
from tests.programs import PROGRAM

pytestmark = pytest.mark.timeout(180)


async def write(server: ProgramServer, text: str) -> None:
    async with server.device("mia") as mia:
        assert (await mia.write(text))["type"] == "accepted"


async def read(server: ProgramServer, number: int) -> list[str]:
    async with server.device("tora", {"c1": 0}) as tora:
        return bodies(await tora.messages(number))


def test_there_and_back(tmp_path: Path) -> None:
    """Beside a running server; over what was written since, which is moved aside; with the secrets kept apart."""
    data, backup, apart = tmp_path / "data", tmp_path / "backup", tmp_path / "apart"
    with program(data, "--now", TUESDAY, CHATSERVER_JWT_SECRET=""):
        assert (data / "secrets" / "jwt").exists()
    with program(data) as server:
        asyncio.run(server.conversation("c1", "basic"))
        asyncio.run(write(server, "before"))
        done = run("backup", backup, "--data-dir", data, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert f"Keep {backup / 'secrets'} apart from the rest." in done.stdout
        assert "`jwt_secret`, which is no file" in done.stdout
        asyncio.run(write(server, "after"))
        assert "another server is using" in sentence(run("restore", backup, "--data-dir", data, cwd=tmp_path))
    assert open_to_others(backup) == []
    assert f"{backup} is there already" in sentence(run("backup", backup, "--data-dir", data, cwd=tmp_path))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backup", "data"]
    said = sentence(run("restore", backup, "--data-dir", data, cwd=tmp_path))
    assert "is there already, and nothing was restored" in said
    (backup / "secrets").rename(apart)
    done = run("restore", backup, "--move-aside", "--data-dir", data, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Next: `chatserver rebuild`; then `chatserver erase`" in done.stdout
    [aside] = data.glob("before-restore-*")
    assert {"store", "records.db"} <= {file.name for file in aside.iterdir()}
    assert open_to_others(data / "store") == []
    assert run("rebuild", "--data-dir", data, cwd=tmp_path).returncode == 0
    with program(data) as server:
        assert asyncio.run(read(server, 1)) == ["before"]
    elsewhere = tmp_path / "elsewhere"
    apart.rename(backup / "secrets")
    assert run("restore", backup, "--data-dir", elsewhere, cwd=tmp_path).returncode == 0
    assert {file.name for file in (elsewhere / "secrets").iterdir()} == {"master", "jwt"}
    assert open_to_others(elsewhere) == []


def test_over_the_data_of_a_server_that_was_killed(tmp_path: Path) -> None:
    """Its write-ahead log lies beside the database, which takes it in when it is looked at."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    with program(data, "--now", TUESDAY) as server:
        asyncio.run(server.conversation("c1", "basic"))
        asyncio.run(write(server, "before"))
        assert run("backup", backup, "--data-dir", data, cwd=tmp_path).returncode == 0
        asyncio.run(write(server, "after"))
        server.kill()
        assert (data / "records.db-wal").stat().st_size
    done = run("restore", backup, "--move-aside", "--data-dir", data, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with program(data) as server:
        assert asyncio.run(read(server, 1)) == ["before"]


def test_a_damaged_or_half_backup_is_refused(tmp_path: Path) -> None:
    """Before anything is changed."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    with program(data) as server:
        asyncio.run(server.conversation("c1", "basic"))
    assert run("backup", backup, "--without-secrets", "--data-dir", data, cwd=tmp_path).returncode == 0
    assert not (backup / "secrets").exists()
    records = backup / "records.db"
    content = records.read_bytes()
    words = ("restore", backup, "--data-dir", tmp_path / "again")
    records.write_bytes(content[:-1] + b"?")
    assert f"{records} is not what was backed up" in sentence(run(*words, cwd=tmp_path))
    records.unlink()
    assert f"{records}: cannot be read: No such file" in sentence(run(*words, cwd=tmp_path))
    records.write_bytes(content)
    manifest = backup / "manifest.json"
    outside = json.loads(manifest.read_text())
    outside["files"]["../records.db"] = outside["files"]["records.db"]
    manifest.write_text(json.dumps(outside))
    assert "names files outside of itself" in sentence(run(*words, cwd=tmp_path))
    manifest.write_text("{")
    assert "is damaged" in sentence(run(*words, cwd=tmp_path))
    manifest.unlink()
    assert "is no whole backup" in sentence(run(*words, cwd=tmp_path))
    assert not (tmp_path / "again").exists()


def test_what_was_there_stays_until_all_of_the_backup_is_here(tmp_path: Path) -> None:
    """A full disk, here a bound on files, leaves it as it was, with what a killed server left."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    with program(data) as server:
        asyncio.run(server.conversation("c1", "basic"))
    assert run("backup", backup, "--data-dir", data, cwd=tmp_path).returncode == 0
    records, log = data / "records.db", data / "records.db-wal"
    with closing(sqlite3.connect(records)) as connection:
        connection.execute("CREATE TABLE since (word TEXT)")
        left = {file: file.read_bytes() for file in (records, log)}
    for file, content in left.items():
        file.write_bytes(content)
    names = {file.name for file in data.iterdir()}
    bounded: list[str | Path] = ["/bin/sh", "-c", 'ulimit -f 64; exec "$0" "$@"', PROGRAM]
    bounded += ["restore", backup, "--move-aside", "--data-dir", data]
    done = subprocess.run(bounded, capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False)
    assert "cannot be restored: File too large" in sentence(done)
    assert {file: file.read_bytes() for file in (records, log)} == left
    assert {file.name for file in data.iterdir()} == names
    assert any((data / "store").rglob("*.aof"))
    done = run("restore", backup, "--move-aside", "--data-dir", data, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert records.read_bytes() == (backup / "records.db").read_bytes()
    assert not log.exists()


@pytest.mark.parametrize("kind", [kind for kind in databases.databases() if kind == "postgresql"])
def test_a_postgresql_and_a_store_elsewhere(
    kind: str, tmp_path: Path, valkey_url: str, postgres_server: databases.PostgresServer
) -> None:
    """The database is dumped; of the store it is said that it is not there."""
    name = postgres_server.create()
    url = postgres_server.url(name)

    async def migrated() -> None:
        database = Database(url)
        await migrate(database)
        await database.close()

    asyncio.run(migrated())
    key = tmp_path / "master"
    key.write_text("one AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
    flags = ("--database-url", url, "--redis-url", valkey_url)
    done = run("backup", "copy", *flags, cwd=tmp_path, CHATSERVER_MASTER_KEY_FILE=str(key))
    assert done.returncode == 0, done.stderr
    assert "Not in it: The store that `redis_url` names: copy its append-only files" in done.stdout
    assert (tmp_path / "copy" / "records.dump").read_bytes().startswith(b"PGDMP")
    done = run("restore", "copy", *flags, cwd=tmp_path)
    assert "pg_restore --clean --if-exists" in done.stdout
    assert f"copy/secrets/master, which was {key}." in done.stdout
    postgres_server.drop(name)
