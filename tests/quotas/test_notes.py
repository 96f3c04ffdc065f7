"""Whether the lock of an urgent note is over."""

from quotas.admission import Usage
from quotas.instant import HOUR
from quotas.notes import lock_is_over
from quotas.standing import ConversationSettings, SentNote
from quotas.terms import Rulebook
from tests.quotas.moments import oslo

SATURDAY = oslo("2026-01-10T12:00:00")
BASIC = ConversationSettings("m", "t", "basic", "Europe/Oslo", "")


def test_it_is_over_when_it_was_to_end(rulebook: Rulebook) -> None:
    note = SentNote(1, SATURDAY, SATURDAY + HOUR)
    assert not lock_is_over(note, BASIC, Usage(), rulebook, SATURDAY + HOUR - 1)
    assert lock_is_over(note, BASIC, Usage(), rulebook, SATURDAY + HOUR)


def test_what_changes_after_its_end_locks_anew(rulebook: Rulebook) -> None:
    """It had ended by then, whatever holds now."""
    note = SentNote(1, SATURDAY, SATURDAY + HOUR, changed_at=SATURDAY + 2 * HOUR)
    assert lock_is_over(note, BASIC, Usage(), rulebook, SATURDAY + 2 * HOUR)


def test_what_changes_before_its_end_says_when_it_is(rulebook: Rulebook) -> None:
    note = SentNote(1, SATURDAY, 0, changed_at=SATURDAY + HOUR)
    monday = oslo("2026-01-12T00:00:00")
    assert not lock_is_over(note, BASIC, Usage(), rulebook, monday - 1)
    assert lock_is_over(note, BASIC, Usage(), rulebook, monday)
