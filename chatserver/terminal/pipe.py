"""The terminal chat without a terminal: each line of standard input is a message, events are plain lines."""

import asyncio
import sys
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Thread

from chatserver.client import ChatClient, ChatClosed, ChatError
from chatserver.protocol.events import Accepted, Message
from chatserver.protocol.visible import shows
from chatserver.terminal.status import locked
from chatserver.terminal.texts import Texts
from chatserver.terminal.transcript import said_in, visible
from chatserver.terminal.words import time_of_day
from quotas import instant

LINES_AHEAD = 100
"""Lines read from standard input and not yet sent."""


async def converse(chat: ChatClient, texts: Texts, conversation: str) -> int:
    """Send every line, print what comes meanwhile, end when all are answered. 1 where one was not taken."""
    following = asyncio.create_task(_print_messages(chat, texts, conversation))
    try:
        refused = 0
        async for line in _lines():
            refused += not await _send(chat, texts, conversation, line)
        return 1 if refused else 0
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _send(chat: ChatClient, texts: Texts, conversation: str, line: str) -> bool:
    try:
        answer = await chat.send(conversation, line)
    except ChatError as fault:
        _complain(texts("not_sent", why=fault.message), line)
        return False
    except ChatClosed:
        _complain(texts("unsent"), line)
        raise
    known = chat.conversations[conversation]
    if isinstance(answer, Accepted):
        _print(f"{time_of_day(instant.parse(answer.at), known.zone)} {texts('you')}: {line} ✓")
        return True
    _complain(texts("not_sent", why=" · ".join(locked(texts, answer.composer, known.zone, chat.now()))), line)
    return False


async def _print_messages(chat: ChatClient, texts: Texts, conversation: str) -> None:
    async for event in chat.events():
        if isinstance(event, Message) and event.conversation == conversation:
            at = time_of_day(instant.parse(event.at), chat.conversations[conversation].zone)
            user = chat.welcome.user if chat.welcome is not None else ""
            _print(f"{at} {texts('you') if event.sender == user else event.sender}: {said_in(texts, event)}")


def _print(text: str) -> None:
    sys.stdout.write(visible(text).replace("\n", "\n    ") + "\n")
    sys.stdout.flush()


def _complain(why: str, line: str) -> None:
    sys.stderr.write(f"{why}\n    {visible(line)}\n")


async def _lines() -> AsyncIterator[str]:
    """Standard input, without lines in which nothing shows.

    Read by a thread, because a regular file cannot be awaited; a daemon, so that waiting for a line does not keep the
    process from ending.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue(LINES_AHEAD)

    def read() -> None:
        # A loop that has ended takes no more lines.
        with suppress(RuntimeError, CancelledError):
            for line in sys.stdin:
                asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()
            asyncio.run_coroutine_threadsafe(queue.put(None), loop).result()

    Thread(target=read, daemon=True).start()
    while (line := await queue.get()) is not None:
        if shows(line):
            yield line.rstrip("\r\n")
