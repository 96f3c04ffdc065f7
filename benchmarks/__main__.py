"""`python -m benchmarks`: the product beside its peers, in turns, on this machine."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console

from benchmarks import page, program, show
from benchmarks.contenders import CONTENDERS, Durability
from benchmarks.measure import Load
from benchmarks.parts import Wanted, measured, parts_of
from benchmarks.results import Report, is_well

Count = Annotated[int, Parameter(validator=Number(gte=1, lte=1_000))]
Seconds = Annotated[float, Parameter(validator=Number(gt=0, lte=600))]
Connections = Annotated[int | None, Parameter(validator=Number(gte=2, lte=100_000))]

app = App(name="benchmarks", help="What a message costs: complete messages over real sockets, CPU time counted.")


@app.default
def bench(
    *,
    server: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    table: bool = False,
    latency: bool = False,
    idle: Connections = None,
    storm: Connections = None,
    deadlines: Annotated[int | None, Parameter(validator=Number(gte=1_000, lte=10_000_000))] = None,
    conversations: bool = False,
    apps: bool = False,
    all: bool = False,
    pairs: Count = 50,
    window: Count = 2,
    body_bytes: Annotated[int, Parameter(validator=Number(gte=8, lte=16 * 1024))] = 120,
    warmup: Seconds = 2.0,
    seconds: Seconds = 5.0,
    rounds: Count = 3,
    aof: Durability | None = None,
    json: Path | None = None,
    write_docs: bool = False,
) -> None:
    """Measure, and print what was found. Exit status 1 where anything was refused, wrong or lost.

    Without a part named, the table is made.

    Parameters
    ----------
    server
        Which servers, in this order; in the table all if left out, elsewhere the product.
    table
        Every server in turns: CPU, messages a second and latency in a closed loop.
    latency
        Latency in an open loop, at shares of the rate at which the server is saturated, AOF off and always.
    idle
        Memory and CPU of the server with so many connections that do nothing, such as 10000.
    storm
        Kill the server under so many members, such as 5000, and see them back.
    deadlines
        So many open deadlines, such as 1000000: bytes, the board's first page, how late warnings and misses are.
    conversations
        Bytes of a conversation, and what a message costs where there were 10, 1,000 and 100,000 before.
    apps
        The apps in Chromium: first loads, first message on a slow line, scrolling, the board with 10,000 waits.
    all
        Every part, with 10,000 idle connections, a storm of 5,000 and 1,000,000 deadlines where nothing else is said.
        It takes a quarter of an hour.
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
        All servers on that kind of store; left out, the product on both and the peers without.
    json
        A file for all figures.
    write_docs
        Put the figures into docs/performance.md, .svg and .json; parts that were not measured stay as they are.
    """
    console = Console()
    if unknown := [name for name in server or [] if name not in CONTENDERS]:
        program.stop(console, f"--server {unknown[0]}: there is no such server; choose from {', '.join(CONTENDERS)}")
    if json is not None:
        try:
            json.touch()  # now, rather than after minutes of measuring
        except OSError as problem:
            program.stop(console, f"--json {json}: cannot be written: {problem.strerror}")
    wanted = Wanted(server or [], table, latency, idle, storm, deadlines, conversations, apps)
    if all:
        wanted = wanted.everything()
    load = Load(pairs, window, body_bytes, warmup, seconds)
    report, unfinished = _measured(wanted.or_the_table(), load, rounds, aof, console)
    show.show(report, console)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    if write_docs:
        page.write(report)
    if unfinished:
        program.stop(console, unfinished)
    sys.exit(0 if is_well(report) else 1)


def _measured(wanted: Wanted, load: Load, rounds: int, aof: Durability | None, console: Console) -> tuple[Report, str]:
    """What was measured, and sentences where it was not all."""
    report = Report()
    failures: list[str] = []
    try:
        for with_part in measured(parts_of(wanted, load, rounds, aof), console, failures.append):
            report = with_part
    except KeyboardInterrupt:
        failures.append("stopped; servers and stores are down")
    return report, "\n".join(failures)


if __name__ == "__main__":
    program.run(app)
