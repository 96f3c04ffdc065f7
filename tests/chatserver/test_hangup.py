"""A server whose terminal goes away stops in order, and its embedded store with it."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chatserver.operating.embedded import running_store, unused
from tests.chatserver.realtime.servers import READY_SECONDS, environment, program
from tests.programs import PROGRAM

# Whoever runs the tests may have told all below them to ignore it.
HEARING = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
DEAF = HEARING.replace("SIG_DFL", "SIG_IGN")
IN_A_TERMINAL = f"import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); {HEARING}"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_end_of_the_terminal_ends_a_server_and_its_store(tmp_path: Path, workers: str) -> None:
    words = [sys.executable, "-c", HEARING, str(PROGRAM)]
    with program(tmp_path, "--workers", workers, words=words) as server:
        assert running_store(tmp_path)
        # As many as a shell may pass on: each but the first is no call for haste.
        for _ in range(2):
            server.process.send_signal(signal.SIGHUP)
        assert server.process.wait(READY_SECONDS) == 0, server.log.read_text()
    assert_all_is_gone(tmp_path)


def test_a_server_that_is_told_to_ignore_it_goes_on(tmp_path: Path) -> None:
    """As `nohup` does."""
    with program(tmp_path, words=[sys.executable, "-c", DEAF, str(PROGRAM)]) as server:
        server.process.send_signal(signal.SIGHUP)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(READY_SECONDS) == 0
        assert '"stopped"' in server.log.read_text()
    assert_all_is_gone(tmp_path)


def test_a_demo_ends_with_the_window_that_it_ran_in(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, str(PROGRAM), "demo", "--port", "0", "--data-dir", str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(),
        cwd=tmp_path,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        said = b""
        while b"Ctrl-C stops" not in said:
            said += os.read(ours, 4096)
    finally:
        os.close(ours)
        process.wait(READY_SECONDS)
    assert_all_is_gone(tmp_path)


def assert_all_is_gone(data_dir: Path) -> None:
    """The lock and the store: nothing is left over that the next start would have to end."""
    path = (data_dir / "lock").read_text().strip()
    assert not Path(path).exists(), path
    with unused(data_dir):
        assert running_store(data_dir) is None
