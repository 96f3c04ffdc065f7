"""The terminal chat: connects, finds the conversation, and hands over to the screen or the pipe."""

import asyncio
import os
import sys

from chatserver.client import ChatClient, ChatClosed, ConnectionState
from chatserver.client.errors import NO_ANSWER
from chatserver.protocol.events import ConversationView, Welcome
from chatserver.protocol.visible import shows
from chatserver.terminal import pipe
from chatserver.terminal.desk import Desk
from chatserver.terminal.names import called
from chatserver.terminal.screen import Screen
from chatserver.terminal.texts import Texts, choose_language
from chatserver.terminal.transcript import visible

FAILED = 2


async def run(*, url: str, token: str, conversation: str | None, language: str | None, tries: int = pipe.TRIES) -> int:
    """Chat as the person of `token` until they leave; the exit status.

    0 left, 1 a line of a pipe was not taken, 2 the chat could not begin or the server ended it. Support names the
    conversation to follow; others may, and a mentor with several chooses in the chat. In a pipe it gives up after
    `tries`; at a terminal the person does. Raises ValueError for an address or a language that cannot be.
    """
    texts = Texts(choose_language(language, os.environ))
    visit = _Visit(url, token, conversation, texts, None if _at_terminal() else tries)
    try:
        return await visit.run()
    except ChatClosed as closed:
        if not _at_terminal() and not visit.reads_input:
            await pipe.return_the_unsent(texts, pipe.standard_input())
        complain(end_of(texts, url, closed))
    return FAILED


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def end_of(texts: Texts, url: str, closed: ChatClosed) -> str:
    """The sentence for a chat that is over."""
    if closed.code == NO_ANSWER:
        return texts("gave_up", url=url, why=closed.reason)
    return texts("ended", why=str(closed))


class _Visit:
    """One run of the program: who comes, and to which conversation. `tries`: None for ever."""

    def __init__(self, url: str, token: str, conversation: str | None, texts: Texts, tries: int | None) -> None:
        self._url = url
        self._token = token
        self._conversation = conversation
        self._texts = texts
        self._tries = tries
        self.reads_input = False
        """From then on it is told of what was not sent."""

    async def run(self) -> int:
        async with self._client() as chat:
            welcome = await chat.online()
            if self._conversation is None or self._conversation in chat.conversations:
                return await self._converse(chat)
        if welcome.role not in ("support", "service"):
            return self._no_such(welcome)
        return await self._follow(self._conversation)

    async def _follow(self, conversation: str) -> int:
        """Support's way to a conversation: what is named in resume joins the welcome.

        The first connection learns where the conversation ends, so that the second is not sent everything before.
        """
        async with self._client({conversation: 0}, follow=False) as chat:
            welcome = await chat.online()
        found = next((each for each in welcome.conversations if each.id == conversation), None)
        if found is None:
            return self._no_such(welcome)
        async with self._client({conversation: found.last_seq}) as chat:
            await chat.online()
            return await self._converse(chat)

    def _client(self, resume: dict[str, int] | None = None, *, follow: bool = True) -> ChatClient:
        bell = Doorbell(self._texts, self._url, until_inside=self._tries is None)
        return ChatClient(self._url, self._token, resume=resume, follow=follow, tries=self._tries, on_state=bell)

    async def _converse(self, chat: ChatClient) -> int:
        if self._tries is None:
            return await at_screen(chat, self._texts, self._conversation)
        welcome = await chat.online()
        chosen = self._conversation or _only(welcome)
        if chosen is None:
            complain(self._texts("name_one", names=self._names(welcome)))
            return FAILED
        self.reads_input = True
        return await pipe.converse(chat, self._texts, chosen)

    def _names(self, welcome: Welcome) -> str:
        """Ids, as --conversation takes them; with whom, on which plan, and the state where it is not open."""
        names = []
        for each in welcome.conversations:
            state = [] if each.status == "open" else [self._texts(f"status_{each.status}")]
            names.append(f"{each.id} ({', '.join([_with(welcome, each), each.plan, *state])})")
        return ", ".join(names) or "–"

    def _no_such(self, welcome: Welcome) -> int:
        complain(self._texts("no_such", name=self._conversation, names=self._names(welcome)))
        return FAILED


class Doorbell:
    """Says in plain lines that and why a connection takes time; `until_inside`: until the first welcome."""

    def __init__(self, texts: Texts, url: str, *, until_inside: bool) -> None:
        self._texts = texts
        self._url = url
        self._until_inside = until_inside
        self._said = ""
        self._inside = False

    def __call__(self, state: ConnectionState) -> None:
        if state.kind == "online":
            self._inside, self._said = self._until_inside, ""
        if state.kind == "offline" and not self._inside and state.reason != self._said:
            self._said = state.reason
            complain(f"{self._texts('connecting_to', url=self._url)} {self._texts('offline')}: {state.reason}")


def _with(welcome: Welcome, conversation: ConversationView) -> str:
    person = conversation.mentor if welcome.user == conversation.member else conversation.member
    return called(person, conversation)


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
