"""How a conversation stands, in the words of the protocol."""

from collections.abc import Sequence

from chatserver.conversations.absence import AbsenceRecord
from chatserver.protocol.board import BoardTotals, BoardWait
from chatserver.protocol.events import Away, Composer, HelpLine, Reply
from quotas import help_policy
from quotas.admission import Usage, WritingState
from quotas.instant import text, text_or_none
from quotas.ledger.open_waits import OpenWait, Totals


def composer_of(state: WritingState, lines: Sequence[help_policy.PhoneLine], *, urgent_note: bool) -> Composer:
    """The member's input: open or why not, until when, what is left; while it is locked, with those lines.

    `urgent_note` says whether the member may send one.
    """
    return Composer(
        state.open,
        state.reason,
        text_or_none(state.opens_at),
        text_or_none(state.window_ends_at),
        state.windows_left,
        state.messages_left,
        text_or_none(state.live_until),
        None if state.open else help_lines_of(lines),
        urgent_note,
    )


def help_lines_of(lines: Sequence[help_policy.PhoneLine]) -> list[HelpLine]:
    """Whom one can call, as the policy has them."""
    return [HelpLine(each.number, each.kind, each.name, each.hours) for each in lines]


def reply_of(usage: Usage, now: int) -> Reply:
    """What the mentor owes at `now`. At the deadline itself it is not overdue yet."""
    return Reply(
        text_or_none(usage.waiting_since),
        text_or_none(usage.due_at),
        bool(usage.due_at) and now > usage.due_at,
    )


def away_of(absence: AbsenceRecord | None) -> Away | None:
    """That the mentor is away, by the absence that runs; None: they are there."""
    return Away(text(absence.until), absence.substitute) if absence is not None else None


def owed_of(wait: OpenWait, now: int, substitute: str | None = None) -> BoardWait:
    """A row of the board at `now`, where that mentor stands in."""
    return BoardWait(
        wait.conversation,
        wait.member,
        wait.mentor,
        wait.plan,
        text(wait.waiting_since),
        text_or_none(wait.due_at),
        wait.is_overdue(now),
        wait.missed,
        substitute,
    )


def totals_of(totals: Totals) -> BoardTotals:
    """How many open waits there are."""
    return BoardTotals(totals.waiting, totals.overdue, totals.missed)
