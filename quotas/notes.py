"""Urgent notes: whether a lock has had its own.

Source: chat.md "A lock that treats people well": one a lock, which lasts until the composer is open again.
"""

from quotas.admission import Usage, WritingState, writing_state
from quotas.standing import ConversationSettings, SentNote, Standing
from quotas.terms import Rulebook


def may_note(
    state: WritingState,
    last: SentNote | None,
    settings: ConversationSettings,
    usage: Usage,
    rulebook: Rulebook,
    now: int,
) -> bool:
    """Whether the member may send an urgent note in that state, which holds now. Raises UnjudgeableError."""
    if state.open or not rulebook.policy.help.urgent_note or settings.status == "ended":
        return False
    return last is None or lock_is_over(last, settings, usage, rulebook, now)


def last_lock_is_over(standing: Standing, rulebook: Rulebook) -> bool:
    """Whether the member could write since the last note, or there is none. Raises UnjudgeableError."""
    if standing.note is None:
        return True
    return lock_is_over(standing.note, standing.settings, standing.usage, rulebook, standing.now)


def lock_is_over(note: SentNote, settings: ConversationSettings, usage: Usage, rulebook: Rulebook, now: int) -> bool:
    """Whether the member could write between that note and `now`. Raises UnjudgeableError.

    As of the note it was known when the lock ends; where what it rests on has changed since, as of that change.
    """
    opens_at = note.opens_at
    if note.changed_at:
        if 0 < opens_at <= note.changed_at:
            return True
        terms = settings.terms(rulebook, usage.live_until, note.changed_at)
        state = writing_state(settings.status, usage, terms, note.changed_at)
        opens_at = note.changed_at if state.open else state.opens_at
    return 0 < opens_at <= now
