"""Terms: what a plan and a calendar say at an instant, and for how long."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quotas import instant
from quotas.calendar import Calendar
from quotas.instant import DAY, HOUR, MINUTE
from quotas.notices import NoticePolicy
from quotas.plans import Always, Messages, OpenDays, Plan, ReplyPromise, Windows
from quotas.policy_file import builtin_policy
from quotas.terms import Rulebook, Terms, UnjudgeableError, UnknownPlanError, counted_time, due_of, terms_at
from tests.quotas.moments import OSLO, Moment, bounded, moments, oslo, plans, promises


def test_an_unknown_plan_is_an_error_that_lists_the_plans(rulebook: Rulebook) -> None:
    with pytest.raises(
        UnknownPlanError, match=r"no plan 'gold'; it has basic, guest, light, live, live\+, trial, video"
    ):
        rulebook.terms("gold", "Europe/Oslo", "", 0, oslo("2026-01-05T08:00:00"))


def test_terms_of_light_on_a_weekday(rulebook: Rulebook) -> None:
    terms = rulebook.terms("light", "Europe/Oslo", "", 0, oslo("2026-01-08T12:00:00"))
    assert (terms.window_length, terms.windows_per_week, terms.window_cut_at) == (24 * HOUR, 2, 0)
    assert (terms.messages_per_week, terms.closed_until) == (0, 0)
    assert terms.next_week_opens_at == oslo("2026-01-12T00:00:00")
    assert terms.due(oslo("2026-01-08T13:00:00")) == oslo("2026-01-09T13:00:00")


def test_terms_of_video_promise_no_reply(rulebook: Rulebook) -> None:
    terms = rulebook.terms("video", "Europe/Oslo", "", 0, oslo("2026-01-10T12:00:00"))
    assert (terms.messages_per_week, terms.closed_until) == (10, oslo("2026-01-12T00:00:00"))
    assert terms.due(oslo("2026-01-10T12:00:00")) == 0


def test_every_plan_s_terms_say_how_long_a_message_may_stay_unread() -> None:
    policy = builtin_policy()
    never = Rulebook(replace(policy, notices=NoticePolicy(unread_minutes=0)))
    for plan in policy.plans:
        at = oslo("2026-01-08T12:00:00")
        assert Rulebook(policy).terms(plan, "Europe/Oslo", "", 0, at).unread_after == 5 * MINUTE
        assert never.terms(plan, "Europe/Oslo", "", 0, at).unread_after == 0


def test_always_is_open_on_closed_days_and_from_the_first_instant_of_the_week() -> None:
    monday_off = Calendar("Europe/Oslo", ("monday",), "")
    terms = terms_at(Plan(Always()), monday_off, 0, oslo("2026-01-12T08:00:00"))
    assert terms.closed_until == 0
    assert terms.next_week_opens_at == oslo("2026-01-19T00:00:00")
    counted = terms_at(Plan(Messages(per_week=1)), monday_off, 0, oslo("2026-01-13T08:00:00"))
    assert counted.next_week_opens_at == oslo("2026-01-20T00:00:00")


def test_a_window_that_is_cut_ends_where_closed_days_begin() -> None:
    plan = Plan(Windows(per_week=2, weekend="cut"))
    assert terms_at(plan, OSLO, 0, oslo("2026-01-08T12:00:00")).window_cut_at == oslo("2026-01-10T00:00:00")


@pytest.mark.parametrize(
    ("clock", "written", "due"),
    [
        ("weekdays", "2026-01-09T18:00:00", "2026-01-12T18:00:00"),
        ("weekdays", "2026-01-10T11:00:00", "2026-01-13T00:00:00"),
        ("weekdays", "2026-01-09T00:00:00", "2026-01-10T00:00:00"),
        ("continuous", "2026-01-09T18:00:00", "2026-01-10T18:00:00"),
        ("continuous", "2026-01-10T11:00:00", "2026-01-13T00:00:00"),
    ],
)
def test_when_a_reply_is_due(clock: str, written: str, due: str) -> None:
    promise = ReplyPromise(clock="weekdays" if clock == "weekdays" else "continuous")
    assert due_of(promise, OSLO, oslo(written)).at(oslo(written)) == oslo(due)


def test_a_message_in_a_live_chat_starts_its_clock_when_the_live_chat_ends() -> None:
    now, ends = oslo("2026-01-08T12:10:00"), oslo("2026-01-08T12:30:00")
    terms = terms_at(Plan(OpenDays(), reply=ReplyPromise(target_hours=1)), OSLO, ends, now)
    assert terms.due(now) == terms.due(ends - 1) == ends + HOUR
    assert terms.valid_until == ends
    after = terms_at(Plan(OpenDays(), reply=ReplyPromise(target_hours=1)), OSLO, ends, ends + MINUTE)
    assert after.due(ends + MINUTE) == ends + MINUTE + HOUR


def test_terms_hold_for_their_interval_and_their_live_chat_only(rulebook: Rulebook) -> None:
    terms = rulebook.terms("basic", "Europe/Oslo", "", 5, oslo("2026-01-08T12:00:00"))
    assert terms.hold(terms.valid_from, 5)
    assert terms.hold(terms.valid_until - 1, 5)
    assert not terms.hold(terms.valid_from - 1, 5)
    assert not terms.hold(terms.valid_until, 5)
    assert not terms.hold(terms.valid_from, 0)


def test_terms_turn_where_a_deadline_would_fall_on_the_other_side_of_a_weekend() -> None:
    """On Friday 00:00:00.000 24 hours end with the day; a millisecond later they end on Monday."""
    friday = oslo("2026-01-09T00:00:00")
    at_midnight, later = (
        terms_at(Plan(OpenDays(), reply=ReplyPromise()), OSLO, 0, at) for at in (friday, friday + HOUR)
    )
    assert (at_midnight.valid_until, at_midnight.due(friday)) == (friday + 1, friday + DAY)
    assert (later.valid_from, later.due(friday + 1)) == (friday + 1, oslo("2026-01-12T00:00:00") + 1)


@bounded
@given(moments(), promises)
def test_a_deadline_holds_exactly_the_counted_time_and_is_the_first_that_does(
    moment: Moment, promise: ReplyPromise
) -> None:
    minutes, at = moment.minutes, moment.at
    target = round(promise.target_hours * HOUR)
    due = due_of(promise, moment.calendar, at).at(at)
    if promise.clock == "weekdays":
        assert due == minutes.reached(at, target)
        assert minutes.counted(at, due) == target
        assert minutes.counted(at, due - 1) == target - 1
    elif minutes.is_open(at):
        assert due == at + target
    else:
        assert due == minutes.next_change_of_day(minutes.next_open(at))


def _sayings(terms: Terms) -> Terms:
    """The terms without their interval, without deadlines, and without a cut that lies beyond every window."""
    cut = terms.window_cut_at if terms.window_cut_at < terms.valid_from + 200 * DAY else 0
    return replace(terms, valid_from=0, valid_until=0, due_shift=0, due_fixed=0, window_cut_at=cut)


@bounded
@given(moments(), plans, st.floats(0, 1), st.sampled_from((None, -5 * MINUTE, 7 * MINUTE, 3 * DAY)))
def test_terms_say_the_same_throughout_their_interval(
    moment: Moment, plan: Plan, share: float, live_ahead: int | None
) -> None:
    live_until = moment.at + live_ahead if live_ahead else 0
    terms = terms_at(plan, moment.calendar, live_until, moment.at)
    assert terms.valid_from <= moment.at < terms.valid_until
    length = terms.valid_until - terms.valid_from
    for other_at in (terms.valid_from, terms.valid_from + int(share * (length - 1)), terms.valid_until - 1):
        other = terms_at(plan, moment.calendar, live_until, other_at)
        assert other.due(other_at) == terms.due(other_at)
        assert _sayings(other) == _sayings(terms)


@bounded
@given(moments(), plans)
def test_terms_close_and_reopen_where_the_wall_clock_does(moment: Moment, plan: Plan) -> None:
    minutes, at = moment.minutes, moment.at
    terms = terms_at(plan, moment.calendar, 0, at)
    always = isinstance(plan.writing, Always)
    assert terms.closed_until == (0 if always or minutes.is_open(at) else minutes.next_open(at))
    next_week = at
    while minutes.monday(next_week) == minutes.monday(at):
        next_week = minutes.next_change_of_day(next_week)
    assert terms.next_week_opens_at == (next_week if always else minutes.next_open(next_week))


def test_days_before_1970_are_days_too(rulebook: Rulebook) -> None:
    """The first instant that can be written has a local day that began before it."""
    terms = rulebook.terms("light", "Europe/Oslo", "", 0, instant.EARLIEST)
    assert terms.valid_from == instant.of(datetime(1969, 12, 31, 23, tzinfo=UTC))


@bounded
@given(moments(), promises)
def test_the_time_counted_until_the_deadline_is_the_target(moment: Moment, promise: ReplyPromise) -> None:
    due_at = due_of(promise, moment.calendar, moment.at).at(moment.at)
    counted = counted_time(promise, moment.calendar, moment.at, due_at)
    if promise.clock == "weekdays":
        assert counted == promise.target_hours * HOUR
    else:
        assert counted == due_at - moment.at


def test_no_time_is_counted_backwards() -> None:
    for promise in (ReplyPromise(clock="continuous"), ReplyPromise(clock="weekdays")):
        at = oslo("2026-01-08T12:00:00")
        assert counted_time(promise, OSLO, at, at - HOUR) == 0


def test_what_has_ended_is_judged_without_its_rules(rulebook: Rulebook) -> None:
    """It is refused anyway; what is not known is not counted and not promised."""
    book = rulebook
    for plan, zone, holidays in (("gold", "Europe/Oslo", ""), ("light", "localtime", ""), ("light", "UTC", "XX")):
        assert not book.knows(plan, zone, holidays)
        with pytest.raises(UnjudgeableError):
            book.terms(plan, zone, holidays, 0, oslo("2026-01-06T09:00:00"))
        terms = book.terms(plan, zone, holidays, 0, oslo("2026-01-06T09:00:00"), ended=True)
        assert (terms.windows_per_week, terms.messages_per_week, terms.due(terms.valid_from)) == (0, 0, 0)
    known = book.terms("light", "Europe/Oslo", "", 0, oslo("2026-01-06T09:00:00"))
    assert book.terms("light", "Europe/Oslo", "", 0, oslo("2026-01-06T09:00:00"), ended=True) == known
