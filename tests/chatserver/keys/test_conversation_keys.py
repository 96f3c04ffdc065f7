"""The keys of conversations: one for all who ask at once, kept, bounded in memory, and gone once destroyed."""

import asyncio
import json
import subprocess
import sys

import pytest

from chatserver.keys import rows as rows
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import MasterKeys
from chatserver.keys.sealing import Key
from chatserver.records.database import Database, DatabaseError
from tests.chatserver.keys.making import conversation_keys

PROCESSES = 4
TEXT = b'"one text"'


async def test_a_key_is_made_once_and_found_again(database: Database) -> None:
    """By those who ask together, and by another process later."""
    keys = conversation_keys(database)
    assert keys.at_hand("c1", 1) is None
    first, *others = await asyncio.gather(*(keys.current("c1", 1) for _ in range(20)))
    assert all(other is first for other in others)
    assert keys.at_hand("c1", 1) is first
    later = await conversation_keys(database).current("c1", 1)
    assert later.open(first.seal(TEXT)) == TEXT


async def test_every_conversation_and_number_has_its_own(database: Database) -> None:
    keys = conversation_keys(database)
    made = await asyncio.gather(*(keys.current(f"c{n % 700}", 1 + n // 700) for n in range(1400)))
    assert len({key.digest(TEXT) for key in made}) == 1400


async def test_few_are_kept_at_hand(database: Database) -> None:
    """Those that were used last; the others are in the records."""
    keys = ConversationKeys(database, MasterKeys(None, {"m": bytes(32)}), most=3)
    for name in ("a", "b", "c"):
        await keys.current(name, 1)
    assert keys.at_hand("a", 1)
    await keys.current("d", 1)
    assert [name for name in "abcd" if keys.at_hand(name, 1)] == ["a", "c", "d"]
    assert await keys.existing("b", {1})


MAKING = """
import asyncio, json, sys
from chatserver.keys.master_keys import MasterKeys
from chatserver.records.database import Database
from chatserver.keys.conversation_keys import ConversationKeys

async def main():
    database = Database(sys.argv[1])
    keys = ConversationKeys(database, MasterKeys(None, {"m": bytes(32)}))
    sys.stdin.readline()
    made = await asyncio.gather(*(keys.current(f"c{n}", 1) for n in range(50)))
    print(json.dumps([key.digest(b"x").hex() for key in made]))
    await database.close()

asyncio.run(main())
"""


async def test_processes_that_make_a_first_key_at_once_agree(database: Database, records_url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MAKING, records_url, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(PROCESSES)
    ]
    async with asyncio.timeout(30):
        told = await asyncio.gather(*(process.communicate(b"\n") for process in processes))
    answers = [json.loads(out) for out, _ in told]
    assert answers == [answers[0]] * PROCESSES
    assert len(set(answers[0])) == 50


async def test_a_destroyed_key_is_gone_and_not_made_again(database: Database) -> None:
    """Asked for by its number, by this process and by others."""
    keys = conversation_keys(database)
    await keys.current("c1", 1)
    second = await keys.current("c1", 2)
    assert sorted(await keys.existing("c1", {1, 2, 3})) == [1, 2]
    await keys.destroy("c1", before=2)
    assert await keys.existing("c1", {1, 2}) == {2: second}
    assert list(await conversation_keys(database).existing("c1", {1, 2})) == [2]
    with pytest.raises(DatabaseError, match="key 1 of the conversation c1 was destroyed"):
        await keys.current("c1", 1)


async def test_a_master_key_that_is_lacking_is_named_and_only_its_conversations_fail(database: Database) -> None:
    lost = ConversationKeys(database, MasterKeys(None, {"lost": bytes(32)}))
    await lost.current("c1", 1)
    keys = conversation_keys(database)
    wrong, right = await asyncio.gather(keys.current("c1", 1), keys.current("c2", 1), return_exceptions=True)
    assert isinstance(right, Key)
    assert isinstance(wrong, DatabaseError)
    assert "c1 is wrapped by the master key lost, which `master_key` does not hold" in str(wrong)
    with pytest.raises(DatabaseError, match="master key lost"):
        await keys.existing("c1", {1})


async def test_a_row_in_the_wrong_place_is_refused(database: Database) -> None:
    """Somebody who can write to the database copies a key to another conversation."""
    keys = conversation_keys(database)
    await keys.current("c1", 1)
    async with database.begin() as connection:
        [row] = await rows.of(connection, ["c1"])
        await rows.store(connection, [rows.WrappedKey("c2", 1, row.master_id, row.wrapped)])
    with pytest.raises(DatabaseError, match="key 1 of c2 does not open with its master key"):
        await keys.current("c2", 1)


async def test_who_cannot_wait_is_told_of_key_and_fault() -> None:
    """A database that cannot be reached; the next one who asks is answered anew."""
    keys = conversation_keys(Database("postgresql+asyncpg://nobody@127.0.0.1:1/none"))
    for _ in range(2):
        told: asyncio.Future[Key | DatabaseError] = asyncio.get_running_loop().create_future()
        keys.ask("c1", 1, told.set_result)
        async with asyncio.timeout(30):
            assert isinstance(await told, DatabaseError)
