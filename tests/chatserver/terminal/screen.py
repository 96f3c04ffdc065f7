"""A person at an emulated terminal: keys go in by prompt_toolkit's pipe, what is drawn comes out as text."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import StringIO

import pyte
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from chatserver.client import ChatClient
from chatserver.terminal.chat import at_screen
from chatserver.terminal.texts import Texts
from quotas.phrases import Language
from tests.chatserver.client.peer import eventually
from tests.chatserver.realtime.servers import HereServer, token

ENTER = "\r"
ALT_ENTER = "\x1b\r"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b.")
ROWS, COLUMNS = 40, 100


class Glass(StringIO):
    """Keeps what was drawn, and shows it as an emulated terminal does: the renderer draws only what changes."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.screen = pyte.Screen(columns, ROWS)
        self._stream = pyte.Stream(self.screen)

    def write(self, drawn: str) -> int:
        self._stream.feed(drawn)
        return super().write(drawn)


class Answering(Vt100_Output):
    """A terminal that knows where its cursor is: the state lines are drawn only on one that does."""

    def __init__(self, glass: Glass, keys: PipeInput) -> None:
        super().__init__(glass, lambda: Size(rows=ROWS, columns=glass.screen.columns), term="xterm")
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

    def __init__(self, keys: PipeInput, columns: int) -> None:
        self._keys = keys
        self._drawn = Glass(columns)
        self.output = Answering(self._drawn, keys)
        self.running: asyncio.Task[int]
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

    async def shows(self, text: str, expected: bool) -> None:
        """Whether `text` stands on the screen now."""
        await eventually(lambda: (text in "\n".join(self._drawn.screen.display)) == expected)

    async def ends(self) -> None:
        """Wait until the chat has ended by itself."""
        await asyncio.wait({self.running}, timeout=30)

    def forget(self) -> None:
        """What was drawn until now does not count."""
        self._drawn.seek(0)
        self._drawn.truncate()


@asynccontextmanager
async def terminal_of(
    client: ChatClient, conversation: str | None = None, *, language: Language = "en", columns: int = COLUMNS
) -> AsyncIterator[Terminal]:
    """The chat of that client at a screen, from when it is online until it has ended; Ctrl-C ends it."""
    with create_pipe_input() as keys:
        terminal = Terminal(keys, columns)
        with create_app_session(input=keys, output=terminal.output):
            async with client as chat:
                await chat.online()
                terminal.running = running = asyncio.create_task(at_screen(chat, Texts(language), conversation))
                try:
                    yield terminal
                finally:
                    if not running.done():
                        terminal.type("\x03")
                    terminal.status.set_result(await asyncio.wait_for(running, 30))


def at_terminal(server: HereServer, person: str, language: Language = "en") -> AbstractAsyncContextManager[Terminal]:
    """That person's terminal, on a server that runs."""
    return terminal_of(ChatClient(server.http, token(person)), language=language)
