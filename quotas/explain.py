"""Why writing is open or locked, and why the deadline is where it is: the steps that led there.

What is said comes from the decisions that `story.py` saw, and the state itself from `admission.writing_state`.
"""

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from quotas import instant
from quotas.admission import CLOSED_TO_BOTH, Denied, WritingState, admit_member, used_in, without_wait, writing_state
from quotas.plans import Always, Messages, OpenDays, Windows
from quotas.standing import Standing
from quotas.steps import (
    AnswerDue,
    Beginning,
    ClosedDay,
    ClosedDays,
    DeadlineKept,
    DeadlineMoved,
    DeadlineSet,
    DeadlineSetRule,
    LiveChat,
    MessagesSpent,
    NoDeadline,
    NothingOwed,
    PolicyValue,
    StatusSet,
    Step,
    Unexplained,
    UsedElsewhere,
    WaitBegan,
    WindowKept,
    WritingClosed,
    WritingOpen,
)
from quotas.story import Asked, Opening, Story, ToldWait
from quotas.terms import Terms, due_of


class Explanation(Struct, frozen=True):
    """The writing state at the standing's `now`, the steps to it, and the steps to the reply deadline."""

    state: WritingState
    writing: list[Step]
    reply: list[Step]


def explained(story: Story, standing: Standing) -> Explanation:
    """Why `standing` is as it is, as far as `story` tells. Raises UnjudgeableError."""
    terms = standing.terms(story.rulebook)
    state = writing_state(standing.settings.status, standing.usage, terms, standing.now)
    writing_gaps, reply_gaps = _gaps(story, standing, terms, state)
    return Explanation(
        state=state,
        writing=[*_beginning(story), *_Writing(story, standing, terms, state).steps(writing_gaps)],
        reply=[*_beginning(story), *_Reply(story, standing).steps(reply_gaps)],
    )


def _beginning(story: Story) -> list[Step]:
    return [Beginning(instant.text(story.known_from))] if story.known_from else []


def _gaps(story: Story, standing: Standing, terms: Terms, state: WritingState) -> tuple[list[Step], list[Step]]:
    """What the stored state holds and the story does not lead to."""
    usage = standing.usage
    told = replace(story.usage, live_until=usage.live_until)
    if standing.settings.status in CLOSED_TO_BOTH:
        told = without_wait(told)  # Who tells the story may not know since when.
    derived = writing_state(standing.settings.status, told, terms, standing.now)
    writing: list[Step] = []
    if derived.window_ends_at != state.window_ends_at:
        writing.append(Unexplained("window_ends_at", instant.text_or_none(state.window_ends_at)))
    windows, messages = _used_elsewhere(story, standing, terms)
    if derived.windows_left != state.windows_left:
        gap = UsedElsewhere(windows=windows) if windows > 0 else Unexplained("windows_left", state.windows_left)
        writing.append(gap)
    if derived.messages_left != state.messages_left:
        left = UsedElsewhere(messages=messages) if messages > 0 else Unexplained("messages_left", state.messages_left)
        writing.append(left)
    reply: list[Step] = []
    if told.waiting_since != usage.waiting_since:
        reply.append(Unexplained("waiting_since", instant.text_or_none(usage.waiting_since)))
    if told.due_at != usage.due_at:
        reply.append(Unexplained("due_at", instant.text_or_none(usage.due_at)))
    return writing, reply


def _used_elsewhere(story: Story, standing: Standing, terms: Terms) -> tuple[int, int]:
    """Windows and messages of the week that another conversation told this one of; 0 where none can have."""
    if not story.counts_elsewhere or story.known_from:
        return 0, 0
    (windows, messages), (own_windows, own_messages) = (
        used_in(usage, terms.week) for usage in (standing.usage, story.usage)
    )
    return windows - own_windows, messages - own_messages


def _status(story: Story, standing: Standing) -> StatusSet:
    status = standing.settings.status
    return StatusSet(instant.text_or_none(story.status_at if story.settings.status == status else 0), status)


def _in_order(dated: list[tuple[int, Step]]) -> list[Step]:
    return [step for _, step in sorted(dated, key=lambda one: one[0])]


def _once(steps: list[Step]) -> list[Step]:
    """Without repeats, the first of each kept."""
    return list(dict.fromkeys(steps))


class _Writing:
    """The steps to the lock and the window."""

    def __init__(self, story: Story, standing: Standing, terms: Terms, state: WritingState) -> None:
        self._story = story
        self._standing = standing
        self._terms = terms
        self._state = state
        settings = standing.settings
        # An ended conversation may be on a plan that the policy has no more: there are no values to tell then.
        plan = story.rulebook.policy.plans.get(settings.plan)
        self._writing = plan.writing if plan else None
        self._calendar = story.rulebook.calendar_to_show(settings.zone, settings.holidays)

    def steps(self, gaps: list[Step]) -> list[Step]:
        openings = [opening for opening in self._story.openings if self._counts(opening) or self._runs(opening)]
        return [
            *self._happened(openings),
            *_once([*self._values(openings)]),
            *gaps,
            *self._conclusion(),
        ]

    def _counts(self, opening: Opening) -> bool:
        usage = self._story.usage
        return bool(self._terms.window_length) and opening.week == usage.week >= self._terms.week

    def _runs(self, opening: Opening) -> bool:
        return self._standing.now < opening.ends_at

    def _happened(self, openings: list[Opening]) -> list[Step]:
        story, now = self._story, self._standing.now
        week_began = self._calendar.week_start(self._terms.week)
        since = min([week_began, *(opening.at for opening in openings)])
        dated: list[tuple[int, Step]] = [(opening.at, opening.step) for opening in openings]
        dated += [one for one in story.plans if one[0] >= since]
        dated += [one for one in story.against if one[0] >= since]
        dated += [
            (max([opening.at, *(at for at, _ in story.plans)]), WindowKept(opening.step.ends_at, opening.step.plan))
            for opening in openings
            if self._runs(opening) and opening.step.plan != self._standing.settings.plan
        ]
        if isinstance(self._writing, Messages):
            used, per_week = story.usage.messages_used, self._writing.per_week
            if (spent := story.spent) and spent.week == story.usage.week >= self._terms.week:
                dated.append((spent.at, MessagesSpent(spent.seq, instant.text(spent.at), used, per_week)))
        live_until = self._standing.usage.live_until
        if now < live_until:
            dated.append((story.live_at, LiveChat(instant.text_or_none(story.live_at), instant.text(live_until))))
        if self._standing.settings.status != "open":
            set_ = _status(story, self._standing)
            dated.append((instant.parse(set_.at) if set_.at else now, set_))
        return _in_order(dated)

    def _values(self, openings: list[Opening]) -> list[Step]:
        """The values of the policy that applied."""
        found: list[Step] = []
        for opening in openings:
            plan = opening.step.plan
            found.append(PolicyValue(plan, "windows", "writing.hours", opening.step.length_ms // instant.HOUR))
            if opening.step.cut:
                found.append(PolicyValue(plan, "windows", "writing.weekend", "cut"))
            elif self._runs(opening) and self._terms.closed_until:
                found.append(PolicyValue(plan, "windows", "writing.weekend", "carry"))
        name = self._standing.settings.plan
        match self._writing:
            case Windows(per_week=per_week):
                found.append(PolicyValue(name, "windows", "writing.per_week", per_week))
            case Messages(per_week=per_week):
                found.append(PolicyValue(name, "messages", "writing.per_week", per_week))
            case OpenDays():
                found.append(PolicyValue(name, "weekdays", "writing.kind", "weekdays"))
            case Always():
                found.append(PolicyValue(name, "always", "writing.kind", "always"))
            case None:
                pass
            case never:
                assert_never(never)
        return found

    def _conclusion(self) -> list[Step]:
        standing, state = self._standing, self._state
        decision = admit_member(standing.settings.status, standing.usage, self._terms, standing.now)
        if isinstance(decision, Denied):
            closed = WritingClosed(decision.reason, instant.text_or_none(decision.opens_at))
            return [*self._closed_days(decision), closed]
        until = state.live_until or state.window_ends_at
        left = state.windows_left if state.messages_left is None else state.messages_left
        return [WritingOpen(decision.way or "free", instant.text_or_none(until), left)]

    def _closed_days(self, denied: Denied) -> list[Step]:
        """The closed days that stand before the opening."""
        begins = self._standing.now
        if denied.reason != "closed":
            begins = self._calendar.week_start(self._terms.week + 1)
        days = (
            [
                ClosedDay(day.isoformat(), self._calendar.holiday(day))
                for day, _ in self._calendar.closed_time(begins, denied.opens_at)
            ]
            if denied.opens_at
            else []
        )
        return [ClosedDays(days, instant.text(denied.opens_at))] if days else []


class _Reply:
    """The steps to the reply deadline."""

    def __init__(self, story: Story, standing: Standing) -> None:
        self._story = story
        self._standing = standing

    def steps(self, gaps: list[Step]) -> list[Step]:
        usage, settings = self._standing.usage, self._standing.settings
        if not usage.waiting_since:
            before: list[Step] = [self._story.ended] if self._story.ended else []
            if settings.status in CLOSED_TO_BOTH:
                before.append(_status(self._story, self._standing))
            return [*before, *gaps, NothingOwed()]
        wait = self._story.wait or ToldWait(0)
        conclusion: Step = NoDeadline(settings.plan)
        if usage.due_at:
            conclusion = AnswerDue(instant.text(usage.due_at), self._standing.now > usage.due_at)
        return [
            WaitBegan(wait.seq or None, instant.text(usage.waiting_since)),
            *self._happened(wait, usage.waiting_since),
            *gaps,
            conclusion,
        ]

    def _happened(self, wait: ToldWait, since: int) -> list[Step]:
        dated: list[tuple[int, list[Step]]] = [(at, [step]) for at, step in self._story.plans if at >= since]
        if asked := wait.asked:
            dated.append((asked.at, _deadline(asked, wait)))
            due_at = instant.text(asked.due_at)
            dated += [
                (kept.at, [DeadlineKept(kept.seq, instant.text(kept.at), kept.count, due_at, kept.rule)])
                for kept in wait.kept
            ]
        return [step for _, steps in sorted(dated, key=lambda one: one[0]) for step in steps]


def _deadline(asked: Asked, wait: ToldWait) -> list[Step]:
    """What set the deadline, which closed days moved it, and the values of the policy that applied."""
    promise, calendar = asked.promise, asked.calendar
    steps: list[Step] = []
    values: list[Step] = [PolicyValue(asked.plan, "reply", "reply.clock", promise.clock)]
    rule: DeadlineSetRule = "counted"
    if promise.clock == "continuous":
        rule = "end_of_open_day" if due_of(promise, calendar, asked.starts_at).fixed else "elapsed"
    if rule != "elapsed":
        steps += [
            DeadlineMoved(day.isoformat(), calendar.holiday(day), by)
            for day, by in calendar.closed_time(asked.starts_at, asked.due_at)
        ]
    if rule != "end_of_open_day":
        values.insert(0, PolicyValue(asked.plan, "reply", "reply.target_hours", promise.target_hours))
    if asked.seq != wait.seq or wait.kept:
        values.append(PolicyValue(asked.plan, "reply", "reply.from", promise.since))
    at, starts_at, due_at = map(instant.text, (asked.at, asked.starts_at, asked.due_at))
    return [DeadlineSet(asked.seq, at, starts_at, due_at, asked.plan, rule), *steps, *values]
