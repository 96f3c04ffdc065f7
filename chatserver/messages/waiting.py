"""Which of a member's messages wait for an answer, as the ledger counts them: for whoever reads the log alone."""

from msgspec import Struct

from chatserver.protocol.entry import Head
from quotas.instant import parse


class LoggedHead(Struct, frozen=True):
    """A message without its text. `at` in ms."""

    seq: int
    at: int
    head: Head

    @property
    def ends_every_wait(self) -> bool:
        """Whether the mentor's side answered by it all there was; one sent later leaves what came after its writing."""
        return self.head.is_mentors_word and self.head.written_at is None


class WaitingTexts:
    """Tell it entries in their order. What the log does not hold it does not know: conversations that end or rest."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        """The seqs of the messages that wait."""
        self.answered_upto = 0
        """The seq of the last word that answered what there was."""
        self._began_at = 0

    def is_ended_by(self, message: LoggedHead) -> bool:
        """Whether that ends the wait; where nobody waits, what would end any does."""
        if message.ends_every_wait or not message.head.is_mentors_word:
            return message.ends_every_wait
        return bool(self.asked) and self._began_at < parse(message.head.written_at or "")

    def take(self, message: LoggedHead) -> None:
        """The next entry: a text of the member asks, but for an urgent note; its deletion takes that back."""
        head = message.head
        if self.is_ended_by(message):
            self.asked, self.answered_upto = [], message.seq
        elif head.role == "member" and head.kind == "text" and not head.urgent:
            if not self.asked:
                self._began_at = message.at
            self.asked.append(message.seq)
        elif head.kind == "deletion" and head.about in self.asked:
            self.asked.remove(head.about)
