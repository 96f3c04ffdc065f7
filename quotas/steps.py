"""The steps of an explanation, as data. Instants are RFC 3339 in UTC; `seq` names the message that did it.

Each step says one thing that `explain.py` found; `variant` picks its sentence in `sentences.py`.
"""

from typing import Literal

from msgspec import Struct

from quotas.admission import DeadlineRule, Reason, Status, Way

DeadlineSetRule = Literal["counted", "elapsed", "end_of_open_day"]


class _Step(Struct, frozen=True, tag_field="kind"):
    @property
    def variant(self) -> str:
        """What to add to the step's kind for the name of its sentence."""
        return ""


class Beginning(_Step, frozen=True, tag="beginning"):
    """The log is known from `at` on only."""

    at: str


class PlanChanged(_Step, frozen=True, tag="plan_changed"):
    """Another plan, from `at` on."""

    at: str
    plan: str
    was: str


class PolicyValue(_Step, frozen=True, tag="policy_value"):
    """The value of a key of the policy that applied: `writing.…` of that kind of writing, or `reply.…`."""

    plan: str
    of: Literal["windows", "messages", "weekdays", "always", "reply"]
    key: str
    value: int | float | str

    @property
    def variant(self) -> str:
        name = f"_{self.of}_{self.key.partition('.')[2]}"
        return f"{name}_{self.value}" if isinstance(self.value, str) else name


class WindowOpened(_Step, frozen=True, tag="window_opened"):
    """A message opened a writing window, the `number`th of `per_week` in its week; `cut`: closed days end it early."""

    seq: int
    at: str
    ends_at: str
    plan: str
    number: int
    per_week: int
    length_ms: int
    cut: bool

    @property
    def variant(self) -> str:
        return "_cut" if self.cut else ""


class WindowKept(_Step, frozen=True, tag="window_kept"):
    """The plan that the window was opened on is no more, and the window runs on."""

    ends_at: str
    plan: str


class MessagesSpent(_Step, frozen=True, tag="messages_spent"):
    """Messages that were counted in this week, the last of them at `at`."""

    seq: int
    at: str
    used: int
    per_week: int


class LiveChat(_Step, frozen=True, tag="live_chat"):
    """A live chat is running; when it began is null where nobody kept it."""

    at: str | None
    until: str

    @property
    def variant(self) -> str:
        return "" if self.at else "_undated"


class StatusSet(_Step, frozen=True, tag="status_set"):
    """The conversation was paused, suspended or has ended; `at` is null where nobody kept it."""

    at: str | None
    status: Status

    @property
    def variant(self) -> str:
        return f"_{self.status}" if self.at else f"_{self.status}_undated"


class AgainstRules(_Step, frozen=True, tag="against_rules"):
    """A message is in the log that would have been refused: a live chat, or settings that nobody kept, let it in."""

    seq: int
    at: str
    reason: Reason


class Unexplained(_Step, frozen=True, tag="unexplained"):
    """What is kept of the past does not lead to the stored value of `field`; the stored one holds."""

    field: Literal["window_ends_at", "windows_left", "messages_left", "waiting_since", "due_at"]
    value: int | str | None

    @property
    def variant(self) -> str:
        return f"_{self.field}"


class UsedElsewhere(_Step, frozen=True, tag="used_elsewhere"):
    """So many of the week's windows, or messages, were used in a conversation with another mentor and count here too.

    Of `windows` and `messages` one is not 0.
    """

    windows: int = 0
    messages: int = 0

    @property
    def variant(self) -> str:
        return "_windows" if self.windows else "_messages"


class ClosedDay(Struct, frozen=True):
    """A closed day, local; `holiday` is its name where a public holiday closes it, in the country's own language."""

    date: str
    holiday: str | None


class ClosedDays(_Step, frozen=True, tag="closed_days"):
    """Closed days until `opens_at`."""

    days: list[ClosedDay]
    opens_at: str


class WritingOpen(_Step, frozen=True, tag="writing_open"):
    """A message of the member would be admitted now, and in which way."""

    way: Way
    until: str | None
    """Of a running window or live chat."""
    left: int | None
    """Windows or messages left in this week, before the next message; null where they are not counted."""

    @property
    def variant(self) -> str:
        return f"_{self.way}"


class WritingClosed(_Step, frozen=True, tag="writing_closed"):
    """A message of the member would be refused now."""

    reason: Reason
    opens_at: str | None

    @property
    def variant(self) -> str:
        return f"_{self.reason}"


class WaitBegan(_Step, frozen=True, tag="wait_began"):
    """The first unanswered message; `seq` is null where the log no longer has it."""

    seq: int | None
    at: str

    @property
    def variant(self) -> str:
        return "" if self.seq else "_unseen"


class DeadlineSet(_Step, frozen=True, tag="deadline_set"):
    """The message that set the deadline. Its clock starts at `starts_at`: at once, or when the live chat ended.

    `rule`: open time is counted, all time is, or it is the end of the next open day.
    """

    seq: int
    at: str
    starts_at: str
    due_at: str
    plan: str
    rule: DeadlineSetRule

    @property
    def variant(self) -> str:
        return "" if self.starts_at == self.at else "_live"


class DeadlineMoved(_Step, frozen=True, tag="deadline_moved"):
    """A closed day moved the deadline by `by_ms`, which is how much of it does not count."""

    date: str
    holiday: str | None
    by_ms: int

    @property
    def variant(self) -> str:
        return "_holiday" if self.holiday else ""


class DeadlineKept(_Step, frozen=True, tag="deadline_kept"):
    """`count` further messages, the last of them `seq`, did not move the deadline, and why."""

    seq: int
    at: str
    count: int
    due_at: str
    rule: DeadlineRule

    @property
    def variant(self) -> str:
        return f"_{self.rule}_{'1' if self.count == 1 else 'n'}"


class WaitAnswered(_Step, frozen=True, tag="answered"):
    """The mentor's message that ended the last wait."""

    seq: int
    at: str
    waited_ms: int
    late: bool

    @property
    def variant(self) -> str:
        return "_late" if self.late else ""


class WaitEnded(_Step, frozen=True, tag="wait_ended"):
    """The last wait ended without an answer: the mentor said that it needs none, or its messages were deleted."""

    seq: int
    at: str
    waited_ms: int
    late: bool
    how: Literal["acknowledged", "withdrawn"]

    @property
    def variant(self) -> str:
        return f"_{self.how}_late" if self.late else f"_{self.how}"


class AnswerDue(_Step, frozen=True, tag="answer_due"):
    """The deadline as it stands."""

    due_at: str
    overdue: bool

    @property
    def variant(self) -> str:
        return "_overdue" if self.overdue else ""


class NoDeadline(_Step, frozen=True, tag="no_deadline"):
    """An answer is owed, and the plan promises no deadline."""

    plan: str


class NothingOwed(_Step, frozen=True, tag="nothing_owed"):
    """No message waits for an answer."""


Step = (
    Beginning
    | PlanChanged
    | PolicyValue
    | WindowOpened
    | WindowKept
    | MessagesSpent
    | LiveChat
    | StatusSet
    | AgainstRules
    | Unexplained
    | UsedElsewhere
    | ClosedDays
    | WritingOpen
    | WritingClosed
    | WaitBegan
    | DeadlineSet
    | DeadlineMoved
    | DeadlineKept
    | WaitAnswered
    | WaitEnded
    | AnswerDue
    | NoDeadline
    | NothingOwed
)
