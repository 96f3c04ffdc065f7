"""`python -m benchmarks.workers`: throughput and CPU of one server with one worker, two, and so on.

Server, store and load generator share this machine: the last column says what kept a run from being faster.
"""

import os
import resource
import sys
from dataclasses import replace
from statistics import median
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.contenders import CONTENDERS, BenchmarkError, Contender, Durability
from benchmarks.load import Outcome
from benchmarks.measure import Load, measure
from benchmarks.rows import cpu_per_message

Count = Annotated[int, Parameter(validator=Number(gte=1, lte=256))]

FULL = 0.85
"""The share of a core, or of all cores, from which on it counts as used up."""

app = App(name="workers", help="Throughput and CPU of one server with one worker, two, and so on.")


@app.default
def main(
    *,
    workers: Annotated[list[Count] | None, Parameter(consume_multiple=True)] = None,
    pairs: Count = 50,
    seconds: Annotated[float, Parameter(validator=Number(gt=0, lte=600))] = 8.0,
    rounds: Count = 3,
    aof: Durability = "off",
) -> None:
    """Measure in turns and print medians. Exit status 1 where anything was refused or wrong.

    Parameters
    ----------
    workers
        The numbers of workers to try; from one to the number of CPUs if left out.
    pairs
        Conversations, each with a member and a mentor connected and 2 messages of each in flight.
    seconds
        Seconds measured, each run, after 2 of warming up.
    rounds
        How often every number has its turn.
    aof
        Whether the store flushes each write to disk.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    console = Console()
    cpus = len(os.sched_getaffinity(0))
    numbers = workers or list(range(1, cpus + 1))
    outcomes: dict[int, list[Outcome]] = {number: [] for number in numbers}
    try:
        # Few refreshes: the bar must not take the CPU that it watches.
        for number in track(numbers * rounds, "measuring", console=console, refresh_per_second=1):
            outcomes[number].append(measure(_with(number), aof, Load(pairs=pairs, seconds=seconds)))
    except BenchmarkError as problem:
        console.print(str(problem), style="bold red", markup=False)
        sys.exit(2)
    console.print(_table(outcomes, cpus, aof))
    faults = [fault for runs in outcomes.values() for outcome in runs for fault in outcome.faults.items()]
    for sentence, count in faults:
        console.print(f"[red]{count} × {sentence}[/red]")
    sys.exit(1 if faults else 0)


def _with(workers: int) -> Contender:
    product = CONTENDERS["product"]
    return replace(product, command=lambda site: [*product.command(site), "--workers", str(workers)])


def _table(outcomes: dict[int, list[Outcome]], cpus: int, aof: str) -> Table:
    table = Table(title=f"{cpus} CPUs, AOF {aof}; cores are CPU seconds a second; medians of the rounds")
    for heading in ("workers", "messages/s", "µs server + store", "server", "store", "load", "limited by"):
        table.add_column(heading, justify="left" if heading == "limited by" else "right")
    for number, runs in outcomes.items():
        server = median(each.server_micros / 1e6 / each.seconds for each in runs)
        store = median(each.store_micros / 1e6 / each.seconds for each in runs)
        load = median(each.load_micros / 1e6 / each.seconds for each in runs)
        rate = median(outcome.complete / outcome.seconds for outcome in runs)
        cost = median(cpu_per_message(outcome) for outcome in runs)
        cores = [f"{share:.2f}" for share in (server, store, load)]
        table.add_row(f"{number}", f"{rate:,.0f}", f"{cost:.1f}", *cores, _limit(number, cpus, server, store, load))
    return table


def _limit(workers: int, cpus: int, server: float, store: float, load: float) -> str:
    if server >= FULL * workers:
        return "its workers"
    if load >= FULL:
        return "the load generator"
    if store >= FULL:
        return "the store"
    if server + store + load >= FULL * cpus:
        return "all CPUs: they are busy"
    return "CPUs idle, or taken by others"


if __name__ == "__main__":
    app()
