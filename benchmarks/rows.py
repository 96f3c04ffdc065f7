"""Rounds into medians and ratios: the rows of the table."""

from collections.abc import Callable
from statistics import median

from msgspec import Struct

from benchmarks.contenders import CONTENDERS, Durability
from benchmarks.load import Latency, Outcome
from benchmarks.results import Run, Table, faults_of

PRODUCT = "product"


class Row(Struct, frozen=True):
    """One server on one kind of store: medians over the rounds. CPU in microseconds a message, latencies in ms.

    `ratio`: the product's CPU over this server's, in the same round, on the same kind of store; None for the product.
    """

    server: str
    durability: Durability
    does: str
    what: str
    a_second: float
    server_cpu: float
    store_cpu: float
    cpu: float
    ratio: float | None
    ack: tuple[float, float, float]
    delivery: tuple[float, float, float]
    load_cpu: float
    other_events: float
    faults: int


def rows_of(table: Table) -> list[Row]:
    """In the order of the contenders; a row each for off and always."""
    groups = dict.fromkeys((run.server, run.durability) for run in table.runs)
    return [_row(table.runs, server, durability) for server, durability in groups]


def cpu_per_message(outcome: Outcome) -> float:
    """Microseconds of server and store for one complete message; infinite where none was complete."""
    return _per_message(outcome.server_micros + outcome.store_micros, outcome)


def saturation(table: Table, server: str, durability: Durability) -> float:
    """Complete messages a second in the closed loop; 0 where it was not measured."""
    found = [run.outcome for run in table.runs if (run.server, run.durability) == (server, durability)]
    return median(outcome.complete / outcome.seconds for outcome in found) if found else 0.0


def _row(runs: list[Run], server: str, durability: Durability) -> Row:
    outcomes = [run.outcome for run in runs if (run.server, run.durability) == (server, durability)]

    def each(amount: Callable[[Outcome], float]) -> float:
        return median(_per_message(amount(outcome), outcome) for outcome in outcomes)

    contender = CONTENDERS[server]
    return Row(
        server=server,
        durability=durability,
        does=contender.does,
        what=contender.what,
        a_second=median(outcome.complete / outcome.seconds for outcome in outcomes),
        server_cpu=each(lambda outcome: outcome.server_micros),
        store_cpu=each(lambda outcome: outcome.store_micros),
        cpu=median(cpu_per_message(outcome) for outcome in outcomes),
        ratio=_ratio(runs, server, durability),
        ack=_milliseconds([outcome.ack for outcome in outcomes]),
        delivery=_milliseconds([outcome.delivery for outcome in outcomes]),
        load_cpu=each(lambda outcome: outcome.load_micros),
        other_events=each(lambda outcome: outcome.other_frames),
        faults=faults_of(outcomes),
    )


def _ratio(runs: list[Run], server: str, durability: Durability) -> float | None:
    """Taken within each round, so that a slow spell of the machine meets both; its median."""
    if server == PRODUCT:
        return None
    product = {run.round: run.outcome for run in runs if (run.server, run.durability) == (PRODUCT, durability)}
    shares = [
        cpu_per_message(product[run.round]) / cpu_per_message(run.outcome)
        for run in runs
        if (run.server, run.durability) == (server, durability) and run.round in product
    ]
    return median(shares) if shares else None


def _per_message(amount: float, outcome: Outcome) -> float:
    return amount / outcome.complete if outcome.complete else float("inf")


def _milliseconds(latencies: list[Latency]) -> tuple[float, float, float]:
    """Medians over the rounds of p50, p95 and p99, from microseconds to milliseconds."""
    return (
        median(latency.p50 for latency in latencies) / 1_000,
        median(latency.p95 for latency in latencies) / 1_000,
        median(latency.p99 for latency in latencies) / 1_000,
    )
