"""Latency in an open loop, at shares of the rate at which a server is saturated."""

from msgspec.structs import replace

from benchmarks.contenders import CONTENDERS, Durability
from benchmarks.measure import Load, measure
from benchmarks.progress import Tell
from benchmarks.results import Run, Step, Sweep, Table, conditions
from benchmarks.rows import saturation

SHARES = (0.25, 0.5, 0.75)
STEP_SECONDS = 10.0


def measured(servers: list[str], table: Table | None, load: Load, tell: Tell) -> Sweep:
    """Saturation is what the closed loop reached: in `table`, or in a run made for it. Raises BenchmarkError."""
    under = conditions()
    kinds: tuple[Durability, ...] = ("off", "always")
    turns = [(name, durability) for name in servers for durability in kinds if CONTENDERS[name].missing() is None]
    steps = []
    for done, (name, durability) in enumerate(turns):
        contender = CONTENDERS[name]
        full = saturation(table, name, durability) if table is not None else 0.0
        if not full:
            tell(f"{name} · AOF {durability} · saturation", done / len(turns))
            closed = Run(name, durability, 1, measure(contender, durability, load))
            full = saturation(Table(under, load, [closed], {}), name, durability)
        for place, share in enumerate(SHARES):
            rate = full * share
            tell(f"{name} · AOF {durability} · {rate:,.0f} a second", (done + place / len(SHARES)) / len(turns))
            outcome = measure(contender, durability, replace(load, rate=rate, seconds=STEP_SECONDS))
            steps.append(Step(name, durability, share, rate, outcome))
    tell("done", 1.0)
    return Sweep(under, load, steps)
