"""One measurement: a server on a fresh store, and the load generator at it."""

import subprocess
import sys

import msgspec

from benchmarks.contenders import BenchmarkError, Contender
from benchmarks.load import Job, Outcome
from benchmarks.servers import Durability, running


def measured(
    contender: Contender,
    durability: Durability,
    pairs: int,
    window: int,
    body_bytes: int,
    warmup: float,
    seconds: float,
) -> Outcome:
    """Start a server on a fresh store, let the load generator at it, stop both. Raises BenchmarkError."""
    with running(contender, pairs, durability) as up:
        job = Job(up.port, up.server_pid, up.store_pid, up.couples, window, body_bytes, warmup, seconds)
        try:
            finished = subprocess.run(
                [sys.executable, "-m", "benchmarks.load"],
                input=msgspec.json.encode(job),
                capture_output=True,
                timeout=job.longest_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BenchmarkError(f"{contender.name}: no end after {job.longest_seconds:.0f} s") from None
        if finished.returncode:
            last = finished.stderr.decode(errors="replace").splitlines()[-5:]
            raise BenchmarkError(f"{contender.name}: the load generator failed:\n" + "\n".join(last))
        return msgspec.json.decode(finished.stdout, type=Outcome)
