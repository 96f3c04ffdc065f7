"""What running commands need around them: a loop, a store."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvloop

from chatserver.composition import opening
from chatserver.operating.embedded import EmbeddedStore, running_store
from chatserver.settings import Settings
from quotas.store.errors import StoreError

T = TypeVar("T")

logger = logging.getLogger(__name__)


@contextmanager
def store_of(settings: Settings) -> Iterator[str]:
    """The URL of the store: the configured one, or the embedded one for as long as it is needed."""
    if settings.redis_url is not None:
        yield settings.redis_url
        return
    embedded = EmbeddedStore(settings.data_dir)
    try:
        yield embedded.start()
    finally:
        embedded.stop()


@contextmanager
def store_in_use_of(settings: Settings) -> Iterator[str]:
    """As `store_of`; where a server runs on that folder, the embedded store is that server's."""
    running = running_store(settings.data_dir) if settings.redis_url is None else None
    if running is not None:
        yield running
        return
    with store_of(settings) as url:
        yield url


def now_of(settings: Settings) -> int:
    """The instant in ms by the store's clock, as servers have it; by this machine's where no store answers."""
    url = settings.redis_url if settings.redis_url is not None else running_store(settings.data_dir)
    if url is not None:
        try:
            return run(opening.clock_of(url))
        except StoreError:
            logger.debug("the store does not answer; this machine's clock is taken")
    return time.time_ns() // 1_000_000


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
