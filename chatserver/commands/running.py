"""What running commands need around them: a loop, a store."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from chatserver.composition import opening
from chatserver.file_lock import LockedError, lock, read_if_locked
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


@contextmanager
def known_port(data_dir: Path, port: int) -> Iterator[None]:
    """Let commands on that folder know, by `running_port`, where this server listens.

    Of servers that share a folder the first one is known. One that has no folder, or may not write there, is not.
    """
    with ExitStack() as held:
        with suppress(LockedError, OSError):
            file = held.enter_context(lock(data_dir / "port"))
            file.truncate()
            file.write(str(port))
            file.flush()
        yield


def running_port(data_dir: Path) -> int | None:
    """The port of a server that runs on that folder now; None where none does."""
    try:
        port = read_if_locked(data_dir / "port")
    except OSError:
        return None
    return int(port) if port else None


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
