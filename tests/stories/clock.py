"""A server whose clock jumps: it is started again on the same store, with a later `--now`."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

from chatserver.operating.clock_shift import settle_shift
from chatserver.replies.clock_move import ClockMove
from chatserver.sessions.session_timers import SESSION
from quotas import instant
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import REPLY, Waits
from quotas.zones import zone_of
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here
from tests.quotas.ledgers import link_to

OSLO = zone_of("Europe/Oslo")
MONDAY = datetime(2026, 1, 5, tzinfo=OSLO)
"""The week in which the stories happen."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def when(day: str, clock: str, *, weeks: int = 0) -> str:
    """An instant of the stories: `when("friday", "18:00")`, in UTC."""
    date = MONDAY + timedelta(days=DAYS.index(day) + 7 * weeks)
    return instant.text(instant.of(datetime.combine(date, time.fromisoformat(clock), OSLO)))


async def move_clock(store_url: str, to: str) -> None:
    """Move the clock as one who does nothing but that: the servers do what is due."""

    async def unexpected(partitions: Collection[int]) -> None:
        raise AssertionError("servers are running")

    async with link_to(store_url) as link:
        shift = await settle_shift(link, None)
        ledger = RedisLedger(link, shift)
        await ClockMove(ledger, Waits(link, ledger, shift), [REPLY, SESSION], unexpected).to(instant.parse(to))


class Story:
    """One conversation through a week. Every scene is a start of the server at its instant."""

    def __init__(self, store_url: str, folder: Path, plan: str) -> None:
        self._store_url = store_url
        self._folder = folder
        self._plan: str | None = plan

    @asynccontextmanager
    async def at(self, day: str, clock: str, *, weeks: int = 0) -> AsyncIterator["Scene"]:
        """What happens from that moment on: mia and tora are there."""
        async with here(self._store_url, self._folder, now=when(day, clock, weeks=weeks)) as server:
            if self._plan is not None:
                await server.conversation("c1", self._plan)
                self._plan = None
            async with server.device("mia") as mia, server.device("tora") as tora:
                yield Scene(server, mia, tora, self._store_url)


class Scene:
    """Two people at two devices."""

    def __init__(self, server: HereServer, mia: Device, tora: Device, store_url: str) -> None:
        self.server = server
        self.mia = mia
        self.tora = tora
        self._store_url = store_url

    async def comes_to(self, at: str) -> None:
        """Time passes until then, beside the server that runs."""
        await move_clock(self._store_url, at)

    async def owed(self) -> Event:
        """What the mentor owes, from a welcome of now."""
        async with self.server.device("tora") as tora:
            reply: Event = tora.welcome["conversations"][0]["reply"]
            return reply
