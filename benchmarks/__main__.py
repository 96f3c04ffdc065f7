"""`python -m benchmarks`: the product beside its peers, in turns, on this machine."""

import resource
import signal
import sys
from pathlib import Path
from typing import Annotated, Never

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks import report
from benchmarks.contenders import CONTENDERS, BenchmarkError
from benchmarks.measure import measured
from benchmarks.servers import Durability

Count = Annotated[int, Parameter(validator=Number(gte=1, lte=1_000))]
Seconds = Annotated[float, Parameter(validator=Number(gt=0, lte=600))]

app = App(name="benchmarks", help="What a message costs: complete messages over real sockets, CPU time counted.")


@app.default
def bench(
    *,
    server: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    pairs: Count = 50,
    window: Count = 2,
    body_bytes: Annotated[int, Parameter(validator=Number(gte=8, lte=16 * 1024))] = 120,
    warmup: Seconds = 2.0,
    seconds: Seconds = 8.0,
    rounds: Count = 3,
    aof: Durability = "off",
    json: Path | None = None,
) -> None:
    """Measure the servers in turns and print medians and ratios. Exit status 1 where anything was refused or wrong.

    Parameters
    ----------
    server
        Which to run, in this order; all of them if left out.
    pairs
        Conversations, each with a member and a mentor connected.
    window
        Messages that each side keeps in flight.
    body_bytes
        Length of each text.
    warmup
        Seconds of load before the clock starts.
    seconds
        Seconds measured, each run.
    rounds
        How often every server has its turn.
    aof
        "always" adds runs on a store that flushes each write to disk.
    json
        A file for all figures.
    """
    console = Console()
    names = server or list(CONTENDERS)
    for name in names:
        if name not in CONTENDERS:
            _stop(console, f"--server {name}: there is no such server; choose from {', '.join(CONTENDERS)}")
    if json is not None:
        try:
            json.touch()  # now, rather than after a minute of measuring
        except OSError as problem:
            _stop(console, f"--json {json}: cannot be written: {problem.strerror}")
    durabilities: list[Durability] = ["off", "always"] if aof == "always" else ["off"]
    turns = [(round_, mode, name) for round_ in range(1, rounds + 1) for mode in durabilities for name in names]
    runs: list[report.Run] = []
    # Few refreshes: the bar must not take the CPU that it watches.
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console, refresh_per_second=1
    )
    try:
        with bar:
            task = bar.add_task("", total=len(turns) * (warmup + seconds))
            for done, (round_, mode, name) in enumerate(turns):
                bar.update(task, description=f"round {round_}/{rounds} · {name} · AOF {mode}")
                outcome = measured(CONTENDERS[name], mode, pairs, window, body_bytes, warmup, seconds)
                runs.append(report.Run(name, mode, round_, outcome))
                bar.update(task, completed=(done + 1) * (warmup + seconds))
    except BenchmarkError as problem:
        _stop(console, str(problem))
    except KeyboardInterrupt:
        _stop(console, "stopped; servers and stores are down")
    cpus, python, system = report.machine()
    result = report.Report(
        cpus, python, system, pairs, window, body_bytes, warmup, seconds, runs, report.ratios(runs), report.faults(runs)
    )
    report.show(result, console)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(result)))
    sys.exit(1 if result.faults else 0)


def _stop(console: Console, sentence: str) -> Never:
    console.print(sentence, style="bold red", markup=False)
    sys.exit(2)


def _interrupt(*_: object) -> Never:
    raise KeyboardInterrupt


if __name__ == "__main__":
    # A `kill` cleans up just as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    # Two sockets a pair at both ends, and the peer's subscriptions: many systems allow 1,024 files until asked.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    app()
