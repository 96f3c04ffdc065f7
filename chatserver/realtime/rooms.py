"""The conversations that are open in this process, by the channel on which the store tells of them.

One is opened when the first follower comes, once however many come at the same time, and closed after the last one.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Protocol

from chatserver.conversations.trial_windows import TrialWindows
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.messages.log import MessageLog
from chatserver.operating.metrics import Metrics
from chatserver.operating.store_clock import StoreClock
from chatserver.realtime.room import Room
from chatserver.records.database import DatabaseError
from quotas.ledger import keys as ledger_keys
from quotas.ledger.redis import RedisLedger
from quotas.standing import ConversationSettings
from quotas.store.errors import StoreError
from quotas.store.port import Store
from quotas.terms import Rulebook, UnknownPlanError

_EXPECTED = (StoreError, DatabaseError, UnknownPlanError)
"""What keeps a conversation from being opened here, but perhaps not on the server that the app comes to next."""

logger = logging.getLogger(__name__)


class OpeningError(Exception):
    """A conversation cannot be opened, by a fault of ours that was logged where it arose. A later try begins afresh."""


class RoomKeeper(Protocol):
    """What is needed of the hub: `RoomTimers` for the rooms, and more."""

    def later(self, room: Room) -> None:
        """As in `RoomTimers`."""

    def wake_at(self, room: Room, instant: int) -> None:
        """As in `RoomTimers`."""

    def refresh(self, room: Room) -> None:
        """Ask the store soon how the conversation stands."""

    def forget(self, room: Room) -> None:
        """Wake the room no more."""


class Rooms:
    """`by_channel` has those that are open."""

    def __init__(
        self,
        *,
        store: Store,
        ledger: RedisLedger,
        log: MessageLog,
        keys: ConversationKeys,
        rulebook: Rulebook,
        clock: StoreClock,
        metrics: Metrics,
        trial_windows: TrialWindows,
        timers: RoomKeeper,
    ) -> None:
        self.by_channel: dict[bytes, Room] = {}
        self._opening: dict[str, asyncio.Future[Room | None]] = {}
        """Those that are being opened, and those that are open."""
        self._heard: dict[bytes, bool] = {}
        """Channels of those that are being opened: whether something came that met no room."""
        self._store = store
        self._ledger = ledger
        self._log = log
        self._keys = keys
        self._rulebook = rulebook
        self._clock = clock
        self._metrics = metrics
        self._trial_windows = trial_windows
        self._timers = timers

    def kept(self, room: Room) -> Room:
        """A room that its last follower left while this one was on the way: the one that took its place, or itself."""
        channel = ledger_keys.feed(room.id).encode()
        if channel in self.by_channel:
            return self.by_channel[channel]
        self.by_channel[channel] = room
        self._opening[room.id] = _done(room)
        self._store.subscribe(channel)
        self._timers.refresh(room)
        return room

    def missed(self, channel: bytes) -> None:
        """Something was published there, and met no room."""
        if channel in self._heard:
            self._heard[channel] = True

    async def of(self, conversation: str) -> Room | None:
        """The conversation's, opened where it is not; None where there is no such conversation.

        Raises StoreError, DatabaseError, UnknownPlanError, OpeningError.
        """
        known = self._opening.get(conversation)
        if known is None:
            known = self._opening[conversation] = asyncio.get_running_loop().create_future()
            try:
                room = await self._open(conversation)
            except BaseException as error:
                # Whatever it was, those who wait must hear of it, and the next one must try afresh.
                self._forget(conversation, known)
                fault = error if isinstance(error, _EXPECTED) else OpeningError(conversation)
                known.set_exception(fault)
                known.exception()  # Whoever else waits gets it too; nobody need.
                if not isinstance(error, Exception):
                    raise  # This one is cancelled.
                if isinstance(fault, OpeningError):
                    logger.exception("a conversation cannot be opened", extra={"conversation": conversation})
                raise fault from None
            if room is None:
                self._forget(conversation, known)
            known.set_result(room)
            return room
        return await asyncio.shield(known)

    def _forget(self, conversation: str, opening: asyncio.Future[Room | None]) -> None:
        if self._opening.get(conversation) is opening:
            del self._opening[conversation]

    async def _open(self, conversation: str) -> Room | None:
        """Subscribe, then look; and look again where something was published on the way, which met no room yet.

        Both go the same way to the store: nothing is published between them unheard.
        """
        channel = ledger_keys.feed(conversation).encode()
        self._store.subscribe(channel)
        self._heard[channel] = False
        room = None
        try:
            room = await self._found(conversation)
        finally:
            heard = self._heard.pop(channel)
            if room is None and channel not in self.by_channel:
                self._store.unsubscribe(channel)
        if room is None or channel in self.by_channel:  # One that was on the way to a follower: see `kept`.
            return self.by_channel.get(channel)
        self.by_channel[channel] = room
        if heard:
            self._timers.refresh(room)
        return room

    async def _found(self, conversation: str) -> Room | None:
        standing = await self._ledger.standing(conversation)
        if standing is None:
            return None
        if self._trial_windows.concerns(standing.settings):
            await self.count_together(conversation, standing.settings)
            standing = await self._ledger.standing(conversation) or standing
        self._clock.hear(standing.now)
        room = Room(
            conversation,
            standing,
            await self._keys.current(conversation, standing.settings.key),
            ledger=self._ledger,
            log=self._log,
            keys=self._keys,
            rulebook=self._rulebook,
            clock=self._clock,
            metrics=self._metrics,
            timers=self._timers,
        )
        await self.learn_last(room)
        return room

    async def learn_last(self, room: Room) -> None:
        """What was written last; without the archive a view goes without it. Raises StoreError."""
        with suppress(DatabaseError):
            last_seq = room.last_seq
            room.learn_last(await self._log.last(room.id, last_seq), last_seq)

    def close_if_empty(self, room: Room) -> None:
        """Nobody follows it any more: hear of it no longer."""
        if room.followers:
            return
        channel = ledger_keys.feed(room.id).encode()
        if self.by_channel.get(channel) is room:
            del self.by_channel[channel]
            del self._opening[room.id]
            self._store.unsubscribe(channel)
        self._timers.forget(room)

    async def count_together(self, conversation: str, settings: ConversationSettings) -> None:
        """Where it cannot be done now, it is when the next message comes, or the conversation is opened."""
        try:
            await self._trial_windows.settle(conversation, settings.member)
        except (StoreError, DatabaseError) as error:
            logger.debug("windows of trials are counted later: %s", error, extra={"conversation": conversation})


def _done(room: Room) -> asyncio.Future[Room | None]:
    future: asyncio.Future[Room | None] = asyncio.get_running_loop().create_future()
    future.set_result(room)
    return future
