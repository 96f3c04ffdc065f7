"""The load generator: a process of its own that reads a job from standard input and prints an outcome.

Closed loop: each side of a pair keeps `window` messages in flight and writes the next when one is complete. Open loop:
messages are written at fixed instants, whatever became of the earlier ones, and latency counts from those instants.
"""

import asyncio
import gc
import sys
import time
from array import array
from collections import Counter
from itertools import chain

import msgspec
import uvloop
from hdrh.histogram import HdrHistogram

from benchmarks.cpu import cpu_micros
from benchmarks.dialects import DIALECTS
from benchmarks.pair import Pair, Side, Tally
from benchmarks.wire import ClientSocket

CONNECT_SECONDS = 30.0
DRAIN_SECONDS = 15.0
_DRAIN_STEP = 0.02
_LONGEST_MICROS = 60_000_000
_PACE_STEP = 0.001
"""Seconds between looks at what is due, which counts as latency. The loop's timers know no less: it would spin."""


class Couple(msgspec.Struct, frozen=True):
    """One conversation and the tokens of its two people. Tokens travel on standard input, never as arguments.

    `seq` is that of its last message before the run.
    """

    conversation: str
    member: str
    mentor: str
    member_token: str
    mentor_token: str
    seq: int = 0


class Job(msgspec.Struct, frozen=True):
    """What to do. `server_pid` and `store_pid` are read for CPU time at both ends of the measured window."""

    port: int
    server_pid: int
    store_pid: int
    couples: list[Couple]
    window: int
    body_bytes: int
    warmup_seconds: float
    seconds: float
    dialect: str = "chat"
    rate: float = 0.0
    """Messages a second from all sides together, in an open loop; 0 for the closed loop."""
    refusals: bool = False
    """Only members write, and every message is to be refused."""

    @property
    def longest_seconds(self) -> float:
        """After this time something hangs."""
        return CONNECT_SECONDS + self.warmup_seconds + self.seconds + 2 * DRAIN_SECONDS + 15


class Latency(msgspec.Struct, frozen=True):
    """Percentiles in microseconds."""

    p50: int
    p95: int
    p99: int
    worst: int


class Outcome(msgspec.Struct, frozen=True):
    """What was measured. CPU times are microseconds within the window; `faults` counts sentences over the whole run.

    `complete_in_all`: with warm-up and what arrived after the window.
    `other_frames`: events within the window that were neither ack nor message, such as `reply`.
    """

    complete: int
    complete_in_all: int
    seconds: float
    server_micros: int
    store_micros: int
    load_micros: int
    other_frames: int
    ack: Latency
    delivery: Latency
    faults: dict[str, int]


class Crowd:
    """Everybody of a job: connected, writing, counted. What is measured adds up."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._tally = Tally()
        self._dialect = DIALECTS[job.dialect]
        self._pairs = [
            Pair(couple.conversation, couple.seq, job.window, job.body_bytes, self._tally, self._dialect, job.refusals)
            for couple in job.couples
        ]
        self._sides: list[Side] = []
        self._measured = (0, 0, 0, 0)

    async def connect(self) -> None:
        """Both sides of every pair. Raises TimeoutError."""
        url = f"ws://127.0.0.1:{self.job.port}{self._dialect.path}"
        for pair, couple in zip(self._pairs, self.job.couples, strict=True):
            pair.add(couple.member, couple.member_token, url)
            pair.add(couple.mentor, couple.mentor_token, url)
        self._sides = list(chain.from_iterable(pair.sides.values() for pair in self._pairs))
        await _connect(self._sides, self.job.port)

    def start(self) -> None:
        """Write, in the closed loop."""
        for pair in self._pairs:
            pair.start()

    async def keep_rate(self) -> None:
        """Write, in the open loop, until cancelled."""
        await _pace(self._sides, self.job.rate)

    async def measure(self) -> None:
        """Count for one window what is complete, and CPU time meanwhile."""
        self._tally.measuring = True
        before = _instruments(self.job)
        until = time.perf_counter() + self.job.seconds
        # A timer may ring a fraction of a millisecond early.
        while (left := until - time.perf_counter()) > 0:  # noqa: ASYNC110 - there is no event but the time
            await asyncio.sleep(left)
        self._tally.measuring = False
        after = _instruments(self.job)
        elapsed, server, store, load = (
            total + end - start for total, start, end in zip(self._measured, before, after, strict=True)
        )
        self._measured = (elapsed, server, store, load)

    async def drain(self) -> None:
        """Write no more and wait for what is in flight; whatever is then missing is a fault."""
        await _drain(self._pairs, self._tally)

    async def hang_up(self) -> None:
        """Everybody."""
        await _hang_up(self._sides)

    def outcome(self) -> Outcome:
        """Of all windows so far."""
        tally = self._tally
        elapsed, server, store, load = self._measured
        return Outcome(
            complete=tally.complete,
            complete_in_all=tally.complete_in_all,
            seconds=elapsed / 1_000_000,
            server_micros=server,
            store_micros=store,
            load_micros=load,
            other_frames=tally.other_frames,
            ack=latency(tally.ack_ns),
            delivery=latency(tally.delivery_ns),
            faults=dict(tally.faults),
        )


async def run(job: Job) -> Outcome:
    """Connect everybody, warm up, measure, let the last messages arrive, hang up."""
    crowd = Crowd(job)
    await crowd.connect()
    # Cycles are rare here and their collector would only stand in the way of the clock.
    gc.freeze()
    gc.disable()
    pace = asyncio.create_task(crowd.keep_rate()) if job.rate else None
    if pace is None:
        crowd.start()
    await asyncio.sleep(job.warmup_seconds)
    await crowd.measure()
    if pace is not None:
        pace.cancel()
    await crowd.drain()
    await crowd.hang_up()
    return crowd.outcome()


async def _connect(sides: list[Side], port: int) -> None:
    """Open one connection after the other and greet; a TimeoutError names the step that hung."""
    loop = asyncio.get_running_loop()
    step = "nothing"
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            for number, side in enumerate(sides, 1):
                step = f"the upgrade of connection {number}"
                await loop.create_connection(side.protocol, "127.0.0.1", port)
                await side.socket.opened
                side.greet()
                step = f"the welcome on connection {number}"
                await side.welcomed
    except TimeoutError:
        raise TimeoutError(f"{len(sides)} connections took over {CONNECT_SECONDS:.0f} s; waiting for {step}") from None


async def _pace(sides: list[Side], rate: float) -> None:
    """Write at the instants of the rate, side by side in turn, until cancelled. What is late is written at once."""
    step = 1_000_000_000 / rate
    began, written = time.perf_counter_ns(), 0
    while True:
        due = (time.perf_counter_ns() - began) / step
        while written < due:
            sides[written % len(sides)].write(round(began + written * step))
            written += 1
        await asyncio.sleep(_PACE_STEP)


def _instruments(job: Job) -> tuple[int, int, int, int]:
    """Time, and CPU time of server, store and this process, all in microseconds."""
    return (
        time.perf_counter_ns() // 1_000,
        cpu_micros(job.server_pid),
        cpu_micros(job.store_pid),
        time.process_time_ns() // 1_000,
    )


async def _drain(pairs: list[Pair], tally: Tally) -> None:
    """Write no more and wait for what is in flight; whatever is then missing is a fault."""
    for pair in pairs:
        pair.writing = False
    for _ in range(round(DRAIN_SECONDS / _DRAIN_STEP)):
        if not any(pair.in_flight for pair in pairs):
            break
        await asyncio.sleep(_DRAIN_STEP)
    for pair in pairs:
        tally.faults["a message was never acked"] += sum(not sent.acked_ns for sent in pair.in_flight.values())
        tally.faults["a message was never delivered"] += sum(not sent.delivered_ns for sent in pair.in_flight.values())
        tally.faults["a seq was skipped"] += sum(side.seqs_missing() for side in pair.sides.values())
    # Unary plus drops the counts of zero.
    tally.faults = +tally.faults


async def _hang_up(sides: list[Side]) -> None:
    sockets: list[ClientSocket] = [side.socket for side in sides]
    for socket in sockets:
        socket.close()
    await asyncio.wait([socket.closed for socket in sockets], timeout=DRAIN_SECONDS)
    for socket in sockets:
        socket.abort()


def latency(nanoseconds: "array[int]") -> Latency:
    """Percentiles of nanoseconds, in whole microseconds."""
    histogram = HdrHistogram(1, _LONGEST_MICROS, 3)
    for micros, count in Counter(value // 1_000 for value in nanoseconds).items():
        histogram.record_value(min(max(micros, 1), _LONGEST_MICROS), count)
    p50, p95, p99, worst = (int(histogram.get_value_at_percentile(share)) for share in (50, 95, 99, 100))
    return Latency(p50, p95, p99, worst)


def main() -> None:
    """Job in, outcome out."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    outcome = uvloop.run(run(job))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
