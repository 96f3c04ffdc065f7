"""Where master keys come from, and what is said where they cannot be used."""

import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from chatserver.keys.master_keys import MAKE_ONE, MasterKeys, UnknownMasterKeyError, lines_of, master_keys
from chatserver.settings import Settings, SettingsError, load

ONE, OTHER = bytes(32), bytes(range(32))
SECRET = b"the secret of a conversation key"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two keys."""
    file = tmp_path / "keys"
    file.write_text(lines_of({"new": ONE, "old": OTHER}))
    return file


def test_one_is_created_beside_a_store_or_database_of_our_own(tmp_path: Path) -> None:
    """Readable by this user only, the same at the next start."""
    for elsewhere in ({}, {"redis_url": "redis://h"}, {"database_url": "postgresql://h/d"}):
        settings = Settings(data_dir=tmp_path, **elsewhere)  # type: ignore[arg-type]  # a dict of texts
        masters = master_keys(settings)
        assert masters.file == tmp_path / "secrets" / "master"
        assert masters.file.stat().st_mode & 0o777 == 0o600
        assert master_keys(settings).ids == masters.ids
    (tmp_path / "secrets" / "master").chmod(0o640)
    with pytest.raises(SettingsError, match="other users may read the master key; run `chmod 600"):
        master_keys(settings)


CREATING = """
import sys
from pathlib import Path
from chatserver.keys.master_keys import master_keys
from chatserver.settings import Settings
sys.stdin.readline()
print(master_keys(Settings(data_dir=Path(sys.argv[1]))).first)
"""


def test_processes_that_start_together_get_the_same(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CREATING, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert len({process.communicate(timeout=120)[0] for process in processes}) == 1


def test_servers_that_share_everything_must_be_given_one() -> None:
    """Else each machine would make its own."""
    settings = Settings(redis_url="redis://h", database_url="postgresql://h/d")
    with pytest.raises(SettingsError, match="`master_key_file` is not set, and store and database are both elsewhere"):
        master_keys(settings)


def test_the_first_wraps_and_the_others_unwrap(file: Path) -> None:
    masters = master_keys(Settings(master_key_file=file))
    id, wrapped = masters.wrap(SECRET, "c1", 1)
    assert (id, masters.unwrap(id, wrapped, "c1", 1)) == ("new", SECRET)
    before = MasterKeys(None, {"old": OTHER}).wrap(SECRET, "c1", 1)
    assert masters.unwrap(*before, "c1", 1) == SECRET
    unknown = MasterKeys(None, {"gone": OTHER}).wrap(SECRET, "c1", 1)
    with pytest.raises(UnknownMasterKeyError, match=f"c1 is wrapped by the master key gone, which {file} does not"):
        masters.unwrap(*unknown, "c1", 1)


def test_a_file_is_read_again_for_a_key_that_is_not_known(file: Path) -> None:
    """And what was known is not forgotten: something on its way may still need it."""
    masters = master_keys(Settings(master_key_file=file))
    before = masters.wrap(SECRET, "c1", 1)
    file.write_text(lines_of({"newest": OTHER}))
    assert masters.unwrap(*MasterKeys(None, {"newest": OTHER}).wrap(SECRET, "c1", 1), "c1", 1) == SECRET
    assert masters.ids == ["newest"]
    assert masters.unwrap(*before, "c1", 1) == SECRET


def test_changes_of_the_file(file: Path) -> None:
    """A new key first, then only that one; who may read the file stays as it was."""
    file.chmod(0o640)
    masters = master_keys(Settings(master_key_file=file))
    with masters.alone():
        masters.put_first()
        assert masters.ids[1:] == master_keys(Settings(master_key_file=file)).ids[1:] == ["new", "old"]
        with pytest.raises(SettingsError, match="another command is changing it"), masters.alone():
            pass
        masters.keep_only_first()
    assert master_keys(Settings(master_key_file=file)).ids == [masters.first]
    assert file.stat().st_mode & 0o777 == 0o640
    assert {other.name for other in file.parent.iterdir()} == {"keys", "keys.lock"}


def test_the_environment_may_hold_them() -> None:
    """Lines, or with commas where a variable has one line."""
    line, other = f"a {b64encode(ONE).decode()}", f"b {b64encode(OTHER).decode()}"
    for given in (f"{line}\n{other}\n", f"{line},{other}"):
        settings, _ = load({}, {"CHATSERVER_MASTER_KEY": given})
        assert master_keys(settings).ids == ["a", "b"]
        assert b64encode(ONE).decode() not in repr(settings)


@pytest.mark.parametrize(
    "wrong",
    ["", "a", f"a {b64encode(bytes(31)).decode()}", "a " + "!" * 44, f"a b {b64encode(ONE).decode()}", "canary " * 9],
)
def test_what_is_no_key(wrong: str, tmp_path: Path) -> None:
    """The sentence says what a line looks like, and nothing of what was given."""
    (tmp_path / "keys").write_text(wrong)
    with pytest.raises(SettingsError, match="must hold lines such as `k1 <base64 of 32 random bytes>`") as error:
        master_keys(Settings(master_key_file=tmp_path / "keys"))
    assert len(wrong) < 2 or wrong not in str(error.value)
    if wrong:
        with pytest.raises(SettingsError, match="`master_key`.*must hold lines such as"):
            load({}, {"CHATSERVER_MASTER_KEY": wrong})


def test_other_ways_to_be_wrong(tmp_path: Path) -> None:
    key = b64encode(ONE).decode()
    with pytest.raises(SettingsError, match="two have the id a"):
        load({}, {"CHATSERVER_MASTER_KEY": f"a {key}\na {key}"})
    with pytest.raises(SettingsError, match="`master_key` and `master_key_file` exclude each other"):
        load({}, {"CHATSERVER_MASTER_KEY": f"a {key}", "CHATSERVER_MASTER_KEY_FILE": "f"})
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        master_keys(Settings(master_key_file=tmp_path / "none"))
    (tmp_path / "bytes").write_bytes(b"\xff" * 50)
    with pytest.raises(SettingsError, match="is not UTF-8"):
        master_keys(Settings(master_key_file=tmp_path / "bytes"))


def test_the_command_that_makes_one_makes_one(tmp_path: Path) -> None:
    """It stands in a sentence that operators copy from."""
    made = subprocess.run(["sh", "-c", MAKE_ONE], capture_output=True, text=True, check=True).stdout
    (tmp_path / "keys").write_text(made)
    assert len(master_keys(Settings(master_key_file=tmp_path / "keys")).ids) == 1
