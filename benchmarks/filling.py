"""Texts straight into the ledger, many at once: conversations that have a history, or wait for an answer."""

import asyncio
from collections.abc import Callable, Iterable
from functools import lru_cache

from benchmarks.contenders import BenchmarkError
from chatserver.keys.sealing import SECRET_BYTES, Key
from chatserver.messages.lane import sealed_post
from quotas.ledger import keys
from quotas.ledger.base import Posted, PostResult
from quotas.ledger.redis import RedisLedger
from quotas.standing import ConversationSettings, Writer
from quotas.store.errors import StoreError
from quotas.terms import Terms

AT_ONCE = 2_000
"""Requests on their way at once."""
TEXT = "I tried what we talked about on Tuesday, and it went better than I had feared.".ljust(120, ".")


@lru_cache(maxsize=1_000)
def _key(conversation: str) -> Key:
    """Not the server's: nobody opens these texts, but they are as long as its own."""
    return Key(conversation, 1, bytes(SECRET_BYTES))


class Filling:
    """Posts without waiting for each answer. Only an accepted post is no error."""

    def __init__(self, ledger: RedisLedger) -> None:
        self._ledger = ledger
        self._pending = 0
        self._room = asyncio.Event()
        self._fault = ""

    async def post(
        self, conversation: str, writer: Writer, id: str, settings: ConversationSettings, terms: Terms
    ) -> None:
        """Send it on its way; waits where too many are. Raises BenchmarkError where an earlier one failed."""
        sender = settings.member if writer == "member" else settings.mentor
        post = sealed_post(_key(conversation), writer, sender, id, TEXT, "filling")
        self._pending += 1
        self._ledger.post(post, settings, terms, self._answered)
        if self._pending >= AT_ONCE:
            await self.until(AT_ONCE // 2)

    async def until(self, most: int = 0) -> None:
        """Until at most so many are on their way. Raises BenchmarkError where one failed."""
        while self._pending > most:
            self._room.clear()
            await self._room.wait()
        if self._fault:
            raise BenchmarkError(f"filling the ledger failed: {self._fault}")

    def _answered(self, result: PostResult | StoreError) -> None:
        self._pending -= 1
        self._room.set()
        if not isinstance(result, Posted):
            self._fault = repr(result)


async def configured(
    ledger: RedisLedger, names: Iterable[tuple[str, ConversationSettings]], told: Callable[[int], None]
) -> None:
    """Make conversations in the ledger, without the indexes by person; `told` hears how many there are."""
    done = 0
    waiting: list[asyncio.Future[object]] = []
    loop = asyncio.get_running_loop()
    for name, settings in names:
        where = (keys.conversation(name), keys.sent(name, 0), keys.sent(name, 1), keys.feed(name))
        call = ledger.call(
            "configure",
            where,
            *(settings.revision, settings.status, settings.member, settings.mentor, settings.plan, settings.zone),
            *(settings.holidays, settings.key, 0, ""),
        )
        waiting.append(loop.create_task(call))
        if len(waiting) >= AT_ONCE:
            await asyncio.gather(*waiting)
            done += len(waiting)
            waiting.clear()
            told(done)
    await asyncio.gather(*waiting)
    told(done + len(waiting))
