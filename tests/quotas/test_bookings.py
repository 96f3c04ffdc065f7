"""What becomes of a booking by its facts and now alone, and what may be done with it."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from quotas.bookings import (
    QUARTER,
    Actor,
    Booking,
    BookingKind,
    BookingState,
    Cancellation,
    Price,
    Side,
    billable,
    book_refusal,
    cancel_refusal,
    cancelled,
    counts,
    ended_with_conversation,
    finish_refusal,
    finished,
    is_short_notice,
    join_refusal,
    joined,
    move_refusal,
    moved,
    no_show,
    no_show_refusal,
    place_problem,
    state_of,
)
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Service, SessionPolicy, Sessions
from tests.quotas.moments import oslo

POLICY = SessionPolicy()
START = oslo("2026-01-13T10:00:00")
END = START + 30 * MINUTE
SESSIONS = Sessions(2, ("video_call", "live_chat"))


def booked(
    service: Service = "video_call", *, kind: BookingKind = "plan", by: Actor = "mentor", ahead: int = 7 * DAY
) -> Booking:
    """Half an hour from START on, booked that long before."""
    at = START - ahead
    return Booking("b", "c", "mia", "tom", service, kind, START, 30, 0, at, by, at)


def with_joins(booking: Booking, member: int = 0, mentor: int = 0) -> Booking:
    return replace(booking, member_joined_at=member, mentor_joined_at=mentor)


@pytest.mark.parametrize(("minutes", "units"), [(30, 1), (45, 2), (60, 2), (90, 3)])
def test_a_unit_is_half_an_hour(minutes: int, units: int) -> None:
    assert replace(booked(), minutes=minutes).units == units


@pytest.mark.parametrize("service", ["live_chat", "video_call"])
@pytest.mark.parametrize(
    ("member", "mentor", "states"),
    [
        (0, 0, ("booked", "running", "running", "unattended", "unattended")),
        (1, 0, ("booked", "running", "running", "mentor_absent", "mentor_absent")),
        (0, 1, ("booked", "running", "no_show_candidate", "no_show_candidate", "unattended")),
    ],
)
def test_states_follow_from_who_joined(
    service: Service, member: int, mentor: int, states: tuple[BookingState, ...]
) -> None:
    """Before the start, at it, from 10 minutes on, at the booked end, and 7 days after that."""
    booking = with_joins(booked(service), member * START, mentor * START)
    instants = (START - 1, START, START + 10 * MINUTE, END, END + 7 * DAY)
    assert tuple(state_of(booking, POLICY, at) for at in instants) == states
    assert state_of(booking, POLICY, START + 10 * MINUTE - 1) == "running"
    assert state_of(booking, POLICY, END + 7 * DAY - 1) == states[3]


def test_a_live_chat_that_both_joined_ends_at_its_booked_end() -> None:
    both = with_joins(booked("live_chat"), START, START)
    assert (state_of(both, POLICY, END - 1), state_of(both, POLICY, END)) == ("running", "held")


def test_a_call_that_both_joined_goes_on_until_it_is_finished_or_two_hours_have_passed() -> None:
    both = with_joins(booked(), START, START)
    assert (state_of(both, POLICY, END + 2 * HOUR - 1), state_of(both, POLICY, END + 2 * HOUR)) == ("running", "held")
    done = finished(both, END + MINUTE)
    assert (state_of(done, POLICY, END), state_of(done, POLICY, END + MINUTE)) == ("running", "held")


def test_a_confirmed_no_show_is_one_for_good() -> None:
    gone = no_show(with_joins(booked(), mentor=START), START + 10 * MINUTE)
    assert {state_of(gone, POLICY, at) for at in (START + 10 * MINUTE, END, END + 30 * DAY)} == {"no_show"}
    assert gone.ended_at == START + 10 * MINUTE


@pytest.mark.parametrize(
    ("booking", "at", "spent", "paid"),
    [
        (booked(), START - 1, True, False),
        (booked(), START, True, False),
        (booked(), END, False, False),
        (with_joins(booked("live_chat"), START, START), END, True, True),
        (with_joins(booked(), START, 0), END, False, False),
        (with_joins(booked(), 0, START), END, True, False),
        (no_show(with_joins(booked(), 0, START), START + 10 * MINUTE), END, True, True),
        (replace(booked(), cancelled=Cancellation(1, "member", late=True, counts=True)), START, True, True),
        (replace(booked(), cancelled=Cancellation(1, "member", late=False, counts=True)), START, True, False),
        (replace(booked(), cancelled=Cancellation(1, "end", late=False, counts=False)), START, False, False),
    ],
    ids=["booked", "running", "unattended", "held", "mentor_absent", "candidate", "no_show", "late", "counted", "end"],
)
def test_what_counts_and_what_is_paid(booking: Booking, at: int, spent: bool, paid: bool) -> None:
    """Of the plan's as the table says; extra ones never count, and chemistry is never paid."""
    assert (counts(booking, POLICY, at), billable(booking, POLICY, at)) == (spent, paid)
    extra, chemistry = replace(booking, kind="extra"), replace(booking, kind="chemistry")
    assert (counts(extra, POLICY, at), billable(extra, POLICY, at)) == (False, paid)
    assert (counts(chemistry, POLICY, at), billable(chemistry, POLICY, at)) == (False, False)


@pytest.mark.parametrize(
    ("by", "ahead", "paused", "now", "short"),
    [
        ("member", 7 * DAY, False, START - 48 * HOUR, False),
        ("member", 7 * DAY, False, START - 48 * HOUR + 1, True),
        ("member", HOUR, False, START - MINUTE, True),
        ("mentor", 7 * DAY, False, START - 48 * HOUR + 1, True),
        ("mentor", 48 * HOUR, False, START - MINUTE, True),
        ("mentor", 48 * HOUR - 1, False, START - MINUTE, False),
        ("support", HOUR, False, START - MINUTE, False),
        ("member", 7 * DAY, True, START - MINUTE, False),
    ],
)
def test_short_notice(by: Actor, ahead: int, paused: bool, now: int, short: bool) -> None:
    """Less than 48 hours ahead, unless somebody else set the start as late as that; never in a pause."""
    assert is_short_notice(booked(by=by, ahead=ahead), POLICY, "paused" if paused else "open", now) == short


RETURNED = SessionPolicy(cancelled="returned")


@pytest.mark.parametrize(
    ("policy", "by", "now", "expected"),
    [
        (POLICY, "member", START - 3 * DAY, (False, True)),
        (POLICY, "member", START - DAY, (True, True)),
        (POLICY, "mentor", START - DAY, (False, True)),
        (RETURNED, "member", START - 3 * DAY, (False, False)),
        (RETURNED, "member", START - DAY, (True, True)),
        (RETURNED, "mentor", START - DAY, (False, False)),
        (SessionPolicy(cancelled_by_mentor="returned"), "mentor", START - DAY, (False, False)),
        (SessionPolicy(cancelled_by_mentor="returned"), "support", START - DAY, (False, True)),
        (POLICY, "member", START - 7 * DAY + 15 * MINUTE - 1, (False, False)),
        (POLICY, "member", START - 7 * DAY + 15 * MINUTE, (False, True)),
    ],
)
def test_what_a_cancellation_costs(policy: SessionPolicy, by: Actor, now: int, expected: tuple[bool, bool]) -> None:
    """Late, and whether the units stay spent; a slip within 15 minutes costs nothing."""
    gone = cancelled(booked(), by, policy, "open", now).cancelled
    assert gone is not None
    assert (gone.late, gone.counts) == expected


def test_support_says_whether_it_counts() -> None:
    for word in (True, False):
        gone = cancelled(booked(), "support", POLICY, "open", START - DAY, counts=word).cancelled
        assert gone is not None
        assert gone.counts is word


def test_the_end_of_a_conversation_cancels_what_has_not_started() -> None:
    assert ended_with_conversation(booked(), START - 1).cancelled == Cancellation(START - 1, "end", False, False)
    assert ended_with_conversation(booked(), START) == booked()


@pytest.mark.parametrize(("starts_at", "minutes"), [(START + MINUTE, 30), (START + 1, 30), (START, 40), (START, 0)])
def test_a_start_off_the_quarter_hour_or_another_length_is_an_error(starts_at: int, minutes: int) -> None:
    assert place_problem(starts_at, minutes)
    assert place_problem(START - START % QUARTER, 30) is None


def refused(booking: Booking, now: int = START - DAY, **changes: Any) -> str | None:
    said: dict[str, Any] = {
        "status": "open",
        "sessions": SESSIONS,
        "has_credits": True,
        "in_slots": True,
        "is_free": True,
        "policy": POLICY,
        "now": now,
    }
    return book_refusal(booking, **(said | changes))


def test_the_first_reason_against_a_booking_that_holds() -> None:
    """In the order of the table: each is seen once those before it are gone."""
    wrong: dict[str, Any] = {
        "status": "paused",
        "sessions": None,
        "has_credits": False,
        "in_slots": False,
        "is_free": False,
    }
    assert refused(booked(), START + 1, **wrong) == "paused"
    assert refused(booked(), START + 1, **(wrong | {"status": "suspended"})) == "suspended"
    del wrong["status"]
    assert refused(booked(), START + 1, **wrong) == "in_past"
    assert refused(booked(), START - 400 * DAY - 1, **wrong) == "too_far"
    assert refused(booked(), START, **wrong) == "not_in_plan"
    assert refused(booked(), START - 400 * DAY, **wrong) == "not_in_plan"
    wrong["sessions"] = SESSIONS
    assert refused(booked(), **wrong) == "no_credits"
    del wrong["has_credits"]
    assert refused(booked(), **wrong) == "outside_slots"
    del wrong["in_slots"]
    assert refused(booked(), **wrong) == "busy"
    assert refused(booked()) is None
    assert refused(booked(), status="ended") == "ended"


def test_other_kinds_are_calls_and_ask_for_no_credits() -> None:
    extra = replace(booked(kind="extra"), price=Price(89_999, "NOK"))
    assert refused(extra, sessions=None, has_credits=False) is None
    assert refused(replace(extra, service="live_chat")) == "not_in_plan"
    assert refused(booked("live_chat"), sessions=Sessions(4, ("video_call",))) == "not_in_plan"


def moving(booking: Booking, now: int, by: Actor = "mentor", to: int = START + DAY, **changes: Any) -> str | None:
    said: dict[str, Any] = {"status": "open", "in_slots": True, "is_free": True, "policy": POLICY, "now": now}
    return move_refusal(booking, to, by, **(said | changes))


def test_the_first_reason_against_a_move_that_holds() -> None:
    gone = cancelled(booked(), "mentor", POLICY, "open", START - 3 * DAY)
    wrong: dict[str, Any] = {"in_slots": False, "is_free": False}
    assert moving(gone, START, "member", **wrong) == "not_booked"
    assert moving(booked(), START, "member", **wrong) == "already_started"
    assert moving(booked(), START - 1, "member", **wrong) == "too_late"
    assert moving(booked(), START - 1, "member", status="paused", **wrong) == "paused"
    assert moving(booked(), START - 1, "member", status="suspended", **wrong) == "suspended"
    assert moving(booked(), START - 1, to=START - DAY, **wrong) == "in_past"
    assert moving(booked(), START - 1, to=START + 401 * DAY, **wrong) == "too_far"
    assert moving(booked(), START - 1, **wrong) == "outside_slots"
    assert moving(booked(), START - 1, is_free=False) == "busy"
    assert moving(booked(), START - 1) is None
    assert moving(booked(), START - 48 * HOUR, "member") is None


def test_a_move_to_the_start_that_it_has_may_be_asked_for_again() -> None:
    """It changes nothing, so no rule is in its way: whoever got no answer sends the same once more."""
    assert moving(booked(), START - 1, "member", to=START, status="paused", in_slots=False) is None
    assert moving(booked(), START, "member", to=START) == "already_started"
    assert moved(booked(), START, "member", START - 1) == booked()


def test_a_move_keeps_what_it_was_and_says_who_set_the_start() -> None:
    before = with_joins(booked(by="member"), mentor=START - 5 * MINUTE)
    after = moved(before, START + DAY, "support", START - MINUTE)
    assert after == replace(
        before,
        starts_at=START + DAY,
        set_by="support",
        set_at=START - MINUTE,
        moved_from=START,
        sequence=1,
        mentor_joined_at=0,
    )
    assert moved(before, START, "support", START - MINUTE) == before


@pytest.mark.parametrize(
    ("change", "side", "at", "refusal"),
    [
        (lambda b: b, "member", START - 10 * MINUTE - 1, "not_open"),
        (lambda b: b, "member", START - 10 * MINUTE, None),
        (lambda b: b, "mentor", END - 1, None),
        (lambda b: b, "mentor", END, "not_open"),
        (lambda b: with_joins(b, START, START), "member", END + 2 * HOUR - 1, None),
        (lambda b: with_joins(b, START, START), "member", END + 2 * HOUR, "not_open"),
        (lambda b: finished(with_joins(b, START, START), END - MINUTE), "member", END - MINUTE, "not_open"),
        (lambda b: no_show(with_joins(b, 0, START), END - MINUTE), "member", END - MINUTE, "not_open"),
        (lambda b: cancelled(b, "mentor", POLICY, "open", START - DAY), "member", START, "not_open"),
    ],
)
def test_when_one_may_join(change: Callable[[Booking], Booking], side: Side, at: int, refusal: str | None) -> None:
    """From ten minutes before until the booked end, or an earlier one; who has joined may come back while it runs."""
    assert join_refusal(change(booked()), side, POLICY, "open", at) == refusal
    assert join_refusal(change(booked()), side, POLICY, "suspended", at) == (refusal or "suspended")


def test_joining_counts_once() -> None:
    once = joined(joined(booked(), "member", START), "mentor", START + 1)
    assert (once.member_joined_at, once.mentor_joined_at) == (START, START + 1)
    assert joined(once, "member", END) == once
    assert once.joined_at("mentor") == START + 1


def test_only_a_running_session_of_both_can_be_finished() -> None:
    both = with_joins(booked("live_chat"), START, START)
    assert finish_refusal(both, POLICY, START) is None
    assert finish_refusal(both, POLICY, START - 1) == "not_open"
    assert finish_refusal(both, POLICY, END) == "not_open"
    assert finish_refusal(with_joins(booked(), 0, START), POLICY, START) == "not_open"


def test_only_a_candidate_can_be_confirmed_and_not_in_a_pause() -> None:
    waits = with_joins(booked(), 0, START)
    assert no_show_refusal(waits, POLICY, "open", START + 10 * MINUTE - 1) == "not_open"
    assert no_show_refusal(waits, POLICY, "open", START + 10 * MINUTE) is None
    assert no_show_refusal(waits, POLICY, "paused", START + 10 * MINUTE) == "paused"
    assert no_show_refusal(waits, POLICY, "open", END + 7 * DAY) == "not_open"


def suspended(at: int) -> Booking:
    """Some of its booked time lies in a suspension that began at `at`; nobody has joined."""
    return replace(booked(), suspended_at=at)


def test_nobody_is_absent_at_a_session_that_lies_in_a_suspension() -> None:
    """It runs, and nothing is a fault of anybody's; who both came all the same have held it."""
    for mentor in (0, START):
        waits = with_joins(suspended(START - DAY), 0, mentor)
        assert state_of(waits, POLICY, START - 1) == "booked"
        assert state_of(waits, POLICY, START + 10 * MINUTE) == "running"
        assert state_of(waits, POLICY, END) == "unattended"
        assert not counts(waits, POLICY, END)
        assert not billable(waits, POLICY, END)
        assert no_show_refusal(waits, POLICY, "open", END) == "not_open"
    assert state_of(with_joins(suspended(START - DAY), START, 0), POLICY, END) == "unattended"
    assert state_of(with_joins(suspended(START - DAY), START, START), POLICY, END + 2 * HOUR) == "held"


def test_what_was_so_before_a_suspension_stays() -> None:
    """The mentor waited for ten minutes; then it is suspended. What was confirmed by then is for good."""
    waits = with_joins(suspended(START + 20 * MINUTE), 0, START)
    assert state_of(waits, POLICY, START + 20 * MINUTE - 1) == "no_show_candidate"
    assert state_of(waits, POLICY, START + 20 * MINUTE) == "running"
    assert state_of(waits, POLICY, END) == "unattended"
    assert state_of(no_show(waits, START + 15 * MINUTE), POLICY, END) == "no_show"


def test_in_a_suspension_a_cancellation_is_allowed_and_never_late() -> None:
    assert cancel_refusal(suspended(START - DAY), START - HOUR) is None
    gone = cancelled(suspended(START - DAY), "member", POLICY, "suspended", START - HOUR)
    assert gone.cancelled is not None
    assert (gone.cancelled.late, gone.cancelled.counts) == (False, True)


def test_no_no_show_is_confirmed_in_a_suspension() -> None:
    waits = with_joins(booked(), 0, START)
    assert no_show_refusal(waits, POLICY, "suspended", END) == "suspended"


def test_adjoining_bookings_do_not_overlap_and_one_that_ended_early_keeps_its_time() -> None:
    booking = finished(with_joins(booked(), START, START), START + MINUTE)
    assert booking.overlaps(END - 1, END + HOUR)
    assert not booking.overlaps(END, END + HOUR)
    assert not booking.overlaps(START - HOUR, START)
    gone = cancelled(booked(), "mentor", POLICY, "open", START - DAY)
    assert not gone.overlaps(START, END)
    assert cancel_refusal(gone, START - HOUR) == "not_booked"
