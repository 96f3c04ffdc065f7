"""Messages that carry files, of one connection: each gets its files before it is posted, and none overtakes another."""

import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from chatserver.protocol.codes import Code
from chatserver.protocol.commands import Send
from chatserver.records.database import DatabaseError
from quotas.ledger import base
from quotas.ledger.base import PostResult
from quotas.store.errors import StoreError

logger = logging.getLogger(__name__)

Begin = Callable[[Coroutine[Any, Any, None]], None]
"""Does work whatever becomes of the connection that asked for it."""


class FileClaims(Protocol):
    """Whose files go with which message. Its methods raise DatabaseError, and StoreError where they ask its clock."""

    async def claim(self, conversation: str, person: str, message: str, ids: Sequence[str]) -> str | None:
        """Let that message of theirs have these; a sentence where one of them cannot be sent."""

    async def release(self, conversation: str, person: str, message: str, ids: Sequence[str]) -> None:
        """That message was not sent with these."""

    async def release_others(self, conversation: str, person: str, message: str, ids: Sequence[str]) -> None:
        """Another message has that id: those of these that it does not carry were not sent. Raises StoreError too."""

    async def sent(self, conversation: str, person: str, message: str, seq: int, ids: Sequence[str]) -> None:
        """That message has that seq, and carries these."""

    async def deleted(self, conversation: str, person: str, message: str, seq: int, ids: Sequence[str]) -> None:
        """That message was deleted: nobody gets its files any more."""


class FileSends:
    """In each conversation what was said first is posted first, also what has no files and comes behind."""

    def __init__(self, claims: FileClaims, person: str, begin: Begin) -> None:
        self._claims = claims
        self._person = person
        self._begin = begin
        self._lines: dict[str, deque[tuple[Send, Callable[[], None], Callable[[Code, str], None]]]] = {}

    def holds(self, conversation: str) -> bool:
        """Whether something waits there that must not be overtaken."""
        return conversation in self._lines

    def add(self, command: Send, post: Callable[[], None], refuse: Callable[[Code, str], None]) -> None:
        """One of the two is called, once, when it is its turn. Neither raises anything."""
        line = self._lines.get(command.conversation)
        if line is not None:
            line.append((command, post, refuse))
            return
        self._lines[command.conversation] = deque([(command, post, refuse)])
        self._begin(self._go(command.conversation))

    def done(self, command: Send, result: PostResult | StoreError, answer: Callable[[], None]) -> None:
        """What became of one that was posted. `answer` says so; it raises nothing.

        Where its files are free again, that is seen to first: who hears of it may send them at once with another one.
        """
        if isinstance(result, base.PostRefused | base.Reused):
            self._begin(self._settle_first(command, result, answer))
        else:
            answer()
            self._begin(self._settle(command, result))

    async def _go(self, conversation: str) -> None:
        line = self._lines[conversation]
        while line:
            command, post, refuse = line[0]
            problem = await self._claim(command)
            line.popleft()
            if problem is None:
                post()
            else:
                refuse(*problem)
        del self._lines[conversation]

    async def _claim(self, command: Send) -> tuple[Code, str] | None:
        if not command.attachments:
            return None
        try:
            problem = await self._claims.claim(
                command.conversation, self._person, command.id, list(command.attachments)
            )
        except (DatabaseError, StoreError):
            return "store_unavailable", "store or database do not answer; send again with the same id"
        except Exception:
            logger.exception("files cannot be sent", extra={"person": self._person})
            return "internal", "the fault is logged; the same message again is safe"
        return ("invalid_field", f"`attachments`: {problem}") if problem is not None else None

    async def _settle_first(
        self, command: Send, result: base.PostRefused | base.Reused, answer: Callable[[], None]
    ) -> None:
        try:
            await self._settle(command, result)
        finally:
            answer()

    async def _settle(self, command: Send, result: PostResult | StoreError) -> None:
        """What cannot be noted now is noted later: by whoever asks for the file, the archive, or the sweep."""
        of, ids = (command.conversation, self._person, command.id), list(command.attachments)
        try:
            match result:
                case base.Posted():
                    await self._claims.sent(*of, result.seq, ids)
                case base.PostRefused() | base.Unknown():
                    await self._claims.release(*of, ids)
                case base.Reused():
                    await self._claims.release_others(*of, ids)
                case _:
                    pass  # Whether it was written is not known.
        except (DatabaseError, StoreError) as error:
            logger.debug("what became of a message's files is noted later: %s", error)
