"""No reply deadline passes unseen: warnings and misses are noted once each, whichever process is awake.

A wait has a timer once its deadline is near: whichever process looks first arms those that came near. Noting checks and
writes in one step, so that ringing twice notes once.
"""

from chatserver.operating.metrics import Metrics
from quotas.instant import HOUR, SECOND
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Rung
from quotas.ledger.waits import REPLY, EventKind, Settled, Waits
from quotas.plans import ReplyPromise
from quotas.terms import Rulebook, UnknownPlanError


class ReplyDeadlines:
    """What timers of waits are for: a `TimerKind`."""

    kind = REPLY

    def __init__(self, ledger: RedisLedger, waits: Waits, rulebook: Rulebook, metrics: Metrics) -> None:
        self._ledger = ledger
        self._waits = waits
        self._rulebook = rulebook
        self._metrics = metrics

    async def arm(self, partition: int) -> int:
        """Set the timers of waits whose deadlines came near; returns of how many. Raises StoreError."""
        return await self._waits.arm(partition, self._rulebook.policy.warn_first)

    async def ring(self, rung: Rung) -> None:
        """Note what of the conversation's deadline is due, and set its next timer. Raises StoreError."""
        while await self._settle_once(rung.name) == "moved":
            pass

    async def _settle_once(self, conversation: str) -> Settled:
        standing = await self._ledger.standing(conversation)
        if standing is None or not standing.usage.due_at:
            return await self._waits.let_go(conversation)
        now, due_at, since = standing.now, standing.usage.due_at, standing.usage.waiting_since
        promise = self._promise(standing.settings.plan)
        overtimes = promise.overtimes if promise else []
        if standing.missed and not overtimes:
            return await self._waits.let_go(conversation)
        for each in overtimes:
            is_due = since + round(each * HOUR) <= now
            if is_due and await self._waits.note_overtime(conversation, since, each, now) == "moved":
                return "moved"
        following = [at for each in overtimes if (at := since + round(each * HOUR)) > now]
        if standing.missed:
            return await self._waits.look_later(conversation, since, min(following, default=0))
        if now > due_at:
            settled = await self._waits.note_miss(conversation, due_at, now, min(following, default=0))
            self._count("missed", settled, now - due_at)
            return settled
        hours = sorted(promise.warnings, reverse=True) if promise else []
        ahead = [due_at - round(each * HOUR) for each in hours]
        for each, at in zip(hours, ahead, strict=True):
            if at <= now:
                settled = await self._waits.note_warning(conversation, due_at, each, now)
                self._count("warning", settled, now - at)
        # Last: whoever is killed before it has the timer ring again, and whoever moves a clock waits for it.
        next_at = min([*(at for at in ahead if at > now), *following, due_at + 1])
        return await self._waits.look_again(conversation, due_at, next_at)

    def _count(self, kind: EventKind, settled: Settled, late: int) -> None:
        if settled == "noted":
            self._metrics.deadlines[kind] += 1
            self._metrics.timer_lag.observe(late / SECOND)

    def _promise(self, plan: str) -> ReplyPromise | None:
        try:
            return self._rulebook.plan(plan).reply
        except UnknownPlanError:
            return None
