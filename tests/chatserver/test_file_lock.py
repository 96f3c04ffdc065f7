"""Locks on files, between processes."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chatserver.file_lock import LockedError, lock, read_if_locked

HOLDER = """
import sys
from pathlib import Path
from chatserver.file_lock import lock
held = lock(Path(sys.argv[1]))
held.write("here")
held.flush()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    """Meanwhile nobody else has it, and what its holder wrote can be read."""
    file = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError):
            lock(file)
        assert read_if_locked(file) == "here"
        holder.kill()
    assert read_if_locked(file) is None
    with lock(file) as held:
        assert held.read() == "here"
    assert file.stat().st_mode & 0o777 == 0o600


def test_whoever_waits_gets_it_next(tmp_path: Path) -> None:
    """When it is closed."""
    file = tmp_path / "lock"
    with ThreadPoolExecutor(1) as thread:
        with lock(file):
            waiting = thread.submit(lock, file, wait=True)
            assert not waiting.done()
        waiting.result(60).close()
