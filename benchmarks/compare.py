"""`python -m benchmarks.compare`: what a message costs before and after a change, side by side in pairs."""

import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.table import Table

from benchmarks import program
from benchmarks.contenders import BenchmarkError, Durability
from benchmarks.installation import Installation, installation_of
from benchmarks.load import Outcome
from benchmarks.measure import Load, generated, job_of
from benchmarks.progress import bar, bars
from benchmarks.ratio import LEAST_PAIRS, Ratio, ratio_of
from benchmarks.results import Conditions, conditions, faults_of
from benchmarks.rows import cpu_per_message
from benchmarks.servers import running
from benchmarks.turns import Turns

Seconds = Annotated[float, Parameter(validator=Number(gt=0, lte=600))]

app = App(name="compare", help="What a message costs in two installations, side by side.")


class RunPair(msgspec.Struct, frozen=True):
    """Two fresh servers, measured in turns. `ratio`: CPU a message after over that before."""

    ratio: float
    before: Outcome
    after: Outcome


class Comparison(msgspec.Struct, frozen=True):
    """Everything that was measured; `ratio` is missing where it was stopped before there were enough pairs."""

    conditions: Conditions
    load: Load
    windows: int
    aof: Durability
    before: Installation
    after: Installation
    pairs: list[RunPair]
    ratio: Ratio | None

    @property
    def faults(self) -> int:
        """Refusals, errors and failed checks of all runs."""
        return faults_of([outcome for pair in self.pairs for outcome in (pair.before, pair.after)])


@app.default
def main(
    *,
    before: Path,
    after: Path,
    pairs: Annotated[int, Parameter(validator=Number(gte=LEAST_PAIRS, lte=100))] = 20,
    windows: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000))] = 20,
    warmup: Seconds = 1.0,
    seconds: Seconds = 0.4,
    aof: Durability = "off",
    most: Annotated[float | None, Parameter(validator=Number(gt=0))] = None,
    json: Path | None = None,
) -> None:
    """Measure in turns and print the ratio. Exit status 1 where anything was refused or wrong, or it is too high.

    Parameters
    ----------
    before
        The Python of an environment that has the product, such as ../before/.venv/bin/python.
    after
        The same for the other one, such as .venv/compiled/bin/python.
    pairs
        How often both are started anew, on fresh stores, and measured side by side.
    windows
        How often each is measured in a pair, in turns.
    warmup
        Seconds of load on each before the first window.
    seconds
        Length of a window.
    aof
        Whether the stores flush each write to disk.
    most
        The highest ratio that is well, such as 1.03: the interval must end at or below it.
    json
        A file for all figures.
    """
    console = Console()
    try:
        if json is not None:
            json.touch()  # now, rather than after minutes of measuring
        installations = installation_of(before), installation_of(after)
    except OSError as problem:
        program.stop(console, f"--json {json}: cannot be written: {problem.strerror}")
    except BenchmarkError as problem:
        program.stop(console, str(problem))
    under, load = conditions(), Load(warmup=warmup, seconds=seconds)
    done: list[RunPair] = []
    stopped = ""
    try:
        with bars(console) as progress:
            tell = bar(progress, "pairs")
            for number in range(pairs):
                tell(f"{number + 1}/{pairs}", number / pairs)
                done.append(measured(*installations, number, load, windows, aof))
            tell("done", 1.0)
    except BenchmarkError as problem:
        stopped = str(problem)
    except KeyboardInterrupt:
        stopped = "stopped; servers and stores are down"
    ratio = ratio_of([pair.ratio for pair in done]) if len(done) >= LEAST_PAIRS else None
    comparison = Comparison(under, load, windows, aof, *installations, done, ratio)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(comparison)))
    show(comparison, most, console)
    if stopped:
        program.stop(console, stopped)
    sys.exit(0 if is_well(comparison, most) else 1)


def measured(
    before: Installation, after: Installation, number: int, load: Load, windows: int, aof: Durability
) -> RunPair:
    """Which of them begins changes from pair to pair. Raises BenchmarkError."""
    contenders = {"before": before.contender("before"), "after": after.contender("after")}
    names = ("before", "after") if number % 2 == 0 else ("after", "before")
    with ExitStack() as stack:
        first, second = (
            job_of(contenders[name], stack.enter_context(running(contenders[name], load.pairs, aof)), load)
            for name in names
        )
        turns = Turns(first, second, windows)
        found = generated("pair", "benchmarks.turns", msgspec.json.encode(turns), turns.longest_seconds)
    outcomes = dict(zip(names, msgspec.json.decode(found, type=tuple[Outcome, Outcome]), strict=True))
    for name, outcome in outcomes.items():
        if not outcome.complete:
            raise BenchmarkError(f"{name}: no message was complete: {outcome.faults}")
    ratio = cpu_per_message(outcomes["after"]) / cpu_per_message(outcomes["before"])
    return RunPair(ratio, outcomes["before"], outcomes["after"])


def is_well(comparison: Comparison, most: float | None) -> bool:
    """Whether every message was as it must be, and the interval ends at or below `most`."""
    ratio = comparison.ratio
    return not comparison.faults and ratio is not None and (most is None or ratio.high <= most)


def show(comparison: Comparison, most: float | None, console: Console) -> None:
    """Medians of each, and the ratio with its interval."""
    if not comparison.pairs:
        return
    table = Table(title=f"{len(comparison.pairs)} pairs, AOF {comparison.aof}; µs of CPU a message, medians")
    for heading in ("", "commit", "compiled", "server + store", "server", "store", "messages/s"):
        table.add_column(heading, justify="left" if heading in ("", "commit", "compiled") else "right")
    table.add_row("before", *_row(comparison.before, [pair.before for pair in comparison.pairs]))
    table.add_row("after", *_row(comparison.after, [pair.after for pair in comparison.pairs]))
    console.print(table)
    for pair in comparison.pairs:
        for sentence, count in (pair.before.faults | pair.after.faults).items():
            console.print(f"{count} × {sentence}", style="red", markup=False)
    ratio = comparison.ratio
    if ratio is None:
        console.print(f"Of fewer than {LEAST_PAIRS} pairs there is no interval.")
        return
    interval = f"{ratio.low:.3f} to {ratio.high:.3f}"
    console.print(f"after / before: {ratio.middle:.3f}, with 95 % certainty {interval}", highlight=False)
    if most is not None:
        console.print(f"The interval ends {'at or below' if ratio.high <= most else 'above'} {most}.", highlight=False)


def _row(installation: Installation, outcomes: list[Outcome]) -> list[str]:
    figures = (
        median(cpu_per_message(outcome) for outcome in outcomes),
        median(outcome.server_micros / outcome.complete for outcome in outcomes),
        median(outcome.store_micros / outcome.complete for outcome in outcomes),
    )
    rate = median(outcome.complete / outcome.seconds for outcome in outcomes)
    compiled = "yes" if installation.compiled else "no"
    return [installation.commit, compiled, *(f"{figure:.1f}" for figure in figures), f"{rate:,.0f}"]


if __name__ == "__main__":
    program.run(app)
