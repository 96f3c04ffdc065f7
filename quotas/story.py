"""What happened in a conversation, told to the rules once more: what each message opened, spent, asked for or ended.

The decisions are those of `admission.py`, made again on the same facts; nothing is decided here.
"""

from dataclasses import dataclass, field
from typing import Literal, cast

from msgspec.structs import replace

from quotas import instant
from quotas.admission import (
    CLOSED_TO_BOTH,
    Admitted,
    DeadlineRule,
    Denied,
    Usage,
    admit_member,
    admit_mentor,
    without_wait,
    written,
)
from quotas.calendar import Calendar
from quotas.plans import ReplyPromise
from quotas.standing import ConversationSettings, Writer
from quotas.steps import AgainstRules, PlanChanged, WaitAnswered, WaitEnded, WindowOpened
from quotas.terms import Rulebook, Terms

KEPT_CHANGES = 50
"""How many plan changes and unexplained messages are remembered."""


@dataclass(frozen=True)
class Opening:
    """A window that a message opened, in the week that it was counted in."""

    at: int
    ends_at: int
    week: int
    step: WindowOpened


@dataclass(frozen=True)
class Spending:
    """The last message that was counted, and in which week."""

    seq: int
    at: int
    week: int


@dataclass(frozen=True)
class Asked:
    """The message that set the deadline, and what it was worked out from."""

    seq: int
    at: int
    starts_at: int
    due_at: int
    plan: str
    promise: ReplyPromise
    calendar: Calendar


@dataclass
class Kept:
    """Messages one after the other that left the deadline as it was, for the same reason."""

    rule: DeadlineRule
    count: int
    seq: int
    at: int


@dataclass
class ToldWait:
    """The open wait. `seq` is 0 where its first message was not told."""

    seq: int
    asked: Asked | None = None
    kept: list[Kept] = field(default_factory=list)
    unanswered: set[int] = field(default_factory=set)
    """The messages of it that were told and stand."""


class Story:
    """Tell it everything in the order in which it happened; `usage` is then what the ledger has.

    `known_from` is where the log begins that is told from; 0 where nothing is missing. Raises UnjudgeableError.
    """

    def __init__(
        self, rulebook: Rulebook, settings: ConversationSettings, *, usage: Usage | None = None, known_from: int = 0
    ):
        self.rulebook = rulebook
        self.settings = settings
        self.usage = usage or Usage()
        self.known_from = known_from
        self.counts_elsewhere = False
        """Whether what is used in a conversation with another mentor may count in this one, too."""
        self.openings: list[Opening] = []
        self.spent: Spending | None = None
        self.plans: list[tuple[int, PlanChanged]] = []
        self.against: list[tuple[int, AgainstRules]] = []
        self.status_at = 0
        self.live_at = 0
        self.wait: ToldWait | None = ToldWait(0) if self.usage.waiting_since else None
        self.ended: WaitAnswered | WaitEnded | None = None
        """How the last wait ended."""
        self._terms: Terms | None = None

    def changed(self, at: int, settings: ConversationSettings) -> None:
        """The ledger has these settings now."""
        before, self.settings, self._terms = self.settings, settings, None
        if settings.plan != before.plan:
            changed = PlanChanged(instant.text(at), settings.plan, before.plan)
            self.plans = [*self.plans[1 - KEPT_CHANGES :], (at, changed)]
        if settings.status != before.status:
            self.status_at = at
        # Also where it is lifted: whoever tells the story may have heard late of the suspension.
        if settings.status in CLOSED_TO_BOTH or before.status in CLOSED_TO_BOTH:
            self.usage = without_wait(self.usage)
            self.wait = None

    def went_live(self, at: int, until: int) -> None:
        """A live chat has started, or a running one got a new end."""
        if at >= self.usage.live_until:
            self.live_at = at
        self.usage = replace(self.usage, live_until=until)

    def wrote(self, seq: int, at: int, writer: Writer, written_at: int = 0) -> None:
        """A message that was admitted; `written_at` as `Post.written_at`."""
        if writer == "mentor":
            self._answer(seq, at, written_at)
            return
        terms = self._terms_at(at)
        decision = admit_member("open", self.usage, terms, at)
        if isinstance(decision, Denied):
            # It is in the log: a live chat or settings that were not told let it in.
            self.against = [
                *self.against[1 - KEPT_CHANGES :],
                (at, AgainstRules(seq, instant.text(at), decision.reason)),
            ]
            decision = written(self.usage, terms, at, "live")
        self.usage = decision.usage
        if decision.way == "opened":
            self._open(seq, at, terms)
        elif decision.way == "counted":
            self.spent = Spending(seq, at, self.usage.week)
        self._ask(seq, at, terms, decision)

    def acknowledged(self, seq: int, at: int) -> None:
        """The mentor's side said that what waits needs no answer."""
        self._end(seq, at, "acknowledged")

    def deleted(self, seq: int, at: int, about: int) -> None:
        """The member has deleted their message `about`: where none of the wait is left, it is over."""
        if self.wait is None or about not in self.wait.unanswered:
            return
        self.wait.unanswered.remove(about)
        # Of one whose first message was not told, others may stand.
        if self.wait.seq and not self.wait.unanswered:
            self._end(seq, at, "withdrawn")

    def _end(self, seq: int, at: int, how: Literal["acknowledged", "withdrawn"]) -> None:
        if self.usage.waiting_since:
            late = 0 < self.usage.due_at < at
            waited = max(0, at - self.usage.waiting_since)  # a clock set back
            self.ended = WaitEnded(seq, instant.text(at), waited, late, how)
        self.usage, self.wait = without_wait(self.usage), None

    def _answer(self, seq: int, at: int, written_at: int) -> None:
        # A message of the log was not refused, and only `ended` and `suspended` refuse a mentor.
        decision = cast(Admitted, admit_mentor("open", self.usage, at, written_at))
        if self.usage.waiting_since and not decision.answered:
            return  # It was written before the wait began.
        self.usage, self.wait = decision.usage, None
        if decision.answered:
            self.ended = WaitAnswered(seq, instant.text(at), decision.answered.waited, decision.answered.late)

    def _open(self, seq: int, at: int, terms: Terms) -> None:
        usage = self.usage
        step = WindowOpened(
            seq=seq,
            at=instant.text(at),
            ends_at=instant.text(usage.window_ends_at),
            plan=self.settings.plan,
            number=usage.windows_used,
            per_week=terms.windows_per_week,
            length_ms=terms.window_length,
            cut=usage.window_ends_at != at + terms.window_length,
        )
        kept = [opening for opening in self.openings if opening.week == usage.week]
        self.openings = [*kept, Opening(at, usage.window_ends_at, usage.week, step)]

    def _ask(self, seq: int, at: int, terms: Terms, decision: Admitted) -> None:
        if self.wait is None:
            self.wait = ToldWait(seq)
        self.wait.unanswered.add(seq)
        promise = self.rulebook.plan(self.settings.plan).reply
        if decision.deadline == "asked" and promise:
            starts_at = terms.live_booked_until or at
            calendar = self.rulebook.calendar(self.settings.zone, self.settings.holidays)
            self.wait.asked = Asked(seq, at, starts_at, self.usage.due_at, self.settings.plan, promise, calendar)
            self.wait.kept = []
        elif decision.deadline and self.usage.due_at:
            self._keep(self.wait, seq, at, decision.deadline)

    def _keep(self, wait: ToldWait, seq: int, at: int, rule: DeadlineRule) -> None:
        if wait.kept and wait.kept[-1].rule == rule:
            last = wait.kept[-1]
            last.count, last.seq, last.at = last.count + 1, seq, at
        else:
            wait.kept.append(Kept(rule, 1, seq, at))

    def _terms_at(self, at: int) -> Terms:
        live_until = self.usage.live_until
        if self._terms is None or not self._terms.hold(at, live_until):
            settings = self.settings
            self._terms = settings.terms(self.rulebook, live_until, at)
        return self._terms
