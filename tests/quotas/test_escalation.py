"""Which steps a wait goes up, when, and who is told."""

from quotas.escalation import StepOfWait, steps_of_wait
from quotas.instant import HOUR
from quotas.plans import EscalationStep, ReplyPromise
from tests.quotas.moments import oslo

SINCE = oslo("2026-01-06T10:00:00")
DUE = SINCE + 24 * HOUR


def test_without_an_escalation_the_mentor_is_warned_and_support_hears_of_a_miss() -> None:
    assert steps_of_wait(ReplyPromise(), SINCE, DUE) == [
        StepOfWait(DUE - 4 * HOUR, ("mentor",), before_hours=4),
        StepOfWait(DUE - HOUR, ("mentor",), before_hours=1),
        StepOfWait(DUE, ("mentor", "support"), before_hours=0),
    ]


def test_steps_ahead_of_the_deadline_and_after_the_first_message() -> None:
    """In their order; several of the same hours are one, and one longer than the promise is none."""
    promise = ReplyPromise(
        target_hours=24,
        escalation=(
            EscalationStep(("support",), after_hours=23.5),
            EscalationStep(("mentor",), before_hours=1),
            EscalationStep(("substitute",), before_hours=1),
            EscalationStep(("support",), before_hours=30),
            EscalationStep(("support",), before_hours=0),
        ),
    )
    assert steps_of_wait(promise, SINCE, DUE) == [
        StepOfWait(DUE - HOUR, ("mentor", "substitute"), before_hours=1),
        StepOfWait(SINCE + round(23.5 * HOUR), ("support",), after_hours=23.5),
        StepOfWait(DUE, ("support",), before_hours=0),
    ]
    assert [step.after_hours for step in steps_of_wait(promise, SINCE, 0)] == [23.5]
