"""How much one process sends at once: bounds of all, of a channel, and of each endpoint.

One that hangs takes so much of it and no more, so that it keeps no other waiting.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from chatserver.notices.delivery import ChannelName
from chatserver.notices.rows.outbox import OutboxRow

AT_ONCE = 32
"""Sends of one process."""
CHANNEL_AT_ONCE = 12
"""Of one channel: two that hang leave room for a third."""
ENDPOINT_AT_ONCE = 3
"""To one webhook or device."""

SendingPlace = tuple[ChannelName, str, str]
"""Channel, person and endpoint: people may call their devices the same."""


def place_of(row: OutboxRow) -> SendingPlace:
    """Where it goes."""
    return row.channel, row.person, row.endpoint


class SendingRoom:
    """How many more may be sent at once, beside those that are being sent. `slow` are places that share half of a
    channel."""

    def __init__(self, sending: Sequence[OutboxRow], slow: Collection[SendingPlace] = ()) -> None:
        self._slow = slow
        self._left = AT_ONCE - len(sending)
        self._by_channel = Counter(row.channel for row in sending)
        self._by_place = Counter(place_of(row) for row in sending if row.endpoint)
        self._by_slow = Counter(row.channel for row in sending if place_of(row) in slow)

    def of(self, channel: ChannelName) -> int:
        """How many more of that channel."""
        return max(0, min(self._left, CHANNEL_AT_ONCE - self._by_channel[channel]))

    def full(self, channel: ChannelName) -> list[tuple[str, str]]:
        """Its people and endpoints to which no more may be sent."""
        places = {place for place, count in self._by_place.items() if count >= ENDPOINT_AT_ONCE}
        if self._by_slow[channel] >= CHANNEL_AT_ONCE // 2:
            places |= set(self._slow)
        return [(person, endpoint) for name, person, endpoint in places if name == channel]

    def choice(self, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        """Those that may be sent, the first ones first; they count from now on."""
        return [row for row in rows if self._takes(row)]

    def _takes(self, row: OutboxRow) -> bool:
        place = place_of(row)
        is_slow = place in self._slow
        if not self.of(row.channel) or self._by_place[place] >= ENDPOINT_AT_ONCE:
            return False
        if is_slow and self._by_slow[row.channel] >= CHANNEL_AT_ONCE // 2:
            return False
        self._left -= 1
        self._by_channel[row.channel] += 1
        self._by_place[place] += bool(row.endpoint)
        self._by_slow[row.channel] += is_slow
        return True
