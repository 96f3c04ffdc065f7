"""What an operator does at the outbox: looks at what waits or failed, tries it anew, and sends somebody a test."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from msgspec import Struct

from chatserver.conversations.contacts import contacts
from chatserver.notices.delivery import Channel, ChannelName
from chatserver.notices.notice import Notice
from chatserver.notices.outbox import Outbox
from chatserver.notices.outbox_line import OutboxFilter, OutboxLine
from chatserver.notices.publishing import NoticePublisher
from chatserver.notices.rows import notices, outbox_review, queue
from chatserver.notices.rows.queue import ToSend
from chatserver.notices.rows.reach import reach_of
from chatserver.records.database import Database
from quotas.notices import PERSONAL_CHANNELS

_NO_PLACE: Mapping[ChannelName, str] = {"mail": "the person has no address", "push": "no device is subscribed"}


class TriedNotice(Struct, frozen=True):
    """What became of a test on one channel."""

    channel: ChannelName
    endpoint: str
    """The device; '' for mail."""
    outcome: str
    """`sent`, `dropped`, `failed`, `postponed`, or `none` where nothing could be tried."""
    reason: str | None


class OutboxDesk:
    """`clock` gives the store's instant. All methods raise DatabaseError; those that write, StoreError."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        channels: Mapping[ChannelName, Channel],
        publisher: NoticePublisher,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._channels = channels
        self._publisher = publisher
        self._clock = clock

    async def retry(self, ids: Collection[int]) -> list[int]:
        """Send these at once, as if they had never been tried; which of them, of those that failed or wait."""
        now = await self._clock()
        async with self._database.begin() as connection:
            again = await outbox_review.retry(connection, ids, now)
        await self._outbox.ring(now if again else None)
        return again

    async def retry_failed(self, of: OutboxFilter) -> list[int]:
        """As `retry`, for all that failed."""
        now = await self._clock()
        async with self._database.begin() as connection:
            again = await outbox_review.retry_failed(connection, of, now)
        await self._outbox.ring(now if again else None)
        return again

    async def test(self, person: str) -> list[TriedNotice] | None:
        """Send the person a test wherever they can be reached, whatever they want; None where there is no such person.

        It is sent by this process, and stands in their list like any notice.
        """
        now = await self._clock()
        async with self._database.begin() as connection:
            contact = (await contacts(connection, [person])).get(person)
            if contact is None:
                return None
            notice = Notice(0, person, "notice.test", f"{now}", "", "", {"role": contact.role}, now, now)
            [made] = await notices.append(connection, [notice])
            devices = (await reach_of(connection, [person]))[person].devices
            places: dict[ChannelName, Sequence[str]] = {"mail": [""] if contact.email else [], "push": devices}
            rows = [
                ToSend(
                    key=f"{made.id}.{now}.{channel}{endpoint and '.' + endpoint}",
                    channel=channel,
                    person=person,
                    endpoint=endpoint,
                    notice=made.id,
                    due_at=now,
                )
                for channel in PERSONAL_CHANNELS
                if channel in self._channels
                for endpoint in places[channel]
            ]
            await queue.enqueue(connection, rows, now)
            claimed = await self._outbox.claim_now(connection, [row.key for row in rows], now)
        async with self._database.read() as connection:
            unread = await notices.unread_of(connection, person)
        await self._publisher.publish(made, unread)
        tried = [
            TriedNotice(row.channel, row.endpoint, outcome.outcome or "postponed", outcome.reason)
            for row, outcome in await self._outbox.send_claimed(claimed, {made.id: made}, now)
        ]
        return tried + [
            TriedNotice(
                channel, "", "none", "it is not set up" if channel not in self._channels else _NO_PLACE[channel]
            )
            for channel in PERSONAL_CHANNELS
            if channel not in self._channels or not places[channel]
        ]


async def listed(database: Database, of: OutboxFilter, most: int, *, failed: bool) -> list[OutboxLine]:
    """What waits, the first due first; or what failed, the last one first. Raises DatabaseError."""
    async with database.read() as connection:
        if failed:
            return await outbox_review.failed(connection, of, most)
        return await outbox_review.queued(connection, of, most)
