"""The ledger on Redis (≥ 7.0) and Valkey (≥ 8): one function call per message."""

import struct
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, cast

import hiredis

from quotas.admission import Answered, Reason
from quotas.ledger import keys
from quotas.ledger.answers import read_posted, read_refused
from quotas.ledger.base import (
    Entry,
    LedgerError,
    Post,
    Posted,
    PostResult,
    Refused,
    Reused,
    Settings,
    Stale,
    Standing,
    Unknown,
    Writer,
)
from quotas.ledger.keeper import mark_at
from quotas.ledger.library import LIBRARY, VERSION
from quotas.ledger.link import Link
from quotas.ledger.state import State
from quotas.ledger.store import Store
from quotas.ledger.wire import Done, Reply, packed, raised
from quotas.terms import Terms

_TERMS = struct.Struct(">17d")
LETTERS: dict[Writer, str] = {"member": "m:", "mentor": "t:"}
_POST = f"post_{VERSION}"
MOST_ADDRESSES = 20_000
"""Conversations whose commands are kept half made; beyond it all are made anew."""
_MISSING = "Function not found"


class RedisLedger:
    """Implements `Ledger`. `shift` is how many ms the rules' clock runs ahead of the store's."""

    def __init__(self, link: Store, shift: int = 0) -> None:
        self._link = link
        self._shift = shift
        self._addresses: dict[str, _Address] = {}
        self._unfound: dict[int, _Unfound] = {}

    async def load(self) -> None:
        """Bring the functions into every node of the store. Harmless where they are there."""
        await self._link.everywhere(*_LOAD_WORDS)

    async def load_at(self, link: Link) -> None:
        """Bring them into one node; to be called after every connect to it."""
        await link.request(*_LOAD_WORDS)

    @property
    def shift(self) -> int:
        """How many ms the clock runs ahead, as this process last heard; 0 for a real one, for ever."""
        return self._shift

    async def learn_shift(self) -> int:
        """Ask the store for it: a shifted clock may have been moved ahead. Raises LedgerError."""
        stored = await self._link.request("HGET", keys.META, "shift") if self._shift else None
        return self.hear_shift(int(stored or self._shift))

    def hear_shift(self, shift: int) -> int:
        """Somebody says that it was moved ahead to `shift`; returns what holds."""
        if self._shift:
            self._shift = max(self._shift, shift)
        return self._shift

    async def time(self) -> int:
        """The instant by the store's clock as it is, never shifted."""
        return _instant(await self._link.request("TIME"))

    async def now(self) -> int:
        """The instant by the store's clock, shifted."""
        return await self.learn_shift() + await self.time()

    async def configure(self, conversation: str, settings: Settings, *, at: int = 0) -> Standing:
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
            self._shift,
            at or "",
        )
        # Last, so that whoever hears of the conversation finds it.
        for person in (settings.member, settings.mentor):
            if await self._link.request("SADD", keys.person(person), conversation):
                await self._link.request("SPUBLISH", keys.person_feed(person), conversation)
        return _standing(int(reply[1]), reply[2])

    async def standing(self, conversation: str, *, at: int = 0) -> Standing | None:
        fields = await self._link.request("HGETALL", keys.conversation(conversation))
        # One that is being restored has no settings yet.
        return _standing(at or await self._now_in(conversation), fields) if b"member" in fields else None

    async def _now_in(self, conversation: str) -> int:
        """Now by the clock of the conversation's partition: what it judges by, also while the clock is being moved."""
        moved = await self._link.request("GET", keys.shift(keys.partition(conversation))) if self._shift else None
        return int(moved or self._shift) + await self.time()

    async def start_live(self, conversation: str, length: int, *, at: int = 0) -> Standing | None:
        names = (keys.conversation(conversation), keys.feed(conversation))
        reply = await self.call("start_live", names, length, self._shift, at or "")
        return None if reply == b"U" else _standing(int(reply[1]), reply[2])

    def post(
        self,
        post: Post,
        settings: Settings,
        terms: Terms,
        done: Callable[[PostResult | LedgerError], None],
        *,
        at: int = 0,
    ) -> None:
        address = self._addresses.get(post.conversation) or self._address(post.conversation)
        command = _command(address, post, settings, terms, self._shift, at)
        if self._unfound and address.slot in self._unfound:
            self._unfound[address.slot].held.append((command, partial(_answered, done), address))
        else:
            self._send(command, partial(self._answered, command, done, address), address)

    def _send(self, command: bytes, done: Done, address: "_Address") -> None:
        if self._link.replicated:
            self._link.send_kept(command, done, address.mark, address.slot)
        else:
            self._link.send(command, done, address.slot)

    def _address(self, conversation: str) -> "_Address":
        if len(self._addresses) >= MOST_ADDRESSES:
            self._addresses.clear()
        address = self._addresses[conversation] = _Address(conversation, self._link)
        return address

    def _answered(
        self, command: bytes, done: Callable[[PostResult | LedgerError], None], address: "_Address", reply: Reply
    ) -> None:
        if isinstance(reply, hiredis.ReplyError) and _MISSING in str(reply):
            self._load_for((command, partial(_answered, done), address))
        else:
            _answered(done, reply)

    def _load_for(self, call: "_Call") -> None:
        """Load the functions for a post that found none. What is posted meanwhile waits, so that order is kept."""
        slot = call[2].slot
        if slot in self._unfound:
            self._unfound[slot].calls.append(call)
        else:
            self._unfound[slot] = _Unfound([call], [])
            self._link.send(_LOAD, partial(self._loaded, slot), slot)

    def _loaded(self, slot: int, _: Reply) -> None:
        unfound = self._unfound.pop(slot)
        for command, done, address in (*unfound.calls, *unfound.held):
            self._send(command, done, address)

    async def mark_read(self, conversation: str, reader: Writer, seq: int, origin: str) -> bool | None:
        names = (keys.conversation(conversation), keys.feed(conversation))
        moved = await self.call("mark_read", names, reader, seq, origin, self._shift)
        return None if moved < 0 else bool(moved)

    async def messages(self, conversation: str, after: int, before: int, limit: int) -> list[Entry]:
        found = await self._link.request(
            "XRANGE", keys.log(conversation), f"{after + 1}", f"({before}-0", "COUNT", limit
        )
        return [entry_of(entry_id, fields) for entry_id, fields in found]

    async def conversations_of(self, person: str) -> list[str]:
        return sorted(name.decode() for name in await self._link.request("SMEMBERS", keys.person(person)))

    async def call(self, function: str, names: tuple[str, ...], *args: bytes | str | float) -> Reply:
        """Call a function of the library; loaded again where the store lost it. Raises LedgerError."""
        command = ("FCALL", f"{function}_{VERSION}", len(names), *names, *args)
        try:
            return await self._link.request(*command)
        except LedgerError as error:
            if _MISSING not in str(error):
                raise
        await self.load()
        return await self._link.request(*command)


class _Address:
    """What every post to a conversation begins with, and the terms that the last one took along."""

    __slots__ = ("head", "mark", "packed", "settings", "slot", "terms")

    def __init__(self, name: str, store: Store) -> None:
        self.slot = store.slot_of(keys.conversation(name))
        self.mark = mark_at(keys.kept(keys.tag(name))) if store.replicated else b""
        names = (keys.conversation(name), keys.log(name), keys.sent(name, 0), keys.sent(name, 1), keys.feed(name))
        _, head = packed("FCALL", _POST, len(names), *names).split(b"\r\n", 1)
        self.head = b"*%d\r\n%b" % (3 + len(names) + _ARGUMENTS, head)
        self.settings: Settings | None = None
        self.terms: Terms | None = None
        self.packed = b""


_Call = tuple[bytes, Done, _Address]
"""A packed command, who gets its reply, and where it goes."""


class _Unfound(NamedTuple):
    """Posts of a slot that found no functions, and those that came while these were on their way."""

    calls: list[_Call]
    held: list[_Call]


def _command(address: _Address, post: Post, settings: Settings, terms: Terms, shift: int, at: int) -> bytes:
    """The call as bytes: what stays the same for a conversation is kept, the rest is put between."""
    if address.settings is not settings or address.terms is not terms:
        address.settings, address.terms = settings, terms
        address.packed = _bulk(pack(settings.revision, terms, shift))
    return b"%b$%d\r\n%b\r\n%b$%d\r\n%b\r\n%b%b%b" % (
        address.head,
        len(writer := (LETTERS[post.writer] + post.id).encode()),
        writer,
        _bulk(post.digest),
        len(post.entry),
        post.entry,
        _bulk(post.origin.encode()),
        address.packed,
        _bulk(b"%d" % at) if at else _EMPTY,
    )


def _bulk(value: bytes) -> bytes:
    """A bulk string of the store's protocol."""
    return b"$%d\r\n%b\r\n" % (len(value), value)


_EMPTY = _bulk(b"")
_ARGUMENTS = 6
"""Of the function `post`, after its keys."""


def _answered(done: Callable[[PostResult | LedgerError], None], reply: Reply) -> None:
    if isinstance(reply, bytes):
        done(_result(reply))
    elif isinstance(reply, list):
        done(Stale(_standing(int(reply[1]), reply[2])))
    else:
        done(_fault(reply))


_LOAD_WORDS = ("FUNCTION", "LOAD", "REPLACE", LIBRARY)
_LOAD = packed(*_LOAD_WORDS)


def pack(revision: int, terms: Terms, shift: int) -> bytes:
    """Terms as `lua/messages.lua` unpacks them: the one place that fixes the order."""
    return _TERMS.pack(
        revision,
        terms.valid_from,
        terms.valid_until,
        shift,
        terms.live_until,
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
    )


def _fault(reply: Reply) -> LedgerError:
    try:
        raised(reply)
    except LedgerError as error:
        return error
    return LedgerError("the store gave an answer that makes no sense")


def _instant(time: list[bytes]) -> int:
    return int(time[0]) * 1000 + int(time[1]) // 1000


def _result(reply: bytes) -> PostResult:
    """Read an answer of the function `post`; its shapes stand at its head in `lua/messages.lua`."""
    kind = reply[:1]
    if kind == b"A" or kind == b"D":
        seq, at, waited, late, usage = read_posted(reply)
        answered = Answered(waited, bool(late)) if waited >= 0 else None
        return Posted(seq, at, usage, answered, kind == b"A")
    if kind == b"R" or kind == b"Q":
        at, opens_at, usage, reason = read_refused(reply)
        return Refused(cast(Reason, reason), opens_at, at, usage, kind == b"R")
    return Reused() if kind == b"C" else Unknown()


def _standing(now: int, fields: dict[bytes, bytes] | list[bytes]) -> Standing:
    pairs = fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2], strict=True))
    state = State.unpacked(pairs[b"state"])
    settings = Settings(
        member=pairs[b"member"].decode(),
        mentor=pairs[b"mentor"].decode(),
        plan=pairs[b"plan"].decode(),
        zone=pairs[b"zone"].decode(),
        holidays=pairs[b"holidays"].decode(),
        status=state.status_name,
        revision=state.revision,
        key=int(pairs[b"key"]),
    )
    return Standing(
        now,
        settings,
        state.usage,
        state.last_seq,
        int(pairs[b"member_read"]),
        int(pairs[b"mentor_read"]),
        missed=state.missed == 1,
    )


def entry_of(entry_id: bytes, fields: Any) -> Entry:
    """A message of the log."""
    seq, _, at = entry_id.partition(b"-")
    return Entry(int(seq), int(at), fields[1])
