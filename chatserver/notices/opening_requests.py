"""Members who want to hear when they may write again: asked once, told once."""

from collections.abc import Awaitable, Callable

from chatserver.conversations.contacts import contact_to_rely_on
from chatserver.conversations.requests import Missing
from chatserver.notices.rows import wishes
from chatserver.notices.rows.wishes import OpeningRequest
from chatserver.records.database import Database
from quotas.ledger.timers import Timers

OPENING = "opening"
"""The kind of the timers, named by conversations, that ring when writing opens by what was known when they were set."""


class OpeningRequests:
    """Everybody's. `clock` gives the store's instant. Methods raise DatabaseError, StoreError."""

    def __init__(self, database: Database, timers: Timers, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._timers = timers
        self._clock = clock

    async def ask(self, conversation: str, member: str, opens_at: int) -> Missing | None:
        """The member wants to hear of it; asked again, it is the later instant that counts."""
        now = await self._clock()
        async with self._database.begin() as connection:
            if await contact_to_rely_on(connection, member) is None:
                return Missing()
            await wishes.ask_opening(connection, OpeningRequest(conversation, member, now, opens_at))
        await self._timers.set_timer(conversation, OPENING, conversation, opens_at)
        return None

    async def forget(self, conversation: str) -> None:
        """Nobody wants to hear of it any more."""
        async with self._database.begin() as connection:
            await wishes.forget_opening(connection, conversation)
        await self._timers.clear_timer(conversation, OPENING, conversation)
