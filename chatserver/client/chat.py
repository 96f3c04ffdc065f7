"""The chat client: stays connected, sends until answered, hands over every message once."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self
from uuid import uuid4

import msgspec

from chatserver.client.backoff import full_jitter
from chatserver.client.book import Book, note
from chatserver.client.errors import ChatClosed, ChatError, Dropped
from chatserver.client.link import Encoding, Link, chat_address, open_link
from chatserver.client.place import Place
from chatserver.protocol.codes import MEANING, Close
from chatserver.protocol.commands import (
    MAX_FRAME_BYTES,
    MAX_HISTORY,
    MAX_RESUME,
    AnyCommand,
    Check,
    History,
    Read,
    Send,
    Typing,
)
from chatserver.protocol.events import (
    Accepted,
    AnyEvent,
    Composer,
    ComposerChanged,
    Conversation,
    ConversationChanged,
    Error,
    Gap,
    HistoryPage,
    Message,
    Refused,
    Welcome,
)
from quotas import instant

Token = str | Callable[[], Awaitable[str]]
Question = Send | Check | History
"""A command that has an answer."""

EVENTS_WAITING = 1_000
"""Events that wait for `events()` to take them. See `ChatClient.events` for what happens beyond."""
_OUR_FAULT = frozenset({1002, 1003, 1007, 1008, 1009, 1010})
"""Close codes (RFC 6455, 7.4.1) that blame what was sent: the same again would end the same."""


@dataclass(frozen=True, slots=True)
class State:
    """How the connection is. Offline: `retry_at` is on the event loop's clock, `reason` a sentence."""

    kind: Literal["connecting", "online", "offline", "closed"]
    retry_at: float | None = None
    reason: str = ""


class _Waiting:
    """One question on its way, kept through reconnects until it is answered."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.reset()

    def reset(self) -> None:
        self.answer: asyncio.Future[AnyEvent] = asyncio.get_running_loop().create_future()

    def settle(self, answer: AnyEvent) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)


class ChatClient:
    """One person's chat, on one connection at a time.

        async with ChatClient("http://127.0.0.1:8000", token) as chat:
            await chat.send("c1", "Good morning")
            async for event in chat.events(): ...

    `token` is a JWT, or a coroutine function that fetches a fresh one for each connection; what it raises ends the
    chat, except OSError, after which it is asked again. `resume` maps conversations to the last seq seen in an
    earlier run (see `positions`). With `follow=False` no events are kept, for a bot that only sends.
    `on_state` is called at every change of `state`.
    """

    def __init__(
        self,
        url: str,
        token: Token,
        *,
        encoding: Encoding = "json",
        resume: dict[str, int] | None = None,
        follow: bool = True,
        on_state: Callable[[State], None] | None = None,
    ) -> None:
        self._url = chat_address(url)
        self._token = token
        self._encoding = encoding
        self._follow = follow
        self._on_state = on_state
        self.state = State("connecting")
        self.welcome: Welcome | None = None
        self._book: Book = {}
        self._places = {conversation: Place(seq) for conversation, seq in (resume or {}).items()}
        self._marks: dict[str, int] = {}
        self._queue: asyncio.Queue[AnyEvent] = asyncio.Queue(EVENTS_WAITING)
        self._arrived = asyncio.Event()
        self._waiting: dict[tuple[type[Question], str], _Waiting] = {}
        self._turns: weakref.WeakValueDictionary[tuple[type[Question], str], asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._ended: Exception | None = None
        self._clock_ahead = 0.0

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[Link] = self._loop.create_future()
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, *self._fetching.values(), return_exceptions=True)

    # What is known

    @property
    def conversations(self) -> dict[str, Conversation]:
        """Each conversation as the latest event left it, by id."""
        return self._book

    @property
    def positions(self) -> dict[str, int]:
        """The last seq of each conversation up to which every message was handed over: `resume` of a later run."""
        return {conversation: place.last for conversation, place in self._places.items()}

    def now(self) -> int:
        """The server's clock, in milliseconds since the epoch; this machine's monotonic clock carries it on."""
        return int(self._loop.time() * 1_000 + self._clock_ahead)

    async def online(self) -> Welcome:
        """Wait for a greeted connection. Raises ChatClosed where there will be none."""
        await self._link()
        assert self.welcome is not None
        return self.welcome

    async def events(self) -> AsyncIterator[AnyEvent]:
        """Everything that comes by itself, for one reader at a time; a message comes once, in the order of arrival.

        Answers are returned by the methods that ask. Up to 1,000 events wait; beyond that messages stay on the
        server and are fetched when there is room, and other events are dropped (`conversations` stays current).
        Ends when the client is left; raises ChatClosed when the server ended it.
        """
        while True:
            while not self._queue.empty():
                yield self._queue.get_nowait()
            if self._ended is not None:
                break
            self._arrived.clear()
            await self._arrived.wait()
        if not (isinstance(self._ended, ChatClosed) and self._ended.code == 1000):
            raise self._ended

    # What can be said

    async def send(self, conversation: str, body: str, id: str | None = None) -> Accepted | Refused:
        """Write a message; wait until the server has answered, through reconnects and temporary errors.

        Messages of one conversation go out one after the other, so that they are stored in the order of the calls.
        The same `id` (1–64 characters) travels each time, so nothing is stored twice. A cancelled call may have
        been stored. Raises ChatError where sending again cannot help, ChatClosed where the chat ends first.
        """
        answer = await self._ask(Send(conversation=conversation, id=id or uuid4().hex, body=body))
        assert isinstance(answer, Accepted | Refused)
        return answer

    async def check(self, conversation: str) -> Composer:
        """What `send` would meet now. Waits and raises as `send`."""
        answer = await self._ask(Check(conversation=conversation))
        assert isinstance(answer, ComposerChanged)
        return answer.composer

    async def history(self, conversation: str, before: int | None = None, limit: int = 50) -> HistoryPage:
        """At most `limit` (1–200) messages with a seq below `before`, oldest first. Waits and raises as `send`."""
        answer = await self._ask(History(conversation=conversation, before=before, limit=limit))
        assert isinstance(answer, HistoryPage)
        return answer

    async def read(self, conversation: str, seq: int) -> None:
        """Everything up to `seq` has been seen. Kept while offline and said after the next welcome."""
        command = _checked(Read(conversation=conversation, seq=seq))
        self._marks[conversation] = max(seq, self._marks.get(conversation, 0))
        await self._say(command)

    async def typing(self, conversation: str) -> None:
        """The writer is typing. Said at once or, while offline, not at all."""
        await self._say(_checked(Typing(conversation=conversation)))

    async def _say(self, command: AnyCommand) -> None:
        if self._ready.done() and self._ended is None:
            await self._ready.result().send(command)

    async def _link(self) -> Link:
        return await asyncio.shield(self._ready)

    async def _ask(self, question: Question) -> AnyEvent:
        _checked(question)
        key = (type(question), question.conversation)
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            waiting = self._waiting[key] = _Waiting(question)
            try:
                return await self._answer(waiting)
            finally:
                del self._waiting[key]

    async def _answer(self, waiting: _Waiting) -> AnyEvent:
        delays = full_jitter()
        while True:
            while not waiting.answer.done():
                link = await self._link()
                if not waiting.answer.done():
                    await link.send(waiting.question)
                    await asyncio.wait({waiting.answer, link.lost}, return_when=asyncio.FIRST_COMPLETED)
            answer = waiting.answer.result()
            if not isinstance(answer, Error):
                return answer
            if not answer.temporary:
                raise ChatError(answer.code, answer.message)
            waiting.reset()
            await asyncio.wait({waiting.answer}, timeout=next(delays))

    # Staying connected

    async def _run(self) -> None:
        try:
            await self._stay_connected()
        except asyncio.CancelledError:
            self._end(ChatClosed(1000, "left"))
            raise
        except Exception as fault:
            # Whatever ends the chat is raised where the caller waits: events(), send(), online().
            self._end(fault)

    def _end(self, fault: Exception) -> None:
        self._ended = fault
        if self._ready.done():
            self._ready = self._loop.create_future()
        self._ready.set_exception(fault)
        self._ready.exception()  # Marks it as seen: nobody may be waiting.
        for fetching in self._fetching.values():
            fetching.cancel()
        self._arrived.set()
        self._change(State("closed", reason=str(fault)))

    def _change(self, state: State) -> None:
        self.state = state
        if self._on_state is not None:
            self._on_state(state)

    async def _stay_connected(self) -> None:
        delays = full_jitter()
        while True:
            self._change(State("connecting"))
            greeted = False
            try:
                link, welcome = await open_link(self._url, self._encoding, await self._fresh_token(), self._resume())
                greeted, delays = True, full_jitter()
                await self._follow_link(link, welcome)
            except Dropped as dropped:
                if self._is_final(dropped.code, greeted):
                    raise ChatClosed(dropped.code, dropped.reason) from None
                delay = next(delays)
                self._change(State("offline", retry_at=self._loop.time() + delay, reason=dropped.reason))
                await asyncio.sleep(delay)

    def _is_final(self, code: int, greeted: bool) -> bool:
        if code == Close.TOKEN_EXPIRED and greeted and not isinstance(self._token, str):
            return False  # A fresh token is what has to change, and the next connection brings it.
        return 4500 <= code <= 4999 or code in _OUR_FAULT

    async def _fresh_token(self) -> str:
        if isinstance(self._token, str):
            return self._token
        try:
            return await self._token()
        except OSError as fault:
            raise Dropped(1006, f"no token: {fault}") from fault

    def _resume(self) -> dict[str, int]:
        return dict(list(self.positions.items())[:MAX_RESUME])

    async def _follow_link(self, link: Link, welcome: Welcome) -> None:
        resumed = self._resume()
        self.welcome = welcome
        self._clock_ahead = instant.parse(welcome.now) - self._loop.time() * 1_000
        self._note(welcome)
        self._ready.set_result(link)
        self._change(State("online"))
        try:
            self._offer(welcome)
            for each in welcome.conversations:
                place = self._places.setdefault(each.id, Place(each.last_seq))
                if each.id not in resumed and place.last < each.last_seq:
                    self._fetch(each.id, each.last_seq)
                if self._marks.get(each.id, 0) > each.read_seq:
                    await link.send(Read(conversation=each.id, seq=self._marks[each.id]))
            async for event in link.events():
                self._take(event)
        finally:
            if self._ended is None:
                self._ready = self._loop.create_future()
            await link.close()

    # What comes in. The reader never waits for the app, so an app may wait for an answer while it handles an event.

    def _note(self, event: AnyEvent) -> None:
        note(self._book, self.welcome.user if self.welcome is not None else "", event)

    def _take(self, event: AnyEvent) -> None:
        self._note(event)
        match event:
            case Message():
                self._take_message(event)
            case Accepted() | Refused():
                if isinstance(event, Accepted):
                    self._place(event.conversation, event.seq).take(event.seq)
                self._settle(Send, event.conversation, event, event.id)
            case HistoryPage():
                self._settle(History, event.conversation, event)
            case ComposerChanged():
                self._settle(Check, event.conversation, event)
                self._offer(event)
            case Gap():
                self._offer(event)
                self._fetch(event.conversation, self._last_seq(event.conversation))
            case Error():
                if not self._take_error(event):
                    self._offer(event)
            case ConversationChanged():
                self._places.setdefault(event.conversation.id, Place(event.conversation.last_seq))
                self._offer(event)
            case _:
                self._offer(event)

    def _take_message(self, message: Message) -> None:
        place = self._place(message.conversation, message.seq)
        own = self._waiting.get((Send, message.conversation))
        if self._is_answer(own, message):
            # The answer was lost with its connection; the message itself says that it is stored.
            place.take(message.seq)
            self._settle(Send, message.conversation, self._accepted(message), message.id)
        elif message.conversation in self._fetching:
            place.target = max(place.target, message.seq)
        elif not place.has(message.seq):
            if self._offer(message):
                place.take(message.seq)
            else:
                self._fetch(message.conversation, message.seq)

    def _is_answer(self, own: _Waiting | None, message: Message) -> bool:
        return (
            own is not None
            and isinstance(own.question, Send)
            and own.question.id == message.id
            and self.welcome is not None
            and self.welcome.user == message.sender
        )

    def _accepted(self, own: Message) -> Accepted:
        composer = self._book[own.conversation].composer
        return Accepted(conversation=own.conversation, id=own.id, seq=own.seq, at=own.at, composer=composer)

    def _take_error(self, error: Error) -> bool:
        """Hand an error to the question that it answers; False where there is none."""
        for (kind, conversation), waiting in self._waiting.items():
            question = waiting.question
            mine = question.id == error.id if isinstance(question, Send) else error.id is None
            if mine and error.conversation in (conversation, None) and error.code != "seq_unknown":
                return self._settle(kind, conversation, error, error.id)
        return False

    def _settle(self, kind: type[Question], conversation: str, answer: AnyEvent, id: str | None = None) -> bool:
        waiting = self._waiting.get((kind, conversation))
        if waiting is None or (isinstance(waiting.question, Send) and waiting.question.id != id):
            return False
        waiting.settle(answer)
        return True

    def _offer(self, event: AnyEvent) -> bool:
        if self._follow:
            try:
                self._queue.put_nowait(event)
            except asyncio.QueueFull:
                return False
            self._arrived.set()
        return True

    # Refetching what could not be replayed, or was left on the server for want of room

    def _place(self, conversation: str, seq: int) -> Place:
        return self._places.setdefault(conversation, Place(seq - 1))

    def _last_seq(self, conversation: str) -> int:
        return self._book[conversation].last_seq if conversation in self._book else 0

    def _fetch(self, conversation: str, target: int) -> None:
        place = self._places.setdefault(conversation, Place(target))
        place.target = max(place.target, target)
        if conversation not in self._fetching:
            self._fetching[conversation] = asyncio.create_task(self._refetch(conversation, place))

    async def _refetch(self, conversation: str, place: Place) -> None:
        """Page forwards: seq has no holes, so the page before `last + 201` begins at `last + 1`."""
        try:
            while place.last < place.target:
                before = place.last + MAX_HISTORY + 1
                page = await self.history(conversation, before=before, limit=MAX_HISTORY)
                for message in page.messages:
                    if not place.has(message.seq):
                        if self._follow:
                            await self._queue.put(message)
                        place.take(message.seq)
                        self._arrived.set()
                place.skip_to(min(before - 1, place.target))
        except ChatError as fault:
            self._offer(Error(code=fault.code, message=fault.message, temporary=False, conversation=conversation))
        except ChatClosed:
            return
        finally:
            del self._fetching[conversation]


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


def _checked(command: AnyCommand) -> AnyCommand:
    """Raise ChatError for what every server refuses, so that a bad frame never costs the connection."""
    try:
        frame = _encoder.encode(command)
        _decoder.decode(frame)
    except (msgspec.ValidationError, UnicodeEncodeError) as fault:
        raise ChatError("invalid_field", str(fault)) from None
    if len(frame) > MAX_FRAME_BYTES:
        raise ChatError("text_too_long", MEANING["text_too_long"])
    return command
