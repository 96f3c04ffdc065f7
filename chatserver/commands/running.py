"""What running commands need around them: a loop, a store."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvloop

from chatserver.operating.embedded import EmbeddedStore, running_store
from chatserver.settings import Settings

T = TypeVar("T")


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


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
