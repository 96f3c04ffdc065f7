"""The board as a watching client knows it: kept current by the `replies` events that pass."""

from chatserver.protocol.board import BoardShown, BoardTotals, BoardWait

NO_DEADLINE = "~"
"""Sorts after every instant."""


class ReplyBoard:
    """The rows that are watched, and totals that count more than them. `now` is the last event's; '' before any.

    `is_whole` once all of them are there: the most urgent come first, and many take several events.
    """

    def __init__(self) -> None:
        self._rows: dict[str, BoardWait] = {}
        self.totals = BoardTotals(0, 0, 0)
        self.now = ""
        self.is_whole = False

    @property
    def rows(self) -> list[BoardWait]:
        """By deadline, then those without one."""
        return sorted(self._rows.values(), key=_by_urgency)

    def note(self, event: BoardShown) -> None:
        """Write what `event` says into the board."""
        if event.snapshot:
            self._rows.clear()
        self._rows.update({row.conversation: row for row in event.rows})
        for conversation in event.removed:
            self._rows.pop(conversation, None)
        self.totals, self.now, self.is_whole = event.totals, event.now, not event.more


def _by_urgency(row: BoardWait) -> tuple[str, str]:
    return row.due_at or NO_DEADLINE, row.conversation
