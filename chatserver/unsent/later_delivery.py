"""Messages that go out later go out: each at its second, by the rules of that moment, and once, whoever is killed.

A timer of the store, named by the conversation, rings when the first of its messages is due. Each is noted as being
sent, posted under the id that was held for it, and removed. Where a process dies in between, the next one posts again,
and the ledger gives the first answer. What the rules refuse then is kept, and its writer is told.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from math import inf
from typing import Protocol
from uuid import uuid4

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chatserver.attachments import claims
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.records import record
from chatserver.conversations.trial_windows import TrialWindows
from chatserver.keys.sealing import number_of
from chatserver.messages.log import KeptMessages
from chatserver.notices.fact import Fact
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Made, Noting
from chatserver.operating.metrics import Metrics
from chatserver.protocol.entry import joined
from chatserver.protocol.unsent import LaterReason
from chatserver.records.database import Database, DatabaseError
from chatserver.records.paging import each_row
from chatserver.unsent.later import LATER, LaterMessage, substitute_of
from chatserver.unsent.rows import later_messages as rows
from chatserver.unsent.unsent_news import UnsentChanged, UnsentNews
from quotas import instant
from quotas.instant import DAY, MINUTE
from quotas.ledger.base import Post, Posted, PostRefused, Reused, Stale, StandIn, Unknown, posted
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Rung, Timers
from quotas.store.errors import StoreError
from quotas.terms import UnjudgeableError

HELD_AGAIN_AFTER = DAY
"""How long before the ids of what waits are held again: half of what they are held for at least."""
NOT_NOW = MINUTE
"""How long after a message that can be neither sent nor refused now it is tried again."""
MAX_TRIES = 5
"""How often a message is posted while its terms turn."""
OF_ALL = ""
"""The name of a timer that says the store has not lost the others."""
SET_AGAIN_EVERY = 28 * DAY
LOOK_EVERY = 900.0
"""Seconds between looks for timers that the store has lost."""
MOST_OVERDUE = 1_000
"""Messages whose lost timers are set at once."""

logger = logging.getLogger(__name__)


class _NotNowError(Exception):
    """It can be neither sent nor refused at the moment."""


class _Writer(Struct, frozen=True):
    """As whom it is posted: as whoever stands in for the mentor, or (None) as the side itself."""

    stand_in: StandIn | None


class StandInLookup(Protocol):
    """Who stands in for whom. Its method raises DatabaseError."""

    async def stand_in(self, person: str, conversation: str, now: int) -> StandIn | None:
        """As whom that mentor writes there for another one; None where they do not."""


class LaterDelivery:
    """A `TimerKind`. `clock` gives the store's instant."""

    kind = LATER

    def __init__(
        self,
        *,
        database: Database,
        ledger: RedisLedger,
        provisioning: Provisioning,
        messages: KeptMessages,
        trial_windows: TrialWindows,
        noting: Noting,
        timers: Timers,
        news: UnsentNews,
        metrics: Metrics,
        stand_ins: StandInLookup,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._provisioning = provisioning
        self._messages = messages
        self._trial_windows = trial_windows
        self._noting = noting
        self._timers = timers
        self._news = news
        self._metrics = metrics
        self._stand_ins = stand_ins
        self._clock = clock
        self._looked_at = -inf

    # Timers that the store has lost

    async def arm(self, partition: int) -> None:
        """Set lost timers, once in a while, of all partitions. Raises StoreError."""
        looked_at = asyncio.get_running_loop().time()
        if partition or looked_at - self._looked_at < LOOK_EVERY:
            return
        now = await self._clock()
        try:
            if await self._timers.is_set(OF_ALL, LATER, OF_ALL):
                async with self._database.read() as connection:
                    overdue = await rows.overdue(connection, now - NOT_NOW, MOST_OVERDUE)
                for name in overdue:
                    await self._timers.set_earlier(name, LATER, name, now)
            else:
                # With the timers, the ids were lost: a look at each conversation holds them again.
                await each_row(
                    self._database,
                    rows.waiting_in,
                    "",
                    lambda waiting: waiting[0],
                    lambda waiting: self._timers.set_earlier(waiting[0], LATER, waiting[0], now),
                )
                await self._timers.set_timer(OF_ALL, LATER, OF_ALL, now + SET_AGAIN_EVERY)
        except DatabaseError:
            logger.debug("the database does not answer; lost timers of later messages are looked for later")
        else:
            self._looked_at = looked_at

    # What is due

    async def ring(self, rung: Rung) -> None:
        """Send what is due, in the order of its times. Raises StoreError, DatabaseError."""
        name, now = rung.name, rung.now
        if name == OF_ALL:
            await self._timers.set_timer(OF_ALL, LATER, OF_ALL, now + SET_AGAIN_EVERY)
            return
        async with self._database.read() as connection:
            waiting = [each for each in await rows.of_conversation(connection, name) if each.state == "waiting"]
            conversation = await record(connection, name) if waiting else None
        if conversation is None:
            return
        next_at = [now + HELD_AGAIN_AFTER]
        for message in waiting:
            if message.send_at > now:
                next_at.append(message.send_at)
                await self._hold(conversation, message)
                continue
            try:
                await self._send(conversation, message, now)
            except (_NotNowError, UnjudgeableError) as error:
                logger.warning("a later message is tried again: %s", error, extra={"conversation": name})
                next_at.append(now + NOT_NOW)
        if len(next_at) > 1:
            await self._timers.set_next(name, LATER, name, min(next_at))

    async def _hold(self, conversation: ConversationRecord, message: LaterMessage) -> None:
        """Hold its id again, also where the store has lost the whole conversation."""
        of = message.conversation, message.side, message.id, message.digest
        substitute = substitute_of(message, conversation)
        held = await self._ledger.hold(*of, substitute=substitute)
        if isinstance(held, Unknown):
            await self._provisioning.standing(conversation)
            await self._ledger.hold(*of, substitute=substitute)

    async def _send(self, conversation: ConversationRecord, message: LaterMessage, now: int) -> None:
        async with self._database.begin() as connection:
            if not await rows.take(connection, message, now):
                return  # It was changed, taken back, or sent meanwhile.
        if message.tried_at is not None and (seq := await self._seq_of(message)):
            await self._sent(message, seq)
            return
        writer = await self._writer(conversation, message, now)
        if writer is None:
            await self._stand_in_over(conversation, message, now)
            return
        result = await self._posted(conversation, message, writer.stand_in)
        if isinstance(result, Reused):  # The store forgot that it was held, and it was used for another text.
            message = await self._renamed(message)
            result = await self._posted(conversation, message, writer.stand_in)
        match result:
            case Posted():
                if result.first:
                    self._metrics.accepted += 1
                await self._sent(message, result.seq)
                await self._count_windows(conversation, message)
            case PostRefused():
                if result.first:
                    self._metrics.refused[result.reason] += 1
                await self._refused(conversation, message, result.reason, result.opens_at, result.at)
            case _ if writer.stand_in is not None:  # Their time ended meanwhile: the conversation is unknown to them.
                await self._stand_in_over(conversation, message, now)
            case _:
                raise StoreError("the store does not know the conversation")

    async def _writer(self, conversation: ConversationRecord, message: LaterMessage, now: int) -> _Writer | None:
        """As whom it is posted; None where who wrote it stood in for the mentor, and does no longer."""
        if not (substitute := substitute_of(message, conversation)):
            return _Writer(None)
        stand_in = await self._stand_ins.stand_in(substitute, conversation.id, now)
        return _Writer(stand_in) if stand_in is not None else None

    async def _seq_of(self, message: LaterMessage) -> int | None:
        """Where a process that died had posted it: it may be so long ago that the ledger has forgotten the id."""
        found = await self._messages.named(message.conversation, [message.id])
        mine = (each for each in found if each.head.sender == message.person and each.at >= message.written_at)
        return next((each.seq for each in mine), None)

    async def _posted(
        self, conversation: ConversationRecord, message: LaterMessage, stand_in: StandIn | None
    ) -> Posted | PostRefused | Reused | None:
        standing = await self._provisioning.standing(conversation)
        for _ in range(MAX_TRIES):
            if number_of(message.sealed) != standing.settings.key:
                raise _NotNowError("its text is being sealed with another key")
            post = Post(
                message.conversation,
                message.side,
                message.id,
                message.digest,
                joined(_head_of(message), message.sealed),
                LATER,
                stand_in=stand_in,
                written_at=message.written_at,
            )
            terms = standing.terms(self._provisioning.rulebook)
            result = await posted(self._ledger, post, standing.settings, terms)
            if isinstance(result, Posted | PostRefused | Reused):
                return result
            if not isinstance(result, Stale):
                return None
            standing = result.standing
        raise _NotNowError("its terms turned at every try")

    async def _renamed(self, message: LaterMessage) -> LaterMessage:
        id = uuid4().hex
        head = _with_id(message.head, id)
        async with self._database.begin() as connection:
            await rows.rename(connection, message, id, head)
            of = message.conversation, message.person, message.id
            await claims.pass_on(connection, *of, message.opened_head.attachments, id)
        return replace(message, id=id, head=head)

    async def _sent(self, message: LaterMessage, seq: int) -> None:
        async with self._database.begin() as connection:
            await rows.remove(connection, message)
            of = message.conversation, message.person, message.id
            await claims.sent(connection, *of, seq, message.opened_head.attachments)
        await self._tell(message, seq)

    async def _count_windows(self, conversation: ConversationRecord, message: LaterMessage) -> None:
        standing = await self._ledger.standing(conversation.id)
        if message.side == "member" and standing is not None and self._trial_windows.concerns(standing.settings):
            await self._trial_windows.settle(conversation.id, conversation.member)

    # What the rules refuse

    async def _stand_in_over(self, conversation: ConversationRecord, message: LaterMessage, now: int) -> None:
        """Nothing of theirs is posted any more: it is refused here, and its id is held no longer."""
        await self._refused(conversation, message, "stand_in_over", 0, now)
        of = message.conversation, message.side, message.id
        await self._ledger.release(*of, substitute=message.person)

    async def _refused(
        self,
        conversation: ConversationRecord,
        message: LaterMessage,
        reason: LaterReason,
        opens_at: int | None,
        at: int,
    ) -> None:
        """It is kept with its files, and its writer is told."""
        made = Made()
        async with self._database.begin() as connection:
            if await rows.refuse(connection, message, reason, opens_at or None):
                made = await self._noting.note(connection, [_fact(conversation, message, reason, opens_at)], at)
        await self._noting.tell(made)
        await self._tell(message, 0)

    async def still_kept(self, notice: Notice) -> str | None:
        """Whether the text is still kept: a `StillHolds`. Raises DatabaseError."""
        async with self._database.read() as connection:
            mine = await rows.of_person(connection, notice.person, notice.conversation, MOST_OVERDUE)
        kept = any(each.state == "refused" for each in mine)
        return None if kept else "its writer has seen to it"

    async def _tell(self, message: LaterMessage, seq: int) -> None:
        changed = UnsentChanged("later", message.conversation, message.side, message.id, seq=seq)
        await self._news.tell(message.person, changed)


def _short(id: str) -> str:
    """An app's id as a database takes it in a text."""
    return blake2b(id.encode(), digest_size=8).hexdigest()


def _with_id(head: str, id: str) -> str:
    return msgspec.json.encode({**msgspec.json.decode(head), "id": id}).decode()


def _head_of(message: LaterMessage) -> bytes:
    """And when it was written: who reads it may wonder."""
    return msgspec.json.encode({**msgspec.json.decode(message.head), "written_at": instant.text(message.written_at)})


def _fact(conversation: ConversationRecord, message: LaterMessage, reason: LaterReason, opens_at: int | None) -> Fact:
    return Fact(
        event="message.not_sent",
        mark=f"{message.conversation}/{message.side}/{message.send_at}/{_short(message.id)}",
        at=message.send_at,
        conversation=conversation.id,
        member=conversation.member,
        mentor=conversation.mentor,
        roles=frozenset([message.side]),
        answering=(substitute,) if (substitute := substitute_of(message, conversation)) else None,
        data={"reason": reason, "opens_at": instant.text_or_none(opens_at)},
    )
