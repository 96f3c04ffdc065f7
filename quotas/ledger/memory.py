"""The reference ledger: the same contract as the real one, in plain Python and in one process's memory."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from msgspec.structs import replace

from quotas.admission import (
    CLOSED_TO_BOTH,
    Admitted,
    Denied,
    Usage,
    admit_member,
    admit_mentor,
    carried,
    counted_together,
    without_wait,
)
from quotas.ledger.base import (
    ANY_TEXT,
    IDEMPOTENCY_PERIOD,
    Acknowledged,
    Again,
    Change,
    Changed,
    ChangeRefused,
    ChangeResult,
    Deleted,
    Entry,
    IdHeld,
    Note,
    NoteResult,
    NotNoted,
    OtherKey,
    Otherwise,
    Post,
    Posted,
    PostRefused,
    PostResult,
    Recount,
    Reused,
    Stale,
    StandIn,
    TooLate,
    Uncounted,
    Unknown,
)
from quotas.standing import ConversationSettings, SentNote, Standing, TextCounts, Writer
from quotas.store.errors import StoreError
from quotas.terms import Terms

_Written = tuple[Writer, str, str]
"""Side, who stood in ('' for nobody), and id."""


@dataclass
class _Book:
    """One conversation."""

    settings: ConversationSettings
    usage: Usage = field(default_factory=Usage)
    log: list[Entry] = field(default_factory=list)
    texts: TextCounts = field(default_factory=TextCounts)
    seen: dict[Writer, int] = field(default_factory=lambda: {"member": 0, "mentor": 0})
    read: dict[Writer, int] = field(default_factory=lambda: {"member": 0, "mentor": 0})
    sent: dict[int, dict[_Written, tuple[bytes, Posted | PostRefused | Changed | None]]] = field(default_factory=dict)
    """Generation → what was written → digest and first answer; None for an id that is held."""
    substitutes_read: dict[str, int] = field(default_factory=dict)
    carried_out: dict[int, int] = field(default_factory=dict)
    """Lane → number of its last post that was carried out."""
    carried: str = ""
    """Where what was carried here was used."""
    told: int = 0
    """Number of the last entry of the system."""
    changes: dict[int, Change] = field(default_factory=dict)
    """Edits, deletions and reactions, by their own seqs."""
    asked: set[int] = field(default_factory=set)
    """The member's messages of the open wait that stand."""
    deleted: set[int] = field(default_factory=set)
    note: SentNote | None = None

    def write_event(self, entry: bytes, now: int) -> None:
        """Both sides have it to read."""
        self.log.append(Entry(len(self.log) + 1, now, entry))
        self.texts = TextCounts(self.texts.member + 1, self.texts.mentor + 1)

    def note_change(self, now: int) -> None:
        """What opens and closes the conversation has changed."""
        if self.note is not None:
            self.note = replace(self.note, changed_at=now)

    def forget_texts(self) -> None:
        """Keep of what was sent the ids and the answers only."""
        for records in self.sent.values():
            for written, (_, answer) in records.items():
                records[written] = ANY_TEXT, answer


class MemoryLedger:
    """Implements `Ledger`. `clock` gives the instant where a call names none."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._books: dict[str, _Book] = {}
        self._people: defaultdict[str, set[str]] = defaultdict(set)

    async def configure(self, conversation: str, settings: ConversationSettings, *, at: int = 0) -> Standing:
        book = self._books.setdefault(conversation, _Book(settings))
        self._people[settings.member].add(conversation)
        self._people[settings.mentor].add(conversation)
        if settings.revision > book.settings.revision:
            if settings.key != book.settings.key:
                book.forget_texts()
            status = "ended" if book.settings.status == "ended" else settings.status
            book.settings = replace(settings, status=status)
            book.note_change(at or self._clock())
        if book.settings.status in CLOSED_TO_BOTH:
            book.usage = without_wait(book.usage)
            book.asked.clear()
        return self._standing(book, at or self._clock())

    async def standing(self, conversation: str, *, at: int = 0) -> Standing | None:
        book = self._books.get(conversation)
        return self._standing(book, at or self._clock()) if book else None

    async def carry(self, conversation: str, used: Usage, mark: str, *, at: int = 0) -> bool | None:
        book = self._books.get(conversation)
        if book is None or book.carried:
            return None if book is None else False
        book.carried = mark
        book.usage = carried(book.usage, used)
        book.note_change(at or self._clock())
        return True

    async def count_together(self, conversation: str, week: int, windows_used: int, *, at: int = 0) -> bool | None:
        book = self._books.get(conversation)
        if book is None:
            return None
        before, book.usage = book.usage, counted_together(book.usage, week, windows_used)
        return book.usage != before

    async def start_live(self, conversation: str, length: int, *, at: int = 0) -> Standing | None:
        book = self._books.get(conversation)
        if book is None:
            return None
        now = at or self._clock()
        book.usage = replace(book.usage, live_until=now + length)
        book.note_change(now)
        return self._standing(book, now)

    def _standing(self, book: _Book, now: int) -> Standing:
        read = book.read["member"], book.read["mentor"]
        by_person = dict(book.substitutes_read)
        return Standing(
            now,
            book.settings,
            book.usage,
            len(book.log),
            *read,
            substitutes_read=by_person,
            texts=book.texts,
            member_seen=book.seen["member"],
            mentor_seen=book.seen["mentor"],
            last_at=max((entry.at for entry in book.log), default=0),
            note=book.note,
        )

    def post(
        self,
        post: Post,
        settings: ConversationSettings,
        terms: Terms,
        done: Callable[[PostResult | StoreError], None],
        *,
        at: int = 0,
    ) -> None:
        done(self._post(post, settings, terms, at or self._clock()))

    def _post(self, post: Post, settings: ConversationSettings, terms: Terms, now: int) -> PostResult:
        book = self._books.get(post.conversation)
        if book is None:
            return Unknown()
        if post.after and book.carried_out.get(post.lane) != post.after:
            return Again()
        if settings.revision != book.settings.revision or not terms.hold(now, book.usage.live_until):
            return Stale(self._standing(book, now))
        book.carried_out[post.lane] = post.number
        if not _may_write(post.stand_in, now):
            return Unknown()
        generation = _generation(book, now)
        if post.written_at:
            _release(book, _written(post))
        if post.id and (answer := self._first_answer(book, _written(post), post.digest, now)) is not None:
            return answer
        status = book.settings.status
        if post.writer == "member":
            decision = admit_member(status, book.usage, terms, now)
        else:
            decision = admit_mentor(status, book.usage, now, post.written_at)
        result = self._applied(book, decision, post, now)
        if post.id:
            book.sent.setdefault(generation, {})[_written(post)] = post.digest, result
        return result

    def _first_answer(
        self, book: _Book, written: _Written, digest: bytes, now: int
    ) -> Posted | PostRefused | Reused | None:
        for records in book.sent.values():
            if record := records.get(written):
                first_digest, answer = record
                if answer is None or isinstance(answer, Changed) or first_digest not in (digest, ANY_TEXT):
                    return Reused()
                if isinstance(answer, Posted):
                    return replace(answer, usage=book.usage, answered=None, first=False)
                return replace(answer, usage=book.usage, at=now, first=False)
        return None

    def _applied(self, book: _Book, decision: Admitted | Denied, post: Post, now: int) -> Posted | PostRefused:
        if isinstance(decision, Denied):
            return PostRefused(decision.reason, decision.opens_at, now, book.usage, first=True)
        book.usage = decision.usage
        written = {post.writer: getattr(book.texts, post.writer) + 1}
        book.texts = replace(book.texts, **written)
        seq = len(book.log) + 1
        book.log.append(Entry(seq, now, post.entry))
        if not decision.usage.waiting_since:
            book.asked.clear()
        elif post.writer == "member":
            book.asked.add(seq)
        return Posted(seq, now, decision.usage, decision.answered, first=True)

    async def change(self, change: Change, unread_after: int = 0, *, at: int = 0) -> ChangeResult:
        book = self._books.get(change.conversation)
        now = at or self._clock()
        if book is None or not _may_write(change.stand_in, now):
            return Unknown()
        if (answer := _changed_before(book, change, now) or _unchangeable(book, change, now)) is not None:
            return answer
        seq = len(book.log) + 1
        book.log.append(Entry(seq, now, change.entry))
        book.changes[seq] = change
        if change.kind == "deletion":
            self._delete(book, change)
        result = Changed(seq, now, book.usage, first=True)
        generation = _generation(book, now)
        book.sent.setdefault(generation, {})[_written(change)] = change.digest, result
        return result

    def _delete(self, book: _Book, deletion: Change) -> None:
        edits = [seq for seq, each in book.changes.items() if (each.kind, each.about) == ("edit", deletion.about)]
        for seq in (deletion.about, *edits):
            entry = book.log[seq - 1]
            book.log[seq - 1] = Entry(seq, entry.at, _without_text(entry.entry))
        book.deleted |= {deletion.about, *edits}
        reader: Writer = "mentor" if deletion.of == "member" else "member"
        book.texts = replace(book.texts, **{deletion.of: getattr(book.texts, deletion.of) - 1})
        if deletion.about <= book.read[reader]:
            book.seen[reader] -= 1
        if deletion.about in book.asked:
            book.asked.discard(deletion.about)
            if not book.asked:
                book.usage = without_wait(book.usage)

    async def changes_about(self, conversation: str, first: int, last: int) -> list[Entry]:
        book = self._books.get(conversation)
        changes = book.changes if book else {}
        return [book.log[seq - 1] for seq, each in changes.items() if book and first <= each.about <= last]

    async def deleted(self, conversation: str) -> frozenset[int]:
        book = self._books.get(conversation)
        return frozenset(book.deleted) if book else frozenset()

    async def note(self, note: Note, settings: ConversationSettings, terms: Terms, *, at: int = 0) -> NoteResult:
        book, now = self._books.get(note.conversation), at or self._clock()
        if book is None:
            return Unknown()
        post = Post(note.conversation, "member", note.id, note.digest, note.entry, note.origin)
        generation = _generation(book, now)
        answer = self._first_answer(book, _written(post), note.digest, now)
        if isinstance(answer, Posted | Reused):
            return answer
        if settings.revision != book.settings.revision or not terms.hold(now, book.usage.live_until):
            return Stale(self._standing(book, now))
        decision = admit_member(book.settings.status, book.usage, terms, now)
        if isinstance(decision, Admitted):
            return NotNoted("open")
        if book.settings.status == "ended":
            return NotNoted("ended")
        if (book.note.seq if book.note else 0) != note.after:
            return NotNoted("noted")
        result = cast(Posted, self._applied(book, Admitted(book.usage), post, now))
        book.asked.discard(result.seq)
        book.note = SentNote(result.seq, now, decision.opens_at)
        book.sent.setdefault(generation, {})[_written(post)] = post.digest, result
        return result

    async def hold(
        self, conversation: str, writer: Writer, id: str, digest: bytes, *, substitute: str = "", at: int = 0
    ) -> IdHeld:
        book = self._books.get(conversation)
        if book is None:
            return Unknown()
        now = at or self._clock()
        generation, written = _generation(book, now), (writer, substitute, id)
        for records in book.sent.values():
            if record := records.get(written):
                if record[1] is not None or record[0] not in (digest, ANY_TEXT):
                    return self._first_answer(book, written, digest, now)
                del records[written]
        book.sent.setdefault(generation, {})[written] = digest, None
        return None

    async def release(self, conversation: str, writer: Writer, id: str, *, substitute: str = "") -> None:
        if (book := self._books.get(conversation)) is not None:
            _release(book, (writer, substitute, id))

    async def write_event(self, conversation: str, number: int, entry: bytes, *, at: int = 0) -> bool | None:
        book = self._books.get(conversation)
        if book is None:
            return None
        if number <= book.told:
            return False
        book.told = number
        book.write_event(entry, at or self._clock())
        return True

    async def acknowledge(
        self,
        conversation: str,
        waiting_since: int,
        last_seq: int,
        entry: bytes,
        *,
        stand_in: StandIn | None = None,
        at: int = 0,
    ) -> Acknowledged | Otherwise | None:
        book, now = self._books.get(conversation), at or self._clock()
        if book is None or not _may_write(stand_in, now):
            return None
        since, last = book.usage.waiting_since, len(book.log)
        if not since or since != waiting_since or last_seq not in (0, last):
            return Otherwise(since, last)
        book.usage = without_wait(book.usage)
        book.asked.clear()
        book.write_event(entry, now)
        return Acknowledged(last + 1, now)

    async def mark_read(
        self,
        conversation: str,
        reader: Writer,
        seq: int,
        origin: str,
        unread_after: int = 0,
        *,
        seen: int | None = None,
        counted_at: int = 0,
    ) -> bool | Uncounted | None:
        book = self._books.get(conversation)
        if book is None or seq > len(book.log):
            return None
        if seq <= book.read[reader]:
            return False
        texts = book.texts.for_side(reader)
        if seq == len(book.log):
            seen = texts
        elif seen is None or counted_at not in (0, len(book.log)):
            return Uncounted(len(book.log), texts, book.read[reader], book.seen[reader])
        book.read[reader], book.seen[reader] = seq, seen
        return True

    async def mark_read_standing_in(self, conversation: str, person: str, seq: int, origin: str) -> bool | None:
        book = self._books.get(conversation)
        if book is None or seq > len(book.log):
            return None
        before = book.substitutes_read.get(person, 0)
        book.substitutes_read[person] = max(seq, before)
        return seq > before

    async def messages(self, conversation: str, after: int, before: int, limit: int) -> list[Entry]:
        book = self._books.get(conversation)
        log = book.log if book else []
        start = bisect_right(log, after, key=lambda entry: entry.seq)
        return [entry for entry in log[start : start + limit] if entry.seq < before]

    async def conversations_of(self, person: str) -> list[str]:
        return sorted(self._people[person])


def _changed_before(book: _Book, change: Change, now: int) -> ChangeResult | None:
    """The first answer to its id, where that was used."""
    _generation(book, now)
    for records in book.sent.values():
        if record := records.get(_written(change)):
            digest, answer = record
            if digest not in (change.digest, ANY_TEXT) or not isinstance(answer, Changed):
                return Reused()
            return replace(answer, usage=book.usage, first=False)
    return None


def _unchangeable(book: _Book, change: Change, now: int) -> ChangeResult | None:
    """Why it cannot be done; None where it can."""
    status = book.settings.status
    if status == "ended" or status == "suspended":
        return ChangeRefused(status)
    if change.about > len(book.log):
        return Unknown()
    if change.about in book.deleted:
        return Deleted()
    if change.until and now > change.until:
        return TooLate()
    since = sum(each.about == change.about and seq > change.known for seq, each in book.changes.items())
    if change.left and since >= change.left:
        return Recount()
    return OtherKey() if change.key != book.settings.key else None


def _without_text(entry: bytes) -> bytes:
    """As `without_text` in `lua/log.lua`."""
    return entry[: entry.index(b"\n") - 1] + b',"deleted":true}\n'


def _generation(book: _Book, now: int) -> int:
    """The one that ids are remembered in now; those of before the last one are forgotten."""
    generation = max(now // IDEMPOTENCY_PERIOD, *book.sent, 0)  # a clock set back forgets nothing
    book.sent = {kept: records for kept, records in book.sent.items() if generation - kept <= 1}
    return generation


def _release(book: _Book, written: _Written) -> None:
    for records in book.sent.values():
        if written in records and records[written][1] is None:
            del records[written]


def _written(post: Post | Change) -> _Written:
    return post.writer, post.stand_in.person if post.stand_in is not None else "", post.id


def _may_write(stand_in: StandIn | None, now: int) -> bool:
    return stand_in is None or stand_in.since <= now < stand_in.until
