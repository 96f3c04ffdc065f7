"""The embedded Valkey ends by itself, and what is in its way when it is to be started again."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from chatserver.operating import store_watch
from chatserver.operating.embedded import EmbeddedStore
from chatserver.operating.store_watch import listens, problem_of


class Running:
    """An embedded store and its data."""

    def __init__(self, data_dir: Path) -> None:
        self.store = EmbeddedStore(data_dir)
        self.url = self.store.start()
        self.data = data_dir / "store"

    def ask(self, *command: str) -> object:
        """One command on a connection of its own."""
        with Redis.from_url(self.url) as client:
            return client.execute_command(*command)

    def kill(self) -> None:
        """SIGKILL."""
        with Redis.from_url(self.url) as client:
            os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)

    @property
    def answers(self) -> bool:
        """Whether it does."""
        try:
            return bool(self.ask("PING"))
        except RedisError:
            return False


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """One that is stopped afterwards."""
    running = Running(tmp_path / "our data")
    yield running
    running.store.stop()


def until(condition: Callable[[], object]) -> None:
    """Wait for something to become so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not become so"
        time.sleep(0.02)


def block(file: Path) -> None:
    """It cannot be written, by root neither."""
    file.unlink()
    file.mkdir()


def fill(file: Path) -> None:
    """Every write to it meets a full disk."""
    file.unlink(missing_ok=True)
    file.symlink_to("/dev/full")


@pytest.mark.parametrize(
    ("hinder", "why"), [(block, "valkey.conf: is a directory"), (fill, "no space left on device")], ids=["file", "disk"]
)
def test_whatever_is_in_its_way_it_is_tried_until_it_runs(
    running: Running, hinder: Callable[[Path], None], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The reason is in the log and for every process to read, without a path; it is gone when Valkey is back."""
    running.ask("SET", "a", "1")
    assert problem_of(running.url) == ""
    conf = running.data / "valkey.conf"
    hinder(conf)
    running.kill()
    until(lambda: why in problem_of(running.url))
    assert "cannot be started again" in problem_of(running.url)
    assert str(running.data.parent) not in problem_of(running.url)
    assert why in caplog.text
    conf.rmdir() if conf.is_dir() else conf.unlink()
    until(lambda: running.answers)
    assert running.ask("GET", "a") == b"1"
    until(lambda: problem_of(running.url) == "")
    assert caplog.messages.count("the embedded Valkey runs again") == 1


def test_a_valkey_that_cannot_write_its_file_says_why_it_ended(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk is full: with each write flushed, Valkey ends."""
    beside = running.data / "appendonlydir" / "appendonly.aof.2.incr.aof"
    fill(beside)
    running.ask("BGREWRITEAOF")
    with pytest.raises(RedisError):
        while True:
            running.ask("SET", "a", "1")
    until(lambda: "the embedded Valkey has ended (no space left on device); starting it again" in caplog.messages)
    beside.unlink()
    beside.touch()
    until(lambda: running.answers)


def test_an_end_soon_after_a_start_counts_until_it_stays(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """The problem is told until Valkey has run for a while."""
    monkeypatch.setattr(store_watch, "STEADY_AFTER", 3600.0)
    running.kill()
    until(lambda: "has ended" in problem_of(running.url))
    until(lambda: problem_of(running.url) == "")
    running.kill()
    until(lambda: "has ended" in problem_of(running.url))
    until(lambda: running.answers)
    assert "has ended" in problem_of(running.url)
    monkeypatch.setattr(store_watch, "STEADY_AFTER", 0.0)
    until(lambda: problem_of(running.url) == "")


def test_another_store_has_no_problem_that_is_ours(tmp_path: Path) -> None:
    """Its URL tells nothing."""
    assert problem_of("redis://127.0.0.1:1") == ""
    assert problem_of(f"unix://{tmp_path}/nobody.sock") == ""


def test_a_store_so_hung_that_nobody_else_can_queue_holds_nobody_who_looks(tmp_path: Path) -> None:
    """Stopped, it takes as many connections as its queue has room for; the next one would wait for ever."""
    at = str(tmp_path / "hung.sock")
    with ExitStack() as stack:
        hung = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        hung.bind(at)
        hung.listen(0)
        with pytest.raises(BlockingIOError):
            while True:
                queued = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
                queued.setblocking(False)
                queued.connect(at)
        assert listens(at)
        assert problem_of(f"unix://{at}") == ""
    assert not listens(at)
