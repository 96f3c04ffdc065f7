"""One timer for many sleepers."""

import asyncio

from chatserver.commands.running import run
from chatserver.realtime.alarm import MOST_STALE, Alarm


async def rings(rung: list[str], last: str) -> None:
    """Wait for the last of them."""
    async with asyncio.timeout(30):
        while last not in rung:  # noqa: ASYNC110 - a list has no event for it
            await asyncio.sleep(0.01)


async def test_each_rings_at_its_time_and_once() -> None:
    rung: list[str] = []
    alarm: Alarm[str] = Alarm(rung.append)
    now = asyncio.get_running_loop().time()
    alarm.set("late", now + 0.1)
    alarm.set("early", now + 0.05)
    alarm.set("late", now + 0.2)  # later than it was set for: it rings at the earlier time
    alarm.set("never", now + 0.05)
    alarm.unset("never")
    alarm.set("last", now + 0.3)
    await rings(rung, "last")
    assert rung == ["early", "late", "last"]


async def test_those_who_were_unset_are_forgotten_behind_one_who_sleeps_long() -> None:
    """As connections that came and went behind one that stays."""
    rung: list[str] = []
    alarm: Alarm[str] = Alarm(rung.append)
    now = asyncio.get_running_loop().time()
    alarm.set("long", now + 0.3)
    for n in range(10 * MOST_STALE):
        alarm.set(f"{n}", now + 3_600)
        alarm.unset(f"{n}")
    assert len(alarm._heap) <= MOST_STALE + 3
    alarm.set("soon", now)
    await rings(rung, "long")
    assert rung == ["soon", "long"]
    alarm.stop()


def test_many_whose_time_has_come_ring_on_the_servers_loop() -> None:
    """As when all rooms open at one midnight; uvloop's handle does not say when it rings, where that is at once."""
    rung: list[str] = []

    async def ring() -> None:
        alarm: Alarm[str] = Alarm(rung.append)
        now = asyncio.get_running_loop().time()
        for name in ("one", "two", "three"):
            alarm.set(name, now)
        await rings(rung, "three")

    run(ring())
    assert rung == ["one", "two", "three"]
