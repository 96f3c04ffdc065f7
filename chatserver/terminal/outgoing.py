"""Texts on their way to the server, and the word that one is being typed."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from chatserver.client import ChatClient, ChatClosed, ChatError
from chatserver.protocol.events import Accepted, Refused

TYPING_EVERY_SECONDS = 3.0
PATIENCE_SECONDS = 2.0
"""How long leaving waits for answers to what was just sent."""

SendOutcome = Accepted | Refused | ChatError


@dataclass(eq=False)
class Unsent:
    """A text without an answer yet."""

    conversation: str
    body: str
    attachments: tuple[str, ...] = ()
    reply_to: int | None = None


class Outgoing:
    """Sends in the background. `answered` is told how each text fared; without an answer it stays in `unsent`."""

    def __init__(self, chat: ChatClient, answered: Callable[[Unsent, SendOutcome], Awaitable[None]]) -> None:
        self._chat = chat
        self._answered = answered
        self._said_typing_at = float("-inf")
        self._tasks: set[asyncio.Task[None]] = set()
        self.unsent: list[Unsent] = []

    def send(
        self, conversation: str, body: str, attachments: Sequence[str] = (), *, reply_to: int | None = None
    ) -> None:
        unsent = Unsent(conversation, body, tuple(attachments), reply_to)
        self.unsent.append(unsent)
        self._start(self._send(unsent))

    async def _send(self, unsent: Unsent) -> None:
        outcome: SendOutcome
        try:
            outcome = await self._chat.send(
                unsent.conversation, unsent.body, attachments=unsent.attachments, reply_to=unsent.reply_to
            )
        except ChatError as fault:
            outcome = fault
        except ChatClosed:
            return  # It stays unsent, and is printed on leaving.
        self.unsent.remove(unsent)
        await self._answered(unsent, outcome)

    def typing(self, conversation: str) -> None:
        """Say so, at most every 3 seconds."""
        now = asyncio.get_running_loop().time()
        if now - self._said_typing_at >= TYPING_EVERY_SECONDS:
            self._said_typing_at = now
            self._start(self._chat.typing(conversation))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Give what was just sent a moment to be answered."""
        if self._tasks and self._chat.state.kind == "online":
            await asyncio.wait(set(self._tasks), timeout=PATIENCE_SECONDS)
