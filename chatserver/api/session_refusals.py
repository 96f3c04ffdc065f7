"""Why the rules say no to something about a session, and what would work instead, as a problem."""

from collections.abc import Callable

from chatserver.api.problem import RefusedError
from chatserver.plural import counted
from chatserver.sessions.outcomes import BookingRefused
from quotas.instant import DAY, MINUTE, text
from quotas.plans import SessionPolicy


def session_refusal(refused: BookingRefused, policy: SessionPolicy, now: int) -> RefusedError:
    """The problem, with all that is known of what would work."""
    return RefusedError(
        refused.reason,
        DETAILS[refused.reason](refused, policy, now),
        credits_left=refused.credits_left,
        free_starts=[text(start) for start in refused.free_starts],
        plans=refused.plans,
    )


def _ended(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    return "the conversation has ended, for good; book in another one"


def _paused(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    return "the conversation is paused; it works again once the conversation is open"


def _suspended(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    return "the conversation is suspended; it works again once that is lifted"


def _in_past(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    return f"it would start before now, {text(now)}; name a later start{_starts(refused)}"


def _too_far(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    days = policy.book_ahead_days
    return f"it would start more than {days} days ahead; the latest start now is {text(now + days * DAY)}"


def _not_in_plan(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    if refused.plans:
        return f"the plan has no sessions of that service; those that do: {', '.join(refused.plans)}"
    return (
        "no plan has sessions of that service; outside the plan only video calls are booked, and a chemistry call by "
        "a member as the first booking of a trial alone"
    )


def _no_credits(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    left = refused.credits_left or 0
    shorter = "a shorter session, " if left else ""
    are_left = f"{counted(left, 'unit')} of 30 minutes {'is' if left == 1 else 'are'} left in its period"
    return f"{are_left}; book {shorter}one in another period, or an extra video call"


def _outside_slots(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    otherwise = "; see the mentor's slots, or ask the mentor, who books any free time"
    return f"it is none of the mentor's slots, or starts too soon{_starts(refused) or otherwise}"


def _busy(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    return f"the member or the mentor is in another session then{_starts(refused) or '; name another start'}"


def _not_booked(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    return "it has been cancelled; book a new one"


def _already_started(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    return "it has started; what becomes of it now follows from who joins"


def _too_late(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    return f"its start is less than {policy.late_hours} hours ahead; ask the mentor, who may still move it"


def _not_open(refused: BookingRefused, policy: SessionPolicy, now: int) -> str:
    """When joining, finishing or confirming it would be possible, as far as its facts tell."""
    booking = refused.booking
    if booking is None or booking.cancelled is not None:
        return "it has been cancelled"
    if now >= booking.ended_at:
        return f"it ended at {text(booking.ended_at)}"
    opens_at = text(booking.starts_at - policy.join_minutes * MINUTE)
    missing_at = text(booking.starts_at + policy.no_show_minutes[1] * MINUTE)
    return (
        f"joining is possible from {opens_at} until {text(booking.ends_at)}, finishing while it runs and both have "
        f"joined, confirming a no-show from {missing_at} on where the mentor alone has joined"
    )


def _starts(refused: BookingRefused) -> str:
    """The nearest starts that would work, as the end of a sentence; '' where none is known."""
    if not refused.free_starts:
        return ""
    return f"; free starts are {', '.join(text(start) for start in refused.free_starts)}"


DETAILS: dict[str, Callable[[BookingRefused, SessionPolicy, int], str]] = {
    "ended": _ended,
    "suspended": _suspended,
    "paused": _paused,
    "in_past": _in_past,
    "too_far": _too_far,
    "not_in_plan": _not_in_plan,
    "no_credits": _no_credits,
    "outside_slots": _outside_slots,
    "busy": _busy,
    "not_booked": _not_booked,
    "already_started": _already_started,
    "too_late": _too_late,
    "not_open": _not_open,
}
"""A sentence for each reason, for people."""
