"""When a mentor is away, and who stands in for them."""

from collections.abc import Iterable

from msgspec import Struct


class AbsenceRecord(Struct, frozen=True):
    """The mentor is away in [since, until). Instants in ms. Absences of one mentor do not overlap."""

    mentor: str
    id: str
    """The caller's own, of this mentor."""
    since: int
    until: int
    substitute: str | None
    """The mentor who stands in; None for nobody."""
    set_at: int
    begun_at: int | None = None
    """When its beginning was noted."""

    @property
    def named_at(self) -> int:
        """From when on somebody stands in: what was answered before is none of theirs."""
        return max(self.since, self.set_at)

    def holds(self, now: int) -> bool:
        """Whether the mentor is away then."""
        return self.since <= now < self.until


def running(absences: Iterable[AbsenceRecord], now: int) -> AbsenceRecord | None:
    """The one of a mentor's in which they are away at `now`."""
    return next((each for each in absences if each.holds(now)), None)
