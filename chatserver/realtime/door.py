"""How many connections an address may hold open without saying who is there."""

from collections import Counter

from chatserver.access.addresses import Proxies
from chatserver.operating.metrics import Metrics


class Door:
    """Counts who came in and has asked for nothing yet, by address. `most` is how many an address may have; 0: any.

    Connections of `proxies` are counted once it is known for whom they came.
    """

    def __init__(self, most: int, metrics: Metrics, proxies: Proxies) -> None:
        self.proxies = proxies
        self._most = most
        self._metrics = metrics
        self._inside: Counter[str] = Counter()

    def enter(self, address: str) -> "DoorPlace | None":
        """A place for one more; None where the address has as many as it may."""
        if self._most and self._inside[address] >= self._most:
            self._metrics.rate_limited["connections"] += 1
            return None
        self._inside[address] += 1
        return DoorPlace(self, address)

    def leave(self, address: str) -> None:
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]


class DoorPlace:
    """One connection's place at the door, given back once."""

    __slots__ = ("_address", "_door")

    def __init__(self, door: Door, address: str) -> None:
        self._door: Door | None = door
        self._address = address

    def give_back(self) -> None:
        """Without effect where it was given back already."""
        door, self._door = self._door, None
        if door is not None:
            door.leave(self._address)
