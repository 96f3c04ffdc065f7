"""The terminal chat without a terminal: each line of standard input is a message, events are plain lines."""

import asyncio
import sys

from chatserver.client import ChatClient, ChatClosed, ChatError
from chatserver.client.errors import NO_ANSWER
from chatserver.client.standing import StandingMessages
from chatserver.protocol.events import Accepted, ConversationView, Message
from chatserver.protocol.session_events import SessionChanged
from chatserver.terminal.changes import change_in, earlier_in, is_change, quoted, said_in
from chatserver.terminal.happenings import LiveNews
from chatserver.terminal.input_lines import InputLines
from chatserver.terminal.names import called
from chatserver.terminal.status import locked
from chatserver.terminal.texts import Texts
from chatserver.terminal.transcript import visible
from chatserver.terminal.words import time_of_day
from quotas import instant

TRIES = 12
"""Connections that fail one after the other before a program without a terminal gives up: 40 seconds or so, 80 at most,
besides what each takes. That is longer than a server takes to restart."""

ANSWERED_WITHIN = 300.0
"""Seconds until a server that is there and has no answer to a message, its store being gone, counts as gone too."""


async def converse(chat: ChatClient, texts: Texts, conversation: str) -> int:
    """Send every line, print what comes meanwhile, end when all are answered. 1 where one was not taken.

    Raises ChatClosed, after printing what was not sent, where the chat ends first.
    """
    known = StandingMessages()
    following = asyncio.create_task(_print_messages(chat, texts, conversation, known))
    lines = standard_input()
    refused, line = 0, None
    try:
        while (line := await _next(lines, following)) is not None:
            refused += not await _send(chat, texts, conversation, line, known)
            line = None
        return 1 if refused else 0
    except ChatClosed:
        await return_the_unsent(texts, lines, line)
        raise
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _next(lines: InputLines, following: asyncio.Task[None]) -> str | None:
    """The next line, or what ends the chat while there is none yet."""
    coming = asyncio.create_task(lines.next())
    try:
        await asyncio.wait({coming, following}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            following.result()
        return await coming
    finally:
        coming.cancel()


def standard_input() -> InputLines:
    return InputLines(sys.stdin.fileno(), sys.stdin.encoding, sys.stdin.errors or "strict")


async def return_the_unsent(texts: Texts, lines: InputLines, line: str | None = None) -> None:
    """Print `line` and all that is left, so that nothing typed is lost."""
    unsent = [] if line is None else [line]
    unsent += [each async for each in lines.left()]
    if unsent:
        _complain(texts("unsent"), "\n".join(unsent))


async def _send(chat: ChatClient, texts: Texts, conversation: str, line: str, known: StandingMessages) -> bool:
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            answer = await chat.send(conversation, line)
    except ChatError as fault:
        _complain(texts("not_sent", why=fault.message), line)
        return False
    except TimeoutError:
        raise ChatClosed(NO_ANSWER, f"no answer within {ANSWERED_WITHIN:.0f} seconds") from None
    view = chat.conversations[conversation]
    if isinstance(answer, Accepted):
        if chat.welcome is not None:
            own = (chat.welcome.user, chat.welcome.role, answer.at, answer.id, line)
            known.note(Message(conversation, answer.seq, *own))
        _print(f"{time_of_day(instant.parse(answer.at), view.zone)} {texts('you')}: {line} ✓")
        return True
    _complain(texts("not_sent", why=" · ".join(locked(texts, answer.composer, view.zone, chat.now()))), line)
    return False


async def _print_messages(chat: ChatClient, texts: Texts, conversation: str, known: StandingMessages) -> None:
    live = LiveNews(texts)
    async for event in chat.events():
        if isinstance(event, SessionChanged) and event.conversation == conversation and chat.welcome is not None:
            view = chat.conversations[conversation]
            for line in live.of(event, chat.welcome.user, view, chat.now()):
                _print(f"{time_of_day(chat.now(), view.zone)} · {line}")
        if isinstance(event, Message) and event.conversation == conversation:
            view = chat.conversations[conversation]
            user = chat.welcome.user if chat.welcome is not None else ""
            _print(f"{time_of_day(instant.parse(event.at), view.zone)} {_told(texts, event, known, user, view)}")
            known.note(event)


def _told(texts: Texts, message: Message, known: StandingMessages, user: str, view: ConversationView) -> str:
    """By whom, what it answers, and what it says; of an event or a change, what happened."""

    def name_of(person: str) -> str:
        return texts("you") if person == user else called(person, view)

    if is_change(message):
        return f"· {change_in(texts, message, known, name_of)}"
    said = said_in(texts, message, view.zone)
    if message.kind == "event":
        return f"· {said}"
    return f"{name_of(message.sender)}: " + "\n".join(
        filter(None, (quoted(texts, message, known, name_of, view.zone), *earlier_in(texts, message), said))
    )


def _print(text: str) -> None:
    sys.stdout.write(visible(text).replace("\n", "\n    ") + "\n")
    sys.stdout.flush()


def _complain(why: str, line: str) -> None:
    sys.stderr.write("\n    ".join([why, *visible(line).split("\n")]) + "\n")
