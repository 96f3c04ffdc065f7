"""What the store says of work that has come up, so that whoever does it need not ask all the time."""

import asyncio
from collections.abc import Collection

from chatserver.operating.agenda import Agenda
from chatserver.operating.store_clock import StoreClock
from quotas.instant import SECOND
from quotas.ledger import feed, keys
from quotas.store.port import Store

CHANNELS: dict[bytes, int] = {keys.work(partition).encode(): partition for partition in range(keys.PARTITIONS)}


class Bells:
    """Hears the channels of every partition's work, and notes it on the agendas of those who do it."""

    def __init__(self, store: Store, clock: StoreClock) -> None:
        self._store = store
        self._clock = clock
        self._agendas: dict[bytes, Agenda] = {}
        self._hurrying: set[bytes] = set()

    def connect(self, letter: bytes, agenda: Agenda, *, hurries: bool = False) -> None:
        """Note what is said with that letter of `feed.WORK` there; what `hurries` is looked at as soon as it is due."""
        self._agendas[letter] = agenda
        if hurries:
            self._hurrying.add(letter)

    def start(self) -> None:
        """Hear from now on."""
        for channel in CHANNELS:
            self._store.subscribe(channel)

    def pushed(self, channel: bytes, payload: bytes) -> None:
        """Something has come up in a partition."""
        letter, at = feed.read_work(payload)
        if agenda := self._agendas.get(letter):
            ahead = (at - self._clock.now()) / SECOND if at else 0.0
            agenda.look(CHANNELS[channel], asyncio.get_running_loop().time() + ahead + agenda.delay)
            if letter in self._hurrying:
                agenda.hurry()

    def missed(self, channels: Collection[bytes]) -> None:
        """What was said on these may have been missed."""
        now = asyncio.get_running_loop().time()
        for partition in (CHANNELS[channel] for channel in channels if channel in CHANNELS):
            for agenda in self._agendas.values():
                agenda.look(partition, now)

    def clock_moved(self) -> None:
        """All that is due by the clock is due earlier."""
        for agenda in self._agendas.values():
            agenda.look_everywhere()
