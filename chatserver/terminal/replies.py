"""The board in the terminal: live on the whole screen, or once, or as JSON for other programs."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import msgspec
from msgspec import Struct
from rich.console import Console, Group
from rich.live import Live

from chatserver.client import ChatClient, ChatClosed, ChatError
from chatserver.protocol.board import BoardShown, BoardTotals, BoardWait
from chatserver.protocol.commands import MAX_WATCHED, Watch
from chatserver.protocol.events import Error
from chatserver.terminal.board_view import board_lines
from chatserver.terminal.chat import FAILED, Doorbell, complain, end_of
from chatserver.terminal.pipe import TRIES
from chatserver.terminal.status import Mood, connection
from chatserver.terminal.texts import Texts, choose_language

ROWS = 200
"""Rows that are watched for a screen: more than any has lines."""
DRAW_EVERY = 0.25
"""Seconds between two drawings at least; once a second it is drawn anyway, for the time that is left."""
PLAIN_WIDTH = 140
"""Columns where the output is no terminal."""


class BoardAnswer(Struct, frozen=True):
    """What `--once --json` prints."""

    now: str
    totals: BoardTotals
    rows: list[BoardWait]


async def run(
    *, url: str, token: str, watch: Watch, once: bool, as_json: bool, language: str | None, tries: int = TRIES
) -> int:
    """Show the board that `watch` asks for until the person leaves; the exit status.

    0 shown, 2 the server does not show it to this token, ended the connection, or after `tries` was not reached; on
    the screen it is tried until the person leaves. Raises ValueError for an address or
    a language that cannot be.
    """
    texts = Texts(choose_language(language, os.environ))
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    on_screen = not once and not as_json and console.is_terminal
    try:
        bell = None if on_screen else Doorbell(texts, url, until_inside=False)
        async with ChatClient(url, token, tries=None if on_screen else tries, on_state=bell) as chat:
            watch = msgspec.structs.replace(watch, limit=ROWS if on_screen else MAX_WATCHED)
            await chat.watch(watch)
            if on_screen:
                return await _Screen(chat, texts, watch, console).show()
            async for event in _shown(chat):
                if as_json and not once:
                    _print_json(event)
                    continue
                if not chat.board.is_whole:
                    continue
                if as_json:
                    _print_json(BoardAnswer(event.now, event.totals, chat.board.rows))
                else:
                    _print_lines(console, chat, texts, watch)
                break
    except ChatError as fault:
        complain(fault.message)
        return FAILED
    except ChatClosed as closed:
        complain(end_of(texts, url, closed))
        return FAILED
    return 0


async def _shown(chat: ChatClient) -> AsyncIterator[BoardShown]:
    """What the board's events say. Raises ChatError where the server does not show it."""
    async for event in chat.events():
        if isinstance(event, Error) and not event.temporary:
            raise ChatError(event.code, event.message)
        if isinstance(event, BoardShown):
            yield event


def _print_json(content: Struct) -> None:
    sys.stdout.write(msgspec.json.encode(content).decode() + "\n")
    sys.stdout.flush()


def _print_lines(console: Console, chat: ChatClient, texts: Texts, watch: Watch) -> None:
    size, filters, of_one = (console.width, None), _filters(texts, watch), _is_of_one(chat, watch)
    for line in board_lines(texts, chat.board, watch.state, chat.now(), size, filters, of_one=of_one):
        console.print(line)


def _is_of_one(chat: ChatClient, watch: Watch) -> bool:
    """Whether all rows are of one mentor: the one that was named, or the one who looks."""
    return watch.mentor is not None or (chat.welcome is not None and chat.welcome.role == "mentor")


def _filters(texts: Texts, watch: Watch) -> list[tuple[Mood, str]]:
    state = [] if watch.state == "waiting" else [texts(f"state_{watch.state}")]
    chosen = [*state, *filter(None, (watch.mentor, watch.plan))]
    return [("wait", texts("board_only", what=" · ".join(chosen)))] if chosen else []


class _Screen:
    """The board on the whole screen, drawn when something has changed."""

    def __init__(self, chat: ChatClient, texts: Texts, watch: Watch, console: Console) -> None:
        self._chat = chat
        self._texts = texts
        self._watch = watch
        self._console = console
        self._changed = asyncio.Event()

    async def show(self) -> int:
        """Until it is cancelled; raises what ends the chat."""
        following = asyncio.create_task(self._follow())
        try:
            with Live(console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
                while not following.done():
                    live.update(self._drawn(), refresh=True)
                    await asyncio.sleep(DRAW_EVERY)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), 1 - DRAW_EVERY)
                    self._changed.clear()
            following.result()
            return 0
        finally:
            following.cancel()

    async def _follow(self) -> None:
        try:
            async for _ in _shown(self._chat):
                self._changed.set()
        finally:
            self._changed.set()

    def _drawn(self) -> Group:
        size = self._console.size
        state = connection(self._texts, self._chat.state, asyncio.get_running_loop().time())
        beside = [*state, *_filters(self._texts, self._watch)]
        # Before the first welcome there is no clock, and no row that needs one.
        now = self._chat.now() if self._chat.welcome is not None else 0
        lines = board_lines(
            self._texts,
            self._chat.board,
            self._watch.state,
            now,
            (size.width, size.height),
            beside,
            of_one=_is_of_one(self._chat, self._watch),
        )
        return Group(*lines)
