"""When a wait goes up a step, and who is told then: by the promise of its plan, its first message and its deadline."""

from msgspec import Struct

from quotas.instant import HOUR
from quotas.plans import Escalated, ReplyPromise

_USUAL_WARNING: tuple[Escalated, ...] = ("mentor",)
_USUAL_MISS: tuple[Escalated, ...] = ("mentor", "support")


class StepOfWait(Struct, frozen=True):
    """One step, at `at` (ms): so many hours ahead of the deadline, 0 for the miss, or after the first message."""

    at: int
    to: tuple[Escalated, ...]
    before_hours: float | None = None
    after_hours: float | None = None


def steps_of_wait(promise: ReplyPromise, waiting_since: int, due_at: int) -> list[StepOfWait]:
    """All steps in their order, those that are over too; `due_at` 0 for none. A later message moves the deadline's."""
    found = [
        StepOfWait(waiting_since + round(hours * HOUR), _named(promise.told_after(hours), ()), after_hours=hours)
        for hours in promise.overtimes
    ]
    if due_at:
        found += [
            StepOfWait(
                due_at - round(hours * HOUR),
                _named(promise.told_before(hours), _USUAL_WARNING if hours else _USUAL_MISS),
                before_hours=hours,
            )
            for hours in {*promise.warnings, 0.0}
        ]
    return sorted(found, key=lambda step: (step.at, step.before_hours is None))


def _named(told: frozenset[Escalated] | None, usual: tuple[Escalated, ...]) -> tuple[Escalated, ...]:
    return tuple(sorted(told)) if told else usual
