"""One try to send: asked again whether there is still a reason, given to its channel, and what becomes of its rows."""

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from hashlib import sha256

from msgspec import Struct

from chatserver.notices.asking import StillHolds
from chatserver.notices.delivery import (
    Channel,
    ChannelName,
    Delivered,
    Delivery,
    DeliveryResult,
    NeverDelivered,
    NotNow,
    NotWanted,
)
from chatserver.notices.notice import Notice
from chatserver.notices.rows.outbox import OutboxOutcome, OutboxRow, RowOutcome
from chatserver.records.database import DatabaseError
from quotas.instant import DAY, SECOND
from quotas.store.errors import StoreError

TRY_WITHIN = 30.0
"""Seconds of one try; half of a lease."""
OURS_AGAIN = 5 * SECOND
"""After how many ms something is tried again that we could not send by a fault of our own."""
JITTER = 0.2
"""By which share a pause is longer or shorter: what failed together does not come back together."""
LONGEST_WISH = DAY
"""A receiver's `Retry-After` counts up to here, in ms."""
REASON_MOST = 200
"""Characters."""

logger = logging.getLogger(__name__)


class Bundle(Struct, frozen=True):
    """What goes out as one: a row, or all that was held for a person. Its notices are by id."""

    rows: Sequence[OutboxRow]
    notices: Mapping[int, Notice]

    @property
    def lead(self) -> OutboxRow:
        """The first row."""
        return self.rows[0]


class Sending:
    """Sends by `channels`."""

    def __init__(self, channels: Mapping[ChannelName, Channel], asking: StillHolds) -> None:
        self._channels = channels
        self._asking = asking

    async def try_once(self, bundle: Bundle, now: int) -> list[RowOutcome]:
        """What became of each row of it; raises nothing."""
        gone: list[RowOutcome] = []
        left = list(bundle.rows)
        try:
            async with asyncio.timeout(TRY_WITHIN):
                gone, left = await self._asked(bundle)
                result = await self._delivered(left, bundle, now) if left else None
        except TimeoutError:
            result = NotNow(f"no answer within {TRY_WITHIN:.0f} s")
        except (DatabaseError, StoreError) as error:
            logger.debug("could not be sent for now: %s", error, extra={"outbox": bundle.lead.id})
            return gone + [_again(row, "a fault of this server", OURS_AGAIN, counts=False) for row in left]
        except Exception:
            logger.exception("something could not be sent; it is tried again", extra={"outbox": bundle.lead.id})
            result = NotNow("a fault of this server; its log says more")
        return gone + (self._outcomes(left, result) if result is not None else [])

    async def _asked(self, bundle: Bundle) -> tuple[list[RowOutcome], list[OutboxRow]]:
        """What is dropped, and the rows that remain."""
        gone, left = [], []
        for row in bundle.rows:
            if (reason := await self._why_not(row, bundle.notices)) is None:
                left.append(row)
            else:
                gone.append(_done(row, "dropped", reason))
        return gone, left

    async def _why_not(self, row: OutboxRow, notices: Mapping[int, Notice]) -> str | None:
        if row.notice is None:
            return None
        notice = notices.get(row.notice)
        return "the notice is gone" if notice is None else await self._asking(notice)

    async def _delivered(self, rows: Sequence[OutboxRow], bundle: Bundle, now: int) -> DeliveryResult:
        first = rows[0]
        delivery = Delivery(
            id=first.id,
            key=key_of(rows),
            channel=first.channel,
            person=first.person,
            endpoint=first.endpoint,
            notices=tuple(bundle.notices[row.notice] for row in rows if row.notice is not None),
            webhook_event=first.webhook_event,
            attempts=max(row.attempts for row in rows),
            created_at=min(row.created_at for row in rows),
            now=now,
        )
        return await self._channels[first.channel].deliver(delivery)

    def _outcomes(self, rows: Sequence[OutboxRow], result: DeliveryResult) -> list[RowOutcome]:
        match result:
            case Delivered():
                return [RowOutcome(id=row.id, channel=row.channel, outcome="sent") for row in rows]
            case NotWanted(reason):
                return [_done(row, "dropped", reason) for row in rows]
            case NeverDelivered(reason):
                return [_done(row, "failed", reason) for row in rows]
            case NotNow(reason, counts=False):
                return [_again(row, reason, OURS_AGAIN, counts=False) for row in rows]
            case NotNow(reason, retry_after):
                return self._again_or_never(rows, reason, retry_after)

    def _again_or_never(self, rows: Sequence[OutboxRow], reason: str, retry_after: int | None) -> list[RowOutcome]:
        pauses = self._channels[rows[0].channel].pauses
        # One pause for all: what was held together stays together.
        pause = pause_after(pauses, min(row.attempts for row in rows), retry_after, random.random())  # noqa: S311
        return [
            _again(row, reason, pause) if row.attempts < len(pauses) else _done(row, "failed", reason) for row in rows
        ]


def key_of(rows: Sequence[OutboxRow]) -> str:
    """The same for the same rows, and no other's: a summary of more is something new to its receiver."""
    if len(rows) == 1:
        return rows[0].key
    return f"{rows[0].key}+{sha256(' '.join(row.key for row in rows).encode()).hexdigest()[:16]}"


def pause_after(pauses: Sequence[int], attempts: int, retry_after: int | None, chance: float) -> int:
    """Ms until the next try, after `attempts` before the one that just failed; `chance` is from 0 to 1."""
    pace = pauses[min(attempts, len(pauses) - 1)] if pauses else 0
    jittered = round(pace * (1 - JITTER + 2 * JITTER * chance))
    return max(jittered, min(retry_after or 0, LONGEST_WISH))


def _again(row: OutboxRow, reason: str, pause: int, *, counts: bool = True) -> RowOutcome:
    cut = reason[:REASON_MOST]
    return RowOutcome(id=row.id, channel=row.channel, outcome=None, reason=cut, pause=pause, counts=counts)


def _done(row: OutboxRow, outcome: OutboxOutcome, reason: str) -> RowOutcome:
    return RowOutcome(id=row.id, channel=row.channel, outcome=outcome, reason=reason[:REASON_MOST])
