"""The terminal chat at a screen: keys go in by prompt_toolkit's pipe, what is drawn comes out as text."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO

import pyte
import pytest
from msgspec.structs import replace
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from chatserver.client import ChatClient
from chatserver.terminal.chat import at_screen
from chatserver.terminal.texts import Texts
from tests.chatserver.client.peer import LOCKED, OPEN, Peer, a_conversation, eventually, running_peer

ENTER = "\r"
ALT_ENTER = "\x1b\r"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b.")


ROWS, COLUMNS = 40, 100


class Glass(StringIO):
    """Keeps what was drawn, and shows it as an emulated terminal does: the renderer draws only what changes."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self.screen)

    def write(self, drawn: str) -> int:
        self._stream.feed(drawn)
        return super().write(drawn)


class Answering(Vt100_Output):
    """A terminal that knows where its cursor is: the state lines are drawn only on one that does."""

    def __init__(self, glass: Glass, keys: PipeInput) -> None:
        super().__init__(glass, lambda: Size(rows=ROWS, columns=COLUMNS), term="xterm")
        self._glass = glass
        self._keys = keys

    @property
    def responds_to_cpr(self) -> bool:
        return True

    def ask_for_cpr(self) -> None:
        cursor = self._glass.screen.cursor
        self._keys.send_text(f"\x1b[{cursor.y + 1};{cursor.x + 1}R")


class Terminal:
    """One person's keyboard and everything that was ever drawn for them."""

    def __init__(self, keys: PipeInput) -> None:
        self._keys = keys
        self._drawn = Glass()
        self.output = Answering(self._drawn, keys)
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def type(self, keys: str) -> None:
        self._keys.send_text(keys)

    @property
    def drawn(self) -> str:
        """All that was drawn, and what stands on the screen now."""
        return _ESCAPES.sub("", self._drawn.getvalue()) + "\n".join(self._drawn.screen.display)

    async def sees(self, text: str) -> None:
        """`text`, white space aside: lines are wrapped, and the renderer moves the cursor instead of writing spaces."""
        wanted = "".join(text.split())
        try:
            await eventually(lambda: wanted in "".join(self.drawn.split()))
        except TimeoutError:
            raise AssertionError(f"{text!r} was not drawn, but:\n{self.drawn}") from None

    def forget(self) -> None:
        """What was drawn until now does not count."""
        self._drawn.seek(0)
        self._drawn.truncate()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with running_peer() as peer:
        yield peer


@asynccontextmanager
async def at_terminal(peer: Peer, person: str, conversation: str | None = None) -> AsyncIterator[Terminal]:
    with create_pipe_input() as keys:
        terminal = Terminal(keys)
        with create_app_session(input=keys, output=terminal.output):
            async with ChatClient(peer.url, person, resume={conversation: 0} if conversation else None) as chat:
                await chat.online()
                running = asyncio.create_task(at_screen(chat, Texts("en"), conversation))
                try:
                    yield terminal
                finally:
                    if not running.done():
                        terminal.type("\x03")
                    terminal.status.set_result(await asyncio.wait_for(running, 10))


async def test_two_people_talk(peer: Peer) -> None:
    """History, a message there, a message back, who is here, and what was read."""
    await peer.write_as("tora", "Welcome!")
    async with at_terminal(peer, "mia") as mia, at_terminal(peer, "tora") as tora:
        await mia.sees("tora Welcome!")
        await mia.sees("tora is here")
        mia.type("Good morning")
        await tora.sees("mia is typing …")
        mia.type(ENTER)
        await mia.sees("You Good morning")
        await tora.sees("mia Good morning")
        await mia.sees("✓✓ read")
        tora.type("And to you" + ENTER)
        await mia.sees("tora And to you")
    assert (mia.status.result(), tora.status.result()) == (0, 0)


async def test_a_lock_keeps_the_text_and_reopening_is_told(peer: Peer) -> None:
    """The person presses Enter on a locked input, waits, and presses again."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("2 windows left")
        mia.type("what I wanted to say")
        await peer.set_composer(LOCKED)
        await mia.sees("Locked: this week's windows are used")
        mia.type(ENTER)
        await mia.sees("Your text stays in the input line.")
        assert peer.sends == []
        await peer.set_composer(OPEN)
        await mia.sees("Writing is open.")
        mia.type(ENTER)
        await mia.sees("You what I wanted to say")
        assert [message.body for message in peer.log["c1"]] == ["what I wanted to say"]


async def test_a_lock_that_this_screen_does_not_know_of_is_lifted_by_asking(peer: Peer) -> None:
    """Enter asks the server before it believes the lock."""
    await peer.set_composer(LOCKED)
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("locked: this week's windows are used")
        peer.conversations["c1"] = replace(peer.conversations["c1"], composer=OPEN)
        mia.type("now?" + ENTER)
        await mia.sees("You now?")


async def test_refused_texts_come_back_in_order_before_what_is_being_typed(
    peer: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two texts sent at the moment of the lock, a third half typed: all three are there on leaving."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("2 windows left")
        peer.conversations["c1"] = replace(peer.conversations["c1"], composer=LOCKED)
        mia.type("one" + ENTER + "two" + ENTER + "thr")
        await mia.sees("Not sent: locked: this week's windows are used")
        await eventually(lambda: len(peer.sends) == 2)
        await asyncio.sleep(0.1)
    assert capsys.readouterr().out == "Not sent:\none\ntwo\nthr\n"


async def test_a_text_of_several_lines_is_one_message(peer: Peer) -> None:
    """Alt+Enter makes a new line; a pasted one stays one, also where it begins with a slash."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("2 windows left")
        mia.type("one" + ALT_ENTER + "two" + ENTER)
        mia.type("\x1b[200~/a\r\nb\x1b[201~" + ENTER)
        await eventually(lambda: len(peer.log["c1"]) == 2)
    assert [message.body for message in peer.log["c1"]] == ["one\ntwo", "/a\nb"]


async def test_what_is_written_offline_is_shown_and_sent_later(peer: Peer) -> None:
    """The connection is lost, two messages are written, the server is back."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("online")
        await peer.stop()
        await mia.sees("trying again in")
        mia.type("first" + ENTER + "second" + ENTER)
        await mia.sees("… second")
        await peer.start()
        await mia.sees("You second")
    assert [message.body for message in peer.log["c1"]] == ["first", "second"]


async def test_what_could_not_be_sent_is_printed_on_leaving(peer: Peer, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing typed is lost."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("online")
        await peer.stop()
        await mia.sees("trying again in")
        mia.type("into the void" + ENTER + "a draft")
        await mia.sees("a draft")
    assert capsys.readouterr().out == "Not sent:\ninto the void\na draft\n"


async def test_a_mentor_of_two_members_lists_opens_and_sees_who_else_wrote(peer: Peer) -> None:
    """One screen, several conversations."""
    peer.conversations["c2"] = a_conversation("c2", member="ola", plan="basic")
    peer.log["c2"] = []
    await peer.write_as("ola", "Are you there?", "c2")
    async with at_terminal(peer, "tora") as tora:
        await tora.sees("/to NAME opens one")
        await tora.sees("ola basic 1 new")
        tora.type("hello?" + ENTER)
        await tora.sees("Open a conversation first")
        tora.type("\x15/to nobody" + ENTER)
        await tora.sees("No conversation with nobody. There is: mia, ola.")
        tora.type("/to ola" + ENTER)
        await tora.sees("ola Are you there?")
        await tora.sees("nothing waiting")
        await peer.write_as("mia", "And me?", "c1")
        await tora.sees("◦ mia And me?")
        await tora.sees("mia: 1 new")
        tora.type("Yes, Ola" + ENTER)
        await tora.sees("You Yes, Ola")
        assert peer.marks["c2", "tora"] == 2


async def test_the_commands(peer: Peer) -> None:
    """Each answers, a wrong one stays in the input line, /quit leaves."""
    for n in range(30):
        await peer.write_as("tora", f"number {n}")
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("number 29")
        assert "number 9 " not in mia.drawn
        mia.type("/help" + ENTER)
        await mia.sees("/history N show the last N messages")
        mia.type("/history 25" + ENTER)
        await mia.sees("number 5")
        mia.type("/history 1000" + ENTER)
        await mia.sees("a number from 1 to 200")
        mia.type("/check" + ENTER)
        await mia.sees("· open · your next message starts a window")
        mia.type("/list" + ENTER)
        await mia.sees("› tora light")
        mia.forget()
        mia.type("/shrug" + ENTER)
        await mia.sees("/shrug is not a command")
        await mia.sees("› /shrug")
        mia.type("\x15/quit" + ENTER)
    assert mia.status.result() == 0


async def test_support_reads_and_does_not_write(peer: Peer) -> None:
    """A conversation that support names is followed."""
    await peer.write_as("mia", "hello")
    async with at_terminal(peer, "sam", "c1") as sam:
        await sam.sees("mia hello")
        await sam.sees("reading only")
        sam.type("me too" + ENTER)
        await sam.sees("You can read this conversation, not write in it.")
        await peer.write_as("tora", "good day")
        await sam.sees("tora good day")
    assert peer.sends == []


async def test_the_end_by_the_server_leaves_with_a_sentence(peer: Peer, capsys: pytest.CaptureFixture[str]) -> None:
    """The draft is not lost either."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("online")
        mia.type("half a thou")
        await mia.sees("half a thou")
        await peer.close_all(4501, "token expired")
        await asyncio.sleep(0.3)
    assert mia.status.result() == 2
    printed = capsys.readouterr()
    assert printed.out == "Not sent:\nhalf a thou\n"
    assert printed.err == "The server closed the chat: token expired (4501)\n"
