"""A server is killed under its members: all come back with resume, while a server beside it goes on accepting texts.

Members are on the one that is killed, mentors on the other. Every text that was acknowledged, before, during or after,
must reach its member once.
"""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from statistics import median

import msgspec
import uvloop
from websockets.exceptions import InvalidHandshake

from benchmarks.contenders import CONTENDERS, BenchmarkError, Site
from benchmarks.dialects import Chat, Heard
from benchmarks.load import Couple
from benchmarks.progress import Tell
from benchmarks.provision import over_http
from benchmarks.results import Storm, conditions
from benchmarks.servers import free_port, ground, serving
from benchmarks.wire import ClientSocket
from chatserver.client.backoff import full_jitter

CONVERSATIONS_OF_A_MENTOR = 100
WRITE_EVERY = 0.002
"""Seconds between two texts, all mentors together."""
BEFORE_SECONDS, AFTER_SECONDS, LONGEST_SECONDS = 5.0, 3.0, 120.0
AT_ONCE = 50
_chat = Chat()


class _Standing(msgspec.Struct):
    last_seq: int


class _Welcome(msgspec.Struct):
    conversations: list[_Standing]


_read_welcome = msgspec.json.Decoder(_Welcome).decode


class Member:
    """Comes back by itself, as an app does: full jitter, and resume after what it has."""

    def __init__(self, couple: Couple, port: int, errors: Counter[str]) -> None:
        self.couple = couple
        self.seq = 0
        self.twice = 0
        self.back_at = 0.0
        """When it last was welcomed and had every message up to then."""
        self._wanted = 0
        self._port = port
        self._errors = errors
        self._up = asyncio.Event()

    async def stay(self) -> None:
        """Connect, and connect again, until cancelled."""
        waits = full_jitter()
        while True:
            self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            socket = ClientSocket(f"ws://127.0.0.1:{self._port}{_chat.path}", self._hear, self._lost)
            try:
                await _connected(socket, self._port)
            except InvalidHandshake as problem:
                self._errors[f"no upgrade: {problem}"] += 1
            except OSError:
                pass  # The server is down: what is being measured.
            else:
                socket.send_text(_chat.hello(self.couple.member_token, self.couple.conversation, self.seq))
                try:
                    await self._gone
                finally:
                    socket.abort()
                waits = full_jitter()
            await asyncio.sleep(next(waits))

    async def welcomed(self) -> None:
        """Until it is connected for the first time."""
        await self._up.wait()

    def _hear(self, payload: bytes) -> None:
        heard: Heard | None = _chat.read(payload)
        if heard is None:
            return
        if heard.type == "welcome":
            self._wanted = _read_welcome(payload).conversations[0].last_seq
            self._caught_up()
            self._up.set()
        elif heard.type == "message":
            if heard.seq <= self.seq:
                self.twice += 1
            elif heard.seq != self.seq + 1:
                self._errors["a hole in the seqs"] += 1
            self.seq = max(self.seq, heard.seq)
            self._caught_up()
        elif heard.type in ("error", "gap", "refused"):
            self._errors[f"{heard.type}: {heard.code}"] += 1

    def _caught_up(self) -> None:
        if self._wanted >= 0 and self.seq >= self._wanted:
            self.back_at = time.monotonic()
            self._wanted = -1

    def _lost(self, sentence: str) -> None:
        if "closed by the server" in sentence:
            self._errors[sentence] += 1
        if not self._gone.done():
            self._gone.set_result(None)


class Mentor:
    """Writes to its conversations in turn and notes the highest acknowledged seq of each."""

    def __init__(self, couples: list[Couple], port: int, acknowledged: dict[str, int], errors: Counter[str]) -> None:
        self.couples = couples
        self.written = 0
        self.answered = 0
        self._acknowledged = acknowledged
        self._errors = errors
        self._welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._port = port
        self._socket = ClientSocket(f"ws://127.0.0.1:{port}{_chat.path}", self._hear, self._lost)

    async def connect(self) -> None:
        """Raises OSError."""
        await _connected(self._socket, self._port)
        self._socket.send_text(_chat.hello(self.couples[0].mentor_token, self.couples[0].conversation, 0))
        await self._welcome

    def write(self) -> None:
        """The next text, to the next conversation."""
        couple = self.couples[self.written % len(self.couples)]
        self.written += 1
        self._socket.send_text(_chat.send(couple.conversation, f"s{self.written}", "How did it go? ".ljust(120, ".")))

    def close(self) -> None:
        """Hang up."""
        self._socket.abort()

    def _hear(self, payload: bytes) -> None:
        heard: Heard | None = _chat.read(payload)
        if heard is None:
            return
        if heard.type == "accepted":
            self.answered += 1
            name = heard.conversation
            self._acknowledged[name] = max(self._acknowledged.get(name, 0), heard.seq)
        elif heard.type == "welcome":
            self._welcome.set_result(None)
        elif heard.type in ("error", "refused"):
            self._errors[f"writing: {heard.type}: {heard.code or heard.reason}"] += 1

    def _lost(self, sentence: str) -> None:
        self._errors[f"writing: {sentence}"] += 1


async def _connected(socket: ClientSocket, port: int) -> None:
    await asyncio.get_running_loop().create_connection(lambda: socket, "127.0.0.1", port)
    await socket.opened


def measured(members: int, tell: Tell) -> Storm:
    """Raises BenchmarkError."""
    contender = CONTENDERS["product"]
    with ground("always") as (beside, _), serving(contender, beside):
        tell("making people", 0.0)
        couples = [_couple(beside, number) for number in range(members)]
        over_http(beside, couples, "bench")
        killed = replace(beside, port=free_port())
        tell("the storm", 0.3)
        result = uvloop.run(_stormed(killed, beside, couples, tell))
    tell("done", 1.0)
    return result


def _couple(site: Site, number: int) -> Couple:
    member, mentor = f"m{number}", f"t{number // CONVERSATIONS_OF_A_MENTOR}"
    return Couple(f"c{number}", member, mentor, site.token(member, "member"), site.token(mentor, "mentor"))


async def _stormed(killed: Site, beside: Site, couples: list[Couple], tell: Tell) -> Storm:
    under = conditions()
    errors: Counter[str] = Counter()
    acknowledged: dict[str, int] = {}
    members = [Member(couple, killed.port, errors) for couple in couples]
    firsts = range(0, len(couples), CONVERSATIONS_OF_A_MENTOR)
    theirs = [couples[first : first + CONVERSATIONS_OF_A_MENTOR] for first in firsts]
    mentors = [Mentor(each, beside.port, acknowledged, errors) for each in theirs]
    contender = CONTENDERS["product"]
    with serving(contender, killed) as process:
        tasks = []
        for first in range(0, len(members), AT_ONCE):
            some = members[first : first + AT_ONCE]
            tasks += [asyncio.create_task(member.stay()) for member in some]
            await asyncio.gather(*(member.welcomed() for member in some))
        await asyncio.gather(*(mentor.connect() for mentor in mentors))
        writing = asyncio.create_task(_write(mentors))
        await asyncio.sleep(BEFORE_SECONDS)
        tell("killed", 0.5)
        began = time.monotonic()
        process.kill()
        await asyncio.to_thread(process.wait)
    # `serving` waits with calls that block: a thread lets members try meanwhile.
    again = serving(contender, killed)
    await asyncio.to_thread(again.__enter__)
    listening = time.monotonic() - began
    try:
        await _all_back(members, began)
        tell("all are back", 0.8)
        await asyncio.sleep(AFTER_SECONDS)
        writing.cancel()
        await _delivered(members, mentors, acknowledged)
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        for mentor in mentors:
            mentor.close()
        await asyncio.to_thread(again.__exit__, None, None, None)
    back = [member.back_at - began for member in members]
    lost = sum(max(0, acknowledged.get(member.couple.conversation, 0) - member.seq) for member in members)
    written = sum(mentor.answered for mentor in mentors)
    twice = sum(member.twice for member in members)
    return Storm(under, len(members), listening, median(back), max(back), written, lost, twice, dict(errors))


async def _write(mentors: list[Mentor]) -> None:
    """At a steady pace until cancelled; nobody waits for answers."""
    began, written = time.monotonic(), 0
    while True:
        due = (time.monotonic() - began) / WRITE_EVERY
        while written < due:
            mentors[written % len(mentors)].write()
            written += 1
        await asyncio.sleep(WRITE_EVERY)


async def _all_back(members: list[Member], began: float) -> None:
    end = time.monotonic() + LONGEST_SECONDS
    while any(member.back_at < began for member in members):
        if time.monotonic() > end:
            away = sum(member.back_at < began for member in members)
            raise BenchmarkError(f"{away} members are not back after {LONGEST_SECONDS:.0f} s")
        await asyncio.sleep(0.05)


async def _delivered(members: list[Member], mentors: list[Mentor], acknowledged: dict[str, int]) -> None:
    """Until everything was answered and has arrived, or no more will; what is missing then is counted as lost."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        answered = all(mentor.answered == mentor.written for mentor in mentors)
        arrived = all(member.seq >= acknowledged.get(member.couple.conversation, 0) for member in members)
        if answered and arrived:
            return
        await asyncio.sleep(0.05)
