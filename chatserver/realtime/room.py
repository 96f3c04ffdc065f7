"""A conversation that someone here follows: what this process knows of it, and who is told what."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from msgspec.structs import replace

from chatserver.conversations.absence import AbsenceRecord, running
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.standing_view import away_of, composer_of, reply_of
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key
from chatserver.messages.history import last_message_of
from chatserver.messages.lane import Lane
from chatserver.messages.log import LastEntry, MessageLog, in_the_open, sealed_with
from chatserver.operating.metrics import Metrics
from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.entry import deleted_head, joined, parted
from chatserver.protocol.event import Event
from chatserver.protocol.events import (
    Composer,
    ComposerChanged,
    ConversationChanged,
    ConversationView,
    Deadline,
    LastMessage,
    Presence,
    ReadMark,
    ReplyChanged,
    Role,
    TypingNow,
    UnreadLeft,
)
from chatserver.protocol.session_events import CreditsLeft, NextSession
from chatserver.realtime.follower import Follower
from chatserver.realtime.outgoing import Audience, ComposerSaid, MessageAudience, RawAudience
from chatserver.sessions.credit_book import Outlook
from chatserver.sessions.outlook_view import credits_left_of, next_session_of
from quotas.admission import Usage, WritingState
from quotas.help_policy import help_country
from quotas.instant import LATEST, text
from quotas.ledger.base import Entry, Ledger
from quotas.ledger.feed import ChangeSaid, Hand
from quotas.notes import may_note
from quotas.standing import ConversationSettings, SentNote, Standing, TextCounts, Writer
from quotas.terms import Rulebook, UnjudgeableError


class RoomTimers(Protocol):
    """What a room needs of the hub: to be called again."""

    def later(self, room: "Room") -> None:
        """Call `room.tell` soon: several changes in one go."""

    def wake_at(self, room: "Room", instant: int) -> None:
        """Call `room.tell` at that instant."""


class Room:
    """Followers, lane, marks and presence of one conversation."""

    def __init__(
        self,
        id: str,
        standing: Standing,
        key: Key,
        *,
        ledger: Ledger,
        log: MessageLog,
        keys: ConversationKeys,
        rulebook: Rulebook,
        clock: StoreClock,
        metrics: Metrics,
        timers: RoomTimers,
    ) -> None:
        self.id = id
        self.ledger = ledger
        self.log = log
        self._rulebook = rulebook
        self._clock = clock
        self._timers = timers
        self._arrived_late = metrics.feed_lag.observe
        self.lane = Lane(id, standing, key, ledger=ledger, keys=keys, rulebook=rulebook, metrics=metrics)
        self.last_seq = standing.last_seq
        self.heard = (0, 0)
        """Seq and instant of the message that the feed brought last."""
        self._last: Entry | None = None
        """The last message or event, sealed: None where it is not known."""
        self._last_edit: Entry | None = None
        """The last edit of it."""
        self._last_as_of = 0
        """The seq up to which entries are in these."""
        self.read: dict[Writer, int] = {"member": standing.member_read, "mentor": standing.mentor_read}
        self.texts = standing.texts
        self._seen: dict[Writer, int] = {"member": standing.member_seen, "mentor": standing.mentor_seen}
        """How many of the other side's texts each side has seen, up to its mark."""
        self.substitutes_read = dict(standing.substitutes_read)
        self.online: frozenset[str] = frozenset()
        self.followers: set[Follower[Room]] = set()
        self.outlook: Outlook | None = None
        """Credits and next session, as of when somebody was last to be told; None where the records did not answer."""
        self._asked = 0
        """The number of the question that it answers."""
        self.names: Mapping[str, str] = {}
        """How the people of it are called, by id, as far as is known."""
        self._note = standing.note
        """The last urgent note."""
        self._country: str | None = None
        """Where its member lives, as far as is known."""
        self._came: set[tuple[Writer, int]] = set()
        """Who wrote here in which live chat, by its start: that was passed on."""
        self.changes_at = 0
        """The next instant at which something changes by itself; 0 while nobody was told anything yet."""
        self._announced = standing.settings
        self._composer: tuple[WritingState, ComposerSaid] | None = None
        self._said_absence: AbsenceRecord | None = None
        """The mentor's that the followers know of."""

    def enter(self, follower: "Follower[Room]") -> None:
        """From here on it is told what happens."""
        self.followers.add(follower)

    def leave(self, follower: "Follower[Room]") -> None:
        """It is told nothing any more."""
        self.followers.discard(follower)

    @property
    def settings(self) -> ConversationSettings:
        return self.lane.settings

    def side_of(self, person: str, role: Role) -> Writer | None:
        """Which side a person is on, by id and by the role of their token; None for those who only read."""
        if role == "member":
            return "member" if person == self.settings.member else None
        return "mentor" if role == "mentor" and person == self.settings.mentor else None

    def now(self) -> int:
        """The instant, by the store's clock."""
        return self._clock.now()

    def composer(self, state: WritingState) -> Composer:
        """The state in the words of the protocol."""
        return self.composer_said(state).composer

    def composer_said(self, state: WritingState) -> ComposerSaid:
        """As `composer`, with its JSON; made anew only where the state changed."""
        if self._composer is None or self._composer[0] is not state:
            lines = self._rulebook.policy.help.lines_of(self.country)
            self._composer = state, ComposerSaid(composer_of(state, lines, urgent_note=self._may_note(state)))
        return self._composer[1]

    def composer_now(self) -> Composer:
        """What the member may do now."""
        return self.composer(self.lane.writing_state(self._clock.now()))

    def _may_note(self, state: WritingState) -> bool:
        """Whether the member may send an urgent note in the lock that holds, if one does."""
        try:
            return may_note(state, self._note, self.settings, self.lane.usage, self._rulebook, self._clock.now())
        except UnjudgeableError:
            return False

    def noted(self, seq: int, at: int) -> None:
        """An urgent note was sent here: the lock has had it. When that ends, the store says."""
        if self._note is None or self._note.seq < seq:
            self._take_note(SentNote(seq, at, 0))

    def _take_note(self, note: SentNote | None) -> bool:
        """Whether it is another one, or its lock another."""
        if note == self._note:
            return False
        self._note, self._composer = note, None
        return True

    @property
    def country(self) -> str:
        """Whose help lines hold for the member; '' for none that is known."""
        return help_country(self._country, self.settings.holidays)

    def view(self, follower: "Follower[Room]", now: int | None = None) -> ConversationView:
        """The conversation as the follower's person finds it now, or at `now`."""
        now = self._clock.now() if now is None else now
        settings, reader, stands_in = self.settings, follower.connection, follower.stands_in
        own: Writer = "mentor" if stands_in else self.side_of(reader.user, reader.role) or "member"
        peer: Writer = "mentor" if own == "member" else "member"
        plan = self._rulebook.policy.plans.get(settings.plan)
        return ConversationView(
            id=self.id,
            member=settings.member,
            mentor=settings.mentor,
            plan=settings.plan,
            status=settings.status,
            zone=settings.zone,
            last_seq=self.last_seq,
            read_seq=self.substitutes_read.get(reader.user, 0) if stands_in else self.read[own],
            peer_read_seq=self.read[peer],
            unread=self.unread(follower),
            last=self._last_for(follower),
            peer_online=(settings.mentor if own == "member" else settings.member) in self.online,
            composer=self.composer(self.lane.writing_state(now)),
            reply=reply_of(self.lane.usage, now),
            banner=plan.banner if plan else None,
            credits=None if stands_in else self._credits(),
            next_session=None if stands_in else self._next_session(now),
            muted=self.id in reader.muted,
            away=away_of(self._absence_at(now)),
            names={person: self.names[person] for person in self.people if person in self.names},
            country=self.country,
            reads_from=follower.first_seq if stands_in else None,
            no_answer_needed=plan is not None and plan.no_answer_needed,
        )

    def learn_last(self, last: LastEntry | None, as_of: int) -> None:
        """The store says which message is the last one up to a seq, unless the feed has brought later entries."""
        if last is not None and as_of >= self._last_as_of:
            self._last, self._last_edit, self._last_as_of = last.entry, last.edit, as_of

    def _last_changed(self, change: Entry, said: ChangeSaid) -> None:
        """An edit, a deletion or a reaction came: the last message stays the last one, as it is then."""
        last = self._last
        if last is None or change.seq != self._last_as_of + 1:  # What came between is not here.
            return
        self._last_as_of = change.seq
        if said.about == last.seq and said.kind == "edit":
            self._last_edit = change
        elif said.about == last.seq and said.kind == "deletion":
            head, _ = parted(last.entry)
            self._last, self._last_edit = Entry(last.seq, last.at, joined(deleted_head(head), b"")), None

    def _last_for(self, follower: "Follower[Room]") -> LastMessage | None:
        """Opened anew each time: whoever erases it takes its key."""
        last, edit = self._last, self._last_edit
        if last is None or self._last_as_of != self.last_seq or not follower.may_have(last):
            return None
        if not (self._opens(last) and (edit is None or self._opens(edit))):
            return None
        return last_message_of(self._opened(last), self._opened(edit) if edit is not None else None)

    def _opens(self, entry: Entry) -> bool:
        return sealed_with(entry.entry) in (0, self.lane.key.number)

    def _opened(self, entry: Entry) -> Entry:
        return in_the_open(self.id, entry, self.lane.key if sealed_with(entry.entry) else None)

    def unread(self, follower: "Follower[Room]") -> int:
        """How many texts of the other side and events its person has not seen; for those who only read, the member."""
        if (seen := follower.seen_standing_in) is not None:
            return max(0, self.texts.member - seen)
        reader = follower.connection
        return self._unread(self.side_of(reader.user, reader.role) or "member")

    def _unread(self, side: Writer) -> int:
        return max(0, self.texts.for_side(side) - self._seen[side])

    def say_unread_to(self, follower: "Follower[Room]") -> None:
        """Tell one of those here how much is unread."""
        follower.say(UnreadLeft(self.id, self.unread(follower), self.last_seq))

    def _say_unread(self, side: Writer) -> None:
        """Tell that side's devices; of the member also those who only read."""
        for follower in self.followers:
            reader = follower.connection
            if not follower.stands_in and (self.side_of(reader.user, reader.role) or "member") == side:
                self.say_unread_to(follower)

    def say_view_to(self, follower: "Follower[Room]", now: int | None = None) -> None:
        """Tell one of those here how the conversation is now, or at an instant that was just passed."""
        follower.connection.tell(ConversationChanged(self.view(follower, now)))
        follower.is_shown = True

    def _credits(self) -> CreditsLeft | None:
        plan = self._rulebook.policy.plans.get(self.settings.plan)
        return credits_left_of(self.outlook) if self.outlook and plan and plan.sessions else None

    def _next_session(self, now: int) -> NextSession | None:
        return next_session_of(self.outlook, self._rulebook.policy.sessions, now) if self.outlook else None

    @property
    def _absences(self) -> Sequence[AbsenceRecord]:
        return self.outlook.absences if self.outlook is not None else ()

    def _absence_at(self, now: int) -> AbsenceRecord | None:
        return running(self._absences, now)

    @property
    def people(self) -> set[str]:
        """Whom one meets in it: both sides, and whoever stands in or did."""
        standing_in = {each.substitute for each in self._absences if each.substitute}
        return {self.settings.member, self.settings.mentor, *self.substitutes_read, *standing_in}

    def learn_people(self, people: Mapping[str, PersonRecord]) -> bool:
        """What the records know of its people, as far as they answered; whether that is news."""
        names = {id: person.name for id, person in people.items() if person.name}
        member = people.get(self.settings.member)
        country = member.country if member is not None else self._country
        if not names or (names == self.names and country == self._country):
            return False
        self.names, self._country = names, country
        self._composer = None
        return True

    def take_outlook(self, outlook: Outlook, asked: int) -> None:
        """The records say so, to the question of that number; not where a later one has been answered already."""
        if asked > self._asked:
            self.outlook, self._asked = outlook, asked

    def foresee(self, outlook: Outlook, asked: int) -> None:
        """Credits and next session are these now, as for `take_outlook`; the followers hear of it where it is news."""
        before = self._foreseen(now := self._clock.now())
        self.take_outlook(outlook, asked)
        if self._foreseen(now) != before:
            self.say_view()
        if self.changes_at:
            self._wake_after(now)

    def _foreseen(self, now: int) -> tuple[object, ...]:
        self._said_absence = self._absence_at(now)
        return self._credits(), self._next_session(now), away_of(self._said_absence)

    def say_view(self, now: int | None = None) -> None:
        """Tell everyone how the conversation is now, or at an instant that was just passed."""
        for follower in self.followers:
            self.say_view_to(follower, now)

    def learn(self, standing: Standing) -> bool:
        """The store has said how the conversation stands; whether the followers are to be told the view of it.

        Raises UnjudgeableError.
        """
        changed = standing.settings != self._announced
        self._announced = standing.settings
        self.take(standing)
        unread = self._unread("member"), self._unread("mentor")
        if standing.last_seq >= self.last_seq:
            self.texts = standing.texts
        self.last_seq = max(self.last_seq, standing.last_seq)
        self._mark("member", standing.member_read, standing.member_seen)
        self._mark("mentor", standing.mentor_read, standing.mentor_seen)
        sides: tuple[Writer, Writer] = ("member", "mentor")
        for side, before in zip(sides, unread, strict=True):
            if self._unread(side) != before:
                self._say_unread(side)
        for person, seq in standing.substitutes_read.items():
            self.substitutes_read[person] = max(seq, self.substitutes_read.get(person, 0))
        for follower in self.followers:
            follower.fill()
        noted = self._take_note(standing.note)
        self.tell(self._clock.now())
        if noted:
            state = self.lane.writing_state(self._clock.now())
            self.say(ComposerChanged(self.id, self.composer(state)), but="")
        return changed

    def chats_entered(self, side: Writer, at: int) -> list[int]:
        """The booked live chats, by start, in which a message at `at` is the first of that side that was sent here."""
        running = [chat.starts_at for chat in self.settings.chats if chat.starts_at <= at < chat.ends_at]
        entered = [starts_at for starts_at in running if (side, starts_at) not in self._came]
        self._came.update((side, starts_at) for starts_at in entered)
        return entered

    def not_entered(self, side: Writer, chats: list[int]) -> None:
        """That could not be passed on: the next message says it again."""
        self._came.difference_update((side, starts_at) for starts_at in chats)

    def reaches(self, seq: int) -> None:
        """The conversation goes on until `seq`, at least: the store has said so before the feed brought it."""
        self.last_seq = max(self.last_seq, seq)

    def lost(self, heard: tuple[int, int], last_seq: int, unsure: int) -> None:
        """The store lost what was `heard` last when it was asked, and has the messages until `last_seq`.

        What the feed has brought since is there. `unsure` as for `begin_anew`.
        """
        if self.heard == heard:
            self.heard = (0, 0)  # It is gone: nobody need look for it again.
        self.begin_anew(max(last_seq, self.heard[0]), unsure)

    def begin_anew(self, last_seq: int, unsure: int = 0) -> None:
        """The store lost messages that were shown, and has those until `last_seq`.

        In the places of the newest `unsure` of these may be others than were shown.
        """
        self.last_seq = last_seq
        self._last, self._last_edit, self._last_as_of = None, None, 0
        for follower in self.followers:
            follower.begin_anew(max(0, last_seq - unsure))

    def take(self, standing: Standing) -> None:
        """Take over settings and usage; usage not where the feed has brought a newer one. Raises UnjudgeableError."""
        if standing.last_seq < self.last_seq:
            standing = replace(standing, usage=self.lane.usage)
        self.lane.learn(standing)

    def message(
        self,
        seq: int,
        at: int,
        usage: Usage,
        texts: TextCounts,
        origin: str,
        entry: bytes,
        said: ChangeSaid | None = None,
    ) -> None:
        """The feed brought a message, or an event; `said` is of an edit, a deletion or a reaction."""
        for follower in self.followers:
            if not follower.is_shown:
                follower.show()  # as it was before: what comes is news to it
        self._arrived_late(self._clock.hear(at))
        self.lane.used(usage)
        self.heard = (seq, at)
        stored = Entry(seq, at, entry)
        if seq >= self.last_seq:
            self.texts = texts
            self.last_seq = seq
            if said is None:
                self._last, self._last_edit, self._last_as_of = stored, None, seq
            else:
                self._last_changed(stored, said)
        audience = self._audience(stored)
        if audience is not None:
            for follower in self.followers:
                follower.message(seq, origin, audience)
        else:
            # The key has just changed: whoever reads the log gets it by its own key.
            for follower in self.followers:
                follower.fill()
        self._timers.later(self)

    def change(
        self, seq: int, at: int, usage: Usage, texts: TextCounts, origin: str, said: ChangeSaid, entry: bytes
    ) -> None:
        """The feed brought an edit, a deletion or a reaction: as a message, and what is unread may be less."""
        self.message(seq, at, usage, texts, origin, entry, said)
        if said.kind == "deletion":
            self._seen = {"member": said.member_seen, "mentor": said.mentor_seen}
            self._say_unread("member")
            self._say_unread("mentor")
            for follower in self.followers:
                if follower.stands_in:
                    follower.marked()

    def _audience(self, entry: Entry) -> MessageAudience | None:
        """What the feed brought, for everyone; None where it is sealed with another key than the one at hand."""
        written_here = self.lane.written_here(entry.entry)
        if written_here is not None:
            return MessageAudience(self.id, Entry(entry.seq, entry.at, written_here), None)
        number = sealed_with(entry.entry)
        if number == 0:  # nothing is sealed: it is an event
            return MessageAudience(self.id, in_the_open(self.id, entry, None), None)
        key = self.lane.key
        return MessageAudience(self.id, entry, key) if number == key.number else None

    def session(self, payload: bytes) -> None:
        """The feed brought an event about a session, whole, as JSON. No substitute hears of the mentor's sessions."""
        audience = RawAudience(payload)
        for follower in self.followers:
            if not follower.stands_in:
                follower.push(audience.frame(follower.connection.encoding))

    def read_mark(self, whose: Hand, seq: int, origin: str, seen: int | None) -> None:
        """The feed brought a read mark."""
        if whose.substitute:
            self._substitute_read(whose.substitute, seq, origin)
            return
        if seen is None and seq >= self.last_seq:
            seen = self.texts.for_side(whose.side)
        if self._mark(whose.side, seq, seen):
            self.say(ReadMark(self.id, self._person(whose.side), seq), but=origin)
            self._say_unread(whose.side)

    def _substitute_read(self, person: str, seq: int, origin: str) -> None:
        """Nobody else hears of it: what a substitute has read, the mentor has not."""
        self.substitutes_read[person] = max(seq, self.substitutes_read.get(person, 0))
        for follower in self.followers:
            if follower.connection.user == person and follower.stands_in:
                if follower.connection.id != origin:
                    follower.say(ReadMark(self.id, person, seq))
                follower.marked()

    def _mark(self, side: Writer, seq: int, seen: int | None) -> bool:
        """Whether it has moved."""
        moved = seq > self.read[side]
        if seq >= self.read[side]:
            self.read[side] = seq
            self._seen[side] = self._seen[side] if seen is None else seen
        return moved

    def typing(self, who: Hand, origin: str) -> None:
        """The feed says that someone types."""
        self.say(TypingNow(self.id, who.substitute or self._person(who.side)), but=origin)

    def deadline(self, kind: Literal["warning", "missed"], due_at: int, hours: float) -> None:
        """The feed says that a reply deadline is near or was missed."""
        event = Audience(Deadline(self.id, kind, text(due_at), hours))
        for follower in self.followers:
            if follower.connection.hears_reply:
                follower.push(event.frame(follower.connection.encoding))

    def present(self, online: frozenset[str]) -> frozenset[str]:
        """Who is there now; the others hear of each coming and going. Returns who has come or gone."""
        before, self.online = self.online, online
        sides: tuple[Writer, Writer] = ("member", "mentor")
        for side in sides:
            person = self._person(side)
            if (person in online) != (person in before):
                event = Audience(Presence(self.id, person, person in online))
                for follower in self.followers:
                    reader = follower.connection
                    # Who does not know the conversation yet learns it with that.
                    if follower.is_shown and self.side_of(reader.user, reader.role) != side:
                        reader.push(event.frame(reader.encoding))
        return before ^ online

    def _person(self, side: Writer) -> str:
        return self.settings.member if side == "member" else self.settings.mentor

    def say(self, event: Event, *, but: str) -> None:
        """Tell everyone but the connection `but`."""
        audience = Audience(event)
        for follower in self.followers:
            if follower.connection.id != but:
                follower.push(audience.frame(follower.connection.encoding))

    def tell(self, now: int) -> None:
        """Push composer and reply state to those whose last word on it differs, and wake at the next change."""
        if not self.followers:
            return
        state = self.lane.writing_state(now)
        reply = reply_of(self.lane.usage, now)
        composer_changed = Audience(ComposerChanged(self.id, self.composer(state)))
        reply_changed = Audience(ReplyChanged(self.id, reply))
        for follower in self.followers:
            follower.tell(state, composer_changed, reply, reply_changed)
        if self._absences and (absence := self._absence_at(now)) != self._said_absence:
            self._said_absence = absence
            self.say_view(now)
        self._wake_after(now)

    def told(self, follower: "Follower[Room]") -> None:
        """The follower was just given `view`: it knows composer and reply."""
        now = self._clock.now()
        follower.told(self.lane.writing_state(now), reply_of(self.lane.usage, now))
        self._wake_after(now)

    def _wake_after(self, now: int) -> None:
        self.changes_at = self.lane.changes_at(now)
        turns = (at for each in self._absences for at in (each.since, each.until) if at > now)
        self.changes_at = min(self.changes_at, min(turns, default=LATEST))
        self._timers.wake_at(self, self.changes_at)
