"""Tells endpoints of events, each by a request that it can check. Source: Standard Webhooks 1.0; docs/webhooks.md.

At least once, in no promised order: `webhook-id` is the event's, the same at every try, at every endpoint and for ever.
"""

import logging
from collections.abc import Sequence
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.contacts import contacts
from chatserver.messages.log import MessageLog
from chatserver.notices.delivery import (
    ChannelName,
    Delivered,
    Delivery,
    DeliveryResult,
    NeverDelivered,
    NotNow,
    NotWanted,
)
from chatserver.notices.fact import Fact, FactName
from chatserver.notices.noting import Made, Noting
from chatserver.notices.rows import webhook_attempts, webhook_events, webhooks
from chatserver.notices.rows.webhook_attempts import WebhookAttempt
from chatserver.notices.rows.webhook_events import WebhookEvent
from chatserver.notices.rows.webhooks import DisabledFor, WebhookRecord
from chatserver.notices.webhook_data import data_of
from chatserver.notices.webhook_request import WebhookOutcome, WebhookSender, body_of
from chatserver.protocol.entry import read_opened
from chatserver.records.database import Database
from quotas.instant import DAY, HOUR, MINUTE, SECOND

PAUSES = (
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
"""Between ten tries: 75.6 hours."""
DISABLED_AFTER = 5 * DAY
"""For how long nothing may have reached an endpoint until it is told of nothing more."""
FORGOTTEN_AFTER = 2 * DAY
"""Failures so long before the next one do not count: nobody has tried in between."""

_GONE = 410

logger = logging.getLogger(__name__)


class WebhookChannel:
    """The outbox's way to endpoints. `log` opens texts for those that ask for them."""

    name: ChannelName = "webhook"

    def __init__(self, *, database: Database, sender: WebhookSender, log: MessageLog, noting: Noting) -> None:
        self._database = database
        self._sender = sender
        self._log = log
        self._noting = noting

    @property
    def pauses(self) -> Sequence[int]:
        return PAUSES

    async def deliver(self, delivery: Delivery) -> DeliveryResult:
        """Send it once, and keep what came of it. Raises DatabaseError, StoreError."""
        async with self._database.read() as connection:
            hook = await webhooks.find(connection, delivery.endpoint)
            event = await webhook_events.find(connection, delivery.webhook_event or 0)
        if hook is None:
            return NotWanted("the webhook is gone")
        if hook.disabled_at is not None:
            return NotWanted("the webhook is disabled")
        if event is None:
            return NotWanted("the event is no longer kept")
        try:
            body = body_of(event.kind, event.at, await self._data(hook, event))
        except msgspec.ValidationError:
            logger.exception("an event cannot be told", extra={"outbox": delivery.id})
            return NeverDelivered("a fault of this server; its log says more")
        outcome = await self._sender.send(hook, event.mark, body, delivery.now)
        made = await self._noted(delivery, hook, outcome)
        await self._noting.tell(made)
        if outcome.error is not None and await self._has_moved(hook):
            return NotNow("its address was changed meanwhile", counts=False)
        return _result(outcome)

    async def _has_moved(self, tried: WebhookRecord) -> bool:
        async with self._database.read() as connection:
            hook = await webhooks.find(connection, tried.id)
        return hook is not None and hook.url != tried.url

    async def _data(self, hook: WebhookRecord, event: WebhookEvent) -> Struct:
        known = {"person": event.person_id, **event.data}
        if event.conversation_id:
            known["conversation"] = event.conversation_id
        if event.kind == "message" and hook.with_text:
            known["text"] = await self._text(event.conversation_id, known["seq"])
        return data_of(cast(FactName, event.kind), known)

    async def _text(self, conversation: str, seq: int) -> str | None:
        """As it is now; None where it was erased, or its writer is being erased."""
        for entry in await self._log.page(conversation, seq - 1, seq + 1, 1):
            message = read_opened(entry.entry)
            async with self._database.read() as connection:
                is_there = bool(await contacts(connection, [message.sender]))
            return message.body if is_there and not message.erased else None
        return None

    async def _noted(self, delivery: Delivery, tried: WebhookRecord, outcome: WebhookOutcome) -> Made:
        """Keep the try, and how the endpoint fares; where that disables it, support hears of it."""
        now = delivery.now
        made = Made()
        async with self._database.begin() as connection:
            last_at = await webhook_attempts.last_at(connection, delivery.endpoint) if outcome.error else None
            attempt = WebhookAttempt(
                outbox_id=delivery.id,
                webhook_id=delivery.endpoint,
                at=now,
                took_ms=outcome.took_ms,
                status=outcome.status,
                error=outcome.error,
            )
            await webhook_attempts.append(connection, attempt)
            if outcome.error is None:
                await webhooks.reached(connection, delivery.endpoint)
            else:
                made = await self._failed(connection, delivery, tried, outcome, last_at)
        return made

    async def _failed(
        self,
        connection: AsyncConnection,
        delivery: Delivery,
        tried: WebhookRecord,
        outcome: WebhookOutcome,
        last_at: int | None,
    ) -> Made:
        hook = await webhooks.find_to_change(connection, delivery.endpoint)
        # What the place before says is nothing about the one that it has now.
        if hook is None or hook.disabled_at is not None or hook.url != tried.url:
            return Made()
        now = delivery.now
        since = hook.failing_since
        if since is None or last_at is None or now - last_at > FORGOTTEN_AFTER:
            since = now
        disabled_for: DisabledFor | None = None
        if outcome.status == _GONE:
            disabled_for = "gone"
        elif now - since >= DISABLED_AFTER:
            disabled_for = "failing"
        if disabled_for is None:
            if since != hook.failing_since:
                await webhooks.change(connection, replace(hook, failing_since=since))
            return Made()
        ended = replace(hook, failing_since=since, disabled_at=now, disabled_for=disabled_for)
        await webhooks.change(connection, ended)
        logger.warning("webhook %s is disabled: %s", hook.id, disabled_for)
        fact = Fact(
            event="webhook.disabled",
            mark=f"{hook.id} {now}",
            at=now,
            data={"webhook": hook.id, "reason": disabled_for},
        )
        return await self._noting.note(connection, [fact], now)


def _result(outcome: WebhookOutcome) -> DeliveryResult:
    if outcome.error is None:
        return Delivered()
    if outcome.status == _GONE:
        return NeverDelivered("it answered 410: the endpoint is gone")
    if outcome.never:
        return NeverDelivered(outcome.error)
    return NotNow(outcome.error, outcome.retry_after)
