"""Property: whatever happens at once, and wherever they are connected, all devices of a person say the same is unread.

Two of the member's, one of the mentor's and one of whoever stands in, on two servers: they write, read, edit, delete
and react together, the system writes between, they lose their connections and come back. What each knows is what the
client makes of the events.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from chatserver.client.book import Book, note
from chatserver.protocol.codec import Encoding
from chatserver.protocol.entry import EVENT_ID, SYSTEM, event_entry, head_of
from chatserver.protocol.events import Accepted, AnyEvent, Error, Message, Welcome
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from tests.chatserver.client.peer import eventually
from tests.chatserver.realtime.devices import opened
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.stories.clock import when

Servers = tuple[HereServer, HereServer]
HISTORIES, ROUNDS, CHECK_EVERY = 4, 40, 5
DECODERS: dict[Encoding, msgspec.json.Decoder[AnyEvent] | msgspec.msgpack.Decoder[AnyEvent]] = {
    "json": msgspec.json.Decoder(AnyEvent),
    "msgpack": msgspec.msgpack.Decoder(AnyEvent),
}


class App:
    """A device that knows what the client's book knows, through breaks."""

    def __init__(self, person: str, encoding: Encoding) -> None:
        self.person = person
        self._encoding: Encoding = encoding
        self._book: Book = {}
        self._reached = 0
        self._answers: dict[str, asyncio.Future[Accepted | Error]] = {}
        self._connected = AsyncExitStack()
        self._asked = 0

    @property
    def unread(self) -> int:
        return self._book["c1"].unread

    @property
    def reads_from(self) -> int | None:
        return self._book["c1"].reads_from

    @property
    def last_seq(self) -> int:
        return self._book["c1"].last_seq

    async def connect(self, server: HereServer) -> None:
        """Greet, from the last message that was heard on."""
        self._device = await self._connected.enter_async_context(opened(server.port, self._encoding))
        await self._device.say("hello", token=token(self.person), resume={"c1": self._reached})
        await self._hear()
        self._hearing = asyncio.create_task(self._go_on())

    async def leave(self) -> None:
        """The connection is gone, and whatever was on its way to here."""
        self._hearing.cancel()
        await self._connected.aclose()

    async def ask(self, kind: str, **fields: Any) -> Accepted | Error:
        self._asked += 1
        id = f"{self.person} {self._encoding} {self._asked}"
        answer: asyncio.Future[Accepted | Error] = asyncio.get_running_loop().create_future()
        self._answers[id] = answer
        await self._device.say(kind, conversation="c1", id=id, **fields)
        return await answer

    async def read(self, seq: int) -> None:
        await self._device.say("read", conversation="c1", seq=seq)

    async def _go_on(self) -> None:
        while True:
            await self._hear()

    async def _hear(self) -> None:
        event = DECODERS[self._encoding].decode(await self._device.socket.recv(decode=False))
        note(self._book, self.person, event)
        if isinstance(event, Welcome):
            self._reached = self._reached or self.last_seq
        if isinstance(event, Message | Accepted):
            self._reached = event.seq
        if isinstance(event, Accepted | Error) and (answer := self._answers.pop(event.id or "", None)) is not None:
            answer.set_result(event)


class Reference:
    """What was written and stands, and how far each has read; an edit is no more of it, and events are everybody's."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.read = dict.fromkeys(("mia", "tora", "ulf"), 0)

    def unread(self, person: str, reads_from: int | None) -> int:
        """`reads_from` is the first seq that a substitute may read."""
        after = max(self.read[person], (reads_from or 1) - 1)
        theirs = (seq for seq, by in self.texts.items() if by == SYSTEM or (by == "mia") != (person == "mia"))
        return sum(seq > after for seq in theirs)


class Play:
    """One history."""

    def __init__(self, seed: int, servers: Servers) -> None:
        self._random = Random(seed)
        self._servers = servers
        self._reference = Reference()
        self._events = 0
        self.apps = [App("mia", "json"), App("mia", "msgpack"), App("tora", "msgpack"), App("ulf", "json")]

    async def round(self) -> None:
        """Some of the devices do something, all at once."""
        some = self._random.sample(self.apps, self._random.randint(1, len(self.apps)))
        await asyncio.gather(*(self._act(app) for app in some))

    async def _act(self, app: App) -> None:
        random, own = self._random, [seq for seq, by in self._reference.texts.items() if by == app.person]
        draw = random.random()
        if draw < 0.03:
            await self._happen()
        elif draw < 0.1:
            await self._heard(app.person)
            await app.leave()
            await app.connect(random.choice(self._servers))
        elif draw < 0.45 or not own:
            answer = await app.ask("send", body=f"text {random.random()}")
            assert isinstance(answer, Accepted), answer
            self._reference.texts[answer.seq] = app.person
        elif draw < 0.75:
            await self._read(app)
        elif draw < 0.87:
            about = random.choice(own)
            deleted = await app.ask("delete", about=about)
            if isinstance(deleted, Accepted) or deleted.code == "deleted":
                self._reference.texts.pop(about, None)
            else:  # of before what a substitute may read since they came back
                assert (app.person, deleted.code) == ("ulf", "seq_unknown")
        elif draw < 0.94:
            await app.ask("edit", about=random.choice(own), body=f"edited {random.random()}")
        else:
            await app.ask("react", about=random.choice(own), emoji=random.choice(("👍", "❤️")))

    async def _happen(self) -> None:
        """The system writes something."""
        self._events += 1
        number, ledger = self._events, self._servers[0].parts.ledger
        await ledger.write_event("c1", number, event_entry(number, "booked", {"minutes": 30}))
        entries = await ledger.messages("c1", 0, 2**53, 1_000)
        written = {head_of(entry.entry).id: entry.seq for entry in entries}
        if (seq := written.get(f"{EVENT_ID}{number}")) is not None:  # else a later one was quicker
            self._reference.texts[seq] = SYSTEM

    async def _read(self, app: App) -> None:
        """To the end of what it knows, or somewhere."""
        seq = self._random.choice((app.last_seq, self._random.randint(0, app.last_seq)))
        await app.read(seq)
        self._reference.read[app.person] = max(self._reference.read[app.person], seq)

    async def _heard(self, person: str) -> None:
        """The mark has been moved: a command dies with its connection."""
        async with asyncio.timeout(30):
            while await self._mark(person) < self._reference.read[person]:  # noqa: ASYNC110 - a mark has no event
                await asyncio.sleep(0.005)

    async def _mark(self, person: str) -> int:
        standing = await self._servers[0].parts.ledger.standing("c1")
        assert standing is not None
        own = {"mia": standing.member_read, "tora": standing.mentor_read}
        return own.get(person, standing.substitutes_read.get(person, 0))

    async def check(self) -> None:
        """All agree, by and by; and so does whoever comes now."""
        try:
            await eventually(lambda: [app.unread for app in self.apps] == self._wanted())
        except TimeoutError:
            pytest.fail(f"{[app.unread for app in self.apps]}, not {self._wanted()}: {vars(self._reference)}")
        for person, server in zip(("mia", "tora", "ulf"), (*self._servers, self._servers[0]), strict=True):
            async with server.device(person) as fresh:
                [view] = [each for each in fresh.welcome["conversations"] if each["id"] == "c1"]
                assert view["unread"] == self._reference.unread(person, view["reads_from"]), person

    def _wanted(self) -> list[int]:
        return [self._reference.unread(app.person, app.reads_from) for app in self.apps]


@asynccontextmanager
async def two_servers(store_url: str, folder: Path) -> AsyncIterator[Servers]:
    """On a Tuesday in the mentor's absence: the conversation c1, in which something waits for whoever stands in."""
    now = when("tuesday", "09:00")
    async with here(store_url, folder, now=now) as one, here(store_url, folder, now=None) as other:
        await one.conversation("c1", "basic")
        await one.conversation("c2", "basic", member="uma", mentor="ulf")
        away = AbsenceDetails(when("monday", "09:00"), when("friday", "09:00"), "ulf")
        assert isinstance(await one.parts.absences.put("tora", "flu", away), AbsenceWritten)
        yield one, other


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_all_devices_agree_on_what_is_unread(store_url: str, tmp_path: Path, seed: int) -> None:
    async with two_servers(store_url, tmp_path / "data") as servers:
        play = Play(seed, servers)
        for number, app in enumerate(play.apps):
            await app.connect(servers[number % 2])
        try:
            for number in range(ROUNDS):
                await play.round()
                if number % CHECK_EVERY == CHECK_EVERY - 1:
                    await play.check()
        finally:
            for app in play.apps:
                await app.leave()
