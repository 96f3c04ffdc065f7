"""Events that wait for the app. Messages come once each; what finds no room is fetched again later."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from chatserver.client.errors import ChatError
from chatserver.client.place import Position
from chatserver.protocol.commands import MAX_HISTORY
from chatserver.protocol.events import AnyEvent, Error, Gap, HistoryPage, Message

EVENTS_WAITING = 1_000
"""Beyond it messages stay on the server until there is room, and other events are dropped."""

FetchHistory = Callable[[str, int, int], Awaitable[HistoryPage]]
"""conversation, before, limit → a page."""


class Inbox:
    """A bounded queue of events, and the place reached in each conversation.

    Putting never waits, so that the connection's reader never waits for the app, and the app may await an answer
    while it handles an event. With `keep=False` events are only counted.
    """

    def __init__(self, fetch_history: FetchHistory, resume: dict[str, int], *, keep: bool) -> None:
        self._fetch_history = fetch_history
        self._keep = keep
        self._places = {conversation: Position(seq) for conversation, seq in resume.items()}
        self._queue: asyncio.Queue[AnyEvent] = asyncio.Queue(EVENTS_WAITING)
        self._arrived = asyncio.Event()
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    @property
    def positions(self) -> dict[str, int]:
        return {conversation: place.last for conversation, place in self._places.items()}

    async def events(self) -> AsyncIterator[AnyEvent]:
        """Until `close`; what arrived before it is still handed over."""
        while not (self._closed and self._queue.empty()):
            if self._queue.empty():
                self._arrived.clear()
                await self._arrived.wait()
            else:
                yield self._queue.get_nowait()

    async def close(self) -> None:
        self._closed = True
        self._arrived.set()
        fetching = list(self._fetching.values())
        for task in fetching:
            task.cancel()
        await asyncio.gather(*fetching, return_exceptions=True)

    def put(self, event: AnyEvent) -> bool:
        """False where there was no room."""
        if self._keep:
            try:
                self._queue.put_nowait(event)
            except asyncio.QueueFull:
                return False
            self._arrived.set()
        return True

    def put_message(self, message: Message) -> None:
        place = self.place(message.conversation, otherwise=message.seq - 1)
        if message.conversation in self._fetching:
            place.reaches(message.seq)
        elif not place.has(message.seq):
            if self.put(message):
                place.take(message.seq)
            else:
                self.fetch(message.conversation, message.seq)

    def place(self, conversation: str, *, otherwise: int) -> Position:
        """Where the reader stands; a conversation met for the first time starts after `otherwise`."""
        place = self._places.pop(conversation, None) or Position(otherwise)
        self._places[conversation] = place  # behind all others: what happened last is resumed first
        return place

    def forget(self, conversation: str) -> None:
        """It is followed no longer: nothing of it is fetched, and nothing resumes it."""
        self._places.pop(conversation, None)
        if (fetching := self._fetching.pop(conversation, None)) is not None:
            fetching.cancel()

    def fetch(self, conversation: str, up_to: int) -> None:
        """Bring by history what lies between the place reached and `up_to`."""
        place = self.place(conversation, otherwise=up_to)
        if not self._keep:
            place.skip_to(up_to)
        place.reaches(up_to)
        if conversation not in self._fetching and place.last < place.target:
            self._fetching[conversation] = asyncio.create_task(self._fetch(conversation, place))

    async def _fetch(self, conversation: str, place: Position) -> None:
        try:
            while place.last < place.target:
                await self._fetch_page(conversation, place)
        except ChatError as fault:
            self.put(Error(code=fault.code, message=fault.message, temporary=False, conversation=conversation))
        except Exception:
            if not self._closed:  # What ended the chat is raised by events().
                raise
        finally:
            if self._fetching.get(conversation) is asyncio.current_task():
                del self._fetching[conversation]

    async def _fetch_page(self, conversation: str, place: Position) -> None:
        # seq has no holes, so the page before `last + 201` begins at `last + 1`, in several answers where it is large.
        began = place.last
        before = end = began + MAX_HISTORY + 1
        messages: list[Message] = []
        more = True
        while more and end > began + 1:
            page = await self._fetch_history(conversation, end, end - began - 1)
            messages = page.messages + messages
            more, end = page.more and page.first < end, page.first
        upto = min(before - 1, place.target)
        if began and self._lacks_changes(place, messages, upto):
            await self._queue.put(Gap(conversation, began))
            self._arrived.set()
        for message in messages:
            if not place.has(message.seq):
                await self._queue.put(message)
                self._arrived.set()
                place.take(message.seq)
        place.skip_to(upto)

    def _lacks_changes(self, place: Position, messages: list[Message], upto: int) -> bool:
        """Whether something is missing between the place reached and `upto`: history has changes folded in, so that
        nobody tells of those that are about older messages."""
        there = {each.seq for each in messages}
        return any(seq not in there and not place.has(seq) for seq in range(place.last + 1, upto + 1))
