"""The numbers of all workers of one server, put together by whichever of them is asked.

A worker tells the others its own on a unix socket. What it has told stays in a file, from which its successor counts
on: a counter that was read never falls, whichever worker ended in between.
"""

import asyncio
import operator
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct
from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

WITHIN = 1.0
"""Seconds in which another worker must tell its numbers; after that what it told before counts."""
GREATEST = frozenset(
    {"chatserver_unsent_most_bytes", "process_open_fds", "process_start_time_seconds", "python_info"},
)
"""Numbers of which the greatest speaks for all workers."""
LEAST = frozenset({"chatserver_store_up", "process_max_fds"})
"""Numbers of which the least speaks for all workers. All others are added up."""


class Seat(Struct, frozen=True):
    """Which one of a server's workers a process is: `number` counts from 0 and stays with its successor."""

    number: int
    workers: int
    folder: Path
    """Theirs alone: sockets, and what was told."""


class WorkerNumbers:
    """One worker's part: tells its own numbers, and asks for the others'."""

    def __init__(self, seat: Seat, own: Collector) -> None:
        self._seat = seat
        self._own = own
        self._before = _counted(self._left_by(seat.number))

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """Tell whoever asks on the socket."""
        path = socket_path(self._seat.folder, self._seat.number)
        path.unlink(missing_ok=True)  # a predecessor's that was killed
        server = await asyncio.start_unix_server(self._tell, path)
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()

    async def together(self) -> list[Metric]:
        """The numbers of all workers, put together."""
        others = (number for number in range(self._seat.workers) if number != self._seat.number)
        told = await asyncio.gather(*(self._of(number) for number in others))
        return merged([_read(self._mine()), *told])

    def _mine(self) -> str:
        """This worker's numbers and its predecessors', as they are kept for a successor too."""
        text = text_of(merged([self._before, self._own.collect()])).decode()
        draft = self._file(self._seat.number).with_suffix(".draft")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._file(self._seat.number))
        return text

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._mine().encode())
        writer.close()

    async def _of(self, number: int) -> list[Metric]:
        try:
            async with asyncio.timeout(WITHIN):
                reader, writer = await asyncio.open_unix_connection(socket_path(self._seat.folder, number))
                try:
                    return _read((await reader.read()).decode())
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return _counted(self._left_by(number))

    def _left_by(self, number: int) -> list[Metric]:
        try:
            return _read(self._file(number).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []

    def _file(self, number: int) -> Path:
        return self._seat.folder / f"{number}.told"


class Families(Collector):
    """Metrics that were collected already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._families


def socket_path(folder: Path, number: int) -> Path:
    """Where that worker tells its numbers."""
    return folder / f"{number}.sock"


def text_of(families: Iterable[Metric]) -> bytes:
    """Prometheus' text format 0.0.4."""
    return generate_latest(Families(families))


def merged(parts: Iterable[Iterable[Metric]]) -> list[Metric]:
    """One family of each name, with every sample of the same name and labels made into one."""
    families: dict[str, Metric] = {}
    values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
    for part in parts:
        for family in part:
            families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            known = values.setdefault(family.name, {})
            together = _rule(family.name)
            for sample in family.samples:
                key = (sample.name, tuple(sample.labels.items()))
                known[key] = together(known[key], sample.value) if key in known else sample.value
    for name, family in families.items():
        for (sample_name, labels), value in values[name].items():
            family.add_sample(sample_name, dict(labels), value)
    return list(families.values())


def _rule(family: str) -> Callable[[float, float], float]:
    if family in GREATEST:
        return max
    return min if family in LEAST else operator.add


def _read(text: str) -> list[Metric]:
    return list(text_string_to_metric_families(text))


def _counted(families: Iterable[Metric]) -> list[Metric]:
    """Those that go on counting when a process has ended."""
    return [family for family in families if family.type in ("counter", "histogram")]
