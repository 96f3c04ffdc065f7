"""One connection to the server: greeted, then commands out and events in."""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import msgspec
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import process_exception
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from chatserver.client.errors import ChatClosed, Dropped
from chatserver.protocol.codec import Encoding
from chatserver.protocol.commands import AnyCommand, Conversations, Hello
from chatserver.protocol.events import AnyEvent, ConversationsPage, Error, Welcome

GREETING_SECONDS = 10.0
"""How long the handshake, then the welcome, and then each further page of one's list may take."""
ASK_AGAIN_SECONDS = 1.0
"""How long a page is let wait that cannot be had now, where the server does not say it."""
CLOSING_SECONDS = 2.0
LARGEST_EVENT_BYTES = 16 * 1024 * 1024
"""That of support, who takes up MAX_FOLLOWED conversations with a welcome, and some room."""
FRAMES_WAITING = 64
"""Frames received and not yet looked at; then the socket is not read and the server sees a slow reader."""

SUBPROTOCOLS: dict[Encoding, Subprotocol] = {
    "json": Subprotocol("mentorchat.v1.json"),
    "msgpack": Subprotocol("mentorchat.v1.msgpack"),
}
_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_BUSY = frozenset({408, 429})
"""HTTP statuses that ask for another try, beside those that websockets knows."""

_log = logging.getLogger("chatserver.client")


_to_msgpack = msgspec.msgpack.Encoder()
_to_json = msgspec.json.Encoder()
_from_msgpack: msgspec.msgpack.Decoder[AnyEvent] = msgspec.msgpack.Decoder(AnyEvent)
_from_json: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def chat_address(url: str) -> str:
    """The WebSocket address of a server given as `ws://`, `wss://`, `http://` or `https://`.

    An address without a path gets `/v1/chat`. Raises ValueError for anything else, and for a query (tokens never
    stand in an address).
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError(f"{url!r} is not an address such as http://127.0.0.1:8080 or wss://chat.example.org")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("the server's address takes no user, query or fragment; the token travels in hello")
    return urlunsplit((_SCHEMES[parts.scheme], parts.netloc, parts.path.rstrip("/") or "/v1/chat", "", ""))


class ClientLink:
    """A greeted connection. `lost` is done once it has ended."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._packed = socket.subprotocol == SUBPROTOCOLS["msgpack"]
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._early: deque[AnyEvent] = deque()
        """What came while the list was being brought."""

    async def send(self, command: AnyCommand) -> None:
        """Write one command; waits while the socket is full. On an ended connection nothing happens."""
        try:
            if self._packed:
                await self._socket.send(_to_msgpack.encode(command))
            else:
                await self._socket.send(_to_json.encode(command), text=True)
        except ConnectionClosed:
            return

    async def receive(self) -> AnyEvent:
        """The next event that this version knows. Raises Dropped at the end of the connection."""
        return self._early.popleft() if self._early else await self._receive()

    async def whole(self, welcome: Welcome) -> Welcome:
        """The welcome with all pages of the list. What comes meanwhile is received after it. Raises as `receive`."""
        conversations, more = list(welcome.conversations), welcome.more
        while more:
            async with asyncio.timeout(GREETING_SECONDS):
                page = await self._page(conversations[-1].id if conversations else None)
            conversations += page.conversations
            more = page.more
        return replace(welcome, conversations=conversations, more=False)

    async def _page(self, after: str | None) -> ConversationsPage:
        ask = uuid4().hex[:16]
        while True:
            await self.send(Conversations(after=after, ask=ask))
            while not (isinstance(event := await self._receive(), ConversationsPage | Error) and event.ask == ask):
                self._early.append(event)
            if isinstance(event, ConversationsPage):
                return event
            if not event.temporary:
                raise Dropped(1006, f"the list cannot be had: {event.message}")
            await asyncio.sleep(event.retry_after or ASK_AGAIN_SECONDS)

    async def _receive(self) -> AnyEvent:
        while True:
            try:
                event = self._decode(await self._socket.recv(decode=False))
            except ConnectionClosed as fault:
                raise _dropped(fault) from None
            if event is not None:
                return event

    async def events(self) -> AsyncIterator[AnyEvent]:
        while True:
            yield await self.receive()

    async def close(self) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
        await self._socket.close()

    def _decode(self, frame: bytes) -> AnyEvent | None:
        """None for an event of a later version: apps ignore what they do not know."""
        try:
            return _from_msgpack.decode(frame) if self._packed else _from_json.decode(frame)
        except msgspec.ValidationError as fault:
            _log.debug("ignored an event: %s", fault)
            return None
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise ChatClosed(
                1007, f"the server sent what is not {'MessagePack' if self._packed else 'JSON'}"
            ) from fault


async def open_link(url: str, encoding: Encoding, token: str, resume: dict[str, int]) -> tuple[ClientLink, Welcome]:
    """Connect and say hello; the welcome has all conversations, in however many pages they come.

    Raises Dropped where another try can help, ChatClosed where it cannot: not a chat server, HTTP 401 or 403, an
    untrusted certificate.
    """
    link = ClientLink(await _handshake(url, encoding))
    try:
        await link.send(Hello(token=token, resume=resume))
        async with asyncio.timeout(GREETING_SECONDS):
            while not isinstance(event := await link.receive(), Welcome):
                pass
        return link, await link.whole(event)
    except TimeoutError:
        await link.close()
        raise Dropped(1006, f"no welcome within {GREETING_SECONDS:.0f} seconds") from None
    except BaseException:
        await link.close()
        raise


def _dropped(fault: ConnectionClosed) -> Dropped:
    """By the server's close code; where this side closed first, that code says nothing about what was sent."""
    if fault.rcvd is not None and (fault.sent is None or fault.rcvd_then_sent):
        return Dropped(fault.rcvd.code, fault.rcvd.reason or "connection lost")
    return Dropped(1006, (fault.sent.reason if fault.sent is not None else "") or "connection lost")


async def _handshake(url: str, encoding: Encoding) -> ClientConnection:
    # A proxy from the environment is for the network, not for a server on this machine.
    options: dict[str, Any] = {"proxy": None} if _on_this_machine(urlsplit(url).hostname or "") else {}
    try:
        return await connect(
            url,
            subprotocols=[SUBPROTOCOLS[encoding]],
            compression=None,
            open_timeout=GREETING_SECONDS,
            close_timeout=CLOSING_SECONDS,
            max_size=LARGEST_EVENT_BYTES,
            max_queue=FRAMES_WAITING,
            **options,
        )
    except ssl.SSLCertVerificationError as fault:
        raise ChatClosed(1015, f"the server's certificate is not trusted: {fault.verify_message}") from None
    except (OSError, WebSocketException) as fault:
        status = fault.response.status_code if isinstance(fault, InvalidStatus) else None
        if process_exception(fault) is None or status in _BUSY:
            raise Dropped(1006, _in_words(fault)) from None
        raise ChatClosed(status or 1002, _in_words(fault)) from None


def _in_words(fault: Exception) -> str:
    if isinstance(fault, InvalidStatus):
        return f"the server answered HTTP {fault.response.status_code}"
    if isinstance(fault, TimeoutError):
        return f"no answer within {GREETING_SECONDS:.0f} seconds"
    return str(fault) or type(fault).__name__


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
