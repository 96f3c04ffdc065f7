"""Who may write when, and what it does to waits and deadlines: one conversation's usage under given terms."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quotas.admission import (
    Admitted,
    Answered,
    Denied,
    Usage,
    admit_member,
    admit_mentor,
    changes_at,
    used_in,
    writing_state,
)
from quotas.bookings import QUARTER
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Messages, OpenDays, Plan, ReplyPromise, Windows
from quotas.terms import BookedChat, Terms, terms_at
from tests.quotas.moments import OSLO, Moment, bounded, moments, oslo, plans

LIGHT = Plan(Windows(per_week=2), reply=ReplyPromise())
BASIC = Plan(OpenDays(), reply=ReplyPromise())
THURSDAY, SATURDAY = oslo("2026-01-08T12:00:00"), oslo("2026-01-10T12:00:00")
NEXT_MONDAY = oslo("2026-01-12T00:00:00")


def _terms(plan: Plan, at: int, live_until: int = 0) -> Terms:
    return terms_at(plan, OSLO, live_until, at)


def _written(usage: Usage, at: int, plan: Plan = LIGHT) -> Usage:
    """The usage after a member's message, which is admitted."""
    decision = admit_member("open", usage, _terms(plan, at, usage.live_until), at)
    assert isinstance(decision, Admitted)
    return decision.usage


@pytest.mark.parametrize("status", ["paused", "suspended", "ended"])
def test_what_is_not_open_refuses_the_member_without_a_reopening_time(
    status: Literal["paused", "suspended", "ended"],
) -> None:
    live = Usage(live_until=THURSDAY + 1, window_ends_at=THURSDAY + 1)
    assert admit_member(status, live, _terms(LIGHT, THURSDAY), THURSDAY) == Denied(status, 0)


def test_a_live_chat_admits_and_spends_nothing() -> None:
    usage = Usage(live_until=SATURDAY + 1)
    after = _written(usage, SATURDAY)
    assert (after.windows_used, after.window_ends_at) == (0, 0)
    assert admit_member("open", usage, _terms(LIGHT, SATURDAY + 1, SATURDAY + 1), SATURDAY + 1) == Denied(
        "closed", NEXT_MONDAY
    )


CHAT = BookedChat(SATURDAY, SATURDAY + 20 * MINUTE, SATURDAY + 30 * MINUTE)


def test_a_booked_chat_admits_from_its_start_until_before_its_end_and_spends_nothing() -> None:
    """Its deadline counts from the booked end: here the end of Monday, as Sunday does not count."""
    usage, booked = Usage(), (CHAT,)
    before = terms_at(LIGHT, OSLO, 0, SATURDAY - 1, booked)
    assert admit_member("open", usage, before, SATURDAY - 1) == Denied("closed", SATURDAY)
    assert before.valid_until == SATURDAY
    during = terms_at(LIGHT, OSLO, 0, SATURDAY, booked)
    decision = admit_member("open", usage, during, SATURDAY)
    assert isinstance(decision, Admitted)
    assert (decision.way, decision.usage.windows_used) == ("live", 0)
    assert decision.usage.due_at == NEXT_MONDAY + DAY
    assert (during.valid_from, during.valid_until) == (SATURDAY, CHAT.ends_at)
    after = terms_at(LIGHT, OSLO, 0, CHAT.ends_at, booked)
    assert admit_member("open", usage, after, CHAT.ends_at) == Denied("closed", NEXT_MONDAY)
    state = writing_state("open", usage, during, SATURDAY)
    assert (state.live_until, changes_at(usage, during, SATURDAY)) == (CHAT.ends_at, CHAT.ends_at)


def test_of_several_chats_that_contain_a_message_the_latest_end_counts() -> None:
    thursday = oslo("2026-01-08T10:00:00")
    short, long = (BookedChat(thursday, thursday + length, thursday + length) for length in (30 * MINUTE, HOUR))
    terms = terms_at(BASIC, OSLO, 0, thursday, (short, long))
    assert terms.live_ends_at == thursday + HOUR
    assert terms.due(thursday) == thursday + HOUR + DAY
    assert terms.valid_until == thursday + 30 * MINUTE


def test_spent_windows_open_again_with_a_chat_before_monday() -> None:
    usage = Usage(week=OSLO.week_of(THURSDAY), windows_used=2)
    terms = terms_at(LIGHT, OSLO, 0, THURSDAY, (CHAT,))
    assert admit_member("open", usage, terms, THURSDAY) == Denied("quota_used", SATURDAY)


@pytest.mark.parametrize("status", ["paused", "suspended", "ended"])
def test_pause_suspension_and_end_come_before_a_chat(status: Literal["paused", "suspended", "ended"]) -> None:
    terms = terms_at(LIGHT, OSLO, 0, SATURDAY, (CHAT,))
    assert admit_member(status, Usage(), terms, SATURDAY) == Denied(status, 0)


def test_two_windows_and_no_third() -> None:
    first = _written(Usage(), oslo("2026-01-06T12:00:00"))
    assert (first.windows_used, first.window_ends_at) == (1, oslo("2026-01-07T12:00:00"))
    second = _written(first, oslo("2026-01-07T12:00:00"))
    assert (second.windows_used, second.window_ends_at) == (2, THURSDAY)
    assert admit_member("open", second, _terms(LIGHT, THURSDAY), THURSDAY) == Denied("quota_used", NEXT_MONDAY)
    assert used_in(second, second.week) == (2, 0)
    assert used_in(second, second.week + 1) == (0, 0)


def test_spent_windows_come_before_the_closed_day_as_the_reason() -> None:
    spent = replace(Usage(), week=_terms(LIGHT, SATURDAY).week, windows_used=2)
    assert admit_member("open", spent, _terms(LIGHT, SATURDAY), SATURDAY) == Denied("quota_used", NEXT_MONDAY)


def test_a_window_that_is_cut_ends_at_midnight_and_never_later() -> None:
    cut = Plan(Windows(per_week=2, weekend="cut"))
    assert _written(Usage(), oslo("2026-01-09T20:00:00"), cut).window_ends_at == oslo("2026-01-10T00:00:00")
    assert _written(Usage(), oslo("2026-01-06T20:00:00"), cut).window_ends_at == oslo("2026-01-07T20:00:00")


def test_messages_are_counted_and_a_new_week_counts_anew() -> None:
    plan = Plan(Messages(per_week=1))
    used = _written(Usage(), THURSDAY, plan)
    assert used.messages_used == 1
    assert admit_member("open", used, _terms(plan, THURSDAY), THURSDAY) == Denied("messages_used", NEXT_MONDAY)
    assert _written(used, NEXT_MONDAY, plan).messages_used == 1


def test_the_latest_message_moves_the_deadline_unless_it_has_passed() -> None:
    asked = _written(Usage(), THURSDAY, BASIC)
    assert (asked.waiting_since, asked.due_at) == (THURSDAY, THURSDAY + DAY)
    again = _written(asked, THURSDAY + HOUR, BASIC)
    assert (again.waiting_since, again.due_at) == (THURSDAY, THURSDAY + HOUR + DAY)
    after_the_miss = _written(asked, asked.due_at + 1, BASIC)
    assert after_the_miss == asked
    assert after_the_miss is asked, "nothing changed, nothing is made anew"


def test_the_first_message_keeps_the_deadline_where_the_promise_counts_from_it() -> None:
    plan = Plan(OpenDays(), reply=ReplyPromise(since="first"))
    asked = _written(Usage(), THURSDAY, plan)
    assert _written(asked, THURSDAY + HOUR, plan).due_at == asked.due_at


def test_a_plan_without_promise_waits_without_deadline_and_leaves_an_older_one() -> None:
    plan = Plan(OpenDays())
    assert _written(Usage(), THURSDAY, plan) == Usage(waiting_since=THURSDAY)
    promised = _written(Usage(), THURSDAY, BASIC)
    assert _written(promised, THURSDAY + HOUR, plan).due_at == promised.due_at
    later = _written(Usage(waiting_since=THURSDAY), THURSDAY + HOUR, BASIC)
    assert later == Usage(waiting_since=THURSDAY, due_at=THURSDAY + HOUR + DAY)


def test_the_mentor_ends_a_wait_in_time_or_late() -> None:
    usage = Usage(waiting_since=THURSDAY, due_at=THURSDAY + DAY)
    assert admit_mentor("open", usage, THURSDAY + DAY) == Admitted(Usage(), Answered(DAY, late=False))
    assert admit_mentor("paused", usage, THURSDAY + DAY + 1) == Admitted(Usage(), Answered(DAY + 1, late=True))
    assert admit_mentor("open", Usage(waiting_since=5), 9) == Admitted(Usage(), Answered(4, late=False))
    assert admit_mentor("open", Usage(), THURSDAY) == Admitted(Usage())
    assert admit_mentor("ended", usage, THURSDAY) == Denied("ended", 0)
    assert admit_mentor("suspended", usage, THURSDAY) == Denied("suspended", 0)


def test_a_clock_set_back_makes_no_negative_wait() -> None:
    assert admit_mentor("open", Usage(waiting_since=9), 5) == Admitted(Usage(), Answered(0, late=False))


def test_the_writing_state_shows_what_is_left_and_what_runs() -> None:
    terms = _terms(LIGHT, THURSDAY)
    state = writing_state("open", Usage(terms.week, 1, 0, THURSDAY + 1, THURSDAY - 1), terms, THURSDAY)
    assert (state.open, state.reason, state.opens_at) == (True, None, 0)
    assert (state.window_ends_at, state.live_until) == (THURSDAY + 1, 0)
    assert (state.windows_left, state.messages_left) == (1, None)
    video = writing_state("paused", Usage(), _terms(Plan(Messages(per_week=10)), THURSDAY), THURSDAY)
    assert (video.open, video.reason, video.windows_left, video.messages_left) == (False, "paused", None, 10)
    in_live = writing_state("open", Usage(live_until=THURSDAY + 1), _terms(LIGHT, THURSDAY, THURSDAY + 1), THURSDAY)
    assert in_live.live_until == THURSDAY + 1


def test_what_changes_next_is_the_first_of_terms_window_and_deadline() -> None:
    """A deadline has passed an instant after it; when a live chat ends is a matter of the terms."""
    terms = _terms(LIGHT, THURSDAY)
    for usage, at in (
        (Usage(), terms.valid_until),
        (Usage(window_ends_at=THURSDAY + HOUR), THURSDAY + HOUR),
        (Usage(due_at=THURSDAY), THURSDAY + 1),
    ):
        assert changes_at(usage, terms, THURSDAY) == at


def test_a_smaller_allowance_leaves_nothing_rather_than_less() -> None:
    terms = _terms(LIGHT, THURSDAY)
    assert writing_state("open", Usage(terms.week, 3), terms, THURSDAY).windows_left == 0


usages = st.builds(
    Usage,
    week=st.sampled_from((0, 1)),
    windows_used=st.integers(0, 3),
    messages_used=st.integers(0, 3),
    window_ends_at=st.sampled_from((0, 1, 90 * MINUTE, DAY)),
    live_until=st.sampled_from((0, 0, 20 * MINUTE)),
    waiting_since=st.just(0),
    due_at=st.sampled_from((0, 5 * HOUR, 3 * DAY)),
)
"""Usage with instants counted from the moment, and weeks from the one before it."""


def _usage_at(moment: Moment, usage: Usage) -> Usage:
    week = moment.calendar.week_of(moment.at)
    at = moment.at
    return Usage(
        week - 1 + usage.week,
        usage.windows_used,
        usage.messages_used,
        at + usage.window_ends_at if usage.window_ends_at else 0,
        at + usage.live_until if usage.live_until else 0,
        at if usage.due_at else 0,
        at + usage.due_at if usage.due_at else 0,
    )


quarters = st.integers(-3, 400)
chats = st.lists(st.tuples(quarters, st.sampled_from((30, 45, 60, 90)), st.sampled_from((0, 0, 1, 20))), max_size=3)
"""Booked live chats: how many quarters of an hour after the moment they start, how long they are in minutes, and by how
many minutes they ended early."""


def _chats_at(moment: Moment, booked: list[tuple[int, int, int]]) -> tuple[BookedChat, ...]:
    first = moment.at - moment.at % QUARTER
    found = []
    for number, minutes, early in booked:
        starts_at = first + number * QUARTER
        until = starts_at + minutes * MINUTE
        found.append(BookedChat(starts_at, until - early * MINUTE, until))
    return tuple(found)


@bounded
@given(moments(), plans, usages, chats, st.floats(0, 1))
def test_writing_opens_at_the_named_instant_and_not_before(
    moment: Moment, plan: Plan, relative: Usage, booked: list[tuple[int, int, int]], share: float
) -> None:
    """Also with live chats ahead."""
    usage, ahead = _usage_at(moment, relative), _chats_at(moment, booked)

    def is_open(at: int) -> bool:
        return writing_state("open", usage, terms_at(plan, moment.calendar, usage.live_until, at, ahead), at).open

    terms = terms_at(plan, moment.calendar, usage.live_until, moment.at, ahead)
    state = writing_state("open", usage, terms, moment.at)
    assert state.open == (not state.opens_at)
    if not state.open:
        assert is_open(state.opens_at)
        assert not is_open(state.opens_at - 1)
        assert not is_open(moment.at + int(share * (state.opens_at - 1 - moment.at)))


@bounded
@given(moments(), plans, usages, chats, st.floats(0, 1))
def test_nothing_changes_by_itself_before_it_is_said_to(
    moment: Moment, plan: Plan, relative: Usage, booked: list[tuple[int, int, int]], share: float
) -> None:
    usage, ahead = _usage_at(moment, relative), _chats_at(moment, booked)
    terms = terms_at(plan, moment.calendar, usage.live_until, moment.at, ahead)
    until = changes_at(usage, terms, moment.at)
    assert until > moment.at
    before = writing_state("open", usage, terms, moment.at)
    for at in (moment.at + int(share * (until - 1 - moment.at)), until - 1):
        then = writing_state("open", usage, terms_at(plan, moment.calendar, usage.live_until, at, ahead), at)
        assert then == before
        assert (0 < usage.due_at < at) == (0 < usage.due_at < moment.at)
