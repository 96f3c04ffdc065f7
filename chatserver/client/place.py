"""Where the reader of one conversation stands."""


class Position:
    """`last` is the seq up to which everything has been seen: what a reconnect resumes after.

    Answers to own messages and messages of others come on different paths, so a seq can be seen before the one
    below it. It then waits in `ahead` and does not move `last` past the hole. `target` is the seq up to which a
    refetch has to go.
    """

    def __init__(self, last: int) -> None:
        self.last = last
        self.target = last
        self._ahead: set[int] = set()

    def has(self, seq: int) -> bool:
        return seq <= self.last or seq in self._ahead

    def take(self, seq: int) -> bool:
        """Mark as seen; False where it was seen before."""
        if self.has(seq):
            return False
        self._ahead.add(seq)
        self._close_up()
        return True

    def skip_to(self, seq: int) -> None:
        """Treat everything up to `seq` as seen: the server no longer has what is missing."""
        self.last = max(self.last, seq)
        self._ahead = {ahead for ahead in self._ahead if ahead > self.last}
        self._close_up()

    def reaches(self, seq: int) -> None:
        """The conversation goes on until `seq`: a refetch has to bring everything up to there."""
        self.target = max(self.target, seq)

    def go_back_to(self, seq: int) -> None:
        """What came after `seq` is not what it was: it comes again."""
        if seq < self.last:
            self.last = self.target = seq
            self._ahead.clear()

    def _close_up(self) -> None:
        while self.last + 1 in self._ahead:
            self.last += 1
            self._ahead.remove(self.last)
