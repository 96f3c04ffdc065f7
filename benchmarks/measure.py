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
    job = job_of(contender, up, load)
    found = generated(contender.name, "benchmarks.load", msgspec.json.encode(job), job.longest_seconds)
    return msgspec.json.decode(found, type=Outcome)


def job_of(contender: Contender, up: Running, load: Load) -> Job:
    """What the load generator is told of a server that runs."""
    return Job(
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


def generated(what: str, module: str, told: bytes, longest_seconds: float) -> bytes:
    """What a load generator prints. Raises BenchmarkError."""
    try:
        finished = subprocess.run(
            [sys.executable, "-m", module], input=told, capture_output=True, timeout=longest_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"{what}: no end after {longest_seconds:.0f} s") from None
    if finished.returncode:
        last = finished.stderr.decode(errors="replace").splitlines()[-5:]
        raise BenchmarkError(f"{what}: the load generator failed:\n" + "\n".join(last))
    return finished.stdout
