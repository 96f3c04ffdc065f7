"""An app that keeps writing, and notes all that it is told: what "kept" is judged by."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import pairwise

from chatserver.client import ChatClient, ChatClosed
from chatserver.messages.log import MessageLog
from chatserver.protocol.codec import Encoding
from chatserver.protocol.entry import read_opened
from chatserver.protocol.events import Accepted, AnyEvent, Error, Gap, Message

OUTBOX = 4
"""Messages that wait in one app's outbox at a time."""
PAUSE = 0.01
"""Seconds between two such lots: the kills are meant to meet messages, not a machine that is busy with the apps."""
WITHIN = 30.0
"""Seconds after which something that should go on counts as stuck."""
PAGE = 1000


class App:
    """One person's app in one conversation. Restarted, it goes on with what it knew, as an app with a disk does."""

    def __init__(self, person: str, conversation: str, token: str, encoding: Encoding) -> None:
        self.person = person
        self.conversation = conversation
        self._token = token
        self._encoding = encoding
        self._positions = {conversation: 0}
        self._unanswered: deque[str] = deque()
        self._full = True
        self.sent: list[str] = []
        """The ids of its messages, which are their texts too, in the order of writing."""
        self.accepted: dict[str, int] = {}
        """The seq of each of its messages, by id."""
        self.shown: list[Message] = []
        """Messages that came by themselves, in the order in which they came."""
        self.oddities: list[AnyEvent] = []
        """What nobody expects here: gaps, errors and refusals."""
        self._task: asyncio.Task[None] | None = None

    def start(self, url: str) -> None:
        """Begin, or go on, against the server at `url`."""
        self._task = asyncio.create_task(self._live(url))

    async def leave(self) -> None:
        """End the app; what it wrote and nobody answered stays in its outbox."""
        assert self._task is not None, "the app has not been started"
        self._task.cancel()
        results = await asyncio.gather(self._task, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError), results

    async def move(self, url: str) -> None:
        """Go on against another server."""
        await self.leave()
        self.start(url)

    def fall_silent(self) -> None:
        """Write nothing new."""
        self._full = False

    @property
    def is_answered(self) -> bool:
        return not self._unanswered

    @property
    def seen(self) -> set[int]:
        """The seqs that it knows: accepted of its own, shown of the other's."""
        return {*self.accepted.values(), *(message.seq for message in self.shown)}

    async def _live(self, url: str) -> None:
        reading: asyncio.Task[None] | None = None
        chat = ChatClient(url, self._token, encoding=self._encoding, resume=self._positions)
        try:
            async with chat:
                reading = asyncio.create_task(self._read(chat))
                await self._write(chat)
        finally:
            if reading is not None:
                await reading  # What had arrived is still handed over.
            self._positions = chat.positions

    async def _write(self, chat: ChatClient) -> None:
        while True:
            while self._full and len(self._unanswered) < OUTBOX:
                self.sent.append(f"{self.person} {len(self.sent) + 1}")
                self._unanswered.append(self.sent[-1])
            await asyncio.gather(*(self._send(chat, text) for text in self._unanswered))
            await asyncio.sleep(PAUSE)

    async def _send(self, chat: ChatClient, text: str) -> None:
        try:
            answer = await chat.send(self.conversation, text, id=text)
        except ChatClosed:  # It leaves, with the message in its outbox.
            return
        if isinstance(answer, Accepted):
            self.accepted[text] = answer.seq
        else:
            self.oddities.append(answer)
        self._unanswered.remove(text)

    async def _read(self, chat: ChatClient) -> None:
        async for event in chat.events():
            if isinstance(event, Message):
                self.shown.append(event)
            elif isinstance(event, Gap | Error):
                self.oddities.append(event)


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something to become so. `what` is the sentence that is wrong where it does not."""
    try:
        async with asyncio.timeout(WITHIN):
            while not condition():  # noqa: ASYNC110 - many things change it
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {WITHIN:.0f} s: {what}") from None


async def progress(apps: Sequence[App], messages: int = 15) -> None:
    """Wait until every app has had that many more messages accepted, and seen that many more of the other's."""
    accepted = [len(app.accepted) + messages for app in apps]
    shown = [len(app.shown) + messages for app in apps]

    def is_made() -> bool:
        return all(
            len(app.accepted) >= enough and len(app.shown) >= plenty
            for app, enough, plenty in zip(apps, accepted, shown, strict=True)
        )

    await until(is_made, "every app writes and is shown messages")


async def fallen_silent(apps: Sequence[App]) -> None:
    """Let the apps stop writing, and wait until everything is answered and shown."""
    for app in apps:
        app.fall_silent()
    await until(lambda: all(app.is_answered for app in apps), "every message is answered")
    for conversation in {app.conversation for app in apps}:
        mine = [app for app in apps if app.conversation == conversation]
        last = max(max(app.accepted.values()) for app in mine)
        await until(
            lambda mine=mine, last=last: all(len(app.seen) >= last for app in mine),  # type: ignore[misc]  # a lambda's defaults have no types
            f"every app of {conversation} has seen {last} messages",
        )


async def kept(messages: MessageLog, apps: Sequence[App], *, after_failover: bool = False) -> int:
    """Compare what the apps were told with the log: the number of messages. Raises AssertionError where they differ.

    After a failover an app may have been shown a message that no replica had, and that nobody was told is accepted. It
    has heard of a gap then, and what it was shown last of every seq is what counts.
    """
    total = 0
    for conversation in sorted({app.conversation for app in apps}):
        mine = [app for app in apps if app.conversation == conversation]
        log = await texts_in(messages, conversation)
        total += len(log)
        assert Counter(log.values()).most_common(1)[0][1] == 1, "a message stands in the log twice"
        assert list(log) == list(range(1, len(log) + 1)), "seq is not dense"
        assert {seq: text for app in mine for text, seq in app.accepted.items()} == log
        for app in mine:
            gaps = [odd for odd in app.oddities if isinstance(odd, Gap)]
            if after_failover and gaps:
                app.oddities = [odd for odd in app.oddities if odd not in gaps]
                app.shown = _last_of_each(app, log)
            _judge(app, log)
    return total


def _last_of_each(app: App, log: dict[int, str]) -> list[Message]:
    own = {*app.accepted.values()}
    shown = {message.seq: message for message in app.shown if message.seq in log and message.seq not in own}
    return [shown[seq] for seq in sorted(shown)]


def _judge(app: App, log: dict[int, str]) -> None:
    who = app.person
    assert not app.oddities, f"{who} was told {app.oddities[0]}"
    assert list(app.accepted) == app.sent, f"{who} was answered in another order"
    seqs = list(app.accepted.values())
    assert all(first < second for first, second in pairwise(seqs)), f"{who}'s messages were stored in another order"
    shown = [message.seq for message in app.shown]
    assert shown == sorted(set(log) - set(seqs)), f"{who} was not shown the other's messages once each, in order"
    for message in app.shown:
        assert message.id == message.body == log[message.seq], f"{who} was shown another message"


async def texts_in(messages: MessageLog, conversation: str) -> dict[int, str]:
    """The log's texts by seq, in the log's order."""
    log: dict[int, str] = {}
    while page := await messages.page(conversation, max(log, default=0), 2**53 - 1, PAGE):
        for entry in page:
            stored = read_opened(entry.entry)
            assert stored.id == stored.body, "a message has another's text"
            log[entry.seq] = stored.id
    return log
