"""A WebSocket client that costs little: the handshake from websockets, data frames read by hand.

websockets' own frame parser is a generator per frame; on a machine that the load generator shares with the server
its cost would lower every figure. Source of the framing: RFC 6455, section 5.2.
"""

import asyncio
import os
from collections.abc import Callable
from typing import cast

from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Response
from websockets.speedups import apply_mask
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

SUBPROTOCOL = "mentorchat.v1.json"

_MASKED = 0x80
_MASK = os.urandom(4)
"""One for all frames: a new one for each, as the standard asks of browsers, costs more than the frame."""
_FINAL_TEXT = 0x81
_FINAL_CLOSE = 0x88
_FINAL_PING = 0x89
_FINAL_PONG = 0x8A


class ClientSocket(asyncio.Protocol):
    """One connection. `on_text` gets each text frame's payload, `on_fault` a sentence where the connection breaks."""

    def __init__(
        self,
        url: str,
        on_text: Callable[[bytes], None],
        on_fault: Callable[[str], None],
        subprotocol: str | None = SUBPROTOCOL,
    ) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._on_text = on_text
        self._on_fault = on_fault
        # No extensions are offered, so no server can turn deflate on.
        self._handshake: ClientProtocol | None = ClientProtocol(
            parse_uri(url), subprotocols=[Subprotocol(subprotocol)] if subprotocol else None
        )
        self._transport: asyncio.Transport
        self._rest = b""
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        # uvloop's transports have asyncio.Transport's methods without being its subclasses.
        self._transport = cast("asyncio.Transport", transport)
        handshake = self._handshake
        if handshake is not None:
            handshake.send_request(handshake.connect())
            self._transport.write(b"".join(handshake.data_to_send()))

    def data_received(self, data: bytes) -> None:
        """Cut the bytes into frames; what is left of the last one waits for more."""
        if self._handshake is not None:
            data = self._finish_handshake(self._handshake, self._rest + data)
            if not data:
                return
        buffer = self._rest + data if self._rest else data
        position, end = 0, len(buffer)
        while end - position >= 2:
            length = buffer[position + 1]
            start = position + 2
            if length == 126:
                start = position + 4
                length = int.from_bytes(buffer[position + 2 : start])
            elif length > 126:
                self._fail("a server frame that is masked or longer than 65,535 bytes")
                return
            # A cut length field gives a `start` beyond the end, so this also waits for the rest of the header.
            if start + length > end:
                break
            payload = buffer[start : start + length]
            if buffer[position] == _FINAL_TEXT:
                self._on_text(payload)
            else:
                self._control(buffer[position], payload)
            position = start + length
        self._rest = buffer[position:]

    def send_text(self, payload: bytes) -> None:
        """Write one masked text frame; nothing on a connection that broke, which was reported then."""
        if self._closing:
            return
        length = len(payload)
        if length < 126:
            head = b"%c%c%b" % (_FINAL_TEXT, _MASKED | length, _MASK)
        else:
            head = b"%c%c%b%b" % (_FINAL_TEXT, _MASKED | 126, length.to_bytes(2), _MASK)
        self._transport.write(head + apply_mask(payload, _MASK))

    def close(self) -> None:
        """Say goodbye; the server answers and hangs up."""
        if not self._closing:
            self._closing = True
            self._transport.write(Frame(Opcode.CLOSE, Close(1000, "").serialize()).serialize(mask=True))

    def abort(self) -> None:
        """Hang up at once."""
        self._closing = True
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report a loss that nobody asked for."""
        if not self._closing:
            self._fail("connection lost")
        if not self.closed.done():
            self.closed.set_result(None)

    def _finish_handshake(self, handshake: ClientProtocol, data: bytes) -> bytes:
        """Read the answer once it is there whole; returns the first frames, where some came with it."""
        head, end, frames = data.partition(b"\r\n\r\n")
        self._rest = b"" if end else data
        if not end:
            return b""
        handshake.receive_data(head + end)
        if not any(isinstance(event, Response) for event in handshake.events_received()):
            self._fail("an answer that is no handshake")
            return b""
        self._handshake = None
        if handshake.handshake_exc is not None:
            self._fail(f"no upgrade: {handshake.handshake_exc}")
        elif not self.opened.done():
            self.opened.set_result(None)
        return frames

    def _control(self, first: int, payload: bytes) -> None:
        if first == _FINAL_PING:
            self._transport.write(Frame(Opcode.PONG, payload).serialize(mask=True))
        elif first == _FINAL_CLOSE:
            if not self._closing:
                self._fail(f"closed by the server: {Close.parse(payload)}")
            self._transport.close()
        elif first != _FINAL_PONG:
            self._fail(f"a frame that starts with 0x{first:02x}; unfragmented text is expected")

    def _fail(self, sentence: str) -> None:
        self._closing = True
        if self.opened.done():
            self._on_fault(sentence)
        else:
            self.opened.set_exception(ConnectionError(sentence))
        self._transport.close()
