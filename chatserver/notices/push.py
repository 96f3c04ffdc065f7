"""The channel of pushes: one request for each device, to the push service of its browser."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import assert_never

from chatserver.conversations.contacts import Contact, contacts
from chatserver.notices.delivery import (
    ChannelName,
    Delivered,
    Delivery,
    DeliveryResult,
    NeverDelivered,
    NotNow,
    NotWanted,
)
from chatserver.notices.guarded_http import GuardedHttp, HttpAnswered, HttpUnanswered
from chatserver.notices.notice import Notice
from chatserver.notices.push_message import PushTarget, headers_of, manner_of, message_of, sealed_for, subject_of
from chatserver.notices.push_subscriptions import PushSubscriptions
from chatserver.notices.rows import notices, push_subscriptions
from chatserver.notices.rows.others import others_of
from chatserver.notices.rows.push_subscriptions import PushDevice
from chatserver.notices.rows.wishes import wishes_of
from chatserver.notices.texts import words_of
from chatserver.notices.vapid import Vapid
from chatserver.records.database import Database
from quotas.instant import HOUR, MINUTE, SECOND
from quotas.notices import topic_of

_PAUSES = (30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR)
"""A push that comes a day late helps nobody; the list of notices has it all the same."""
_GONE = (404, 410)
_LATER = (408, 425, 429)
_TOO_LARGE = 413

logger = logging.getLogger(__name__)


class PushChannel:
    """`http` asks the push services."""

    name: ChannelName = "push"

    def __init__(self, database: Database, subscriptions: PushSubscriptions, vapid: Vapid, http: GuardedHttp) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._vapid = vapid
        self._http = http

    @property
    def pauses(self) -> Sequence[int]:
        return _PAUSES

    async def deliver(self, delivery: Delivery) -> DeliveryResult:
        """Send it once. Raises DatabaseError, StoreError."""
        async with self._database.read() as connection:
            row = await push_subscriptions.find(connection, delivery.person, delivery.endpoint)
            person = (await contacts(connection, [delivery.person])).get(delivery.person)
            others = await others_of(connection, delivery.notices)
            unread = await notices.unread_of(connection, delivery.person)
            wishes = (await wishes_of(connection, [delivery.person]))[delivery.person]
        if row is None or person is None:
            return NotWanted("the device is not subscribed any more")
        target = await self._subscriptions.opened(row)
        if target is None or self._subscriptions.is_over(row):
            await self._subscriptions.forget_as_it_was(row)
            return NotWanted("the subscription has expired, or cannot be read any more")
        wanted = [each for each in delivery.notices if wishes.want("push", topic_of(each.event), each.conversation)]
        if not wanted:
            return NotWanted("turned off meanwhile")
        told = sorted(wanted, key=lambda each: (each.at, each.id))
        tag = await self._vapid.topic(person.id, *subject_of(told))
        headers = headers_of(manner_of(told), tag, await self._vapid.authorization(target.endpoint))
        # A tenth of a second for the first, which imports what says dates: sockets need not wait for that.
        content = await asyncio.to_thread(_sealed, target, person, told, others, unread, tag)
        answer = await self._http.post(target.endpoint, headers=headers, content=content)
        match answer:
            case HttpAnswered():
                return await self._judged(answer, row)
            case HttpUnanswered(reason=reason, never=True):
                return NeverDelivered(reason)
            case HttpUnanswered(reason=reason):
                return NotNow(reason)
            case never:
                assert_never(never)

    async def _judged(self, answer: HttpAnswered, row: PushDevice) -> DeliveryResult:
        """What the push service's status says. Source: RFC 8030, 5 and 7.3; RFC 8292, 4.2."""
        said = f"the push service answered {answer.status}"
        match answer.status:
            case status if 200 <= status < 300:
                return Delivered()
            case status if status in _GONE:
                await self._subscriptions.forget_as_it_was(row)
                logger.info("push subscription forgotten", extra={"status": status})
                return NotWanted(f"{said}: the subscription has ended")
            case status if status in _LATER or status >= 500:
                return NotNow(said, answer.retry_after)
            case status if status == _TOO_LARGE:
                return NeverDelivered(f"{said}: the message is too large for it")
            case 401 | 403:
                return NeverDelivered(f"{said}: it does not take our key, or this machine's clock is wrong")
            case _:
                return NeverDelivered(said)


def _sealed(
    target: PushTarget, person: Contact, told: Sequence[Notice], others: Mapping[int, str], unread: int, tag: str
) -> bytes:
    words = [words_of(each, person.locale, person.zone, others[each.id]) for each in told]
    return sealed_for(target, message_of(told, words, unread, tag))
