"""What many ask for at once is done together: while one batch is at work, the next one gathers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class Together(Generic[_Asked, _Answer]):
    """`work` answers each of a batch, of at most `most`, in order; what it raises, all of the batch get."""

    def __init__(self, work: Callable[[Sequence[_Asked]], Awaitable[Sequence[_Answer]]], most: int) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[_Asked, asyncio.Future[_Answer]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def ask(self, asked: _Asked) -> _Answer:
        """The answer. Who is cancelled meanwhile leaves what was asked for in its batch."""
        answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._at_work is None:
            self._at_work = asyncio.get_running_loop().create_task(self._until_none_waits())
        return await answer

    async def _until_none_waits(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._answer(batch)
        finally:
            self._at_work = None

    async def _answer(self, batch: Sequence[tuple[_Asked, asyncio.Future[_Answer]]]) -> None:
        try:
            answers = await self._work([asked for asked, _ in batch])
        except Exception as error:
            for _, waiting in batch:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)
