"""Whoever follows a conversation hears that one of its people is called something else now, on every process."""

import asyncio
from collections.abc import Collection
from contextlib import suppress

from quotas.ledger import feed, keys
from quotas.store.errors import StoreError
from quotas.store.port import Store


class PersonNews:
    """Says it to the store, which passes it on; where that does not answer, the next welcome says it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def changed(self, conversations: Collection[str]) -> None:
        """What is known of a person has changed, who is in these."""
        with suppress(StoreError):
            await asyncio.gather(
                *(self._store.request("SPUBLISH", keys.feed(each), feed.PEOPLE) for each in conversations)
            )
