"""What a person's devices hear of their notices at once, on every process: on the person's channel, at most once.

Whoever is away, and everyone while the store is gone, sees it in the list later.
"""

from contextlib import suppress

import msgspec

from chatserver.notices.notice import Notice
from chatserver.notices.notice_view import view_of
from chatserver.protocol.notices import NoticeCame, NoticesRead
from quotas.ledger import feed, keys
from quotas.store.errors import StoreError
from quotas.store.port import Store


class NoticePublisher:
    """Says it to the store, which passes it on to whoever is connected; where it does not answer, nothing is said."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def publish(self, notice: Notice, unread: int) -> None:
        """A new notice, to every connection of its person; `unread` counts it."""
        await self._say(notice.person, feed.noticed(msgspec.json.encode(NoticeCame(view_of(notice), unread))))

    async def read(self, person: str, event: NoticesRead, origin: str = "") -> None:
        """The person has seen some, to all their connections but `origin`."""
        await self._say(person, feed.noticed(msgspec.json.encode(event), origin))

    async def muted(self, person: str, conversation: str, *, muted: bool) -> None:
        """The person wants no notices of the conversation, or wants them again."""
        await self._say(person, feed.muted(conversation, muted=muted))

    async def _say(self, person: str, what: bytes | str) -> None:
        with suppress(StoreError):
            await self._store.request("SPUBLISH", keys.person_feed(person), what)
