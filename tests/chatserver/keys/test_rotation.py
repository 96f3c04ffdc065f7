"""A new master key: everything is wrapped anew, wherever it was interrupted, whoever makes keys meanwhile."""

import asyncio
from pathlib import Path

import pytest

from chatserver.keys import rotation as key_rotation
from chatserver.keys import rows as rows
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import MasterKeys, lines_of, master_keys
from chatserver.keys.rotation import masters_problem, rotate
from chatserver.records.database import Database
from chatserver.settings import Settings

COUNT = 25
TEXT = b'"a text"'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one master key."""
    file = tmp_path / "master"
    file.write_text(lines_of({"first": bytes(32)}))
    return file


def masters_in(file: Path) -> MasterKeys:
    """As a process reads them at its start."""
    return master_keys(Settings(master_key_file=file))


def silent(done: int, total: int) -> None:
    """Nobody watches."""


async def filled(database: Database, file: Path) -> list[bytes]:
    """Keys of some conversations, as the texts that each sealed."""
    keys = ConversationKeys(database, masters_in(file))
    return [(await keys.current(f"c{n}", 1)).seal(TEXT) for n in range(COUNT)]


async def assert_all_open(database: Database, file: Path, sealed: list[bytes]) -> None:
    """To a process that starts now, every text is open as before."""
    masters = masters_in(file)
    assert await masters_problem(database, masters) is None
    keys = ConversationKeys(database, masters)
    for n, text in enumerate(sealed):
        assert (await keys.existing(f"c{n}", {1}))[1].open(text) == TEXT


async def test_everything_is_wrapped_anew_and_the_old_key_dropped(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several batches; the progress reaches its end."""
    monkeypatch.setattr(key_rotation, "BATCH", 10)
    sealed = await filled(database, file)
    seen: list[tuple[int, int]] = []
    rotated = await rotate(database, masters_in(file), lambda done, total: seen.append((done, total)))
    assert (rotated.keys, rotated.unneeded, rotated.dropped) == (COUNT, ["first"], True)
    assert seen == [(0, COUNT), (10, COUNT), (20, COUNT), (COUNT, COUNT)]
    assert masters_in(file).ids == [rotated.master]
    async with database.read() as connection:
        assert await rows.masters(connection) == {rotated.master}
    await assert_all_open(database, file, sealed)


async def test_old_keys_stay_where_they_are_asked_to(database: Database, file: Path) -> None:
    sealed = await filled(database, file)
    rotated = await rotate(database, masters_in(file), silent, keep_old=True)
    assert (rotated.dropped, masters_in(file).ids) == (False, [rotated.master, "first"])
    await assert_all_open(database, file, sealed)


async def test_an_interrupted_rotation_goes_on_with_its_key(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the first batch: everything opens meanwhile, and the next run needs no third key."""
    monkeypatch.setattr(key_rotation, "BATCH", 10)
    sealed = await filled(database, file)

    class PowerCutError(Exception):
        pass

    def cut(done: int, total: int) -> None:
        if done:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        await rotate(database, masters_in(file), cut)
    halfway = masters_in(file).ids
    assert (len(halfway), halfway[1]) == (2, "first")
    await assert_all_open(database, file, sealed)
    rotated = await rotate(database, masters_in(file), silent)
    assert (rotated.master, rotated.keys, masters_in(file).ids) == (halfway[0], COUNT - 10, halfway[:1])
    await assert_all_open(database, file, sealed)


async def test_keys_made_meanwhile_by_a_server_that_started_before(database: Database, file: Path) -> None:
    """Whatever it knew at its start, what it makes during and after the rotation opens after a restart."""
    sealed = await filled(database, file)
    server = ConversationKeys(database, masters_in(file))

    async def make_some() -> list[bytes]:
        return [(await server.current(f"c{n}", 1)).seal(TEXT) for n in range(COUNT, COUNT + 40)]

    made, _ = await asyncio.gather(make_some(), rotate(database, masters_in(file), silent))
    made.append((await server.current(f"c{COUNT + 40}", 1)).seal(TEXT))
    await assert_all_open(database, file, [*sealed, *made])
    assert len(masters_in(file).ids) == 1


async def test_keys_of_the_environment_are_taken_as_they_are(database: Database, file: Path) -> None:
    """The operator puts a new one before the old one, and afterwards takes the old one away."""
    await filled(database, file)
    both = MasterKeys(None, {"second": bytes(range(32)), "first": bytes(32)})
    rotated = await rotate(database, both, silent)
    assert (rotated.keys, rotated.master, rotated.unneeded, rotated.dropped) == (COUNT, "second", ["first"], False)
    assert await masters_problem(database, MasterKeys(None, {"second": bytes(range(32))})) is None


async def test_a_lacking_master_key_is_named_before_a_server_starts(database: Database, file: Path) -> None:
    await filled(database, file)
    problem = await masters_problem(database, MasterKeys(None, {"second": bytes(range(32))}))
    assert problem is not None
    assert problem.startswith("texts are sealed with keys that need the master keys first, which `master_key` does not")
