"""Calls whose slot is on its way to another node of the cluster: held in their order, sent again when it settled."""

import asyncio
from collections.abc import Callable
from operator import attrgetter

import hiredis

from quotas.store.wire import LinkDownError, OnAnswer, StoreAnswer, hand_over

HOLD_FOR = 1.5
"""Seconds until held calls fail: whoever wrote gets a temporary error within two."""
TRY_EVERY = 0.05
"""Seconds between attempts."""
_WORDS = ("MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "READONLY", "MASTERDOWN")


class SlotCall:
    """A packed command to a slot. `mark` is what goes ahead of the wait for a replica; None where none is waited for.

    `number` is its place in the order.
    """

    __slots__ = ("command", "done", "mark", "number", "slot")

    def __init__(self, number: int, command: bytes, done: OnAnswer, slot: int, mark: bytes | None) -> None:
        self.number = number
        self.command = command
        self.done = done
        self.slot = slot
        self.mark = mark

    @property
    def needs_several_keys(self) -> bool:
        """Whether it is a function of several keys: they must be in one place."""
        words = self.command.split(b"\r\n", 7)
        return words[2] == b"FCALL" and words[6] != b"1"


def redirection(reply: StoreAnswer) -> list[str] | None:
    """The words of an error that says "not here" or "not now"; None for every other reply."""
    if not isinstance(reply, hiredis.ReplyError):
        return None
    words = str(reply).split(" ")
    return words if words[0] in _WORDS else None


class _Hold:
    """The calls of one slot that wait, and the first of them, which tries."""

    def __init__(self, until: float, timer: asyncio.TimerHandle) -> None:
        self.until = until
        self.timer = timer
        self.calls: list[SlotCall] = []
        self.first: SlotCall | None = None


class Moving:
    """Every slot that is on the move. While a slot is in it, none of its posts overtakes another.

    `dispatch` sends a call to the node that has its slot now. `is_ready` says whether there is one that is up, and
    nothing of the slot is under way.
    """

    def __init__(self, dispatch: Callable[[SlotCall], None], is_ready: Callable[[int], bool]) -> None:
        self._dispatch = dispatch
        self._is_ready = is_ready
        self._holds: dict[int, _Hold] = {}

    def __bool__(self) -> bool:
        return bool(self._holds)

    def take(self, call: SlotCall) -> bool:
        """Hold a new call, if its slot is on the move. One of a single key need not wait: it can follow its key."""
        hold = self._holds.get(call.slot)
        if hold is None or not call.needs_several_keys:
            return False
        hold.calls.append(call)
        return True

    def put_back(self, call: SlotCall) -> None:
        """A call was turned away: hold it, and try again."""
        loop = asyncio.get_running_loop()
        hold = self._holds.get(call.slot)
        if hold is None:
            timer = loop.call_later(0, self._try, call.slot)
            hold = self._holds[call.slot] = _Hold(loop.time() + HOLD_FOR, timer)
        elif hold.first is call:
            hold.first = None
        hold.calls.append(call)

    def answered(self, call: SlotCall, reply: StoreAnswer) -> None:
        """A call got its answer. Where it was the first to try, those behind it follow."""
        hold = self._holds.get(call.slot)
        if hold is None or hold.first is not call:
            call.done(reply)
            return
        try:
            call.done(reply)  # What it makes its receiver send stands behind those that wait.
        finally:
            for next_call in self._taken_out(call.slot, hold):
                self._dispatch(next_call)

    def stop(self) -> None:
        """Nothing is tried any more."""
        for slot, hold in list(self._holds.items()):
            self._give_up(slot, hold)

    def _try(self, slot: int) -> None:
        loop = asyncio.get_running_loop()
        hold = self._holds[slot]
        if loop.time() > hold.until:
            self._give_up(slot, hold)
            return
        hold.timer = loop.call_later(TRY_EVERY, self._try, slot)
        if hold.first is None and self._is_ready(slot):
            hold.first = min(hold.calls, key=attrgetter("number"))
            hold.calls.remove(hold.first)
            self._dispatch(hold.first)

    def _taken_out(self, slot: int, hold: _Hold) -> list[SlotCall]:
        hold.timer.cancel()
        del self._holds[slot]
        return sorted(hold.calls, key=attrgetter("number"))

    def _give_up(self, slot: int, hold: _Hold) -> None:
        calls = self._taken_out(slot, hold)
        hand_over((call.done, LinkDownError("the cluster is moving this part of its data")) for call in calls)
