"""Work that nobody waits for."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from chatserver.records.database import DatabaseError
from quotas.store.errors import StoreError
from quotas.terms import UnjudgeableError

END_WITHIN = 2.0
"""Seconds for what is under way when the process stops."""

logger = logging.getLogger(__name__)


class Background:
    """Keeps what is under way, and says what went wrong."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do that soon."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """Wait a moment for what is under way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=END_WITHIN)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except StoreError:
            return  # The store is gone; everything is looked at again when it is back.
        except DatabaseError as error:
            logger.warning("a conversation that was added cannot be opened: %s", error)
        except UnjudgeableError:
            logger.exception("a conversation cannot be judged")
        except Exception:
            logger.exception("what was to be done cannot be done")
