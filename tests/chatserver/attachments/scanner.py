"""Debian's ClamAV daemon, with a signature of the tests' own: it knows one harm, and starts at once."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HARM = b"HARM-that-only-the-tests-know"
START_SECONDS = 60.0


@contextmanager
def clamd(folder: Path) -> Iterator[str]:
    """One that listens in that folder; gives its address."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    assert program is not None, "install ClamAV's daemon (Debian: apt-get install clamav-daemon)"
    signatures, address = folder / "signatures", folder / "s"
    signatures.mkdir(parents=True)
    (signatures / "tests.ndb").write_text(f"Chatserver.Test:0:*:{HARM.hex()}\n")
    settings = {"LocalSocket": address, "DatabaseDirectory": signatures, "Foreground": "yes", "SelfCheck": 3600}
    (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-c", folder / "clamd.conf"], stdout=log, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(address):
            assert process.poll() is None and time.monotonic() < until, (folder / "log").read_text()  # noqa: PT018
            time.sleep(0.05)
        yield f"unix:{address}"
    finally:
        process.kill()
        process.wait()


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(str(address))
            asking.sendall(b"zPING\0")
            return asking.recv(16).startswith(b"PONG")
        except OSError:
            return False
