"""What the benchmark measures, as data: a part for each question, each with the conditions it was measured under."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime

from msgspec import Struct

from benchmarks.contenders import Durability
from benchmarks.load import Latency, Outcome
from benchmarks.measure import Load


class Conditions(Struct, frozen=True):
    """Where and when. `busy` is the load average over a minute before: above 0, others used the machine too."""

    at: str
    cpus: int
    processor: str
    system: str
    python: str
    node: str
    busy: float


class Run(Struct, frozen=True):
    """One server, measured once."""

    server: str
    durability: Durability
    round: int
    outcome: Outcome


class Table(Struct, frozen=True):
    """Every server in turns. `left_out` says why a server is missing."""

    conditions: Conditions
    load: Load
    runs: list[Run]
    left_out: dict[str, str]


class Step(Struct, frozen=True):
    """An open loop at a share of the rate at which the server is saturated."""

    server: str
    durability: Durability
    share: float
    rate: float
    outcome: Outcome


class Sweep(Struct, frozen=True):
    """Latency from the intended instants."""

    conditions: Conditions
    load: Load
    steps: list[Step]


class Idle(Struct, frozen=True):
    """Connections that do nothing. Memory is the server's proportional set size, in bytes.

    CPU is counted for `seconds_before` before anybody was connected, and for `seconds_after` then.
    """

    conditions: Conditions
    server: str
    connections: int
    bytes_before: int
    bytes_after: int
    seconds_before: float
    micros_before: int
    seconds_after: float
    micros_after: int

    @property
    def bytes_each(self) -> float:
        """Memory of one connection."""
        return (self.bytes_after - self.bytes_before) / self.connections

    @property
    def core_share(self) -> float:
        """Share of a core that the connections take: mostly keep-alives."""
        return self.micros_after / 1_000_000 / self.seconds_after - self.alone_share

    @property
    def alone_share(self) -> float:
        """Share of a core that the server takes without connections."""
        return self.micros_before / 1_000_000 / self.seconds_before


class Storm(Struct, frozen=True):
    """A server killed under its members. Seconds count from the kill; `back`: welcomed, and every message there.

    `written` texts were acknowledged meanwhile by a server beside it; `lost` and `twice` are deliveries.
    """

    conditions: Conditions
    members: int
    listening_after: float
    back_median: float
    back_last: float
    written: int
    lost: int
    twice: int
    errors: dict[str, int]


class Deadlines(Struct, frozen=True):
    """Open deadlines in the store, `timers` of them with a timer. Lateness is from the due instant to its publication.

    The first page is the median and the worst of `pages` requests; `pages_refused` found the store too busy (503), None
    stands where all did. `first_watch_ms`: a `watch` until its rows, where
    nobody in the process has watched before; `next_watch_ms`: where somebody has.
    """

    conditions: Conditions
    open: int
    timers: int
    bytes_each: float
    pages: int
    pages_refused: int
    first_page_ms: float | None
    first_page_worst_ms: float | None
    first_watch_ms: float | None
    next_watch_ms: float | None
    probes: int
    warned: int
    missed: int
    warning_late: Latency
    miss_late: Latency


class Depth(Struct, frozen=True):
    """What a message costs in conversations with that many messages before, round by round."""

    history: int
    outcomes: list[Outcome]


class Conversations(Struct, frozen=True):
    """Bytes of one conversation in the store by its messages (0, 1, 2, …), and what history costs."""

    conditions: Conditions
    bytes_with: list[int]
    depths: list[Depth]


class Figure(Struct, frozen=True):
    """What was measured, and what it is to be at most, where there is such a goal."""

    what: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def is_beyond(self) -> bool:
        """Whether it is more than it is to be."""
        return self.goal is not None and self.value > self.goal


class Apps(Struct, frozen=True):
    """What the apps cost in a browser."""

    conditions: Conditions
    figures: list[Figure]


class Report(Struct, frozen=True):
    """Every part that was measured."""

    table: Table | None = None
    sweep: Sweep | None = None
    idle: list[Idle] = []
    storm: Storm | None = None
    deadlines: Deadlines | None = None
    conversations: Conversations | None = None
    apps: Apps | None = None


def conditions() -> Conditions:
    """This machine, now."""
    return Conditions(
        datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        len(os.sched_getaffinity(0)),
        _processor(),
        f"{platform.system()} {platform.release()}",
        platform.python_version(),
        _node_version(),
        round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - a line of a file of the kernel
        return next((line.partition(": ")[2].strip() for line in file if line.startswith("model name")), "unknown")


def _node_version() -> str:
    if shutil.which("node") is None:
        return ""
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def is_well(report: Report) -> bool:
    """Whether nothing was refused, wrong or lost."""
    outcomes = [run.outcome for run in report.table.runs] if report.table else []
    outcomes += [step.outcome for step in report.sweep.steps] if report.sweep else []
    for depth in report.conversations.depths if report.conversations else []:
        outcomes += depth.outcomes
    storm, deadlines = report.storm, report.deadlines
    lost = storm is not None and bool(storm.lost or storm.twice or storm.errors)
    silent = deadlines is not None and not deadlines.warned == deadlines.missed == deadlines.probes
    refused = deadlines is not None and bool(deadlines.pages_refused or deadlines.next_watch_ms is None)
    return not (faults_of(outcomes) or lost or silent or refused)


def faults_of(outcomes: list[Outcome]) -> int:
    """How many refusals, errors and failed checks there were."""
    return sum(sum(outcome.faults.values()) for outcome in outcomes)
