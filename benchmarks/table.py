"""Every server in turns, in the closed loop: what a message costs, how many there are, how long they take."""

from benchmarks.contenders import CONTENDERS, BenchmarkError, Durability
from benchmarks.measure import Load, measure
from benchmarks.progress import Tell
from benchmarks.results import Run, Table, conditions


def measured(servers: list[str], rounds: int, aof: Durability | None, load: Load, tell: Tell) -> Table:
    """The servers take turns (A B C A B C), so that a slow spell of the machine meets all. Raises BenchmarkError.

    With `aof`, every server runs on that kind of store; else each on those that it names itself. One that fails is left
    out, with the reason, unless it is the only one.
    """
    under = conditions()
    contenders = [CONTENDERS[name] for name in servers]
    left_out = {contender.name: reason for contender in contenders if (reason := contender.missing())}
    turns = [
        (round_, contender, durability)
        for round_ in range(1, rounds + 1)
        for contender in contenders
        if contender.name not in left_out
        for durability in ([aof] if aof else contender.durabilities)
    ]
    runs = []
    for done, (round_, contender, durability) in enumerate(turns):
        if contender.name in left_out:
            continue
        tell(f"round {round_}/{rounds} · {contender.name} · AOF {durability}", done / len(turns))
        try:
            runs.append(Run(contender.name, durability, round_, measure(contender, durability, load)))
        except BenchmarkError as error:
            left_out[contender.name] = str(error).partition("\n")[0]
            if len(left_out) == len(contenders):
                raise
    tell("done", 1.0)
    return Table(under, load, [run for run in runs if run.server not in left_out], left_out)
