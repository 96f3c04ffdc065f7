"""Unread messages: one timer a side rings for all of a stretch, and what it rang for is settled in one step."""

from typing import Literal, cast

from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.standing import Writer

UNREAD = "unread"
"""The kind of the timers."""
UnreadOutcome = Literal["none", "told", "later"]
"""Of what a timer rang for: there is nothing unread, who it is for was told, or it is looked at again later."""
UnreadSettled = Literal["none", "told", "later", "gone"]
"""How it is now; gone: the ledger has no such conversation."""


def unread_timer(side: Writer, conversation: str) -> str:
    """The name of a side's timer: it rings where that side has had a message for a while."""
    return f"{side} {conversation}"


def unread_place(name: str) -> tuple[Writer, str]:
    """Side and conversation of such a name."""
    side, _, conversation = name.partition(" ")
    return cast(Writer, side), conversation


class Unread:
    """Unread messages on the store of `ledger`."""

    def __init__(self, ledger: RedisLedger) -> None:
        self._ledger = ledger

    async def settle_unread(
        self, conversation: str, side: Writer, seen_seq: int, outcome: UnreadOutcome, at: int = 0
    ) -> UnreadSettled:
        """Settle what a side's timer rang for, having looked at the messages up to `seen_seq`. May be done twice.

        `told`: no timer is set again before the side reads or writes. Where its read mark has come to `seen_seq`, it is
        `none`. `none`: the next message sets the timer; where there are some beyond `seen_seq`, it is `later`.
        `later`: the timer rings at `at`; 0 for at once. Raises StoreError.
        """
        names = (keys.conversation(conversation),)
        settled = await self._ledger.call("settle_unread", names, side, seen_seq, outcome, at, self._ledger.shift)
        return cast(UnreadSettled, settled.decode())
