"""Every refusal about a session has a sentence that says what would work."""

from typing import get_args

import pytest

from chatserver.api.session_refusals import DETAILS, session_refusal
from chatserver.sessions.outcomes import BookingRefused
from quotas.bookings import BookRefusal, CancelRefusal, MoveRefusal, NoShowRefusal
from quotas.instant import parse
from quotas.plans import SessionPolicy

NOW = parse("2026-03-02T08:00:00Z")
FREE = parse("2026-03-03T09:00:00Z")
REASONS = sorted(
    {reason for kind in (BookRefusal, MoveRefusal, CancelRefusal, NoShowRefusal) for reason in get_args(kind)}
)


def test_every_reason_has_a_sentence() -> None:
    assert set(REASONS) <= DETAILS.keys()


@pytest.mark.parametrize("reason", REASONS)
def test_a_sentence_without_anything_to_offer(reason: str) -> None:
    """It stands also where nothing is known of what would work."""
    error = session_refusal(BookingRefused(reason), SessionPolicy(), NOW)  # type: ignore[arg-type]  # one of its words
    assert str(error)
    assert error.problem.status == 409


@pytest.mark.parametrize("reason", ["in_past", "outside_slots", "busy"])
def test_free_starts_are_named(reason: str) -> None:
    refused = BookingRefused(reason, free_starts=(FREE,))  # type: ignore[arg-type]  # one of its words
    assert str(session_refusal(refused, SessionPolicy(), NOW)).endswith("; free starts are 2026-03-03T09:00:00.000Z")
