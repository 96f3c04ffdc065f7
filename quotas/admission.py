"""Usage + Terms + now → admitted or refused, and the next Usage. The pure twin of `ledger/lua/messages.lua`.

Source: domain.md "When a member may write" (first match wins) and "When the mentor must answer".
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quotas.terms import REPLY_FROM_FIRST, Terms

Status = Literal["open", "paused", "ended", "suspended"]
Reason = Literal["closed", "quota_used", "messages_used", "paused", "ended", "suspended"]
CLOSED_TO_BOTH: tuple[Status, ...] = ("ended", "suspended")
"""Nobody writes, and no wait is open."""
WaitState = Literal["waiting", "overdue", "missed"]
"""An answer is owed; its deadline has passed; that was noted. Each includes the next."""
Way = Literal["live", "window", "opened", "counted", "free"]
"""What let a member's message in: a live chat, a running window, a window that it opened, one of the week's messages
that it spent, or a plan that does not count."""
DeadlineRule = Literal["asked", "passed", "first", "unpromised"]
"""What a member's message did to the deadline: it got the one that it asks for, or the deadline stayed because it had
passed, because it counts from the first message, or because the plan promises none."""


class Usage(Struct, frozen=True):
    """What a conversation has used, and what is open in it. Instants in ms; 0 for none."""

    week: int = 0
    """The week that the two counts below belong to."""
    windows_used: int = 0
    messages_used: int = 0
    window_ends_at: int = 0
    live_until: int = 0
    waiting_since: int = 0
    due_at: int = 0


class Answered(Struct, frozen=True):
    """A wait that a mentor's message ended."""

    waited: int
    late: bool


class Admitted(Struct, frozen=True):
    """The message may be written; `usage` is what holds after it.

    `way` and `deadline` say which rules matched for a member's message; None for a mentor's.
    """

    usage: Usage
    answered: Answered | None = None
    way: Way | None = None
    deadline: DeadlineRule | None = None


class Denied(Struct, frozen=True):
    """The message may not be written: why, and the first instant at which it may (0 for not known)."""

    reason: Reason
    opens_at: int


class WritingState(Struct, frozen=True):
    """What the member may do now and what is left: the composer in instants.

    `windows_left` and `messages_left` are None where the plan does not count them.
    """

    open: bool
    reason: Reason | None
    opens_at: int
    window_ends_at: int
    windows_left: int | None
    messages_left: int | None
    live_until: int


def admit_member(status: Status, usage: Usage, terms: Terms, now: int) -> Admitted | Denied:
    """Decide on a member's message arriving at `now`, which must lie within the terms."""
    if status != "open":
        return Denied(status, 0)
    if terms.live_ends_at:
        return written(usage, terms, now, "live")
    if now < usage.window_ends_at:
        return written(usage, terms, now, "window")
    windows_used, messages_used = used_in(usage, terms.week)
    if terms.window_length and windows_used >= terms.windows_per_week:
        return Denied("quota_used", terms.next_week_opens_at)
    if terms.messages_per_week and messages_used >= terms.messages_per_week:
        return Denied("messages_used", terms.next_week_opens_at)
    if terms.closed_until:
        return Denied("closed", terms.closed_until)
    if terms.window_length:
        ends_at = now + terms.window_length
        if terms.window_cut_at and terms.window_cut_at < ends_at:
            ends_at = terms.window_cut_at
        return written(_spent(usage, terms, windows_used + 1, messages_used, ends_at), terms, now, "opened")
    if terms.messages_per_week:
        usage = _spent(usage, terms, windows_used, messages_used + 1, usage.window_ends_at)
        return written(usage, terms, now, "counted")
    return written(usage, terms, now, "free")


def admit_mentor(status: Status, usage: Usage, now: int, written_at: int = 0) -> Admitted | Denied:
    """Decide on a mentor's message: always admitted, unless nobody may write; it ends a wait.

    One that was written before it is sent, at `written_at`, ends none that began since.
    """
    if status == "ended" or status == "suspended":
        return Denied(status, 0)
    if not usage.waiting_since or (written_at and usage.waiting_since >= written_at):
        return Admitted(usage)
    late = bool(usage.due_at) and now > usage.due_at
    waited = max(0, now - usage.waiting_since)  # a clock set back
    return Admitted(without_wait(usage), Answered(waited, late))


def without_wait(usage: Usage) -> Usage:
    """The usage with its wait dropped, as when a conversation ends or is suspended."""
    return replace(usage, waiting_since=0, due_at=0)


def used_in(usage: Usage, week: int) -> tuple[int, int]:
    """Windows and messages used in that week. A later week's counts stand when a zone change turns the week back."""
    return (usage.windows_used, usage.messages_used) if usage.week >= week else (0, 0)


def carried(usage: Usage, used: Usage) -> Usage:
    """The usage with what was used elsewhere in the same week added, and a window that is open there. No wait."""
    week = max(usage.week, used.week)
    windows, messages = (sum(each) for each in zip(used_in(usage, week), used_in(used, week), strict=True))
    return replace(
        usage,
        week=week,
        windows_used=windows,
        messages_used=messages,
        window_ends_at=max(usage.window_ends_at, used.window_ends_at),
    )


def counted_together(usage: Usage, week: int, windows_used: int) -> Usage:
    """The usage where so many windows of that week were used here and elsewhere together, as far as is known."""
    if (week, windows_used) <= (usage.week, usage.windows_used):
        return usage
    messages_used = usage.messages_used if week == usage.week else 0
    return replace(usage, week=week, windows_used=windows_used, messages_used=messages_used)


def _spent(usage: Usage, terms: Terms, windows_used: int, messages_used: int, window_ends_at: int) -> Usage:
    return replace(
        usage,
        week=max(usage.week, terms.week),
        windows_used=windows_used,
        messages_used=messages_used,
        window_ends_at=window_ends_at,
    )


def written(usage: Usage, terms: Terms, now: int, way: Way) -> Admitted:
    """A member's message starts a wait, or moves its deadline unless that has passed: a miss is not healed.

    A message on a plan without a promise leaves a deadline that an earlier message was promised as it is.
    """
    since = usage.waiting_since or now
    asked = terms.due(now)
    rule: DeadlineRule = "asked"
    if not asked:
        rule = "unpromised"
    elif usage.due_at and now > usage.due_at:
        rule = "passed"
    elif usage.due_at and terms.reply == REPLY_FROM_FIRST:
        rule = "first"
    due_at = asked if rule == "asked" else usage.due_at
    if since != usage.waiting_since or due_at != usage.due_at:
        usage = replace(usage, waiting_since=since, due_at=due_at)
    return Admitted(usage, way=way, deadline=rule)


def writing_state(status: Status, usage: Usage, terms: Terms, now: int) -> WritingState:
    """What `send` would answer at `now`, with what is left: the same decision, without writing."""
    decision = admit_member(status, usage, terms, now)
    windows_used, messages_used = used_in(usage, terms.week)
    denied = decision if isinstance(decision, Denied) else None
    return WritingState(
        open=denied is None,
        reason=denied.reason if denied else None,
        opens_at=denied.opens_at if denied else 0,
        window_ends_at=usage.window_ends_at if now < usage.window_ends_at else 0,
        windows_left=max(0, terms.windows_per_week - windows_used) if terms.window_length else None,
        messages_left=max(0, terms.messages_per_week - messages_used) if terms.messages_per_week else None,
        live_until=terms.live_ends_at,
    )


def changes_at(usage: Usage, terms: Terms, now: int) -> int:
    """The next instant after `now` at which the writing state or the reply state may change by itself."""
    instants = (terms.valid_until, usage.window_ends_at, usage.due_at + 1)
    return min(at for at in instants if at > now)
