"""From handshake to welcome: origin, subprotocol, hello, token; then the connection is its socket's receiver."""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import nullcontext
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from chatserver.access.addresses import Proxies
from chatserver.access.own_origin import is_own_origin
from chatserver.access.rate_limit import OTHER_COST, RateLimit
from chatserver.access.revocation import Revocations, RevokedError
from chatserver.access.tokens import Authenticator, Identity, TokenError
from chatserver.operating.metrics import Metrics
from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.codec import SUBPROTOCOLS, CommandError, Encoding, decode
from chatserver.protocol.codes import CLOSE_REASON, MEANING, Close
from chatserver.protocol.commands import Hello
from chatserver.protocol.events import FEATURES, Error, OwnSettings, Welcome
from chatserver.protocol.notices import UnreadNotices
from chatserver.realtime.command_desk import CommandDesks
from chatserver.realtime.connection import Connection
from chatserver.realtime.conversation_list import ConversationList
from chatserver.realtime.file_sends import FileClaims
from chatserver.realtime.follow_desk import note_follows
from chatserver.realtime.follower import Follower
from chatserver.realtime.hub import Hub
from chatserver.realtime.notice_desk import NoticeDesk
from chatserver.realtime.outgoing import frame_of
from chatserver.realtime.people_desk import PeopleDesk
from chatserver.realtime.room import Room
from chatserver.realtime.socket import EXTENSION, ChatSocket
from chatserver.records.database import DatabaseError
from quotas.instant import text
from quotas.ledger.redis import RedisLedger
from quotas.ledger.urgency import by_urgency
from quotas.store.errors import StoreError
from quotas.terms import UnjudgeableError

HELLO_WITHIN = 5.0
"""Seconds that an app has for its hello."""

if TYPE_CHECKING:
    from chatserver.operating.tracing import Traces

logger = logging.getLogger(__name__)


class Greeting:
    """The endpoint `GET /v1/chat`. `people` bounds what one person says, `addresses` the handshakes of one address."""

    def __init__(
        self,
        *,
        hub: Hub,
        desks: CommandDesks,
        notices: NoticeDesk,
        people_desk: PeopleDesk,
        ledger: RedisLedger,
        clock: StoreClock,
        authenticator: Authenticator,
        revocations: Revocations,
        allowed_origins: Iterable[str],
        public_url: str | None,
        people: RateLimit,
        addresses: RateLimit,
        proxies: Proxies,
        metrics: Metrics,
        traces: "Traces | None",
        claims: FileClaims,
        edit_minutes: int,
    ) -> None:
        self._hub = hub
        self._desks = desks
        self._notices = notices
        self._people_desk = people_desk
        self._ledger = ledger
        self._clock = clock
        self._authenticator = authenticator
        self._revocations = revocations
        self._origins = frozenset(allowed_origins)
        self._public_url = public_url
        self._people = people
        self._addresses = addresses
        self._proxies = proxies
        self._metrics = metrics
        self._traces = traces
        self._claims = claims
        self._edit_minutes = edit_minutes

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one WebSocket."""
        if not self._is_allowed(websocket):
            await websocket.close()  # before it was accepted, this is HTTP 403
            return
        if delay := self._delay(websocket):
            self._metrics.rate_limited["address"] += 1
            await websocket.send_denial_response(Response(status_code=429, headers={"Retry-After": f"{ceil(delay)}"}))
            return
        subprotocol = next((name for name in websocket.scope["subprotocols"] if name in SUBPROTOCOLS), None)
        socket: ChatSocket = websocket.scope["extensions"][EXTENSION]
        socket.count_close_in(self._metrics.closed)
        await websocket.accept(subprotocol)
        encoding: Encoding = SUBPROTOCOLS[subprotocol] if subprotocol else "json"
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                hello = await self._hello(websocket, socket, encoding)
        except TimeoutError:
            self._end(socket, Close.HELLO_TIMEOUT)
            return
        except WebSocketDisconnect:
            return
        if hello is None:
            self._end(socket, Close.HELLO_FIRST)
            return
        try:
            identity = await self._authenticator.identify(hello.token)
        except TokenError as error:
            self._end(socket, Close.UNAVAILABLE if error.temporary else Close.BAD_TOKEN, f": {error}")
            return
        connection = Connection(
            socket,
            encoding,
            identity,
            desk=self._hub,
            desks=self._desks,
            limit=self._people,
            metrics=self._metrics,
            traces=self._traces,
            claims=self._claims,
        )
        if await self._welcome(connection, socket, identity, hello):
            logger.debug("a connection was welcomed", extra={"connection": connection.id, "person": connection.user})

    def _end(self, socket: ChatSocket, close: Close, why: str = "") -> None:
        socket.end(close, f"{CLOSE_REASON[close]}{why}"[:120])

    def _delay(self, connection: HTTPConnection) -> float:
        """Seconds after which the address may come again; 0 for now. A unix socket has no address."""
        client = connection.client
        if client is None:
            return 0.0
        address = self._proxies.client(client.host, connection.headers.raw)
        return self._addresses.delay(address, time.monotonic(), OTHER_COST)

    def _is_allowed(self, connection: HTTPConnection) -> bool:
        origin = connection.headers.get("origin")
        return origin is None or origin in self._origins or is_own_origin(connection.headers, self._public_url)

    async def _hello(self, websocket: WebSocket, socket: ChatSocket, encoding: Encoding) -> Hello | None:
        """The first command; None where it is not a hello. What is wrong with it is said before the close."""
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        data = message.get("text")
        try:
            if (data is not None) != (encoding == "json"):
                raise CommandError("wrong_encoding", f"this subprotocol speaks {encoding}")
            command = decode(data.encode() if data is not None else message["bytes"], encoding)
        except CommandError as error:
            socket.push(frame_of(Error(error.code, error.message, temporary=False), encoding))
            return None
        if isinstance(command, Hello):
            return command
        socket.push(frame_of(Error("hello_first", MEANING["hello_first"], temporary=False), encoding))
        return None

    async def _welcome(self, connection: Connection, socket: ChatSocket, identity: Identity, hello: Hello) -> bool:
        """Begin to serve; False where that cannot be."""
        traces = self._traces
        with traces.hello(connection.id, identity.user, identity.role) if traces is not None else nullcontext():
            found = await self._followers(connection, identity, hello)
        if found is None:
            return False
        followers, unopened = found
        try:
            return self._begin(connection, socket, identity, hello, followers, unopened)
        except Exception as error:
            self._turn_away(connection, followers, error)
            return False

    def _begin(
        self,
        connection: Connection,
        socket: ChatSocket,
        identity: Identity,
        hello: Hello,
        followers: list[Follower[Room]],
        unopened: list[str],
    ) -> bool:
        """Say the welcome, and what it lacks; False where nobody is there any more."""
        if socket.disconnected or socket.close_sent:
            self._hub.leave(connection, followers)
            return False
        for follower in followers:
            connection.add(follower)
        if connection.conversations is not None:
            views, more = connection.conversations.begin(followers)
        else:
            views, more = [follower.room.view(follower) for follower in followers], False
        connection.tell(
            Welcome(
                identity.user,
                identity.role,
                text(self._clock.now()),
                views,
                connection.unread,
                connection.settings,
                list(FEATURES),
                more,
                self._edit_minutes,
            )
        )
        for conversation in unopened:
            connection.fail("internal", conversation=conversation)
        for follower in followers:
            if connection.conversations is None:
                follower.room.told(follower)
            if follower.room.id in hello.resume:
                follower.start(hello.resume[follower.room.id])
        expires_in = identity.connected_until / 1000 - time.time()
        self._hub.keep(connection, asyncio.get_running_loop().time() + expires_in)
        socket.greeted()
        socket.attach(connection)
        self._hub.arrived(connection, followers)
        if connection.conversations is not None:
            self._hub.begin(connection.conversations.open_late())
        self._metrics.welcomed += 1
        if connection.reads_along and followers:
            note_follows(connection, [follower.room.id for follower in followers])
        return True

    async def _followers(
        self, connection: Connection, identity: Identity, hello: Hello
    ) -> tuple[list[Follower[Room]], list[str]] | None:
        """As `Hub.follow`; None where it was turned away."""
        glance: asyncio.Task[None] | None = None
        try:
            conversations = await self._conversations(identity, hello)
            self._hub.expect(connection)
            # From here on the hub hears of each new notice: what comes meanwhile is told after the welcome.
            glance = asyncio.get_running_loop().create_task(self._glance(connection))
            # Only now: from here on the hub hears of a revocation by itself.
            await self._revocations.check(identity)
            if identity.role == "mentor":
                own = set(conversations)
                conversations += [each for each in await self._hub.standing_in(connection) if each not in own]
            if not connection.reads_along:
                connection.conversations = await self._list(connection, conversations, hello)
                conversations = connection.conversations.first
            # Nothing is awaited between this and the welcome: no message must come before it.
            return await self._hub.follow(connection, conversations, beside=glance)
        except RevokedError:
            self._hub.leave(connection, ())
            connection.end(Close.REVOKED)
            return None
        except Exception as error:
            self._turn_away(connection, (), error)
            return None
        finally:
            if glance is not None:
                glance.cancel()

    async def _list(self, connection: Connection, conversations: list[str], hello: Hello) -> ConversationList:
        places = await by_urgency(self._ledger, conversations)
        follow, arrived = partial(self._hub.follow, connection), partial(self._hub.arrived, connection)
        return ConversationList(connection, places, hello.resume, follow=follow, arrived=arrived)

    async def _glance(self, connection: Connection) -> None:
        """Look what its person must know of themselves and of notices: services have none."""
        await asyncio.gather(self._look_at_notices(connection), self._look_at_settings(connection))

    async def _look_at_notices(self, connection: Connection) -> None:
        if connection.role != "service" and (found := await self._notices.glance(connection.user)) is not None:
            connection.muted = set(found.muted)
            connection.unread = UnreadNotices(found.unread)

    async def _look_at_settings(self, connection: Connection) -> None:
        person = (await self._people_desk.people([connection.user])).get(connection.user)
        if person is not None and person.erased_at is None:
            connection.settings = OwnSettings(person.name, person.locale, person.zone)

    def _turn_away(self, connection: Connection, followers: Iterable[Follower[Room]], error: Exception) -> None:
        """Let the app come back; what is none of the faults that a store or database has is logged whole."""
        known = isinstance(error, StoreError | DatabaseError | UnjudgeableError)
        of = {"connection": connection.id, "person": connection.user}
        logger.warning("a hello cannot be answered: %s", error, extra=of, exc_info=None if known else error)
        self._hub.leave(connection, followers)
        connection.end(Close.UNAVAILABLE)

    async def _conversations(self, identity: Identity, hello: Hello) -> list[str]:
        """A member's or mentor's own; for support and services those that they name in `resume`."""
        if identity.role in ("member", "mentor"):
            return await self._ledger.conversations_of(identity.user)
        return sorted(hello.resume)
