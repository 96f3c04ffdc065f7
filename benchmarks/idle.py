"""Connections that do nothing: what each holds in the server's memory, and what keeping them alive costs."""

import asyncio
from collections.abc import Callable

import uvloop

from benchmarks.contenders import CONTENDERS, BenchmarkError
from benchmarks.cpu import cpu_micros
from benchmarks.dialects import DIALECTS
from benchmarks.memory import proportional
from benchmarks.pair import Pair, Side, Tally
from benchmarks.progress import Tell, within
from benchmarks.results import Idle, conditions
from benchmarks.servers import Running, running

WATCH_SECONDS = 80.0
"""Two rounds of keep-alives."""
ALONE_SECONDS = 20.0
"""Before anybody is connected nothing has rounds."""
SETTLE_SECONDS = 5.0
AT_ONCE = 50


def measured(server: str, connections: int, tell: Tell) -> Idle:
    """Both sides of half as many conversations connect and then say nothing. Raises BenchmarkError."""
    contender = CONTENDERS[server]
    if reason := contender.missing():
        raise BenchmarkError(f"{server}: {reason}")
    tell(f"{server} · making people", 0.0)
    with running(contender, (connections + 1) // 2, "off") as up:
        result = uvloop.run(_watched(server, contender.dialect, up, within(tell, f"{server} · idle", 0.2, 1.0)))
    tell("done", 1.0)
    return result


async def _watched(server: str, dialect: str, up: Running, tell: Callable[[float], None]) -> Idle:
    under = conditions()
    tally = Tally()
    url = f"ws://127.0.0.1:{up.port}{DIALECTS[dialect].path}"
    await asyncio.sleep(SETTLE_SECONDS)
    before = proportional(up.server_pid)
    cpu_before = await _cpu_while(up.server_pid, ALONE_SECONDS, lambda share: tell(0.2 * share))
    sides = []
    for couple in up.couples:
        pair = Pair(couple.conversation, 0, 1, 8, tally, DIALECTS[dialect])
        sides += [pair.add(couple.member, couple.member_token, url), pair.add(couple.mentor, couple.mentor_token, url)]
    for first in range(0, len(sides), AT_ONCE):
        await asyncio.gather(*(_greet(side, up.port) for side in sides[first : first + AT_ONCE]))
        tell(0.2 + 0.3 * first / len(sides))
    await asyncio.sleep(SETTLE_SECONDS)
    after = proportional(up.server_pid)
    cpu_after = await _cpu_while(up.server_pid, WATCH_SECONDS, lambda share: tell(0.5 + 0.5 * share))
    if tally.faults:
        raise BenchmarkError(f"{server}: idle connections did not stay: {dict(tally.faults)}")
    for side in sides:
        side.socket.abort()
    return Idle(under, server, len(sides), before, after, ALONE_SECONDS, cpu_before, WATCH_SECONDS, cpu_after)


async def _cpu_while(pid: int, seconds: float, tell: Callable[[float], None]) -> int:
    """Microseconds of CPU in that time."""
    before, steps = cpu_micros(pid), 20
    for step in range(steps):
        tell(step / steps)
        await asyncio.sleep(seconds / steps)
    return cpu_micros(pid) - before


async def _greet(side: Side, port: int) -> None:
    await asyncio.get_running_loop().create_connection(side.protocol, "127.0.0.1", port)
    await side.socket.opened
    side.greet()
    await side.welcomed
