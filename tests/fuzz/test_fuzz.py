"""A short run of the fuzzer; the long one is `python -m benchmarks.fuzz`."""

import subprocess
import sys
from pathlib import Path

from tests.chatserver.realtime.servers import environment

ROOT = Path(__file__).parents[2]


def test_nothing_gives_way() -> None:
    """Mutated frames through decoder and receivers, mutated streams on the socket: no error, no growth."""
    command = [sys.executable, "-m", "benchmarks.fuzz", "--frames", "20000", "--attempts", "800", "--seed", "7"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing gave way" in done.stdout
