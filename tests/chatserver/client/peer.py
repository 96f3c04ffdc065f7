"""A chat server in miniature that misbehaves on purpose: it loses answers, drops connections, says "later".

What it must do is what `docs/protocol.md` says; what it may do wrong is listed in `Fault`. It exists because a
real server cannot be made to lose exactly the third answer.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from chatserver.client.link import SUBPROTOCOLS
from chatserver.protocol.commands import AnyCommand, Check, Hello, History, Read, Send, Typing
from chatserver.protocol.events import (
    Accepted,
    AnyEvent,
    Composer,
    ComposerChanged,
    ConversationView,
    Error,
    Gap,
    HistoryPage,
    Message,
    Presence,
    ReadMark,
    Refused,
    Reply,
    Role,
    SystemEvent,
    TypingNow,
    Welcome,
)
from quotas import instant

Fault = Literal["drop_unstored", "drop_stored", "temporary", "wrong", "none"]
"""What happens to the next send: gone before or after it is stored, an error that passes, an error that stays."""

OPEN = Composer(
    open=True, reason=None, opens_at=None, window_ends_at=None, windows_left=2, messages_left=None, live_until=None
)
LOCKED = replace(OPEN, open=False, reason="quota_used", opens_at="2026-01-11T23:00:00.000Z", windows_left=0)
NOTHING_OWED = Reply(waiting_since=None, due_at=None, overdue=False)
FRIDAY = instant.parse("2026-01-09T12:00:00Z")

_packed_commands: msgspec.msgpack.Decoder[AnyCommand] = msgspec.msgpack.Decoder(AnyCommand)
_commands: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


def a_conversation(id: str = "c1", member: str = "mia", mentor: str = "tora", plan: str = "light") -> ConversationView:
    return ConversationView(
        id=id,
        member=member,
        mentor=mentor,
        plan=plan,
        status="open",
        zone="Europe/Oslo",
        last_seq=0,
        read_seq=0,
        peer_read_seq=0,
        peer_online=False,
        composer=OPEN,
        reply=NOTHING_OWED,
    )


class Peer:
    """Tokens are the names of people; `tora` is a mentor, `sam` is support, anybody else a member."""

    def __init__(self) -> None:
        self.conversations = {"c1": a_conversation()}
        self.log: dict[str, list[Message]] = {"c1": []}
        self.marks: dict[tuple[str, str], int] = {}
        self.answers: dict[tuple[str, str, str], Accepted] = {}
        self.faults: deque[Fault] = deque()
        self.hellos: list[Hello] = []
        self.sends: list[Send] = []
        self.sockets: dict[ServerConnection, str] = {}
        self.reject: HTTPStatus | None = None
        self.bad_tokens: set[str] = set()
        self.longest_replay = 1_000
        self.clock = FRIDAY
        self.port = 0
        self._server: Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        subprotocols: list[Subprotocol] = list(SUBPROTOCOLS.values())
        self._server = await serve(
            self._talk, "127.0.0.1", self.port, process_request=self._screen, subprotocols=subprotocols
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def close_all(self, code: int, reason: str = "") -> None:
        await asyncio.gather(*(socket.close(code, reason) for socket in list(self.sockets)))

    def drop_all(self) -> None:
        """No closing frame: the cable is pulled."""
        for socket in list(self.sockets):
            socket.transport.abort()

    async def say(self, event: AnyEvent, *, to: str | None = None, apart_from: ServerConnection | None = None) -> None:
        for socket, user in list(self.sockets.items()):
            if socket is not apart_from and to in (None, user):
                await self._write(socket, event)

    async def write_as(self, user: str, body: str, conversation: str = "c1") -> Message:
        """A message that comes from elsewhere."""
        message = self._store(user, Send(conversation=conversation, id=f"elsewhere-{body}", body=body))
        await self.say(message)
        return message

    async def happens(self, name: str, data: dict[str, Any], conversation: str = "c1") -> Message:
        """An event of the system."""
        log = self.log.setdefault(conversation, [])
        at = instant.text(self.clock + len(log) * instant.MINUTE)
        message = Message(
            *(conversation, len(log) + 1, "system", "system", at, f"event-{len(log)}", ""),
            kind="event",
            event=SystemEvent(name, data),
        )
        log.append(message)
        await self.say(message)
        return message

    async def set_composer(self, composer: Composer, conversation: str = "c1") -> None:
        self.conversations[conversation] = replace(self.conversations[conversation], composer=composer)
        await self.say(ComposerChanged(conversation=conversation, composer=composer))

    def role(self, user: str) -> Role:
        return "mentor" if user == "tora" else "support" if user == "sam" else "member"

    def _screen(self, connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(self.reject, "no\n") if self.reject is not None else None

    async def _write(self, socket: ServerConnection, event: AnyEvent) -> None:
        packed = socket.subprotocol == SUBPROTOCOLS["msgpack"]
        try:
            await socket.send(msgspec.msgpack.encode(event) if packed else msgspec.json.encode(event), text=not packed)
        except ConnectionClosed:
            return

    async def _talk(self, socket: ServerConnection) -> None:
        user = ""
        try:
            async for frame in socket:
                command = _packed_commands.decode(frame) if isinstance(frame, bytes) else _commands.decode(frame)
                if isinstance(command, Hello):
                    user = command.token
                    await self._greet(socket, command)
                else:
                    await self._obey(socket, user, command)
        except ConnectionClosed:
            return
        finally:
            if self.sockets.pop(socket, None) is not None and user not in self.sockets.values():
                await self._presence(user, online=False)

    async def _presence(self, user: str, *, online: bool) -> None:
        for each in self.conversations.values():
            if user in (each.member, each.mentor):
                await self.say(Presence(conversation=each.id, user=user, online=online))

    def _as_seen_by(self, user: str, each: ConversationView) -> ConversationView:
        other = each.mentor if user == each.member else each.member
        return replace(
            each,
            last_seq=len(self.log[each.id]),
            read_seq=self.marks.get((each.id, user), 0),
            peer_read_seq=self.marks.get((each.id, other), 0),
            peer_online=other in self.sockets.values(),
        )

    async def _greet(self, socket: ServerConnection, hello: Hello) -> None:
        self.hellos.append(hello)
        user = hello.token
        if user in self.bad_tokens:
            await socket.close(4500, "token not accepted")
            return
        # A person's own conversations; to support those that were named.
        seen = [
            self._as_seen_by(user, each)
            for each in self.conversations.values()
            if user in (each.member, each.mentor) or (self.role(user) == "support" and each.id in hello.resume)
        ]
        self.sockets[socket] = user
        now = instant.text(self.clock)
        await self._write(socket, Welcome(user=user, role=self.role(user), now=now, conversations=seen))
        for conversation, seq in hello.resume.items():
            missed = self.log[conversation][seq:]
            if len(missed) > self.longest_replay:
                await self._write(socket, Gap(conversation=conversation, after=seq))
            else:
                for message in missed:
                    await self._write(socket, message)
        await self._presence(user, online=True)

    async def _obey(self, socket: ServerConnection, user: str, command: AnyCommand) -> None:
        match command:
            case Send():
                await self._post(socket, user, command)
            case Check() if command.conversation in self.conversations:
                composer = self.conversations[command.conversation].composer
                await self._write(socket, ComposerChanged(conversation=command.conversation, composer=composer))
            case History() if command.conversation in self.conversations:
                before = command.before if command.before is not None else 2**53
                older = [message for message in self.log[command.conversation] if message.seq < before]
                page = HistoryPage(
                    conversation=command.conversation,
                    messages=older[-command.limit :],
                    more=len(older) > command.limit,
                    first=older[-command.limit :][0].seq if older else 1,
                )
                await self._write(socket, page)
            case Read():
                self.marks[command.conversation, user] = command.seq
                mark = ReadMark(conversation=command.conversation, sender=user, seq=command.seq)
                await self.say(mark, apart_from=socket)
            case Typing():
                await self.say(TypingNow(conversation=command.conversation, sender=user), apart_from=socket)
            case Check() | History():
                await self._error(socket, "not_found", conversation=command.conversation)
            case Hello():
                await self._error(socket, "already_greeted")

    async def _error(self, socket: ServerConnection, code: Any, **about: Any) -> None:
        temporary = code == "store_unavailable"
        await self._write(socket, Error(code=code, message=f"{code} here", temporary=temporary, **about))

    async def _post(self, socket: ServerConnection, user: str, command: Send) -> None:
        self.sends.append(command)
        fault = self.faults.popleft() if self.faults else "none"
        about = {"id": command.id, "conversation": command.conversation}
        composer = self.conversations[command.conversation].composer
        if fault == "drop_unstored":
            socket.transport.abort()
        elif fault == "temporary":
            await self._error(socket, "store_unavailable", **about)
        elif fault == "wrong":
            await self._error(socket, "text_control_characters", **about)
        elif not composer.open and self.role(user) == "member":
            refused = Refused(
                conversation=command.conversation,
                id=command.id,
                reason=composer.reason or "closed",
                opens_at=composer.opens_at,
                body=command.body,
                composer=composer,
            )
            await self._write(socket, refused)
        else:
            await self._accept(socket, user, command, lose_answer=fault == "drop_stored")

    async def _accept(self, socket: ServerConnection, user: str, command: Send, *, lose_answer: bool) -> None:
        key = (user, command.conversation, command.id)
        if key not in self.answers:
            message = self._store(user, command)
            self.answers[key] = Accepted(
                conversation=command.conversation,
                id=command.id,
                seq=message.seq,
                at=message.at,
                composer=self.conversations[command.conversation].composer,
            )
            await self.say(message, apart_from=socket)
        if lose_answer:
            socket.transport.abort()
        else:
            await self._write(socket, self.answers[key])

    def _store(self, user: str, command: Send) -> Message:
        log = self.log.setdefault(command.conversation, [])
        message = Message(
            conversation=command.conversation,
            seq=len(log) + 1,
            sender=user,
            role=self.role(user),
            at=instant.text(self.clock + len(log) * instant.MINUTE),
            id=command.id,
            body=command.body,
        )
        log.append(message)
        return message


@asynccontextmanager
async def running_peer() -> AsyncIterator[Peer]:
    peer = Peer()
    await peer.start()
    try:
        yield peer
    finally:
        await peer.stop()


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds; TimeoutError after 30 seconds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is watched are plain attributes, there is nothing to await
            await asyncio.sleep(0.005)
