"""What a member gets over weeks: whole windows, and never more than the plan allows in a local week."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quotas.admission import Admitted, Usage, admit_member, writing_state
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Messages, Plan, Windows
from quotas.terms import terms_at
from tests.quotas.moments import Moment, bounded, moments

steps = st.lists(
    st.one_of(st.integers(1, 10 * MINUTE), st.integers(1, 3 * DAY), st.just(24 * HOUR), st.just(24 * HOUR - 1)),
    min_size=1,
    max_size=40,
)
"""Milliseconds between attempts."""


def _attempts(moment: Moment, plan: Plan, steps: list[int]) -> list[tuple[int, Usage, Usage]]:
    """Instant, usage before and after of the member's admitted attempts."""
    at, usage, admitted = moment.at, Usage(), []
    for step in steps:
        at += step
        if at > moment.minutes.middle[1] + 20 * DAY:
            break
        decision = admit_member("open", usage, terms_at(plan, moment.calendar, 0, at), at)
        if isinstance(decision, Admitted):
            admitted.append((at, usage, decision.usage))
            usage = decision.usage
    return admitted


@bounded
@given(moments(), steps, st.integers(1, 3), st.sampled_from(("carry", "cut")))
def test_no_more_windows_open_in_a_local_week_than_the_plan_allows(
    moment: Moment, steps: list[int], per_week: int, weekend: str
) -> None:
    plan = Plan(Windows(per_week=per_week, weekend="cut" if weekend == "cut" else "carry"))
    opened: Counter[date] = Counter()
    for at, before, after in _attempts(moment, plan, steps):
        if at < before.window_ends_at:
            assert after.window_ends_at == before.window_ends_at, "a running window is used, not lengthened"
            continue
        opened[moment.minutes.monday(at)] += 1
        assert moment.minutes.is_open(at), "a closed day opens no window"
        whole = at + 24 * HOUR
        wanted = min(whole, moment.minutes.next_closed(at)) if weekend == "cut" else whole
        assert after.window_ends_at == wanted
    assert all(count <= per_week for count in opened.values())


@bounded
@given(moments(), steps, st.integers(1, 3))
def test_no_more_messages_are_written_in_a_local_week_than_the_plan_allows(
    moment: Moment, steps: list[int], per_week: int
) -> None:
    written = _attempts(moment, Plan(Messages(per_week=per_week)), steps)
    weeks = Counter(moment.minutes.monday(at) for at, _, _ in written)
    assert all(count <= per_week for count in weeks.values())
    assert all(moment.minutes.is_open(at) for at, _, _ in written)


@bounded
@given(moments(), st.integers(0, DAY - 1))
def test_a_window_is_exactly_24_elapsed_hours(moment: Moment, after: int) -> None:
    """Whatever clocks do and wherever the weekend begins: open to its last millisecond, and not one longer."""
    plan, at = Plan(Windows(per_week=1)), moment.minutes.next_open(moment.at)
    decision = admit_member("open", Usage(), terms_at(plan, moment.calendar, 0, at), at)
    assert isinstance(decision, Admitted)
    usage = decision.usage
    assert usage.window_ends_at == at + DAY
    for instant in (at + after, at + DAY - 1):
        state = writing_state("open", usage, terms_at(plan, moment.calendar, 0, instant), instant)
        assert (state.open, state.window_ends_at) == (True, at + DAY)
    spent = replace(usage, week=usage.week + 1)  # so that no window of the next week opens instead
    ended = writing_state("open", spent, terms_at(plan, moment.calendar, 0, at + DAY), at + DAY)
    assert (ended.open, ended.window_ends_at) == (False, 0)
