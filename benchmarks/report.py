"""Rounds into medians and ratios, as tables for people and as data."""

import os
import platform
from collections.abc import Callable
from statistics import median

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.load import Latency, Outcome

BASELINE = "plain"


class Run(msgspec.Struct, frozen=True):
    """One server, measured once."""

    server: str
    durability: str
    round: int
    outcome: Outcome


class Ratio(msgspec.Struct, frozen=True):
    """A server's CPU in all per message over the baseline's, round by round."""

    server: str
    durability: str
    median: float
    rounds: list[float]


class Report(msgspec.Struct, frozen=True):
    """Everything one invocation measured. `faults` counts over all runs and must be 0."""

    cpus: int
    python: str
    system: str
    pairs: int
    window: int
    body_bytes: int
    warmup_seconds: float
    seconds: float
    runs: list[Run]
    ratios: list[Ratio]
    faults: int


def cpu_per_message(outcome: Outcome) -> float:
    """Microseconds of server and store for one complete message; infinite where none was complete."""
    return _per_message(outcome.server_micros + outcome.store_micros, outcome)


def faults(runs: list[Run]) -> int:
    """How many refusals, errors and failed checks there were."""
    return sum(sum(run.outcome.faults.values()) for run in runs)


def ratios(runs: list[Run]) -> list[Ratio]:
    """Each server against the baseline of its own round, so that a slow spell of the machine meets both."""
    found = []
    for server, durability in _groups(runs):
        if server == BASELINE:
            continue
        baseline = {run.round: run.outcome for run in runs if (run.server, run.durability) == (BASELINE, durability)}
        shares = [
            cpu_per_message(run.outcome) / cpu_per_message(baseline[run.round])
            for run in runs
            if (run.server, run.durability) == (server, durability) and run.round in baseline
        ]
        if shares:
            found.append(Ratio(server, durability, median(shares), shares))
    return found


def machine() -> tuple[int, str, str]:
    """CPUs this process may use, Python's version, and the system's name and release."""
    return len(os.sched_getaffinity(0)), platform.python_version(), f"{platform.system()} {platform.release()}"


def show(report: Report, console: Console) -> None:
    """Print medians, ratios and, loudly, whatever went wrong."""
    console.print(_medians(report))
    for ratio in report.ratios:
        rounds = ", ".join(f"{share:.2f}" for share in ratio.rounds)
        console.print(
            f"CPU per message, {ratio.server} / {BASELINE}, AOF {ratio.durability}: "
            f"[bold]{ratio.median:.2f}[/bold] (rounds: {rounds})"
        )
    if report.faults:
        console.print(f"[bold white on red] {report.faults} FAULTS: these figures do not count. [/]")
        for run in report.runs:
            for sentence, count in run.outcome.faults.items():
                console.print(f"[red]round {run.round}, {run.server}: {count} × {sentence}[/red]")
    else:
        console.print("Every ack, text, seq and order was as it must be; nothing was refused or lost.")


def _medians(report: Report) -> Table:
    """A column for each server and durability, a row for each figure: fits 80 characters."""
    table = Table(
        title=f"{report.pairs} pairs, each side with {report.window} texts of {report.body_bytes} bytes in flight; "
        f"{report.seconds:g} s a run, medians of the rounds; {report.cpus} CPUs"
    )
    table.add_column("")
    columns = []
    for server, durability in _groups(report.runs):
        table.add_column(f"{server}, AOF {durability}", justify="right")
        columns.append([run for run in report.runs if (run.server, run.durability) == (server, durability)])
    for row in zip(*(_figures(column) for column in columns), strict=True):
        table.add_row(row[0][0], *(figure for _, figure in row))
    return table


def _figures(runs: list[Run]) -> list[tuple[str, str]]:
    """Heading and figure of each row, for the rounds of one server."""
    outcomes = [run.outcome for run in runs]

    def each_message(amount: Callable[[Outcome], float]) -> float:
        return median(_per_message(amount(outcome), outcome) for outcome in outcomes)

    return [
        ("complete messages a second", f"{median(outcome.complete / outcome.seconds for outcome in outcomes):,.0f}"),
        ("ack, ms: p50 / p95 / p99", _milliseconds([outcome.ack for outcome in outcomes])),
        ("delivery, ms: p50 / p95 / p99", _milliseconds([outcome.delivery for outcome in outcomes])),
        ("CPU of the server, µs a message", f"{each_message(lambda outcome: outcome.server_micros):.1f}"),
        ("CPU of the store, µs a message", f"{each_message(lambda outcome: outcome.store_micros):.1f}"),
        ("CPU of both, µs a message", f"{median(cpu_per_message(outcome) for outcome in outcomes):.1f}"),
        ("CPU of the load, not counted", f"{each_message(lambda outcome: outcome.load_micros):.1f}"),
        ("other events a message", f"{each_message(lambda outcome: outcome.other_frames):.2f}"),
        ("faults", str(faults(runs))),
    ]


def _groups(runs: list[Run]) -> list[tuple[str, str]]:
    """Server and durability, each once, in the order of the runs."""
    return list(dict.fromkeys((run.server, run.durability) for run in runs))


def _per_message(amount: float, outcome: Outcome) -> float:
    return amount / outcome.complete if outcome.complete else float("inf")


def _milliseconds(latencies: list[Latency]) -> str:
    """Medians over the rounds of p50, p95 and p99, from microseconds to milliseconds."""
    medians = (
        median(latency.p50 for latency in latencies),
        median(latency.p95 for latency in latencies),
        median(latency.p99 for latency in latencies),
    )
    return " / ".join(f"{micros / 1_000:.1f}" for micros in medians)
