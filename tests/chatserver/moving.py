"""The clock of servers that run is moved from outside, as `chatserver clock` does it: they do what falls due."""

from collections.abc import Collection

from chatserver.operating.clock_shift import settle_shift
from chatserver.replies.clock_move import ClockMove
from quotas import instant
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Waits
from tests.quotas.ledgers import link_to


async def _unexpected(partitions: Collection[int]) -> None:
    raise AssertionError("servers are running")


async def move(store_url: str, to: str, kinds: Collection[str]) -> None:
    """To that instant; on the way it stops at timers of these kinds until the servers have done what they ring for."""
    async with link_to(store_url) as link:
        shift = await settle_shift(link, None)
        ledger = RedisLedger(link, shift)
        await ClockMove(ledger, Waits(link, ledger, shift), kinds, _unexpected).to(instant.parse(to))
