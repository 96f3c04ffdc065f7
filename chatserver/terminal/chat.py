"""The terminal chat: connects, finds the conversation, and hands over to the screen or the pipe."""

import asyncio
import os
import sys

from chatserver.client import ChatClient, ChatClosed, State
from chatserver.protocol.events import Welcome
from chatserver.protocol.visible import shows
from chatserver.terminal import pipe
from chatserver.terminal.desk import Desk
from chatserver.terminal.screen import Screen
from chatserver.terminal.texts import Texts, choose_language
from chatserver.terminal.transcript import visible

FAILED = 2


async def run(*, url: str, token: str, conversation: str | None, language: str | None) -> int:
    """Chat as the person of `token` until they leave; the exit status.

    0 left, 1 a line of a pipe was not taken, 2 the chat could not begin or the server ended it. Support names the
    conversation to follow; others may, and a mentor with several chooses in the chat. Raises ValueError for an
    address or a language that cannot be.
    """
    texts = Texts(choose_language(language, os.environ))
    try:
        async with ChatClient(url, token, on_state=Doorbell(texts, url)) as chat:
            welcome = await chat.online()
            if conversation is None or conversation in chat.conversations:
                return await _converse(chat, texts, conversation)
        if welcome.role in ("support", "service"):
            return await _follow(url, token, conversation, texts)
        complain(texts("no_such", name=conversation, names=_names(welcome)))
    except ChatClosed as closed:
        complain(texts("ended", why=str(closed)))
    return FAILED


async def _follow(url: str, token: str, conversation: str, texts: Texts) -> int:
    """Support's way to a conversation: what is named in resume joins the welcome.

    The first connection learns where the conversation ends, so that the second is not sent everything before.
    """
    async with ChatClient(url, token, resume={conversation: 0}, follow=False) as chat:
        welcome = await chat.online()
    found = next((each for each in welcome.conversations if each.id == conversation), None)
    if found is None:
        complain(texts("no_such", name=conversation, names=_names(welcome)))
        return FAILED
    async with ChatClient(url, token, resume={conversation: found.last_seq}) as chat:
        await chat.online()
        return await _converse(chat, texts, conversation)


class Doorbell:
    """Until the first welcome, says in plain lines that and why it takes time."""

    def __init__(self, texts: Texts, url: str) -> None:
        self._texts = texts
        self._url = url
        self._said = ""
        self._inside = False

    def __call__(self, state: State) -> None:
        self._inside = self._inside or state.kind == "online"
        if state.kind == "offline" and not self._inside and state.reason != self._said:
            self._said = state.reason
            complain(f"{self._texts('connecting_to', url=self._url)} {self._texts('offline')}: {state.reason}")


async def _converse(chat: ChatClient, texts: Texts, conversation: str | None) -> int:
    if sys.stdin.isatty() and sys.stdout.isatty():
        return await at_screen(chat, texts, conversation)
    welcome = await chat.online()
    chosen = conversation or _only(welcome)
    if chosen is None:
        complain(texts("name_one", names=_names(welcome)))
        return FAILED
    return await pipe.converse(chat, texts, chosen)


def _names(welcome: Welcome) -> str:
    return ", ".join(each.id for each in welcome.conversations) or "–"


def _only(welcome: Welcome) -> str | None:
    return welcome.conversations[0].id if len(welcome.conversations) == 1 else None


async def at_screen(chat: ChatClient, texts: Texts, conversation: str | None) -> int:
    """Chat on the terminal until the person leaves (0) or the server ends it (2). Prints what stayed unsent."""
    desk = Desk(chat, texts, conversation)
    screen = Screen(desk)
    following = asyncio.create_task(desk.follow())
    showing = asyncio.create_task(screen.run())
    await asyncio.wait({following, showing}, return_when=asyncio.FIRST_COMPLETED)
    screen.leave()
    await showing
    await desk.outgoing.finish()
    following.cancel()
    [end] = await asyncio.gather(following, return_exceptions=True)
    unsent = [each.body for each in desk.outgoing.unsent] + ([screen.draft] if shows(screen.draft) else [])
    if unsent:
        sys.stdout.write("\n".join([texts("unsent"), *map(visible, unsent)]) + "\n")
    if isinstance(end, ChatClosed):
        complain(texts("ended", why=str(end)))
        return FAILED
    if isinstance(end, Exception):
        raise end
    return 0


def complain(text: str) -> None:
    sys.stderr.write(text + "\n")
