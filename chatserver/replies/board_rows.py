"""Rows of the board as they look: which of them are others now, found without making each anew."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chatserver.conversations.standing_view import owed_of
from chatserver.protocol.board import BoardWait, WaitStep
from quotas.escalation import StepOfWait, steps_of_wait
from quotas.instant import LATEST, text
from quotas.ledger.open_waits import OpenWait
from quotas.plans import Policy


class RowLook(Struct, frozen=True):
    """All that a row is made of. `told` are the steps that are over, 0 where they are not shown."""

    wait: OpenWait
    substitute: str | None
    overdue: bool
    told: int


class _Kept(Struct, frozen=True):
    """A look, as it is from `since` until before `until` where nothing happens."""

    look: RowLook
    since: int
    until: int


class BoardRows:
    """What is kept of the rows of one view. With `steps` they have those of their escalation."""

    def __init__(self, policy: Policy, *, steps: bool) -> None:
        self._policy = policy
        self._steps = steps
        self._kept: dict[str, _Kept] = {}

    def looks(self, waits: Iterable[OpenWait], now: int, substitutes: Mapping[str, str]) -> dict[str, RowLook]:
        """By conversation, in the order of `waits`: the same object as before where it looks the same.

        It must be quick: of thousands of rows, a few are others each time.
        """
        before, kept, looks = self._kept, {}, {}
        for wait in waits:
            name = wait.conversation
            was = before.get(name)
            if (
                was is None
                or was.look.wait is not wait
                or not was.since <= now < was.until
                or was.look.substitute != substitutes.get(wait.mentor)
            ):
                was = self._look(wait, now, substitutes.get(wait.mentor))
            kept[name] = was
            looks[name] = was.look
        self._kept = kept
        return looks

    def row(self, look: RowLook, now: int) -> BoardWait:
        """What is said of it at `now`."""
        row = owed_of(look.wait, now, look.substitute)
        if not self._steps:
            return row
        return replace(row, steps=steps_at(now, steps_of(look.wait, self._policy), look.substitute))

    def _look(self, wait: OpenWait, now: int, substitute: str | None) -> _Kept:
        steps = [step.at for step in steps_of(wait, self._policy)] if self._steps else []
        turns = [*steps, wait.due_at + 1] if wait.due_at else steps
        look = RowLook(wait, substitute, wait.is_overdue(now), sum(at <= now for at in steps))
        return _Kept(look, now, min((at for at in turns if at > now), default=LATEST))


def steps_of(wait: OpenWait, policy: Policy) -> list[StepOfWait]:
    """Of its plan's escalation; none where the plan is gone, or promises nothing."""
    plan = policy.plans.get(wait.plan)
    return steps_of_wait(plan.reply, wait.waiting_since, wait.due_at) if plan is not None and plan.reply else []


def steps_at(now: int, steps: Sequence[StepOfWait], substitute: str | None) -> list[WaitStep]:
    """In the words of the protocol, as they stand at `now`."""
    return [
        WaitStep(
            text(step.at),
            [each for each in step.to if each != "substitute" or substitute is not None],
            step.before_hours,
            step.after_hours,
            step.at <= now,
        )
        for step in steps
    ]
