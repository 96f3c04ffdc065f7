"""One measurement of one server: started on a fresh store, loaded by a process of its own, stopped."""

import subprocess
import sys

import msgspec

from benchmarks.contenders import BenchmarkError, Contender, Durability
from benchmarks.load import Job, Outcome
from benchmarks.servers import Running, running


class Load(msgspec.Struct, frozen=True):
    """What the load generator is told. `rate`: messages a second in an open loop, 0 for the closed loop."""

    pairs: int = 50
    window: int = 2
    body_bytes: int = 120
    warmup: float = 2.0
    seconds: float = 5.0
    rate: float = 0.0


def measure(contender: Contender, durability: Durability, load: Load) -> Outcome:
    """Raises BenchmarkError."""
    with running(contender, load.pairs, durability) as up:
        return loaded(contender, up, load)


def loaded(contender: Contender, up: Running, load: Load) -> Outcome:
    """Let the load generator at a server that runs. Raises BenchmarkError."""
    job = Job(
        up.port,
        up.server_pid,
        up.store_pid,
        up.couples,
        load.window,
        load.body_bytes,
        load.warmup,
        load.seconds,
        contender.dialect,
        load.rate,
        contender.refusals,
    )
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
