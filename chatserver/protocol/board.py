"""The board of open waits, on the wire."""

from msgspec import Struct

from chatserver.protocol.event import Event
from quotas.plans import Escalated


class WaitStep(Struct, frozen=True):
    """A step of the escalation: so many hours ahead of the deadline, 0 for the miss, or after the first message.

    `to` are those whom it is for, a substitute only where somebody stands in now; `told`, whether it is over.
    """

    at: str
    to: list[Escalated]
    before_hours: float | None
    after_hours: float | None
    told: bool


class BoardWait(Struct, frozen=True):
    """A row of the board: an answer that a mentor owes. `overdue` is past `due_at`; `missed` once that was noted.

    `substitute` is who stands in while the mentor is away, null where nobody does, and while the records do not answer.
    `steps` of the escalation in their order, as the deadline stands, where they were asked for: who was told, and who
    is told when, if no answer comes.
    """

    conversation: str
    member: str
    mentor: str
    plan: str
    waiting_since: str
    due_at: str | None
    overdue: bool
    missed: bool
    substitute: str | None = None
    steps: list[WaitStep] | None = None


class BoardTotals(Struct, frozen=True):
    """How many open waits there are; those of them that are overdue; those of them whose miss was noted."""

    waiting: int
    overdue: int
    missed: int


class BoardShown(Event, frozen=True, tag="replies"):
    """The board, for whoever watches it: with `snapshot` all rows, else those that are new or different.

    `removed` names the conversations whose rows are no longer among those that are watched. With `more` that is not
    all: the rest follows in events like this one, the most urgent first.
    """

    snapshot: bool
    now: str
    totals: BoardTotals
    rows: list[BoardWait]
    removed: list[str]
    more: bool = False
