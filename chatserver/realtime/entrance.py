"""From the first byte to the request: connections that say nothing, or say it slowly, are closed in time.

uvicorn has no timeout for a request's headers, and no bound on connections by address.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from chatserver.access.addresses import counted
from chatserver.realtime.door import Door, DoorPlace
from chatserver.realtime.socket import ChatSocket
from chatserver.security_headers import SECURITY_HEADERS

HEADERS_WITHIN = 10.0
"""Seconds that a connection has for its first request, and a request for its headers."""


READ_WITHIN = 10.0
"""Seconds in which an answer that waits for its reader must go on."""


class ChatHttp(H11Protocol):
    """uvicorn's HTTP protocol with a bound on time and number. `door` is shared by all connections of a server."""

    door: Door
    _place: DoorPlace | None = None
    _late: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # narrowed by uvicorn
        super().connection_made(transport)
        # A unix socket has no address: who is behind it was let in by the file's rights.
        if self.client is not None and not self.door.proxies.trusts(self.client[0]):
            self._place = self.door.enter(counted(self.client[0]))
            if self._place is None:
                transport.abort()
                return
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing() or isinstance(self.transport.get_protocol(), ChatSocket):
            return
        if self.cycle is not None and not self.cycle.more_body:
            self._leave_door()
        if self.cycle is None or self.cycle.response_complete:
            self._wait()  # for the next request, or for the rest of one that was answered before its end
        else:
            self._wait_no_more()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        if self.client is not None and self.door.proxies.trusts(self.client[0]):
            self._place = self.door.enter(self.door.proxies.client(self.client[0], self.headers))
            if self._place is None:
                self.transport.abort()
                return
        super().handle_websocket_upgrade(event)
        self._wait_no_more()
        socket = self.transport.get_protocol()
        if isinstance(socket, ChatSocket) and self._place is not None:
            place, self._place = self._place, None
            socket.keep_until_hello(place)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(READ_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read()

    def send_400_response(self, msg: str) -> None:
        """As uvicorn's to what is no HTTP, with the headers of every answer; nothing where one has begun already."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = {**SECURITY_HEADERS, "Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
            for event in (
                h11.Response(status_code=400, headers=list(headers.items())),
                h11.Data(data=msg.encode()),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self._read()
        self._leave_door()
        super().connection_lost(exc)

    def _leave_door(self) -> None:
        if self._place is not None:
            self._place.give_back()
            self._place = None

    def _read(self) -> None:
        """What was to be read has been, or nobody reads any more."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEADERS_WITHIN, self._too_late)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self._late = None
        self.transport.abort()


def http_protocol(door: Door) -> type[ChatHttp]:
    """The protocol of a server whose connections share `door`: uvicorn makes each from the class alone."""
    members: dict[str, Any] = {"door": door}
    return type("ChatHttp", (ChatHttp,), members)
