"""Messages that hold what is looked for, newest first, found by opening and looking through one after the other.

Texts are sealed where they are kept, and no index of them is written anywhere. A search runs on the event loop in
slices so short that whoever writes meanwhile waits for one of them: a thread would hold the interpreter for longer at a
time.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from heapq import heappush, heappushpop
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import NUMBER_BYTES, Key, SealError
from chatserver.messages.log import MessageLog
from chatserver.messages.rows import sealed_texts
from chatserver.messages.rows.sealed_texts import SealedText
from chatserver.messages.search_query import SearchQuery
from chatserver.protocol.entry import head_of, parted
from chatserver.protocol.events import Author
from chatserver.records.database import Database

SLICE_TEXTS = 64
"""Texts that are looked through at once: a quarter of a millisecond of work."""
SLICE_DIGITS = 32 * 1024
"""Hexadecimal digits of sealed texts that are looked through at once, unless one text has more."""
PAGE = 500
"""Seqs of one conversation that are read at once from the archive."""
LEDGER_PAGE = 100
"""Seqs of one conversation that are read at once from the ledger."""
AHEAD = 2
"""Pages that are read while one is looked through."""
AT_ONCE = 2
"""Searches of one process that run at the same time, each of another person; others wait."""
MOST_WAITING = 100
"""Searches that wait in one process."""

ALWAYS = 2**53
_NOTHING = b'""'

logger = logging.getLogger(__name__)


class TooManySearchesError(Exception):
    """More searches wait than a process keeps."""


class Scope(Struct, frozen=True):
    """What may be looked through of a conversation: first_seq ≤ seq ≤ last_seq, written up to `until` in ms."""

    conversation: str
    last_seq: int
    first_seq: int = 1
    until: int = ALWAYS


class Spot(Struct, frozen=True, order=True):
    """Where a message stands among those of several conversations: `at` in ms."""

    at: int
    conversation: str
    seq: int


class FoundText(Struct, frozen=True):
    """A message that holds all of the query. `snippet` is as `SearchQuery.snippet` has it."""

    spot: Spot
    sender: str
    role: Author
    snippet: list[str]


class _Window(Struct, frozen=True):
    """What is read at once: after < seq < before; `is_archived` says where."""

    scope: Scope
    after: int
    before: int
    is_archived: bool


class MessageSearch:
    """One process's."""

    def __init__(self, database: Database, log: MessageLog, keys: ConversationKeys) -> None:
        self._database = database
        self._log = log
        self._keys = keys
        self._places = asyncio.Semaphore(AT_ONCE)
        self._slice = asyncio.Lock()
        self._people: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._waiting = 0

    async def search(
        self, person: str, query: SearchQuery, scopes: Sequence[Scope], before: Spot | None, limit: int
    ) -> tuple[list[FoundText], bool]:
        """The newest `limit` that stand before that spot, newest first, and whether there are more.

        Raises TooManySearchesError, StoreError, DatabaseError. It may be cancelled at any time.
        """
        if query.is_empty or not scopes:
            return [], False
        async with self._turn_of(person):
            search = _Search(query, limit + 1)
            await self._look_through([each for each in (_bounded(scope, before) for scope in scopes) if each], search)
        return search.newest_first(limit)

    @asynccontextmanager
    async def _turn_of(self, person: str) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise TooManySearchesError
        lock = self._people.setdefault(person, asyncio.Lock())
        self._waiting += 1
        try:
            await lock.acquire()
            try:
                await self._places.acquire()
            except BaseException:
                lock.release()
                raise
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()
            lock.release()

    async def _look_through(self, scopes: Sequence[Scope], search: "_Search") -> None:
        names = [scope.conversation for scope in scopes]
        keys = await self._keys.all_of(names)
        async with self._database.read() as connection:
            archived = await sealed_texts.last_seqs(connection, names)
        windows = (window for scope in scopes for window in _windows(scope, archived.get(scope.conversation, 0)))
        ahead: deque[tuple[_Window, asyncio.Task[list[SealedText]]]] = deque()
        done: set[str] = set()
        try:
            while True:
                while len(ahead) <= AHEAD and (window := _next(windows, done)) is not None:
                    ahead.append((window, asyncio.create_task(self._read(window, search.floor))))
                if not ahead:
                    return
                window, reading = ahead.popleft()
                texts = await reading
                conversation = window.scope.conversation
                if conversation not in done and await self._look_at(conversation, texts, keys, search):
                    done.add(conversation)
                    if len(done) == len(scopes):
                        return
        finally:
            for _, reading in ahead:
                reading.cancel()
                reading.add_done_callback(_forget)

    async def _read(self, window: _Window, since: int) -> list[SealedText]:
        """Those of the window that are not older than `since`, newest first."""
        conversation, until = window.scope.conversation, window.scope.until
        if window.is_archived:
            async with self._database.read() as connection:
                return await sealed_texts.page(connection, conversation, window.after, window.before, since - 1, until)
        texts: list[SealedText] = []
        after = window.after
        while after + 1 < window.before:
            entries = await self._log.stored(conversation, after, window.before, window.before - after)
            if not entries:
                break
            for entry in entries:
                head, sealed = head_of(entry.entry), parted(entry.entry)[1]
                if head.kind == "text" and sealed and since <= entry.at <= until:
                    texts.append((entry.seq, entry.at, head.sender, head.role, sealed.hex()))
            after = entries[-1].seq
        return texts[::-1]

    async def _look_at(
        self, conversation: str, texts: list[SealedText], keys: Mapping[tuple[str, int], Key], search: "_Search"
    ) -> bool:
        """Look through these, newest first; whether older ones of the conversation are not wanted."""
        for some in _portions(texts):
            async with self._slice:
                if not search.wants(some[0][1]):
                    return True
                search.look(conversation, some, keys)
            await asyncio.sleep(0)
        return False


def _opened(conversation: str, texts: list[SealedText], keys: Mapping[tuple[str, int], Key]) -> list[bytes]:
    """The texts as JSON strings; an empty one where its key was destroyed, and where it does not open."""
    opened: list[bytes] = []
    key, beginning = None, ""
    for text in texts:
        digits = text[4]
        if not beginning or not digits.startswith(beginning):
            beginning = digits[: 2 * NUMBER_BYTES]
            key = keys.get((conversation, int(beginning, 16)))
        try:
            opened.append(key.open(bytes.fromhex(digits)) if key is not None else _NOTHING)
        except SealError as error:
            logger.error("message %d cannot be looked at: %s", text[0], error, extra={"conversation": conversation})
            opened.append(_NOTHING)
    return opened


def _forget(reading: asyncio.Task[list[SealedText]]) -> None:
    """Nobody waits for it any more, nor for its fault."""
    if not reading.cancelled():
        reading.exception()


def _portions(texts: list[SealedText]) -> Iterator[list[SealedText]]:
    """As many at once as one slice takes."""
    first = digits = 0
    for place, text in enumerate(texts):
        digits += len(text[4])
        if digits > SLICE_DIGITS or place - first >= SLICE_TEXTS:
            if place > first:
                yield texts[first:place]
            first, digits = place, len(text[4])
    if first < len(texts):
        yield texts[first:]


class _Search:
    """The newest of what was found so far, `most` of them."""

    def __init__(self, query: SearchQuery, most: int) -> None:
        self.query = query
        self._most = most
        self._heap: list[tuple[Spot, FoundText]] = []

    @property
    def floor(self) -> int:
        """What is older is not wanted: an instant in ms."""
        return self._heap[0][0].at if len(self._heap) == self._most else 0

    def wants(self, at: int) -> bool:
        """Whether one of that instant would be among the newest."""
        return len(self._heap) < self._most or at >= self._heap[0][0].at

    def look(self, conversation: str, texts: list[SealedText], keys: Mapping[tuple[str, int], Key]) -> None:
        """Open them, and keep those that hold the query."""
        for number, snippet in self.query.look(_opened(conversation, texts, keys)):
            seq, at, sender, role, _ = texts[number]
            self._keep(FoundText(Spot(at, conversation, seq), sender, role, snippet))

    def _keep(self, text: FoundText) -> None:
        if len(self._heap) < self._most:
            heappush(self._heap, (text.spot, text))
        else:
            heappushpop(self._heap, (text.spot, text))

    def newest_first(self, limit: int) -> tuple[list[FoundText], bool]:
        """Of what was found so many, and whether there is more."""
        ordered = [text for _, text in sorted(self._heap, key=lambda each: each[0], reverse=True)]
        return ordered[:limit], len(ordered) > limit


def _bounded(scope: Scope, before: Spot | None) -> Scope | None:
    """What of it stands before the spot; None where nothing does."""
    if before is not None and scope.conversation == before.conversation:
        scope = msgspec.structs.replace(scope, last_seq=min(scope.last_seq, before.seq - 1))
    elif before is not None:
        until = before.at if scope.conversation < before.conversation else before.at - 1
        scope = msgspec.structs.replace(scope, until=min(scope.until, until))
    return scope if scope.first_seq <= scope.last_seq else None


def _windows(scope: Scope, archived: int) -> Iterator[_Window]:
    """All of a conversation that is to be looked through, newest first."""
    seq = scope.last_seq
    while seq >= scope.first_seq:
        is_archived = seq <= archived
        lowest = scope.first_seq if is_archived else max(scope.first_seq, archived + 1)
        first = max(lowest, seq - (PAGE if is_archived else LEDGER_PAGE) + 1)
        yield _Window(scope, first - 1, seq + 1, is_archived)
        seq = first - 1


def _next(windows: Iterator[_Window], done: set[str]) -> _Window | None:
    """The next one of a conversation that is still looked through."""
    return next((window for window in windows if window.scope.conversation not in done), None)
