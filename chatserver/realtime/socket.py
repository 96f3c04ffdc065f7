"""The WebSocket itself: uvicorn's protocol, with data frames handed to a plain synchronous receiver.

Starlette does the handshake. Its task ends when the connection has its receiver, and what only the handshake needed is
dropped: two thirds of what a quiet connection would hold. Written frames are gathered and sent once a loop tick.
"""

import asyncio
from collections import Counter
from functools import partial
from typing import Any, Protocol, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.server import ServerProtocol

from chatserver.realtime.door import DoorPlace
from chatserver.realtime.frames import PING, read_messages
from chatserver.realtime.handshake import Handshake
from chatserver.realtime.keep_alive import KeepAlive, Peer

EXTENSION = "chatserver.socket"
"""Where the ASGI scope's extensions hold the socket."""
MAX_UNSENT = 2 * 1024 * 1024
"""Bytes that may wait for a reader, beside its welcome; one more frame and the reader is too slow.

Twice what one writer can have in flight, 64 texts of 16 KiB: a burst must not cut off those who do read.
"""
HIGH_WATER = 64 * 1024
"""Bytes waiting for a reader above which a replay pauses."""
PARSED_AT_ONCE = 4 * 1024
"""Bytes given to the library's parser in one go: whatever it makes of them is kept while reading is paused."""
LINGER = 2.0
"""Seconds in which a peer must take what was written to it before the connection was to close."""


class Receiver(Protocol):
    """Who gets what a socket receives."""

    def received(self, data: bytes, *, text: bool) -> None:
        """A whole message."""

    def too_slow(self) -> None:
        """More than MAX_UNSENT bytes wait for the reader."""

    def lost(self) -> None:
        """The connection is gone."""

    def drain(self) -> None:
        """The server stops: answer what is in flight, then end."""


class _Nobody(asyncio.Queue[Any]):
    """Where uvicorn tells the application what happens, once there is no application any more."""

    def put_nowait(self, item: Any) -> None:
        """Nobody asks."""


_NOBODY = _Nobody()
_WRITABLE = asyncio.Event()
_WRITABLE.set()


class ChatSocket(WebSocketsSansIOProtocol):
    """One connection. Until `attach` everything goes to the ASGI application, as in uvicorn.

    `keep_alive` is shared by all connections of a server; uvicorn's own timers are off.
    """

    def __init__(self, *args: Any, keep_alive: KeepAlive, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keep_alive = keep_alive
        self.conn = Handshake(max_size=self.config.ws_max_size, logger=self.logger)
        self.receiver: Receiver | None = None
        self._closed: Counter[int] | None = None
        """Where to count the close code, if the server is the one who closes."""
        self._place: DoorPlace | None = None
        self._out: list[bytes] = []
        self._out_bytes = 0
        self._most_unsent = MAX_UNSENT
        self._unread = b""
        """What came in the same read as the command upon which reading was paused."""
        self._untaken: list[tuple[bytes, bool]] = []
        """Messages before that, and whether each is text."""
        self._heard = True
        """Whether anything came since the last ping."""
        self._group: set[Peer] | None = None

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def keep_until_hello(self, place: DoorPlace) -> None:
        """Its place at the door is given back when it has said hello, or has gone."""
        self._place = place

    def greeted(self) -> None:
        """Its hello was accepted."""
        if self._place is not None:
            self._place.give_back()
            self._place = None

    def count_close_in(self, closed: Counter[int]) -> None:
        """From here on its close counts, by its code, if the server is the one who closes."""
        self._closed = closed

    async def run_asgi(self) -> None:
        """As uvicorn's, but a connection that has a receiver goes on when the application has returned."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
        else:
            if self.receiver is not None:
                self._forget_handshake()
                return
            # uvicorn leaves it open where the application has denied it with an answer, such as 429 and 503.
            if not self.handshake_complete and self.initial_response is None:
                self.logger.error("ASGI callable returned without completing handshake.")
                self.send_500_response()
        if self.close_timer is None:
            self.transport.close()

    def _forget_handshake(self) -> None:
        del self.scope, self.request, self.response
        self.queue = _NOBODY
        self.writable = _WRITABLE
        if self._is_between_messages():
            # A parser that has read the request keeps it.
            parser = ServerProtocol(state=State.OPEN, max_size=self.config.ws_max_size, logger=self.logger)
            parser.extensions = self.conn.extensions
            self.conn = parser

    def pause_writing(self) -> None:
        if self.receiver is None:  # Receivers look at what is unsent.
            super().pause_writing()

    def data_received(self, data: bytes) -> None:
        self._heard = True
        if self._unread or self._untaken:
            self._unread += data
        else:
            self._read(data)

    def _read(self, data: bytes) -> None:
        """Take what came, as far as reading is not paused meanwhile: one read may bring more than the bounds allow."""
        while data:
            if self.read_paused:
                self._unread = data
                return
            if self.receiver is not None and self._is_between_messages():
                data = data[read_messages(data, self._take) :]
                if not data or self.read_paused:
                    continue
            super().data_received(data[:PARSED_AT_ONCE])
            data = data[PARSED_AT_ONCE:]
            if self.transport.is_closing():
                self._cut_soon()
                return

    def _read_on(self) -> None:
        """What was left when reading was paused, then what comes."""
        while self._untaken and not self.read_paused:
            data, text = self._untaken.pop(0)
            if not self.close_sent:
                self._take(data, text)
        if not self._untaken and not self.read_paused:
            unread, self._unread = self._unread, b""
            self._read(unread)
        if not (self.read_paused or self.transport.is_closing() or self.transport.is_reading()):
            self.transport.resume_reading()

    async def receive(self) -> Any:
        """As uvicorn's: until there is a receiver, one message at a time."""
        message = await self.queue.get()
        if self.receiver is None and self.queue.empty():
            self.go_on()
        return message

    def _is_between_messages(self) -> bool:
        """Whether the library's parser holds no part of a frame or of a message, and no closing has begun."""
        conn = self.conn
        return not (conn.reader.buffer or conn.current_size is not None or self.close_sent) and conn.state is State.OPEN

    def _take(self, data: bytes, text: bool) -> bool:
        """A whole message; False where no other may be taken now: reading is paused, or the connection closes."""
        if text and not _is_utf8(data):
            self.end(1007, "text that is not UTF-8")
        elif self.receiver is not None:
            self.receiver.received(data, text=text)
        return not self.close_sent and not self.disconnected and not self.read_paused

    def handle_cont(self, event: Frame) -> None:
        if event.data or event.fin:  # Empty parts count towards no limit, so none is kept.
            super().handle_cont(event)

    def handle_ping(self) -> None:
        super().handle_ping()
        # Who asks for pongs and reads none is a slow reader too.
        if self.transport.get_write_buffer_size() > self._most_unsent:
            if self.receiver is None or self.close_sent:
                self.transport.abort()
            else:
                self.receiver.too_slow()

    def take_turn(self) -> None:
        """Whatever came since the last ping counts as its answer; where nothing came, the peer is gone."""
        if not self._is_open:
            return
        if self._heard:
            self._heard = False
            self.transport.write(PING)
        else:
            self.keepalive_timeout()

    def stop_keepalive(self) -> None:
        super().stop_keepalive()
        if self._group is not None:
            self._group.discard(self)
            self._group = None

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._count_close()
        self._cut_soon()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._count_close()

    def _count_close(self) -> None:
        """The first close frame that was sent, once; one that answers the peer's is not the server's doing."""
        if self._closed is not None and self.conn.close_sent is not None and self.conn.close_rcvd is None:
            self._closed[self.conn.close_sent.code] += 1
            self._closed = None

    def _cut_soon(self) -> None:
        """Closing waits for what was written; a peer that is gone, or does not read, would never take it."""
        if self.close_timer is None and not self.disconnected:
            self.close_timer = self.loop.call_later(LINGER, self.transport.abort)

    def attach(self, receiver: Receiver) -> None:
        """From now on messages go to `receiver`, first those that came while nobody asked for them."""
        self.receiver = receiver
        # A long welcome makes nobody slow who has not begun to read.
        self._most_unsent = MAX_UNSENT + self._out_bytes
        self._group = self.keep_alive.add(self)
        while not self.queue.empty():
            message = self.queue.get_nowait()
            if message["type"] == "websocket.receive":
                data = message.get("text")
                self._untaken.append((data.encode() if data is not None else message["bytes"] or b"", data is not None))
        self.pause()
        self.go_on()

    def send_receive_event_to_app(self) -> None:
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        text = self.curr_msg_data_type == "text"
        if text and not self.close_sent and not _is_utf8(data):
            # uvicorn would log what was sent, and before hello that can be a token.
            self.frames = []
            self.end(1007, "text that is not UTF-8")
        elif self.receiver is None:
            super().send_receive_event_to_app()
        else:
            self.frames = []
            if self.close_sent:
                return
            if self.read_paused:
                self._untaken.append((data, text))
            else:
                self.receiver.received(data, text=text)

    def push(self, frame: bytes) -> None:
        """Send a whole frame, made by `text_frame` or `binary_frame`, at the end of this tick."""
        if not self._out:
            self.loop.call_soon(self._flush)
        self._out.append(frame)
        self._out_bytes += len(frame)

    def _flush(self) -> None:
        out, self._out, self._out_bytes = self._out, [], 0
        if not out or not self._is_open:
            return
        self.transport.write(out[0] if len(out) == 1 else b"".join(out))
        if self.receiver is not None and self.transport.get_write_buffer_size() > self._most_unsent:
            self.receiver.too_slow()

    @property
    def _is_open(self) -> bool:
        """Whether no end has begun, by either side."""
        return not (self.close_sent or self.disconnected) and self.conn.state is State.OPEN

    @property
    def unsent(self) -> int:
        """Bytes that wait for the reader."""
        return self._out_bytes + self.transport.get_write_buffer_size()

    @property
    def is_congested(self) -> bool:
        """Whether a replay should wait before it writes more."""
        return self.unsent > HIGH_WATER

    def pause(self) -> None:
        """Stop reading: enough is in flight."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            if self.transport.is_reading():
                self.transport.pause_reading()

    def go_on(self) -> None:
        """Read again, from the next tick on."""
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.loop.call_soon(self._read_on)

    def end(self, code: int, reason: str) -> None:
        """Send what was pushed, then a close frame; the connection is cut where its answer does not come.

        Without effect where it is closing already.
        """
        self._flush()
        if not self._is_open:
            return
        self.stop_keepalive()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._count_close()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.go_on()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.greeted()
        if self.receiver is not None:
            receiver, self.receiver = self.receiver, None
            receiver.lost()

    def shutdown(self) -> None:
        if self.receiver is None:
            super().shutdown()
            self._count_close()
        else:
            self.receiver.drain()


def chat_socket(keep_alive: KeepAlive) -> type[asyncio.Protocol]:
    """The protocol of a server whose connections share `keep_alive`. uvicorn asks for a class, and only calls it."""
    return cast(type[asyncio.Protocol], partial(ChatSocket, keep_alive=keep_alive))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
