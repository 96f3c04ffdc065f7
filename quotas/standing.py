"""What is known of a conversation: its settings, and how it stands at an instant."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from quotas.admission import Status, Usage
from quotas.terms import BookedChat, Rulebook, Terms

Writer = Literal["member", "mentor"]
ChangeKind = Literal["edit", "deletion", "reaction"]
"""What is done to a message that was written: by an entry of its own."""


class ConversationSettings(Struct, frozen=True):
    """What the ledger must know of a conversation: a projection of its records."""

    member: str
    mentor: str
    plan: str
    zone: str
    holidays: str
    """ISO country of the holiday calendar; '' for none."""
    status: Status = "open"
    revision: int = 1
    """Counts the changes of the records; an older revision never replaces a newer one."""
    chats: tuple[BookedChat, ...] = ()
    """Live chats that are booked and not over, by their start."""
    key: int = 1
    """Which of the conversation's keys entries are sealed with. With another one, digests of before match any text."""

    def terms(self, rulebook: Rulebook, live_until: int, now: int) -> Terms:
        """The terms that hold at `now`. Raises UnjudgeableError."""
        ended = self.status == "ended"
        return rulebook.terms(self.plan, self.zone, self.holidays, live_until, now, self.chats, ended=ended)


class TextCounts(Struct, frozen=True):
    """How much each side has written that the other one reads: its texts, and with either the system's events."""

    member: int = 0
    mentor: int = 0

    def for_side(self, side: Writer) -> int:
        """What the other side and the system have written."""
        return self.mentor if side == "member" else self.member


class SentNote(Struct, frozen=True):
    """The last urgent note of a conversation. Instants in ms."""

    seq: int
    at: int
    opens_at: int
    """When its lock was to end, as of then; 0 for not known."""
    changed_at: int = 0
    """When what opens and closes the conversation changed last since then; 0: never."""


class Standing(Struct, frozen=True):
    """A conversation as it stands at `now`."""

    now: int
    settings: ConversationSettings
    usage: Usage
    last_seq: int
    member_read: int
    mentor_read: int
    missed: bool = False
    """Whether the open wait's deadline has passed and was noted."""
    substitutes_read: Mapping[str, int] = {}
    """How far those have read who stood in for the mentor, by person."""
    texts: TextCounts = TextCounts()
    member_seen: int = 0
    """How many of the mentor's texts and of events there are up to the member's mark."""
    mentor_seen: int = 0
    """How many of the member's texts and of events there are up to the mentor's mark."""
    last_at: int = 0
    """When the last message or event was written; 0 where that is not known."""
    note: SentNote | None = None

    def unread(self, side: Writer) -> int:
        """How many of the other side's texts, and of events, that side has not seen."""
        seen = self.member_seen if side == "member" else self.mentor_seen
        return max(0, self.texts.for_side(side) - seen)

    def terms(self, rulebook: Rulebook) -> Terms:
        """The terms that hold at this standing's `now`. Raises UnjudgeableError."""
        return self.settings.terms(rulebook, self.usage.live_until, self.now)
