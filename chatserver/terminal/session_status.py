"""The session that comes next or runs, for the state line. Pure: `now` is the server's clock."""

from typing import Literal

from chatserver.protocol.events import ConversationView
from chatserver.protocol.session_events import NextSession
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import date_and_time, duration
from quotas import instant
from quotas.instant import MINUTE

Urgency = Literal["", "good", "wait"]
"""How much it stands out."""

SOON = 10 * MINUTE
"""Before its start: from then on one may join, unless the policy says otherwise."""
ENDING = 5 * MINUTE


def coming(
    texts: Texts, conversation: ConversationView, now: int, *, can_join: bool = True, can_finish: bool = False
) -> tuple[Urgency, str] | None:
    """Until when, in words; None where there is no session ahead, and of a live chat that the composer tells of.

    With the command of who can still join it, or finish a call that runs over.
    """
    session = conversation.next_session
    if session is None:
        return None
    what, starts_at = texts(f"session_{session.service}"), instant.parse(session.starts_at)
    before = starts_at - now
    if before > SOON:
        when = date_and_time(texts, starts_at, conversation.zone)
        return "", texts("session_in", what=what, when=when, left=duration(texts, before))
    if before > 0:
        return "wait", texts("session_soon", what=what, left=duration(texts, before)) + (" · /join" if can_join else "")
    over = " · /finish" if can_finish else ""
    return _running(texts, session, what, starts_at + session.minutes * MINUTE - now, over)


def _running(texts: Texts, session: NextSession, what: str, left: int, over: str) -> tuple[Urgency, str] | None:
    """`left`: until its booked end, below 0 past it, where `over` is added: a call goes on until finished."""
    if left > ENDING:
        return "good", texts("session_runs", what=what, left=duration(texts, left))
    if left > 0:
        return "wait", texts("session_ends_in", what=what, left=duration(texts, left))
    if session.service == "video_call":
        return "wait", texts("session_over_by", what=what, left=duration(texts, -left)) + over
    return None
