"""Everyone who is connected to this process: rooms by conversation, connections by person, and the feed to both."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from chatserver.access.revocation import Revocations
from chatserver.audit.reads import SupportReads
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.trial_windows import TrialWindows
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.messages.log import MessageLog
from chatserver.operating.bells import CHANNELS as WORK
from chatserver.operating.bells import Bells
from chatserver.operating.gauges import Gauges
from chatserver.operating.metrics import Metrics
from chatserver.operating.presence_leases import Leases
from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.codec import encode_json
from chatserver.protocol.notices import NoticesRead
from chatserver.realtime.alarm import Alarm
from chatserver.realtime.background import Background
from chatserver.realtime.board_watch import CHANNELS, BoardSubscriptions
from chatserver.realtime.clock_moves import CLOCK, ClockMoves
from chatserver.realtime.connection import Connection
from chatserver.realtime.follower import Follower
from chatserver.realtime.notice_desk import NoticeDesk
from chatserver.realtime.people import SUPPORT, People
from chatserver.realtime.people_desk import PeopleDesk
from chatserver.realtime.presence import Attendance
from chatserver.realtime.read_notes import ReadNotes
from chatserver.realtime.room import Room
from chatserver.realtime.rooms import OpeningError, Rooms
from chatserver.realtime.session_desk import SessionDesk
from chatserver.realtime.standing_in import StandInPlace, StandIns
from chatserver.realtime.substitute import Substitute
from chatserver.realtime.unsent_desk import UnsentDesk
from chatserver.records.database import DatabaseError
from chatserver.sessions.credit_book import Outlook
from chatserver.sessions.standing_in import StandInBook
from chatserver.unsent.unsent_news import read_change
from quotas.ledger import feed, keys
from quotas.ledger.redis import RedisLedger
from quotas.standing import Writer
from quotas.store.errors import StoreError
from quotas.store.port import Store
from quotas.terms import Rulebook, UnjudgeableError

TELL_AFTER = 0.1
"""Seconds in which several changes of a conversation become one push of composer and reply state."""
AGAIN = 500
"""Messages of one conversation: more than two people write while a store's replica falls behind."""

logger = logging.getLogger(__name__)


class Hub:
    """Takes what the store publishes to the rooms, and rooms' timers to the rooms.

    `node` names this process among those on the store; `when_due` is called with partitions in which something is due.
    """

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
        revocations: Revocations,
        board: BoardSubscriptions,
        sessions: SessionDesk,
        trial_windows: TrialWindows,
        notices: NoticeDesk,
        people: PeopleDesk,
        bells: Bells,
        unsent: UnsentDesk,
        stand_ins: StandInBook,
        reads: SupportReads,
        node: str,
        when_due: Callable[[Collection[int]], None],
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._board = board
        self._sessions = sessions
        self._trial_windows = trial_windows
        self._notices = notices
        self._people_desk = people
        self._background = Background()
        self.people = People(store, revocations)
        self.connections = self.people.connections
        self._read_notes = ReadNotes(reads, clock, self.connections)
        self._presence = Attendance(
            leases=Leases(store, node),
            clock=clock,
            background=self._background,
            sessions=sessions,
            rooms=self.rooms,
        )
        self._stand_ins = StandIns(book=stand_ins, log=log, clock=clock, background=self._background, floor=self)
        self._clock_moves = ClockMoves(store=store, ledger=ledger, clock=clock, floor=self, when_due=when_due)
        self._bells = bells
        self._unsent = unsent
        self._rooms = Rooms(
            store=store,
            ledger=ledger,
            log=log,
            keys=keys,
            rulebook=rulebook,
            clock=clock,
            metrics=metrics,
            trial_windows=trial_windows,
            timers=self,
        )
        self._by_channel = self._rooms.by_channel
        self._alarm: Alarm[Room] = Alarm(self._ring)
        self._loop = asyncio.get_running_loop()
        self._changed: set[Room] = set()
        self._foresights = count(1)
        """Numbers of questions to the records: a later one knows better, whichever is answered first."""
        self._measuring: asyncio.Task[None] | None = None

    # Coming and going

    def start(self) -> None:
        """Begin to renew leases and to compare clocks."""
        self._presence.start()
        self._bells.start()
        self._read_notes.start()
        self._background.begin(self._clock_moves.start())
        self._measuring = asyncio.get_running_loop().create_task(self._clock.measure_forever(self._ledger.time))

    async def stop(self) -> None:
        """Give up leases; the connections have ended."""
        self._alarm.stop()
        self._stand_ins.stop()
        self.people.stop()
        self._board.stop()
        self._presence.stop()
        self._read_notes.stop()
        if self._measuring is not None:
            self._measuring.cancel()
        await self._background.end()

    def expect(self, connection: Connection) -> None:
        """From here on hear of what concerns the connection's person."""
        self.people.expect(connection)

    async def follow(
        self, connection: Connection, conversations: Sequence[str], *, beside: asyncio.Future[None] | None = None
    ) -> tuple[list[Follower[Room]], list[str]]:
        """Let a connection follow conversations, as far as the ledger has them and it may.

        The second list names those that a fault of ours keeps from being opened: the others go on without them.
        It waits for `beside` too: what is asked meanwhile, and must be known before the first message comes.
        Raises StoreError, and DatabaseError where a conversation's key is not at hand.
        """
        found = await asyncio.gather(
            *(self._rooms.of(conversation) for conversation in conversations), return_exceptions=True
        )
        rooms = [room for room in found if isinstance(room, Room)]
        unopened = [name for name, fault in zip(conversations, found, strict=True) if isinstance(fault, OpeningError)]
        faults = [fault for fault in found if isinstance(fault, BaseException) and not isinstance(fault, OpeningError)]
        if faults:
            for room in rooms:
                self._rooms.close_if_empty(room)
            raise faults[0]
        admitted = [room for room in rooms if self._admits(room, connection)]
        asked = next(self._foresights)
        try:
            await self._read_notes.follows(connection, [room.id for room in admitted])
            places = await self._stand_ins.places(connection, admitted)
            outlooks, people = await self._foreseen_of(admitted)
            if beside is not None:
                await beside
        except BaseException:  # It is cancelled.
            for room in admitted:
                self._rooms.close_if_empty(room)
            raise
        kept = [self._rooms.kept(room) for room in admitted]
        for room in kept:
            self._foreseen(room, asked, outlooks, people)
        return [self._enter(connection, room, places.get(room.id)) for room in kept], unopened

    def _admits(self, room: Room, connection: Connection) -> bool:
        if connection.may_follow(room) or self._stand_ins.absence_for(connection, room) is not None:
            return True
        self._rooms.close_if_empty(room)
        return False

    def _enter(self, connection: Connection, room: Room, stands_in: StandInPlace | None) -> Follower[Room]:
        follower = Follower(connection, room) if stands_in is None else Substitute(connection, room, *stands_in)
        room.enter(follower)
        return follower

    def keep(self, connection: Connection, expires_at: float) -> None:
        """Count it among those who are here; end it when its token expires, at that time of the loop."""
        self.people.keep(connection, expires_at)
        if connection.role == "mentor" and connection.stand_ins_as_of != self._stand_ins.changes:
            self._stand_ins.look(connection.user)

    def prolong(self, connection: Connection, expires_at: float) -> None:
        """Its token is another one now: end it when that expires."""
        self.people.prolong(connection, expires_at)

    def arrived(self, connection: Connection, followers: Iterable[Follower[Room]]) -> None:
        """The connection has been welcomed: the others may know."""
        for follower in followers:
            self._presence.come(follower.room, connection.user, connection.role)
            if follower.stands_in:
                follower.fill()

    def leave(self, connection: Connection, followers: Iterable[Follower[Room]]) -> None:
        """The connection is gone."""
        self.people.leave(connection)
        if not self.people.connections_of(connection.user):
            self._stand_ins.forget(connection.user)
        self._board.leave(connection)
        self.unfollow(connection, followers)

    def unfollow(self, connection: Connection, followers: Iterable[Follower[Room]]) -> None:
        """The connection follows these no longer."""
        for follower in followers:
            room = follower.room
            follower.stop()
            room.leave(follower)
            self._presence.go(room, connection.user, connection.role)
            self._rooms.close_if_empty(room)

    # The feed

    def pushed(self, push: list[Any]) -> None:
        """The store published something: `[kind, channel, payload]`."""
        if push[0] != b"smessage":
            return
        channel: bytes = push[1]
        payload: bytes = push[2]
        room = self._by_channel.get(channel)
        if room is None:
            self._rooms.missed(channel)
            self._pushed_elsewhere(channel, payload)
            return
        kind = payload[:1]
        if kind == feed.MESSAGE:
            room.message(*feed.read_message(payload))
        elif kind == feed.CHANGE:
            room.change(*feed.read_change(payload))
        else:
            self._pushed_beside(room, payload)

    def _pushed_beside(self, room: Room, payload: bytes) -> None:
        """What is published of a conversation beside its messages."""
        kind = payload[:1]
        if kind == feed.SETTINGS:
            self.refresh(room)
        elif kind == feed.THERE:
            room.begin_anew(feed.read_there(payload))
            self.refresh(room)
        elif kind == feed.PRESENCE:
            self._presence.look(room)
        elif kind == feed.DEADLINE:
            room.deadline(*feed.read_deadline(payload))
        elif kind == feed.READ:
            room.read_mark(*feed.read_mark(payload))
        elif kind == feed.AWAY:
            self._background.begin(self._foresee(room))
        elif kind == feed.PEOPLE:
            self._background.begin(self._look_at_people(room))
        elif kind == feed.SESSION:
            room.session(feed.read_session(payload))
            self._background.begin(self._foresee(room))
        elif kind == feed.TYPING:
            room.typing(*feed.read_typing(payload))

    def _pushed_elsewhere(self, channel: bytes, payload: bytes) -> None:
        if channel in CHANNELS:
            self._board.pushed(payload)
        elif channel == SUPPORT:
            self._tell_of_case("", payload)
        elif person := self.people.named(channel):
            self._concerns(person, payload)
        elif channel == CLOCK:
            self._clock_moves.pushed(payload)
        elif channel in WORK:
            self._bells.pushed(channel, payload)

    def _concerns(self, person: str, payload: bytes) -> None:
        if (said := feed.read_noticed(payload)) is not None:
            self.people.tell(person, *said)
        elif (signal := feed.read_signalled(payload)) is not None:
            self.people.signal(person, *signal)
        elif self._tell_of_case(person, payload):
            pass
        elif (unsent := read_change(payload)) is not None:
            self._background.begin(self._unsent.told(self.welcomed(person), unsent))
        elif (mute := feed.read_muted(payload)) is not None:
            self._background.begin(self._mute(person, *mute))
        elif (before := feed.read_revoked(payload)) is not None:
            self.people.revoke(person, before)
        elif (sign_in := feed.read_signed_out(payload)) is not None:
            self.people.sign_out(person, sign_in)
        elif payload == feed.STANDS_IN:
            self._stand_ins.changed(person)
        else:
            self._background.begin(self._added(person, payload.decode()))

    def _tell_of_case(self, person: str, payload: bytes) -> bool:
        """Whether it was a change of a case; `person` is '' for all of support."""
        if (said := feed.read_cased(payload)) is None:
            return False
        self.people.tell_of_case(person, *said)
        return True

    async def publish_typing(self, room: Room, who: feed.Hand, origin: str) -> None:
        """Tell everyone, on every process, who is typing: not where the store is gone, for it soon fades."""
        with suppress(StoreError):
            await self._store.request("SPUBLISH", keys.feed(room.id), feed.typing(who, origin))

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do that soon, whatever becomes of the connection that asked for it."""
        self._background.begin(work)

    async def _added(self, person: str, conversation: str) -> None:
        """A conversation was added for a person who is connected."""
        for connection in self.people.connections_of(person):
            if not connection.follows(conversation):
                await self.add(connection, [conversation])

    async def add(self, connection: Connection, conversations: Sequence[str]) -> None:
        """Let a connection follow conversations, and tell it of them. Raises StoreError, DatabaseError."""
        followers, unopened = await self.follow(connection, conversations)
        for name in unopened:
            connection.fail("internal", conversation=name)
        for follower in followers:
            if connection.add(follower):
                follower.room.say_view_to(follower)
                follower.room.told(follower)
                self.arrived(connection, [follower])

    # Substitutes

    async def standing_in(self, connection: Connection) -> list[str]:
        """The conversations of others in which the mentor who comes stands in now."""
        connection.stand_ins_as_of = self._stand_ins.changes
        return await self._stand_ins.conversations(connection.user)

    def welcomed(self, person: str) -> list[Connection]:
        """Everything that the person is connected with, once it was welcomed."""
        return [each for each in self.people.connections_of(person) if each in self.connections]

    async def _mute(self, person: str, conversation: str, muted: bool) -> None:
        """The person wants no notices of a conversation, or wants them again."""
        for connection in self.people.connections_of(person):
            if muted == (conversation in connection.muted):
                continue
            connection.muted ^= {conversation}
            if (follower := connection.follower(conversation)) is not None:
                follower.room.say_view_to(follower)

    async def _look_at_notices(self, person: str) -> None:
        """What was published of them may have been missed."""
        glance = await self._notices.glance(person)
        if glance is None:
            return
        self.people.tell(person, "", encode_json(NoticesRead(None, [], glance.unread)))
        known = {conversation for each in self.people.connections_of(person) for conversation in each.muted}
        for conversation in known | glance.muted:
            await self._mute(person, conversation, conversation in glance.muted)

    # The store came back, or a part of it moved

    def missed(self, channels: Collection[bytes]) -> None:
        """These are heard again, and something published on them may have been missed: look at all that they are of."""
        for channel in channels:
            self._rooms.missed(channel)
            if room := self._by_channel.get(channel):
                self._background.begin(self._look_again(room, *room.heard))
            elif person := self.people.named(channel):
                self._background.begin(self.people.look_whether_revoked(person))
                self._background.begin(self._look_at_notices(person))
                self._stand_ins.changed(person)
                self.people.look_for_cases(person)
                self._unsent.missed(self.welcomed(person))
        if SUPPORT in channels:
            self.people.look_for_cases("")
        if not CHANNELS.keys().isdisjoint(channels):
            self._board.start_over()
        self._bells.missed(channels)
        if CLOCK in channels:
            self._background.begin(self._clock_moves.look())

    async def _look_again(self, room: Room, seq: int, at: int) -> None:
        """Whether the message that was heard last is still there: a failover or an old backup may have lost it."""
        kept = await self._ledger.messages(room.id, seq - 1, seq + 1, 1) if seq else []
        standing = await self._ledger.standing(room.id)
        if standing is not None and (standing.last_seq < seq or any(entry.at != at for entry in kept)):
            logger.warning("the store lost messages that were shown", extra={"conversation": room.id})
            room.lost((seq, at), standing.last_seq, AGAIN)
        self.refresh(room)
        await self._foresee(room)

    # What rooms ask for

    def later(self, room: Room) -> None:
        if room not in self._changed:
            self._changed.add(room)
            self._loop.call_later(TELL_AFTER, self._tell_later, room)

    def _tell_later(self, room: Room) -> None:
        self._changed.discard(room)
        self.tell(room, self._clock.now())

    def wake_at(self, room: Room, instant: int) -> None:
        self._alarm.set(room, self._loop.time() + max(0, instant - self._clock.now()) / 1000)

    def _ring(self, room: Room) -> None:
        self.tell(room, self._clock.now())

    def forget(self, room: Room) -> None:
        """Wake the room no more."""
        self._alarm.unset(room)

    def clock_moved(self) -> None:
        """Whoever stands in for others may do so now, or no longer."""
        self._stand_ins.moved()

    def rooms(self) -> Iterable[Room]:
        """Those that are open here."""
        return self._by_channel.values()

    def tell(self, room: Room, now: int) -> None:
        """Tell a room's followers how it stands at `now`."""
        try:
            room.tell(now)
        except UnjudgeableError:
            logger.exception("the conversation cannot be judged", extra={"conversation": room.id})

    def refresh(self, room: Room) -> None:
        self._background.begin(self._refresh(room))

    async def _refresh(self, room: Room) -> None:
        standing = await self._ledger.standing(room.id)
        if standing is None:
            return
        self._clock.hear(standing.now)
        if room.learn(standing):
            # The settings may have brought other credits, which are told with them.
            asked = next(self._foresights)
            outlooks, people = await self._foreseen_of([room])
            if (outlook := outlooks.get(room.id)) is not None:
                room.take_outlook(outlook, asked)
            room.learn_people(people)
            await self._rooms.learn_last(room)
            room.say_view()

    async def _foresee(self, room: Room) -> None:
        asked = next(self._foresights)
        self._foreseen(room, asked, *await self._foreseen_of([room]))

    async def _foreseen_of(self, rooms: Sequence[Room]) -> tuple[Mapping[str, Outlook], Mapping[str, PersonRecord]]:
        """What the records know of these, and what of their people: asked at the same time.

        Who stands in is known only then.
        """
        ids = {person for room in rooms for person in room.people}
        asking = self._loop.create_task(self._people_desk.people(ids))
        try:
            outlooks = await self._sessions.outlooks([room.id for room in rooms])
            people = await asking
        finally:
            asking.cancel()
        others = {each.substitute for outlook in outlooks.values() for each in outlook.absences if each.substitute}
        return outlooks, {**people, **await self._people_desk.people(others - ids)}

    async def _look_at_people(self, room: Room) -> None:
        if room.learn_people(await self._people_desk.people(room.people)):
            room.say_view()

    def _foreseen(
        self, room: Room, asked: int, outlooks: Mapping[str, Outlook], people: Mapping[str, PersonRecord]
    ) -> None:
        """Those that are known; where the records do not answer, the last word stands."""
        room.learn_people(people)
        if outlook := outlooks.get(room.id):
            room.foresee(outlook, asked)

    # Sessions

    def wrote(self, room: Room, side: Writer, at: int) -> None:
        """That side wrote at `at` where live chats are booked: in one that runs, that is joining it."""
        if entered := room.chats_entered(side, at):
            self._background.begin(self._came(room, side, at, entered))

    def wrote_in_window(self, room: Room) -> None:
        """The member wrote in a writing window, which may count in another conversation too."""
        if self._trial_windows.concerns(room.settings):
            self._background.begin(self._rooms.count_together(room.id, room.settings))

    async def _came(self, room: Room, side: Writer, at: int, chats: list[int]) -> None:
        try:
            await self._sessions.wrote(room.id, side, at)
        except (StoreError, DatabaseError) as error:
            logger.debug("a join is noted later: %s", error, extra={"conversation": room.id})
            room.not_entered(side, chats)

    # What an operator asks for

    def gauges(self) -> Gauges:
        """How many are here, and how far behind they are."""
        unsent = [connection.unsent for connection in self.connections]
        return Gauges(
            connections=Counter((connection.role, connection.encoding) for connection in self.connections),
            rooms=len(self._by_channel),
            in_flight=sum(connection.in_flight for connection in self.connections),
            unsent_bytes=sum(unsent),
            unsent_most=max(unsent, default=0),
        )
