"""The ledger on Redis (≥ 7.0) and Valkey (≥ 8): one function call per message."""

import asyncio
import struct
from collections.abc import Callable
from functools import partial
from typing import cast

import hiredis

from quotas.admission import Usage
from quotas.ledger import keys
from quotas.ledger.base import (
    LARGEST_ENTRY,
    MESSAGES_AT_ONCE,
    Acknowledged,
    Again,
    Change,
    ChangeResult,
    Entry,
    IdHeld,
    Note,
    NoteResult,
    NotNoted,
    Otherwise,
    Post,
    Posted,
    PostResult,
    Reused,
    Stale,
    StandIn,
    Uncounted,
    Unknown,
    WhyNotNoted,
)
from quotas.ledger.chats import packed_chats
from quotas.ledger.library import LIBRARY, VERSION
from quotas.ledger.results import entry_of, read_change_result, read_result, read_standing
from quotas.standing import ConversationSettings, Standing, Writer
from quotas.store.errors import StoreError
from quotas.store.futures import settling
from quotas.store.keeper import mark_at
from quotas.store.port import Store
from quotas.store.read_bound import ReadBound
from quotas.store.wire import StoreAnswer, hand_over, packed, raised
from quotas.terms import Terms

_TERMS = struct.Struct(">19d")
_TURN = struct.Struct(">3d")
"""Lane, number and after."""
LETTERS: dict[Writer, str] = {"member": "m:", "mentor": "t:"}
_POST = f"post_{VERSION}"
MOST_ADDRESSES = 20_000
"""Conversations whose commands are kept half made; beyond it all are made anew."""
_MISSING, _THERE = "Function not found", "already exists"
_LARGEST_STANDING = 8 * 1024
"""Bytes of the hash of a conversation."""
_LARGEST_NAME = 80
"""Bytes of a conversation's id among others."""


class RedisLedger:
    """Implements `Ledger`. `shift` is how many ms the rules' clock runs ahead of the store's."""

    def __init__(self, store: Store, shift: int = 0) -> None:
        self._store = store
        self._shift = shift
        self._bound = ReadBound()
        self._addresses: dict[str, _Address] = {}
        self._loading: dict[int, list[Callable[[Again | StoreError], None]]] = {}
        """Slot → who waits until its node has the functions."""

    async def load(self) -> None:
        """Bring the functions into every node of the store, whether they are there or not. Raises StoreError."""
        try:
            await self._store.everywhere("FUNCTION", "LOAD", "REPLACE", LIBRARY)
        except StoreError as error:
            _raise_unless_there(error, await self._store.everywhere(*_LIST_WORDS))

    async def load_at(self, node: Store) -> None:
        """Bring them into one node that may lack them; to be called after every connect to it. Raises StoreError."""
        loaded: asyncio.Future[StoreAnswer] = asyncio.get_running_loop().create_future()
        node.send(_LOAD, settling(loaded))
        if (fault := _why_not_loaded(await loaded)) is not None:
            _raise_unless_there(fault, await node.everywhere(*_LIST_WORDS))

    @property
    def shift(self) -> int:
        """How many ms the clock runs ahead, as this process last heard; 0 for a real one, for ever."""
        return self._shift

    async def learn_shift(self) -> int:
        """Ask the store for it: a shifted clock may have been moved ahead. Raises StoreError."""
        stored = await self._store.request("HGET", keys.META, "shift") if self._shift else None
        return self.hear_shift(int(stored or self._shift))

    def hear_shift(self, shift: int) -> int:
        """Somebody says that it was moved ahead to `shift`; returns what holds."""
        if self._shift:
            self._shift = max(self._shift, shift)
        return self._shift

    async def time(self) -> int:
        """The instant by the store's clock as it is, never shifted."""
        return _instant(await self._store.request("TIME"))

    async def now(self) -> int:
        """The instant by the store's clock, shifted."""
        return await self.learn_shift() + await self.time()

    async def configure(self, conversation: str, settings: ConversationSettings, *, at: int = 0) -> Standing:
        reply = await self.call(
            "configure",
            (
                keys.conversation(conversation),
                keys.sent(conversation, 0),
                keys.sent(conversation, 1),
                keys.feed(conversation),
            ),
            settings.revision,
            settings.status,
            settings.member,
            settings.mentor,
            settings.plan,
            settings.zone,
            settings.holidays,
            settings.key,
            packed_chats(settings.chats),
            self._shift,
            at or "",
        )
        # Last, so that whoever hears of the conversation finds it.
        for person in (settings.member, settings.mentor):
            if await self._store.request("SADD", keys.person(person), conversation):
                await self._store.request("SPUBLISH", keys.person_feed(person), conversation)
        return read_standing(int(reply[1]), reply[2])

    async def standing(self, conversation: str, *, at: int = 0) -> Standing | None:
        fields = await self.read(_LARGEST_STANDING, "HGETALL", keys.conversation(conversation))
        # One that is being restored has no settings yet.
        return read_standing(at or await self._now_in(conversation), fields) if b"member" in fields else None

    async def _now_in(self, conversation: str) -> int:
        """Now by the clock of the conversation's partition: what it judges by, also while the clock is being moved."""
        moved = await self._store.request("GET", keys.shift(keys.partition(conversation))) if self._shift else None
        return int(moved or self._shift) + await self.time()

    async def carry(self, conversation: str, used: Usage, mark: str, *, at: int = 0) -> bool | None:
        names = (keys.conversation(conversation), keys.feed(conversation))
        counts = (used.week, used.windows_used, used.messages_used, used.window_ends_at)
        done = await self.call("carry", names, *counts, mark, self._shift, at or "")
        # Also where it was done before: what is counted on must be there after a failover.
        await self._store.kept(keys.kept(keys.tag(conversation)))
        return None if done < 0 else bool(done)

    async def count_together(self, conversation: str, week: int, windows_used: int, *, at: int = 0) -> bool | None:
        names = (keys.conversation(conversation), keys.feed(conversation))
        changed = await self.call("count_together", names, week, windows_used, self._shift, at or "")
        return None if changed < 0 else bool(changed)

    async def start_live(self, conversation: str, length: int, *, at: int = 0) -> Standing | None:
        names = (keys.conversation(conversation), keys.feed(conversation))
        reply = await self.call("start_live", names, length, self._shift, at or "")
        return None if reply == b"U" else read_standing(int(reply[1]), reply[2])

    def post(
        self,
        post: Post,
        settings: ConversationSettings,
        terms: Terms,
        done: Callable[[PostResult | StoreError], None],
        *,
        at: int = 0,
    ) -> None:
        address = self._addresses.get(post.conversation) or self._address(post.conversation)
        command = _command(address, post, settings, terms, self._shift, at)
        answered = partial(self._answered, done, address.slot)
        if self._store.replicated:
            self._store.send_kept(command, answered, address.mark, address.slot)
        else:
            self._store.send(command, answered, address.slot)

    def _address(self, conversation: str) -> "_Address":
        if len(self._addresses) >= MOST_ADDRESSES:
            self._addresses.clear()
        address = self._addresses[conversation] = _Address(conversation, self._store)
        return address

    def _answered(self, done: Callable[[PostResult | StoreError], None], slot: int, reply: StoreAnswer) -> None:
        if isinstance(reply, bytes):
            done(read_result(reply))
        elif isinstance(reply, list):
            done(Stale(read_standing(int(reply[1]), reply[2])))
        elif isinstance(reply, hiredis.ReplyError) and _MISSING in str(reply):
            self._load_for(slot, done)
        else:
            done(_fault(reply))

    def _load_for(self, slot: int, done: Callable[[Again | StoreError], None]) -> None:
        """Bring the functions back for a call that found none: Again, once they are there."""
        if slot in self._loading:
            self._loading[slot].append(done)
        else:
            self._loading[slot] = [done]
            self._store.send(_LOAD, partial(self._loaded, slot), slot)

    def _loaded(self, slot: int, reply: StoreAnswer) -> None:
        result = _why_not_loaded(reply) or Again()
        hand_over((done, result) for done in self._loading.pop(slot))

    async def change(self, change: Change, unread_after: int = 0, *, at: int = 0) -> ChangeResult:
        name = change.conversation
        names = (
            *(keys.conversation(name), keys.log(name), keys.sent(name, 0), keys.sent(name, 1), keys.feed(name)),
            *(keys.changes(name), keys.blanked(name)),
        )
        what = (_changer(change), change.digest, change.entry, change.origin, change.kind, change.about, change.of)
        bounds = (change.until, change.key, unread_after, self._shift, at or "", change.left, change.known)
        reply = await self.call("change", names, *what, *bounds)
        await self._store.kept(keys.kept(keys.tag(name)))
        return read_change_result(reply)

    async def changes_about(self, conversation: str, first: int, last: int) -> list[Entry]:
        names = (keys.log(conversation), keys.blanked(conversation), keys.changes(conversation))
        found: list[Entry] = []
        more = 1
        while more:
            known = found[-1].seq if found else 0
            words = (first, last, known, MESSAGES_AT_ONCE)
            entries, more = await self.call("changes_about", names, *words, largest=MESSAGES_AT_ONCE * LARGEST_ENTRY)
            found += [entry_of(entry_id, fields) for entry_id, fields in entries]
            more = more if entries else 0
        return found

    async def deleted(self, conversation: str) -> frozenset[int]:
        return frozenset(int(seq) for seq in await self._store.request("HKEYS", keys.blanked(conversation)))

    async def note(self, note: Note, settings: ConversationSettings, terms: Terms, *, at: int = 0) -> NoteResult:
        name = note.conversation
        names = (keys.conversation(name), keys.log(name), keys.sent(name, 0), keys.sent(name, 1), keys.feed(name))
        mark = note.id.encode().hex()
        what = (LETTERS["member"] + note.id, note.digest, note.entry, note.origin)
        packed = pack(settings.revision, terms, self._shift)
        reply = await self.call("note", names, *what, packed, note.after, mark, at or "")
        await self._store.kept(keys.kept(keys.tag(name)))
        if isinstance(reply, list):
            return Stale(read_standing(int(reply[1]), reply[2]))
        if (why := _NOT_NOTED.get(reply)) is not None:
            return NotNoted(why)
        result = read_result(reply)
        return result if isinstance(result, Posted | Reused) else Unknown()

    async def hold(
        self, conversation: str, writer: Writer, id: str, digest: bytes, *, substitute: str = "", at: int = 0
    ) -> IdHeld:
        names = (keys.conversation(conversation), keys.sent(conversation, 0), keys.sent(conversation, 1))
        reply = await self.call("hold", names, remembered_as(writer, substitute, id), digest, self._shift, at or "")
        # Also where it was held before: nobody must count on it before a replica has it.
        await self._store.kept(keys.kept(keys.tag(conversation)))
        return None if reply == b"H" else cast(IdHeld, read_result(reply))

    async def release(self, conversation: str, writer: Writer, id: str, *, substitute: str = "") -> None:
        names = (keys.conversation(conversation), keys.sent(conversation, 0), keys.sent(conversation, 1))
        await self.call("let_go_of", names, remembered_as(writer, substitute, id))

    async def write_event(self, conversation: str, number: int, entry: bytes, *, at: int = 0) -> bool | None:
        names = (keys.conversation(conversation), keys.log(conversation), keys.feed(conversation))
        written = await self.call("write_event", names, number, entry, self._shift, at or "")
        # Also where it was there already: nobody must count on it before a replica has it.
        await self._store.kept(keys.kept(keys.tag(conversation)))
        return None if written < 0 else bool(written)

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
        names = (keys.conversation(conversation), keys.log(conversation), keys.feed(conversation))
        theirs = ("", "", "") if stand_in is None else (stand_in.since, stand_in.until, stand_in.person)
        reply = await self.call("acknowledge", names, waiting_since, last_seq, entry, self._shift, at or "", *theirs)
        if not isinstance(reply, list):
            return None
        # Also where it was not done: a first try may have done it, and a replica must have what is counted on.
        await self._store.kept(keys.kept(keys.tag(conversation)))
        kind, first, second = reply
        return Acknowledged(first, second) if kind == b"A" else Otherwise(first, second)

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
        names = (keys.conversation(conversation), keys.feed(conversation))
        known = "" if seen is None else seen
        moved = await self.call("mark_read", names, reader, seq, origin, unread_after, self._shift, known, counted_at)
        if isinstance(moved, list):
            last_seq, texts, read, counted = moved
            return Uncounted(last_seq, texts, read, int(counted) if counted else None)
        return None if moved < 0 else bool(moved)

    async def mark_read_standing_in(self, conversation: str, person: str, seq: int, origin: str) -> bool | None:
        names = (keys.conversation(conversation), keys.feed(conversation))
        moved = await self.call("mark_read_standing_in", names, person, seq, origin, self._shift)
        return None if moved < 0 else bool(moved)

    async def messages(self, conversation: str, after: int, before: int, limit: int) -> list[Entry]:
        names = (keys.log(conversation), keys.blanked(conversation))
        found: list[Entry] = []
        while len(found) < limit:
            some = min(MESSAGES_AT_ONCE, limit - len(found))
            last = found[-1].seq if found else after
            # Seqs are dense: between two of them there are no more messages than that.
            largest = min(some, max(0, before - last - 1)) * LARGEST_ENTRY
            reply = await self.call("messages", names, last, before, some, largest=largest)
            piece = [entry_of(entry_id, fields) for entry_id, fields in reply]
            if found and piece and piece[0].seq > last + 1:
                found = []  # They have just been archived and trimmed: as if it had been asked after that.
            found += piece
            if len(piece) < some:
                break
        return found

    async def conversations_of(self, person: str) -> list[str]:
        count = int(await self._store.request("SCARD", keys.person(person)))
        found = await self.read((count + 1) * _LARGEST_NAME, "SMEMBERS", keys.person(person))
        return sorted(name.decode() for name in found)

    async def read(self, largest: int, command: str, key: str, *args: bytes | str | float) -> StoreAnswer:
        """Ask for what is `largest` bytes at most, in its turn: see `ReadBound`. Raises StoreError."""
        return await self._asked(largest, key, packed(command, key, *args))

    async def call(
        self, function: str, names: tuple[str, ...], *args: bytes | str | float, largest: int = 0
    ) -> StoreAnswer:
        """Call a function of the library; loaded again where the store lost it. Raises StoreError.

        `largest` is how many bytes its answer may have, where that can be many.
        """
        command = packed("FCALL", f"{function}_{VERSION}", len(names), *names, *args)
        try:
            return await self._asked(largest, names[0], command)
        except StoreError as error:
            if _MISSING not in str(error):
                raise
        loaded: asyncio.Future[Again | StoreError] = asyncio.get_running_loop().create_future()
        self._load_for(self._store.slot_of(names[0]), settling(loaded))
        raised(await loaded)
        return await self._asked(largest, names[0], command)

    async def _asked(self, largest: int, key: str, command: bytes) -> StoreAnswer:
        taken = await self._bound.take(largest)
        answer: asyncio.Future[StoreAnswer] = asyncio.get_running_loop().create_future()
        self._store.send(command, partial(self._arrived, taken, settling(answer)), self._store.slot_of(key))
        return raised(await answer)

    def _arrived(self, taken: int, settle: Callable[[StoreAnswer], None], reply: StoreAnswer) -> None:
        """Also where nobody waits for it any more: until now it was on its way like any other."""
        self._bound.give_back(taken)
        settle(reply)


class _Address:
    """What every post to a conversation begins with, and the terms that the last one took along."""

    __slots__ = ("head", "mark", "packed", "settings", "slot", "terms")

    def __init__(self, name: str, store: Store) -> None:
        self.slot = store.slot_of(keys.conversation(name))
        self.mark = mark_at(keys.kept(keys.tag(name))) if store.replicated else b""
        names = (keys.conversation(name), keys.log(name), keys.sent(name, 0), keys.sent(name, 1), keys.feed(name))
        _, head = packed("FCALL", _POST, len(names), *names).split(b"\r\n", 1)
        self.head = b"*%d\r\n%b" % (3 + len(names) + _ARGUMENTS, head)
        self.settings: ConversationSettings | None = None
        self.terms: Terms | None = None
        self.packed = b""


def _command(address: _Address, post: Post, settings: ConversationSettings, terms: Terms, shift: int, at: int) -> bytes:
    """The call as bytes: what stays the same for a conversation is kept, the rest is put between."""
    if address.settings is not settings or address.terms is not terms:
        address.settings, address.terms = settings, terms
        address.packed = b"$%d\r\n%b" % (_TERMS.size + _TURN.size, pack(settings.revision, terms, shift))
    return b"%b$%d\r\n%b\r\n%b$%d\r\n%b\r\n%b%b%b\r\n%b" % (
        address.head,
        len(writer := _writer(post)),
        writer,
        _bulk(post.digest),
        len(post.entry),
        post.entry,
        _bulk(post.origin.encode()),
        address.packed,
        _TURN.pack(post.lane, post.number, post.after),
        _bulk(b"%d" % at) if at else _EMPTY,
    )


def _changer(change: Change | Post) -> str:
    if (for_mentor := change.stand_in) is not None:
        return f"s:{for_mentor.since} {for_mentor.until} {for_mentor.person} {change.id}"
    return LETTERS[change.writer] + change.id


def _writer(post: Post) -> bytes:
    written = LETTERS[post.writer] + post.id if post.stand_in is None else _changer(post)
    return (f"l:{post.written_at} {written}" if post.written_at else written).encode()


def remembered_as(writer: Writer, substitute: str, id: str) -> str:
    """What an id is remembered by; `substitute` is '' where its own side wrote."""
    return f"s:{substitute} {id}" if substitute else f"{LETTERS[writer]}{id}"


def _bulk(value: bytes) -> bytes:
    """A bulk string of the store's protocol."""
    return b"$%d\r\n%b\r\n" % (len(value), value)


_EMPTY = _bulk(b"")
_ARGUMENTS = 6
"""Of the function `post`, after its keys."""


_LOAD = packed("FUNCTION", "LOAD", LIBRARY)
"""Only where they are not: what a library remembers of lanes is lost where it is replaced."""


_LIST_WORDS = ("FUNCTION", "LIST", "LIBRARYNAME", f"chatserver_{VERSION}")


def _why_not_loaded(reply: StoreAnswer) -> StoreError | None:
    """Why the functions may not be there; None where they are."""
    if isinstance(reply, StoreError):
        return reply
    if isinstance(reply, hiredis.ReplyError) and _THERE not in str(reply):
        return StoreError(str(reply))
    return None


def _raise_unless_there(error: StoreError, libraries: list[StoreAnswer]) -> None:
    """A store that takes no writes now may have the functions already. A replica may not: its master is elsewhere."""
    if "READONLY" in str(error) or not all(libraries):
        raise error


def pack(revision: int, terms: Terms, shift: int) -> bytes:
    """Terms as `lua/messages.lua` unpacks them: the one place that fixes the order."""
    return _TERMS.pack(
        revision,
        terms.valid_from,
        terms.valid_until,
        shift,
        terms.live_until,
        terms.live_ends_at,
        terms.week,
        terms.window_length,
        terms.windows_per_week,
        terms.window_cut_at,
        terms.messages_per_week,
        terms.closed_until,
        terms.next_week_opens_at,
        terms.reply,
        terms.due_shift,
        terms.due_fixed,
        terms.live_due_at,
        terms.warn_first,
        terms.unread_after,
    )


_NOT_NOTED: dict[bytes, WhyNotNoted] = {b"E": "ended", b"O": "open", b"N": "noted"}


def _fault(reply: StoreAnswer) -> StoreError:
    try:
        raised(reply)
    except StoreError as error:
        return error
    return StoreError("the store gave an answer that makes no sense")


def _instant(time: list[bytes]) -> int:
    return int(time[0]) * 1000 + int(time[1]) // 1000
