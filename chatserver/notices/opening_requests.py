"""Members who want to hear when they may write again: asked once, told once."""

from collections.abc import Awaitable, Callable

from chatserver.conversations.contacts import contact_to_rely_on
from chatserver.conversations.requests import Missing
from chatserver.notices.rows import wishes
from chatserver.notices.rows.wishes import OpeningRequest
from chatserver.records.database import Database
from quotas.instant import HOUR
from quotas.ledger.timers import Timers

OPENING = "opening"
"""The kind of the timers, named by conversations, that ring when writing opens by what was known when they were set."""
UNKNOWN_LOOK = HOUR
"""How long after a look at a conversation of which nobody knows when it opens, such as a paused one, is another."""


class OpeningRequests:
    """Everybody's. `clock` gives the store's instant. Methods raise DatabaseError, StoreError."""

    def __init__(self, database: Database, timers: Timers, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._timers = timers
        self._clock = clock

    async def ask(self, conversation: str, member: str, opens_at: int) -> Missing | None:
        """The member wants to hear of it; 0 where nobody knows when it will be. The last time of asking counts."""
        now = await self._clock()
        opens_at = opens_at or now + UNKNOWN_LOOK
        async with self._database.begin() as connection:
            if await contact_to_rely_on(connection, member) is None:
                return Missing()
            await wishes.ask_opening(connection, OpeningRequest(conversation, member, now, opens_at))
        await self._timers.set_timer(conversation, OPENING, conversation, opens_at)
        return None

    async def look_again(self, conversation: str) -> None:
        """Its terms have changed: writing may open sooner than was known, or be open."""
        async with self._database.read() as connection:
            request = await wishes.opening_of(connection, conversation)
        if request is not None:
            await self._timers.set_earlier(conversation, OPENING, conversation, await self._clock())

    async def forget(self, conversation: str) -> None:
        """Nobody wants to hear of it any more."""
        async with self._database.begin() as connection:
            await wishes.forget_opening(connection, conversation)
        await self._timers.clear_timer(conversation, OPENING, conversation)
