"""Messages as they stand, kept current by the edits, deletions and reactions that pass."""

from chatserver.messages.changes import CHANGES, changed
from chatserver.protocol.events import Message

MOST_KEPT = 1_000
"""Of more the oldest go."""


class StandingMessages:
    """Those of one conversation, by seq: what history gave and `events` brought."""

    def __init__(self) -> None:
        self._known: dict[int, Message] = {}

    def clear(self) -> None:
        """Another conversation begins."""
        self._known.clear()

    def find(self, seq: int | None) -> Message | None:
        """None where it is not known here."""
        return self._known.get(seq or 0)

    def newest(self) -> list[Message]:
        """All that are known, the newest first."""
        return [self._known[seq] for seq in sorted(self._known, reverse=True)]

    def note(self, message: Message) -> Message | None:
        """Keep a message, or what an edit, a deletion or a reaction makes of one.

        That one as it stands now; None where the change is about one that is not known.
        """
        if message.kind not in CHANGES:
            known = self._known.get(message.seq)
            if known is None or (known.as_of or 0) <= (message.as_of or 0):
                self._known[message.seq] = message
            if len(self._known) > MOST_KEPT:
                del self._known[min(self._known)]
        elif (about := self.find(message.about)) is not None:
            self._known[about.seq] = changed(about, [message])
        return self.find(message.about if message.kind in CHANGES else message.seq)
