"""Random histories of conversations, from a seed: every event that a ledger knows, at instants where rules turn."""

from collections.abc import Iterator
from hashlib import blake2b
from random import Random
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import astuple, replace

from quotas import instant
from quotas.admission import Usage, without_wait
from quotas.bookings import LENGTHS, QUARTER
from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.ledger.base import (
    DIGEST_BYTES,
    Acknowledged,
    Change,
    Changed,
    ChangeResult,
    Entry,
    Ledger,
    Otherwise,
    Post,
    Posted,
    PostRefused,
    PostResult,
    Stale,
    Uncounted,
    posted,
)
from quotas.plans import Policy
from quotas.policy_file import builtin_policy
from quotas.standing import ChangeKind, ConversationSettings, Standing, Writer
from quotas.terms import BookedChat, Rulebook, Terms

_MORE_PLANS = {
    "cut": {"writing": {"kind": "windows", "per_week": 3, "hours": 30, "weekend": "cut"}, "reply": {"from": "first"}},
    "long": {"writing": {"kind": "windows", "per_week": 1, "hours": 200}, "reply": {"target_hours": 100}},
    "few": {"writing": {"kind": "messages", "per_week": 2}, "reply": {"clock": "continuous"}},
    "always": {"writing": {"kind": "always"}, "reply": {"target_hours": 1, "from": "first", "clock": "continuous"}},
}
_CLOSED_WEEKDAYS = (("saturday", "sunday"), ("friday", "saturday"), (), ("monday", "wednesday", "friday", "sunday"))

PLACES = (
    ("Europe/Oslo", "2026-03-20", "NO"),
    ("Europe/Oslo", "2026-10-15", ""),
    ("Europe/Copenhagen", "2026-05-01", "DK"),
    ("Asia/Kathmandu", "2026-01-01", ""),
    ("America/Santiago", "2025-08-30", ""),
    ("America/Santiago", "2026-03-28", "CL"),
    ("Asia/Beirut", "2026-03-20", ""),
    ("Africa/Cairo", "2026-04-15", ""),
    ("America/Havana", "2025-10-26", ""),
    ("Asia/Tehran", "2021-03-15", ""),
    ("Asia/Amman", "2021-10-20", ""),
    ("Australia/Lord_Howe", "2026-03-30", ""),
    ("Pacific/Apia", "2011-12-20", ""),
    ("America/St_Johns", "2009-10-25", ""),
)
"""Zones with the day near which a history starts there: clocks that change on weekdays, at midnight, over a day."""

_STEPS = (0, 1, 40, SECOND, MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 21 * DAY)


class Configure(Struct, frozen=True):
    """New settings. `suspend`, `lift`, `move` (another zone), `old` (an older revision), `key` and
    `chats` have no word in timelines."""

    at: int
    do: Literal["open", "plan", "pause", "resume", "end", "suspend", "lift", "move", "old", "key", "chats"]
    settings: ConversationSettings


class StartLive(Struct, frozen=True):
    """A live chat of `minutes` starts."""

    at: int
    minutes: int


class Write(Struct, frozen=True):
    """Someone writes, with settings and terms that may be out of date."""

    at: int
    post: Post
    settings: ConversationSettings
    terms: Terms


class Check(Struct, frozen=True):
    """How does it stand?"""

    at: int


class MarkRead(Struct, frozen=True):
    """Someone has read up to `seq`, which may not exist."""

    at: int
    reader: Writer
    seq: int


class Tell(Struct, frozen=True):
    """The system writes an event, with the next number or an earlier one."""

    at: int
    number: int
    entry: bytes


class Alter(Struct, frozen=True):
    """Someone edits, deletes or reacts to a message that was written, perhaps too late or once too often."""

    at: int
    change: Change
    unread_after: int


class Acknowledge(Struct, frozen=True):
    """The mentor says that a wait needs no answer: the one that is open, or another, having looked so far or not."""

    at: int
    waiting_since: int
    last_seq: int
    entry: bytes


class Browse(Struct, frozen=True):
    """Someone asks for messages."""

    at: int
    after: int
    before: int
    limit: int


Event = Configure | StartLive | Write | Check | MarkRead | Browse | Tell | Alter | Acknowledge
Answer = Standing | PostResult | ChangeResult | Uncounted | Acknowledged | Otherwise | bool | list[Entry] | None


def rulebooks() -> list[Rulebook]:
    """The built-in plans and others that use every switch, with different closed weekdays."""
    policy = msgspec.to_builtins(builtin_policy())
    policy["plans"] |= _MORE_PLANS
    books = []
    for closed in _CLOSED_WEEKDAYS:
        policy["calendar"]["closed_weekdays"] = closed
        books.append(Rulebook(msgspec.convert(policy, Policy)))
    return books


class History:
    """The life of one conversation. Tell it each answer with `saw`: the next event heads for where the rules turn."""

    def __init__(self, seed: str, books: list[Rulebook]) -> None:
        self.name = seed
        self._random = Random(seed)
        self.rulebook = self._random.choice(books)
        zone, day, holidays = self._random.choice(PLACES)
        start = instant.parse(f"{day}T00:00:00Z") + self._random.randrange(20 * DAY)
        plan = self._random.choice(sorted(self.rulebook.policy.plans))
        settings = ConversationSettings(f"member-{seed}", f"mentor-{seed}", plan, zone, holidays)
        self._standing = Standing(start, settings, Usage(), 0, 0, 0)
        self._terms = self._standing.terms(self.rulebook)
        self._terms_settings = settings
        self._sent: list[Post] = []
        self._lane = self._random.getrandbits(53) or 1
        self._number = 0
        self._told = 0
        self._texts: list[tuple[int, Writer, int]] = []
        """Seq, side and instant of what was written."""
        self._writing: Writer = "member"
        self._altered: Alter | None = None
        self._alterations = 0

    def events(self, count: int) -> Iterator[Event]:
        """`count` events, the first of which opens the conversation."""
        yield Configure(self._standing.now, "open", self._standing.settings)
        for _ in range(count - 1):
            yield self._event()

    def saw(self, answer: Answer) -> None:
        """Learn what a ledger answered to the last event."""
        match answer:
            case Standing():
                self._standing = answer
            case Stale(standing=standing):
                self._standing = standing
            case Posted(usage=usage, seq=seq):
                last = max(seq, self._standing.last_seq)
                self._standing = replace(self._standing, usage=usage, last_seq=last)
                if answer.first:
                    self._texts.append((seq, self._writing, answer.at))
            case Changed(usage=usage, seq=seq):
                self._standing = replace(self._standing, usage=usage, last_seq=max(seq, self._standing.last_seq))
            case PostRefused(usage=usage):
                self._standing = replace(self._standing, usage=usage)
            case Acknowledged(seq=seq):
                self._standing = replace(self._standing, usage=without_wait(self._standing.usage), last_seq=seq)

    def _event(self) -> Event:
        altered, self._altered = self._altered, None
        if altered is not None and self._random.random() < 0.3:
            self._standing = replace(self._standing, now=self._standing.now + self._random.choice((0, HOUR)))
            return replace(altered, at=self._standing.now)
        return self._new_event()

    def _new_event(self) -> Event:
        at = self._instant()
        self._standing = replace(self._standing, now=at)
        draw = self._random.random()
        if draw < 0.45:
            return self._write(at, "member")
        if draw < 0.62:
            return self._write(at, "mentor")
        if draw < 0.74:
            return Check(at)
        if draw < 0.78:
            return StartLive(at, self._random.choice((1, 30, 30, 60, 24 * 60)))
        if draw < 0.84:
            reader: Writer = self._random.choice(("member", "mentor"))
            return MarkRead(at, reader, self._random.randint(0, self._standing.last_seq + 1))
        if draw < 0.87:
            ends = sorted(self._random.randint(0, self._standing.last_seq + 2) for _ in range(2))
            return Browse(at, ends[0], max(1, ends[1]), self._random.choice((1, 3, 100)))
        if draw < 0.89:
            self._told += self._random.choice((-1, 0, 1, 1, 1, 7))
            return Tell(at, max(1, self._told), self._entry("event"))
        if draw < 0.93 and self._texts:
            return self._alter(at)
        if draw < 0.95:
            since, last_seq = self._standing.usage.waiting_since, self._standing.last_seq
            looked_at = self._random.choice((0, last_seq, last_seq, max(0, last_seq - 1)))
            return Acknowledge(at, self._random.choice((since, since, since, at)), looked_at, self._entry("event"))
        return self._configure(at)

    def _instant(self) -> int:
        """Mostly onwards, a third of the time to within 1 ms of a turn; now and then the clock is set back a little."""
        now, usage = self._standing.now, self._standing.usage
        draw = self._random.random()
        if draw < 0.01:
            return now - self._random.randrange(2 * SECOND)
        if draw < 0.34:
            chats = self._standing.settings.chats
            turns = (
                self._terms.valid_until,
                usage.window_ends_at,
                usage.live_until,
                usage.due_at,
                *(turn for chat in chats for turn in (chat.starts_at, chat.ends_at)),
            )
            ahead = [turn for turn in turns if turn > now]
            if ahead:
                return max(now, self._random.choice(ahead) + self._random.choice((-1, 0, 1)))
        return now + int(self._random.choice(_STEPS) * self._random.random() * 2)

    def _entry(self, kind: str) -> bytes:
        """A head in the open, and something sealed."""
        return b'{"kind":"%b"}\n%b' % (kind.encode(), self._random.randbytes(self._random.randrange(12)))

    def _alter(self, at: int) -> Alter:
        seq, side, written_at = self._random.choice(self._texts[-8:])
        kinds: tuple[ChangeKind, ...] = ("edit", "edit", "deletion", "reaction")
        kind = self._random.choice(kinds)
        entry = self._entry(kind)
        change = Change(
            conversation=self.name,
            writer=self._random.choice(("member", "mentor")) if kind == "reaction" else side,
            id=f"change {self._alterations}",
            digest=blake2b(entry, digest_size=DIGEST_BYTES).digest(),
            entry=entry,
            origin="origin",
            kind=kind,
            about=seq,
            of=side,
            key=self._standing.settings.key + (self._random.random() < 0.08),
            until=self._random.choice((0, 0, written_at + DAY)),
        )
        self._alterations += 1
        self._altered = Alter(at, change, self._random.choice((0, MINUTE)))
        return self._altered

    def _write(self, at: int, writer: Writer) -> Write:
        self._writing = writer
        if self._random.random() < 0.95:
            self._terms = self._standing.terms(self.rulebook)
            self._terms_settings = self._standing.settings
        return Write(at, self._post(writer), self._terms_settings, self._terms)

    def _post(self, writer: Writer) -> Post:
        if self._sent and self._random.random() < 0.12:
            again = self._random.choice(self._sent)
            self._writing = again.writer
            return again if self._random.random() < 0.8 else self._new_post(again.writer, again.id)
        post = self._new_post(writer, "" if self._random.random() < 0.2 else f"id {len(self._sent)} æ")
        self._sent = [*self._sent[-20:], post]
        return post

    def _new_post(self, writer: Writer, id_: str) -> Post:
        entry = self._entry("text")
        digest = blake2b(entry, digest_size=DIGEST_BYTES).digest()
        # Half of them follow the one before, which was carried out or not; some follow one that never was the last.
        after = self._random.choice((0, 0, 0, self._number, self._number, max(0, self._number - 1)))
        self._number += 1
        return Post(self.name, writer, id_, digest, entry, "origin", self._lane, self._number, after)

    def _configure(self, at: int) -> Configure:
        settings = self._standing.settings
        newer = replace(settings, revision=settings.revision + self._random.randint(1, 2))
        draw = self._random.random()
        if settings.status == "paused" and draw < 0.7:
            return Configure(at, "resume", replace(newer, status="open"))
        if settings.status == "suspended" and draw < 0.7:
            return Configure(at, "lift", replace(newer, status="open"))
        if draw < 0.02:
            return Configure(at, "end", replace(newer, status="ended"))
        if draw < 0.12:
            return Configure(at, "pause", replace(newer, status="paused"))
        if draw < 0.18:
            return Configure(at, "suspend", replace(newer, status="suspended"))
        if draw < 0.3:
            zone, _, holidays = self._random.choice(PLACES)
            return Configure(at, "move", replace(newer, zone=zone, holidays=holidays))
        if draw < 0.35:
            return Configure(at, "key", replace(newer, key=settings.key + 1))
        plan = self._random.choice(sorted(self.rulebook.policy.plans))
        if draw < 0.45:
            older = self._random.randint(0, settings.revision)
            return Configure(at, "old", replace(settings, plan=plan, revision=older))
        if draw < 0.65:
            return Configure(at, "chats", replace(newer, chats=self._chats(at)))
        return Configure(at, "plan", replace(newer, plan=plan))

    def _chats(self, at: int) -> tuple[BookedChat, ...]:
        """Up to three booked live chats around that instant, some of them overlapping, some ended early."""
        chats = []
        for _ in range(self._random.randrange(4)):
            starts_at = at - at % QUARTER + self._random.randint(-4, 400) * QUARTER
            booked_until = starts_at + self._random.choice(LENGTHS) * MINUTE
            ends_at = booked_until if self._random.random() < 0.7 else starts_at + self._random.randrange(30 * MINUTE)
            chats.append(BookedChat(starts_at, ends_at, booked_until))
        return tuple(sorted(chats, key=astuple))


async def happen(ledger: Ledger, conversation: str, event: Event) -> Answer:
    """Let the event happen on a ledger."""
    match event:
        case Configure(at=at, settings=settings):
            return await ledger.configure(conversation, settings, at=at)
        case StartLive(at=at, minutes=minutes):
            return await ledger.start_live(conversation, minutes * MINUTE, at=at)
        case Write(at=at, post=post, settings=settings, terms=terms):
            return await posted(ledger, post, settings, terms, at=at)
        case Check(at=at):
            return await ledger.standing(conversation, at=at)
        case Tell(at=at, number=number, entry=entry):
            return await ledger.write_event(conversation, number, entry, at=at)
        case Alter(at=at, change=change, unread_after=unread_after):
            return await ledger.change(change, unread_after, at=at)
        case Acknowledge(at=at, waiting_since=since, last_seq=last_seq, entry=entry):
            return await ledger.acknowledge(conversation, since, last_seq, entry, at=at)
        case MarkRead(reader=reader, seq=seq):
            return await _mark(ledger, conversation, reader, seq)
        case Browse(after=after, before=before, limit=limit):
            return await ledger.messages(conversation, after, before, limit)


async def _mark(ledger: Ledger, conversation: str, reader: Writer, seq: int) -> Answer:
    marked = await ledger.mark_read(conversation, reader, seq, "origin")
    if isinstance(marked, Uncounted):
        return await ledger.mark_read(conversation, reader, seq, "origin", seen=min(seq, marked.texts))
    return marked
