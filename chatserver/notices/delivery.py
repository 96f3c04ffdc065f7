"""One row of the outbox, on its way: what a channel is given, and what it says became of it."""

from collections.abc import Sequence
from typing import Literal, Protocol, get_args

from msgspec import Struct

from chatserver.notices.notice import Notice

ChannelName = Literal["mail", "push", "webhook"]
CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)


class Delivery(Struct, frozen=True, kw_only=True):
    """What is to be sent. Instants in ms of the store's clock."""

    id: int
    key: str
    """The same at every try and for ever: receivers tell doubles by it (Message-ID, webhook-id)."""
    channel: ChannelName
    person: str
    """'' for webhooks."""
    endpoint: str
    """The webhook's id or the device's; '' for mail."""
    notices: tuple[Notice, ...] = ()
    """More than one: a summary of what was held. None: a webhook's."""
    webhook_event: int | None = None
    attempts: int = 0
    """How often it was tried before."""
    created_at: int
    now: int


class Delivered(Struct, frozen=True):
    """The receiver has it."""


class NotNow(Struct, frozen=True):
    """It failed for now, and is tried again: after `retry_after` ms at the earliest, else by the channel's pace."""

    reason: str
    retry_after: int | None = None
    counts: bool = True
    """Whether it was a try: not where nobody was asked, since others were being sent."""


class NeverDelivered(Struct, frozen=True):
    """It failed for good: no other try would do better. It is shown among what failed."""

    reason: str


class NotWanted(Struct, frozen=True):
    """There is nothing to send any more, or nobody to send it to: the row is dropped."""

    reason: str


DeliveryResult = Delivered | NotNow | NeverDelivered | NotWanted
"""Reasons are sentences for operators, of 200 characters at most, without addresses, names or texts."""


class Channel(Protocol):
    """What sends rows of the outbox of one channel."""

    name: ChannelName

    @property
    def pauses(self) -> Sequence[int]:
        """Ms between one try and the next, with jitter on top; after the last the row has failed."""

    async def deliver(self, delivery: Delivery) -> DeliveryResult:
        """Send it once. Raises DatabaseError or StoreError where we, not the receiver, are the cause: tried again."""
