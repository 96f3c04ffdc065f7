"""Messages that hold what is looked for, newest first, found by opening and looking through one after the other.

Texts are sealed where they are kept, and no index of them is written anywhere. A search runs on the event loop in
slices so short that whoever writes meanwhile waits for one of them: a thread would hold the interpreter for longer at a
time.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from heapq import heappush, heappushpop
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import NUMBER_BYTES, Key, SealError, number_of
from chatserver.messages.log import MessageLog
from chatserver.messages.present_texts import PresentTexts
from chatserver.messages.rows import sealed_texts
from chatserver.messages.rows.sealed_texts import SealedText
from chatserver.messages.search_query import SearchQuery
from chatserver.protocol.entry import head_of, parted
from chatserver.protocol.events import Author
from chatserver.records.database import Database

SLICE_TEXTS = 32
"""Texts that are looked through at once: an eighth of a millisecond of work."""
SLICE_BYTES = 8 * 1024
"""Bytes of sealed texts that are looked through at once, on an average of a page."""
PAGE = 500
"""Seqs of one conversation that are read at once from the archive."""
TOGETHER = 1_000
"""Seqs of several conversations that are read at once, each whole."""
LEDGER_PAGE = 100
"""Seqs of one conversation that are read at once from the ledger."""
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
    """What is read at once: after < seq < before, of one conversation, or from the archive all of several."""

    scopes: list[Scope]
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
            await self._look_through(scopes, before, search)
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

    async def _look_through(self, whole: Sequence[Scope], before: Spot | None, search: "_Search") -> None:
        scopes = [scope for each in whole if (scope := _bounded(each, before)) is not None]
        names = [scope.conversation for scope in scopes]
        keys = await self._keys.all_of(names)
        async with self._database.read() as connection:
            archived = await sealed_texts.last_seqs(connection, names)
            edits = await sealed_texts.last_edits(connection, names)
        unarchived = {scope.conversation for scope in whole if scope.last_seq > archived.get(scope.conversation, 0)}
        present = PresentTexts(self._log, edits, unarchived)
        done: set[str] = set()
        for window in _windows(scopes, archived):
            if all(scope.conversation in done for scope in window.scopes):
                continue
            # One after the other: to read ahead meanwhile would take a second core, which store and others need.
            found = await self._read(window, search.floor, present)
            for scope in window.scopes:
                texts = found.get(scope.conversation)
                if texts and scope.conversation not in done and await self._look_at(scope, texts, keys, search):
                    done.add(scope.conversation)
                    if len(done) == len(scopes):
                        return

    async def _read(self, window: _Window, since: int, present: PresentTexts) -> "_Texts":
        """Those of the window that are not older than `since`, newest first."""
        for scope in window.scopes:
            await present.look(scope.conversation)
        if not window.is_archived:
            [scope] = window.scopes
            texts = await self._read_ledger(scope, window.after, window.before, since)
            return {scope.conversation: present.of_ledger(scope.conversation, texts)}
        names, until = [scope.conversation for scope in window.scopes], max(scope.until for scope in window.scopes)
        async with self._database.read() as connection:
            found = await sealed_texts.page(connection, names, window.after, window.before, since - 1, until)
            return {name: await present.of(connection, name, texts) for name, texts in found.items()}

    async def _read_ledger(self, scope: Scope, after: int, before: int, since: int) -> list[SealedText]:
        texts: list[SealedText] = []
        while after + 1 < before:
            entries = await self._log.stored(scope.conversation, after, before, before - after)
            if not entries:
                break
            for entry in entries:
                head, sealed = head_of(entry.entry), parted(entry.entry)[1]
                if head.kind == "text" and sealed and entry.at >= since:
                    texts.append((entry.seq, entry.at, head.sender, head.role, sealed))
            after = entries[-1].seq
        return texts[::-1]

    async def _look_at(
        self, scope: Scope, texts: list[SealedText], keys: Mapping[tuple[str, int], Key], search: "_Search"
    ) -> bool:
        """Look through these, newest first; whether older ones of the conversation are not wanted."""
        texts = [each for each in texts if scope.first_seq <= each[0] <= scope.last_seq and each[1] <= scope.until]
        size = sum(len(each[4]) for each in texts) + 1
        step = max(1, min(SLICE_TEXTS, SLICE_BYTES * len(texts) // size))
        for first in range(0, len(texts), step):
            async with self._slice:
                if not search.wants(texts[first][1]):
                    return True
                search.look(scope.conversation, texts[first : first + step], keys)
            await asyncio.sleep(0)
        return False


_Texts = dict[str, list[SealedText]]
"""By conversation."""


def _opened(conversation: str, texts: list[SealedText], keys: Mapping[tuple[str, int], Key]) -> list[bytes]:
    """The texts as JSON strings; an empty one where its key was destroyed, and where it does not open."""
    opened: list[bytes] = []
    key, beginning = None, b""
    for text in texts:
        sealed = text[4]
        if not beginning or not sealed.startswith(beginning):
            beginning = sealed[:NUMBER_BYTES]
            key = keys.get((conversation, number_of(beginning)))
        try:
            opened.append(key.open(sealed) if key is not None else _NOTHING)
        except SealError as error:
            logger.error("message %d cannot be looked at: %s", text[0], error, extra={"conversation": conversation})
            opened.append(_NOTHING)
    return opened


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


def _windows(scopes: Iterable[Scope], archived: Mapping[str, int]) -> Iterator[_Window]:
    """All that is to be looked through: of each conversation the newest first."""
    together: list[Scope] = []
    seqs = 0
    for scope in scopes:
        in_archive = archived.get(scope.conversation, 0)
        seq = scope.last_seq
        while seq >= scope.first_seq and seq > in_archive:
            first = max(scope.first_seq, in_archive + 1, seq - LEDGER_PAGE + 1)
            yield _Window([scope], first - 1, seq + 1, is_archived=False)
            seq = first - 1
        if 0 < in_archive <= PAGE:
            if together and seqs + in_archive > TOGETHER:
                yield _Window(together, 0, ALWAYS, is_archived=True)
                together, seqs = [], 0
            together.append(scope)
            seqs += in_archive
            continue
        while seq >= scope.first_seq:
            first = max(scope.first_seq, seq - PAGE + 1)
            yield _Window([scope], first - 1, seq + 1, is_archived=True)
            seq = first - 1
    if together:
        yield _Window(together, 0, ALWAYS, is_archived=True)
