"""The chat client: stays connected, sends until answered, hands over every message once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self, cast
from uuid import uuid4

from chatserver.client.askable import Askable
from chatserver.client.backoff import STEADY_SECONDS, full_jitter
from chatserver.client.board import ReplyBoard
from chatserver.client.errors import NO_ANSWER, ChatClosed, Dropped
from chatserver.client.inbox import Inbox
from chatserver.client.incoming import Incoming
from chatserver.client.link import ClientLink, chat_address, open_link
from chatserver.client.questions import Questions, require_valid
from chatserver.protocol.codec import Encoding
from chatserver.protocol.codes import FINAL, Close
from chatserver.protocol.commands import (
    MAX_RESUME,
    Read,
    Renew,
    Signal,
    Typing,
    Watch,
)
from chatserver.protocol.events import (
    AnyEvent,
    Clock,
    ConversationView,
    Renewed,
    Welcome,
)
from quotas import instant

Token = str | Callable[[], Awaitable[str]]

_OUR_FAULT = frozenset({1002, 1003, 1007, 1008, 1009, 1010})
"""Close codes (RFC 6455, 7.4.1) that blame what was sent: the same again would end the same."""
_NEEDS_FRESH_TOKEN = frozenset({Close.TOKEN_EXPIRED, Close.REVOKED})
_NOT_LET_IN = frozenset({401, 403})
"""HTTP statuses of a handshake that do not heal by waiting."""
_LEFT = ChatClosed(1000, "left by this client")


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How the connection is. Offline: `retry_at` is on the event loop's clock, `reason` a sentence."""

    kind: Literal["connecting", "online", "offline", "closed"]
    retry_at: float | None = None
    reason: str = ""


class ChatClient(Askable):
    """One person's chat, on one connection at a time.

        async with ChatClient("http://127.0.0.1:8080", token) as chat:
            await chat.send("c1", "Good morning")
            async for event in chat.events(): ...

    `token` is a JWT, or a coroutine function that fetches a fresh one for each connection; what it raises ends the
    chat, except OSError, after which it is asked again. `resume` maps conversations to the last seq seen in an
    earlier run (see `positions`). With `follow=False` no events are kept, for a bot that only sends.
    After `tries` connections that failed one after the other it gives up and the chat is over; None: never.
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
        tries: int | None = None,
        on_state: Callable[[ConnectionState], None] | None = None,
    ) -> None:
        self.url = url
        self._address = chat_address(url)
        self._token = token
        self._encoding = encoding
        self._tries = tries
        self._on_state = on_state
        self._marks: dict[str, int] = {}
        self._watch: Watch | None = None
        self._questions = Questions(self._link)
        self._inbox = Inbox(self.history, resume or {}, keep=follow)
        self._incoming = Incoming(self._questions, self._inbox)
        self._clock_ahead = 0.0
        self._ended: Exception | None = None
        self.state = ConnectionState("connecting")
        self.welcome: Welcome | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[ClientLink] = self._loop.create_future()
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        if self._ended is None:
            self._end(_LEFT)
        await self._inbox.close()

    # What is known

    @property
    def conversations(self) -> dict[str, ConversationView]:
        """Each conversation as the latest event left it, by id."""
        return self._incoming.book

    @property
    def positions(self) -> dict[str, int]:
        """The last seq of each conversation up to which every message was handed over: `resume` of a later run."""
        return self._inbox.positions

    @property
    def board(self) -> ReplyBoard:
        """The board as the latest event left it, where it is watched."""
        return self._incoming.board

    @property
    def unread_notices(self) -> int | None:
        """How many notices are unread, as the latest event left it; None where the server did not say."""
        return self._incoming.unread

    def now(self) -> int:
        """The server's clock, in milliseconds since the epoch, carried on by this machine's monotonic clock."""
        return int(self._loop.time() * instant.SECOND + self._clock_ahead)

    async def online(self) -> Welcome:
        """Wait for a greeted connection. Raises ChatClosed where there will be none."""
        await self._link()
        return cast(Welcome, self.welcome)  # A link is ready only once it was welcomed.

    async def events(self) -> AsyncIterator[AnyEvent]:
        """Everything that comes by itself, for one reader at a time; a message comes once, in the order of arrival.

        So do edits, deletions and reactions: `StandingMessages` keeps what they make of messages. After a Gap those up
        to its `after` may have changed by what is not handed over: `history` has them as they stand.
        Answers are returned by the methods that ask. Up to 1,000 events wait; beyond that messages stay on the
        server and are fetched when there is room, and other events are dropped (`conversations` stays current).
        Ends when the client is left; raises ChatClosed when the server ended it.
        """
        async for event in self._inbox.events():
            yield event
        if self._ended is not None and self._ended is not _LEFT:
            raise self._ended

    # What a token or the connection of now is needed for

    async def renew(self) -> int:
        """Go on with a fresh token, without a new connection; until when it is good (ms).

        Waits and raises as `send`; ChatError too where the token is not taken.
        """
        answer = await self._questions.ask(Renew(token=await self.token()))
        return instant.parse(cast(Renewed, answer).until)

    async def read(self, conversation: str, seq: int) -> None:
        """Everything up to `seq` has been seen. Kept while offline and said after the next welcome."""
        await self._say(Read(conversation=conversation, seq=seq))
        self._marks[conversation] = max(seq, self._marks.get(conversation, 0))

    async def typing(self, conversation: str) -> None:
        """The writer is typing. Said at once or, while offline, not at all."""
        await self._say(Typing(conversation=conversation))

    async def signal(self, booking: str, to: str, data: str) -> None:
        """To the other person of a video call, while it may be joined: said at once or, while offline, not at all.

        What comes from there `events` brings, as the error where it was not passed on. Raises ChatError for what no
        server takes.
        """
        await self._say(Signal(booking=booking, to=to, data=data, ask=uuid4().hex[:16]))

    async def watch(self, watch: Watch) -> None:
        """Watch the board of open waits, a mentor their own, a member none: `replies` events, and `board`, from now on.

        It is said again after each reconnect. Raises ChatError for what no server takes; where the server does not,
        `events` brings its error.
        """
        require_valid(watch)
        self._watch = watch
        await self._say(watch)

    async def _say(self, command: Read | Typing | Signal | Watch) -> None:
        require_valid(command)
        if self._ready.done() and self._ended is None:
            await self._ready.result().send(command)

    async def _link(self) -> ClientLink:
        return await asyncio.shield(self._ready)

    # Staying connected

    async def _run(self) -> None:
        try:
            await self._stay_connected()
        except asyncio.CancelledError:
            self._end(_LEFT)
            raise
        except Exception as fault:  # raised again where the caller waits: in events(), send() and online()
            self._end(fault)
            await self._inbox.close()

    def _end(self, fault: Exception) -> None:
        self._ended = fault
        if self._ready.done():
            self._ready = self._loop.create_future()
        self._ready.set_exception(fault)
        self._ready.exception()  # Marks it as seen: nobody may be waiting.
        self._change(ConnectionState("closed", reason=str(fault)))

    def _change(self, state: ConnectionState) -> None:
        self.state = state
        if self._on_state is not None:
            self._on_state(state)

    async def _stay_connected(self) -> None:
        delays = full_jitter()
        failed = 0
        since = self._loop.time()
        while True:
            self._change(ConnectionState("connecting"))
            greeted = False
            try:
                # Of more the newest: what the others lack is brought by history.
                resume = dict(list(self.positions.items())[-MAX_RESUME:])
                link, welcome = await open_link(self._address, self._encoding, await self._fresh_token(), resume)
                greeted, since = True, self._loop.time()
                await self._follow(link, welcome, resume)
            except Dropped as dropped:
                if self._is_final(dropped.code, greeted):
                    raise ChatClosed(dropped.code, dropped.reason) from None
                fault: Dropped | ChatClosed = dropped
            except ChatClosed as closed:
                if self.welcome is None or closed.code in _NOT_LET_IN:
                    raise
                # It was a chat server before: what stands in its place now, a proxy or another network, will go.
                fault = closed
            if greeted and self._loop.time() - since > STEADY_SECONDS:
                delays = full_jitter()
            failed = 0 if greeted else failed + 1
            if failed == self._tries:
                raise ChatClosed(NO_ANSWER, f"no connection after {failed} tries: {fault.reason}") from None
            delay = next(delays)
            self._change(ConnectionState("offline", retry_at=self._loop.time() + delay, reason=fault.reason))
            await asyncio.sleep(delay)

    def _is_final(self, code: int, greeted: bool) -> bool:
        if code in _NEEDS_FRESH_TOKEN and greeted and not isinstance(self._token, str):
            return False  # A fresh token is what has to change, and the next connection brings it.
        if code == Close.HELLO_TIMEOUT:
            return False  # This client says hello at once: the network or the machine was slow.
        return code in FINAL or code in _OUR_FAULT

    async def token(self) -> str:
        """A token for what is asked beside the connection, over HTTP. Raises what fetching one raises."""
        return self._token if isinstance(self._token, str) else await self._token()

    async def _fresh_token(self) -> str:
        try:
            return await self.token()
        except OSError as fault:
            raise Dropped(1006, f"no token: {fault}") from fault

    async def _follow(self, link: ClientLink, welcome: Welcome, resumed: dict[str, int]) -> None:
        self.welcome = welcome
        self._set_clock(welcome.now)
        self._incoming.begin(welcome)
        self._ready.set_result(link)
        self._change(ConnectionState("online"))
        try:
            self._inbox.put(welcome)
            if self._watch is not None:
                await link.send(self._watch)
            for each in welcome.conversations:
                if each.id not in resumed:
                    self._inbox.fetch(each.id, each.last_seq)
                if self._marks.get(each.id, 0) > each.read_seq:
                    await link.send(Read(conversation=each.id, seq=self._marks[each.id]))
            async for event in link.events():
                if isinstance(event, Clock):
                    self._set_clock(event.now)
                self._incoming.take(event)
        finally:
            self._ready = self._loop.create_future()
            await link.close()

    def _set_clock(self, now: str) -> None:
        self._clock_ahead = instant.parse(now) - self._loop.time() * instant.SECOND
