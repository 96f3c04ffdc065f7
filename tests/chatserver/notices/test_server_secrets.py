"""The server's own secrets: made once for all, sealed at rest, the same after a new master key and from a backup."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import MasterKeys, lines_of, master_keys
from chatserver.keys.rotation import masters_problem, rotate
from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.server_secrets import SERVER_SECRET_BYTES, ServerSecrets
from chatserver.records.database import Database, DatabaseError
from chatserver.records.tables import CONVERSATION_KEYS, SERVER_SECRETS
from chatserver.settings import Settings
from tests.chatserver.migrated import migrated_sqlite
from tests.chatserver.test_cli import run

TESTS = {"tests": bytes(range(32))}


async def clock() -> int:
    return 1_767_225_600_000


def secrets_in(database: Database, masters: MasterKeys) -> ServerSecrets:
    """As a process has them that has just started."""
    return ServerSecrets(database, ServerSeal(ConversationKeys(database, masters), "secrets"), clock)


async def test_made_once_for_all_processes(database: Database) -> None:
    """Whoever comes first; each name has its own."""
    processes = [secrets_in(database, MasterKeys(None, TESTS)) for _ in range(8)]
    vapid = set(await asyncio.gather(*(each.secret_of("vapid") for each in processes)))
    unsubscribe = set(await asyncio.gather(*(each.secret_of("unsubscribe") for each in processes)))
    assert (len(vapid), len(unsubscribe), len(vapid | unsubscribe)) == (1, 1, 2)
    assert {len(each) for each in vapid | unsubscribe} == {SERVER_SECRET_BYTES}
    assert {await secrets_in(database, MasterKeys(None, TESTS)).secret_of("vapid")} == vapid


async def test_kept_in_memory(database: Database) -> None:
    """The database is asked once."""
    secrets = secrets_in(database, MasterKeys(None, TESTS))
    found = await secrets.secret_of("vapid")
    async with database.begin() as connection:
        await connection.execute(update(SERVER_SECRETS).values(sealed=b"changed"))
    assert await secrets.secret_of("vapid") == found


async def test_sealed_at_rest(database: Database) -> None:
    """What was changed is no secret any more, and says so."""
    found = await secrets_in(database, MasterKeys(None, TESTS)).secret_of("vapid")
    async with database.begin() as connection:
        sealed = await connection.scalar(select(SERVER_SECRETS.c.sealed))
        assert sealed is not None
        assert found not in sealed
        await connection.execute(update(SERVER_SECRETS).values(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    with pytest.raises(DatabaseError, match="the server's secret vapid cannot be read"):
        await secrets_in(database, MasterKeys(None, TESTS)).secret_of("vapid")


async def test_a_rotation_takes_its_key_along(database: Database, tmp_path: Path) -> None:
    """The key's name is that of no conversation; the old master key is dropped, and the secret is the same."""
    file = tmp_path / "master"
    file.write_text(lines_of({"first": bytes(32)}))
    settings = Settings(master_key_file=file)
    found = await secrets_in(database, master_keys(settings)).secret_of("unsubscribe")
    rotated = await rotate(database, master_keys(settings), lambda done, total: None)
    assert (rotated.keys, rotated.dropped) == (1, True)
    async with database.read() as connection:
        rows = (await connection.execute(select(CONVERSATION_KEYS))).all()
    assert [(row.conversation_id, row.master_id) for row in rows] == [(" secrets", rotated.master)]
    later = master_keys(settings)
    assert await masters_problem(database, later) is None
    assert await secrets_in(database, later).secret_of("unsubscribe") == found


async def test_the_commands_rotate_and_restore_it(tmp_path: Path) -> None:
    """`rotate-key`, `backup` with the secrets kept apart, `restore` elsewhere: what was signed before is still ours."""
    data, backup, elsewhere = tmp_path / "data", tmp_path / "backup", tmp_path / "elsewhere"
    data.mkdir(mode=0o700)
    found = await read_in(data)
    done = await asyncio.to_thread(run, "rotate-key", "--data-dir", data, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 key." in done.stdout
    done = await asyncio.to_thread(run, "backup", backup, "--data-dir", data, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(data)
    done = await asyncio.to_thread(run, "restore", backup, "--data-dir", elsewhere, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert await read_in(elsewhere) == found
    with closing(sqlite3.connect(elsewhere / "records.db")) as connection:
        assert connection.execute("SELECT count(*) FROM server_secrets").fetchone() == (1,)


async def read_in(data: Path) -> bytes:
    """The secret of a server with that folder."""
    database = migrated_sqlite(data)
    try:
        return await secrets_in(database, master_keys(Settings(data_dir=data))).secret_of("vapid")
    finally:
        await database.close()
