"""The ledger on Redis (≥ 7.0) and Valkey (≥ 8): one function call per message."""

import struct
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from typing import Any, cast

import hiredis

from quotas.admission import Answered, Reason, Status, Usage
from quotas.ledger import keys
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
from quotas.ledger.link import Done, Link, Reply, packed, raised
from quotas.terms import Terms

_SOURCE = files("quotas.ledger").joinpath("library.lua").read_text(encoding="utf-8")
VERSION = sha256(_SOURCE.encode()).hexdigest()[:8]
"""Part of the library's and its functions' names, so that two releases can work on one store."""
LIBRARY = _SOURCE.replace("@VERSION@", VERSION)

_TERMS = struct.Struct(">17d")
_LETTERS: dict[Writer, str] = {"member": "m:", "mentor": "t:"}
_POST = f"post_{VERSION}"
_MISSING = "Function not found"

_Call = tuple[bytes, Done]
"""A packed command, and who gets its reply."""


class RedisLedger:
    """Implements `Ledger`. `shift` is how many ms the rules' clock runs ahead of the store's."""

    def __init__(self, link: Link, shift: int = 0) -> None:
        self._link = link
        self._shift = shift
        self._packed: tuple[Settings | None, Terms | None, bytes] = (None, None, b"")
        self._unfound: list[_Call] = []
        self._held: list[_Call] = []

    async def load(self) -> None:
        """Bring the functions into the store; to be called after every connect. Harmless where they are there."""
        await self._link.request("FUNCTION", "LOAD", "REPLACE", LIBRARY)

    async def now(self) -> int:
        """The instant by the store's clock, shifted."""
        return _instant(await self._link.request("TIME")) + self._shift

    async def configure(self, conversation: str, settings: Settings, *, at: int = 0) -> Standing:
        reply = await self.call(
            "configure",
            (keys.conversation(conversation), keys.feed(conversation)),
            settings.revision,
            settings.status,
            settings.member,
            settings.mentor,
            settings.plan,
            settings.zone,
            settings.holidays,
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
        return _standing(at or await self.now(), fields) if fields else None

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
        name = post.conversation
        tag = keys.tag(name)
        command = packed(
            "FCALL",
            _POST,
            5,
            f"{tag}:conversation:{name}",
            f"{tag}:log:{name}",
            f"{tag}:sent:0:{name}",
            f"{tag}:sent:1:{name}",
            f"{tag}:feed:{name}",
            _LETTERS[post.writer] + post.id,
            post.digest,
            post.entry,
            post.origin,
            self._packed_terms(settings, terms),
            at or "",
        )

        def answered(reply: Reply) -> None:
            if isinstance(reply, bytes):
                done(_result(reply))
            elif isinstance(reply, list):
                done(Stale(_standing(int(reply[1]), reply[2])))
            elif isinstance(reply, hiredis.ReplyError) and _MISSING in str(reply):
                self._load_for(command, answered_after_load)
            else:
                done(_fault(reply))

        def answered_after_load(reply: Reply) -> None:
            answered(LedgerError(str(reply)) if isinstance(reply, hiredis.ReplyError) else reply)

        if self._unfound:
            self._held.append((command, answered_after_load))
        else:
            self._link.send(command, answered)

    def _load_for(self, command: bytes, done: Done) -> None:
        """Load the functions for a post that found none. What is posted meanwhile waits, so that order is kept."""
        self._unfound.append((command, done))
        if len(self._unfound) == 1:
            self._link.send(_LOAD, self._loaded)

    def _loaded(self, _: Reply) -> None:
        calls = [*self._unfound, *self._held]
        self._unfound, self._held = [], []
        for command, done in calls:
            self._link.send(command, done)

    def _packed_terms(self, settings: Settings, terms: Terms) -> bytes:
        last_settings, last_terms, packed = self._packed
        if settings is not last_settings or terms is not last_terms:
            packed = pack(settings.revision, terms, self._shift)
            self._packed = (settings, terms, packed)
        return packed

    async def mark_read(self, conversation: str, reader: Writer, seq: int, origin: str) -> bool | None:
        names = (keys.conversation(conversation), keys.feed(conversation))
        moved = await self.call("mark_read", names, reader, seq, origin)
        return None if moved < 0 else bool(moved)

    async def messages(self, conversation: str, after: int, before: int, limit: int) -> list[Entry]:
        found = await self._link.request(
            "XRANGE", keys.log(conversation), f"{after + 1}", f"({before}-0", "COUNT", limit
        )
        return [_entry(entry_id, fields) for entry_id, fields in found]

    async def conversations_of(self, person: str) -> list[str]:
        return sorted(name.decode() for name in await self._link.request("SMEMBERS", keys.person(person)))

    async def call(self, function: str, names: tuple[str, ...], *args: str | float) -> Reply:
        """Call a function of the library; loaded again where the store lost it. Raises LedgerError."""
        command = ("FCALL", f"{function}_{VERSION}", len(names), *names, *args)
        try:
            return await self._link.request(*command)
        except LedgerError as error:
            if _MISSING not in str(error):
                raise
        await self.load()
        return await self._link.request(*command)


_LOAD = packed("FUNCTION", "LOAD", "REPLACE", LIBRARY)


def pack(revision: int, terms: Terms, shift: int) -> bytes:
    """Terms as `library.lua` unpacks them: the one place that fixes the order."""
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
    """Read an answer of the function `post`; its shapes stand at its head in `library.lua`."""
    word = reply.split(b" ")
    kind = word[0]
    if kind in (b"A", b"D"):
        seq, at, *used, waited, late = map(int, word[1:])
        answered = Answered(waited, bool(late)) if waited >= 0 else None
        return Posted(seq, at, Usage(*used), answered, kind == b"A")
    if kind in (b"R", b"Q"):
        at, *used, opens_at = map(int, word[1:-1])
        return Refused(cast(Reason, word[-1].decode()), opens_at, at, Usage(*used), kind == b"R")
    return Reused() if kind == b"C" else Unknown()


def _standing(now: int, fields: dict[bytes, bytes] | list[bytes]) -> Standing:
    pairs = fields.items() if isinstance(fields, dict) else zip(fields[::2], fields[1::2], strict=True)
    text: dict[str, str] = {name.decode(): value.decode() for name, value in pairs}
    settings = Settings(
        member=text["member"],
        mentor=text["mentor"],
        plan=text["plan"],
        zone=text["zone"],
        holidays=text["holidays"],
        status=cast(Status, text["status"]),
        revision=int(text["revision"]),
    )
    usage = Usage(*(int(text[name]) for name in Usage.__struct_fields__))
    return Standing(
        now,
        settings,
        usage,
        int(text["last_seq"]),
        int(text["member_read"]),
        int(text["mentor_read"]),
        missed=text["missed"] == "1",
    )


def _entry(entry_id: bytes, fields: Any) -> Entry:
    seq, _, at = entry_id.partition(b"-")
    return Entry(int(seq), int(at), fields[1])
