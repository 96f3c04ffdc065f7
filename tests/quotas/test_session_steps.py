"""What happens around a booking by itself: each step at its instant, once, and never before the fact behind it."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quotas.bookings import (
    LENGTHS,
    Booking,
    Cancellation,
    Side,
    finish_refusal,
    finished,
    join_refusal,
    joined,
    moved,
    no_show,
    no_show_refusal,
)
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Service, SessionPolicy
from quotas.session_steps import SessionStep, next_step_at, opens_late_cancellation, steps_between
from tests.quotas.moments import bounded, oslo

POLICY = SessionPolicy()
START = oslo("2026-01-13T10:00:00")
END = START + 30 * MINUTE
EVER = END + 30 * DAY


def booked(service: Service = "live_chat", *, id: str = "b", starts_at: int = START, ahead: int = 7 * DAY) -> Booking:
    """Half an hour, booked that long before."""
    at = starts_at - ahead
    return Booking(id, "c", "mia", "tom", service, "plan", starts_at, 30, 0, at, "mentor", at)


def with_joins(booking: Booking, member: int = 0, mentor: int = 0) -> Booking:
    return replace(booking, member_joined_at=member, mentor_joined_at=mentor)


def shown(booking: Booking, policy: SessionPolicy = POLICY) -> list[tuple[float, str]]:
    """Every step: minutes after the start, and what."""
    steps = steps_between(booking, policy, 0, EVER)
    return [((step.at - START) / MINUTE, f"{step.name} {step.of}".rstrip()) for step in steps]


BEFORE = [(-1440, "reminder 24"), (-12, "reminder 0.2"), (-10, "starting"), (0, "started")]


def test_a_live_chat_that_both_came_to() -> None:
    both = with_joins(booked(), START, START + MINUTE)
    assert shown(both) == [*BEFORE, (25, "ending 5"), (29, "ending 1"), (30, "ended")]


def test_a_session_in_a_suspension_makes_nobody_late() -> None:
    there = [(25, "ending 5"), (29, "ending 1"), (30, "ended")]
    for joins in ((0, 0), (START, 0), (0, START), (START, START)):
        assert shown(replace(with_joins(booked(), *joins), suspended_at=START - DAY)) == [*BEFORE, *there]


def test_a_suspension_takes_back_nothing_that_came_before_it() -> None:
    waits = with_joins(booked(), 0, START)
    after_late = replace(waits, suspended_at=START + 6 * MINUTE)
    assert [name for at, name in shown(after_late) if at in (5, 10)] == ["late"]
    after_candidate = replace(waits, suspended_at=START + 11 * MINUTE)
    assert [name for at, name in shown(after_candidate) if at in (5, 10)] == ["late", "candidate"]
    assert shown(after_candidate)[-1] == (30, "ended")


def test_a_session_that_nobody_came_to() -> None:
    expected = [*BEFORE, (25, "ending 5"), (29, "ending 1"), (30, "ended"), (30, "unattended")]
    assert shown(booked()) == shown(booked("video_call")) == expected


def test_a_mentor_who_did_not_come() -> None:
    alone = with_joins(booked(), member=START)
    assert shown(alone)[4:] == [
        (5, "late"),
        (25, "ending 5"),
        (29, "ending 1"),
        (30, "ended"),
        (30, "mentor_absent"),
    ]
    assert {step.absent for step in steps_between(alone, POLICY, START, EVER)} == {"mentor", None}


def test_a_member_who_did_not_come_and_nobody_confirmed_it() -> None:
    alone = with_joins(booked(), mentor=START - MINUTE)
    assert shown(alone)[4:] == [
        (5, "late"),
        (10, "candidate"),
        (25, "ending 5"),
        (29, "ending 1"),
        (30, "ended"),
        (30 + 7 * 24 * 60, "lapsed"),
    ]
    absent = [step.absent for step in steps_between(alone, POLICY, START, EVER) if step.name != "ending"]
    assert absent == ["member", "member", None, "member"]


def test_a_no_show_that_was_confirmed_ends_the_session() -> None:
    gone = no_show(with_joins(booked(), mentor=START), START + 12 * MINUTE)
    assert shown(gone)[4:] == [(5, "late"), (10, "candidate"), (12, "ended")]


def test_a_no_show_that_was_confirmed_days_later_moves_no_end() -> None:
    gone = no_show(with_joins(booked(), mentor=START), END + 2 * DAY)
    assert shown(gone)[-2:] == [(29, "ending 1"), (30, "ended")]


def test_a_member_who_came_late() -> None:
    """They are told late, and after ten minutes a candidate until they came."""
    there = with_joins(booked(), START + 7 * MINUTE, START)
    assert shown(there)[4:6] == [(5, "late"), (25, "ending 5")]
    later = with_joins(booked(), START + 11 * MINUTE, START)
    assert shown(later)[4:7] == [(5, "late"), (10, "candidate"), (25, "ending 5")]


def test_a_mentor_who_came_to_an_empty_room_late_has_a_candidate_at_once() -> None:
    assert (12, "candidate") in shown(with_joins(booked(), mentor=START + 12 * MINUTE))


def test_a_call_goes_on_until_it_is_finished() -> None:
    both = with_joins(booked("video_call"), START, START)
    assert shown(both)[4:] == [
        (25, "ending 5"),
        (29, "ending 1"),
        (30, "close_reminder 0"),
        (45, "close_reminder 15"),
        (150, "closed"),
        (150, "ended"),
    ]
    assert shown(finished(both, END + 10 * MINUTE))[6:] == [(30, "close_reminder 0"), (40, "ended")]
    assert shown(finished(both, START + 20 * MINUTE))[4:] == [(20, "ended")]


def test_who_set_the_start_is_not_reminded_of_what_lies_before_that() -> None:
    assert shown(booked(ahead=11 * MINUTE))[:2] == [(-10, "starting"), (0, "started")]
    assert shown(booked(ahead=10 * MINUTE))[0] == (0, "started")
    assert shown(booked(ahead=0))[0] == (0, "started")


def test_reminders_are_the_policys() -> None:
    assert shown(booked(), SessionPolicy(reminders_hours=(1.5, 1.5)))[0] == (-90, "reminder 1.5")
    assert shown(booked(), SessionPolicy(reminders_hours=()))[0] == (-10, "starting")


def test_a_policy_may_wait_longer_than_a_session_lasts() -> None:
    """Then nobody is late, and a candidate is one at the end."""
    patient = SessionPolicy(no_show_minutes=(40, 60))
    assert shown(with_joins(booked(), mentor=START), patient)[4:8] == [
        (25, "ending 5"),
        (29, "ending 1"),
        (30, "candidate"),
        (30, "ended"),
    ]
    assert next_step_at(booked(), patient, END - MINUTE) == END


def test_nothing_happens_at_one_that_was_cancelled() -> None:
    gone = replace(booked(), cancelled=Cancellation(START - DAY, "mentor", late=False, counts=True))
    assert steps_between(gone, POLICY, 0, EVER) == []
    assert next_step_at(gone, POLICY, 0) == 0


def test_another_start_has_steps_of_its_own() -> None:
    first = steps_between(booked(), POLICY, 0, EVER)
    later = moved(booked(), START + DAY, "mentor", START - HOUR)
    assert not {step.mark for step in first} & {step.mark for step in steps_between(later, POLICY, 0, EVER)}
    assert len({(step.name, step.mark) for step in first}) == len(first)


def test_it_is_looked_at_when_somebody_might_be_late() -> None:
    """Who wrote has joined, also where nobody noted it yet: only a look at that instant can tell."""
    looks = []
    at = START
    while at := next_step_at(booked(), POLICY, at):
        looks.append((at - START) // MINUTE)
    assert looks == [5, 10, 25, 29, 30]


# Properties


@st.composite
def lives(draw: st.DrawFn) -> Booking:
    """A booking to which things happen, each at an instant at which the rules allow it."""
    service: Service = draw(st.sampled_from(("live_chat", "video_call")))
    booking = replace(
        booked(service, ahead=draw(st.sampled_from((0, MINUTE, HOUR, 30 * HOUR)))),
        minutes=draw(st.sampled_from(LENGTHS)),
    )
    close = st.sampled_from([each * MINUTE + off for each in (-10, 0, 5, 10, 12, 29, 30, 45) for off in (-1, 0, 1)])
    now = START - 10 * MINUTE
    for _ in range(draw(st.integers(0, 4))):
        now = max(now, START + draw(close) + draw(st.sampled_from((0, 0, 0, HOUR, 2 * DAY))))
        what = draw(st.sampled_from(("member", "mentor", "finish", "no_show", "suspend")))
        if what == "finish":
            booking = booking if finish_refusal(booking, POLICY, now) else finished(booking, now)
        elif what == "no_show":
            booking = booking if no_show_refusal(booking, POLICY, "open", now) else no_show(booking, now)
        elif what == "suspend":
            covers = not booking.suspended_at and now < booking.ends_at
            booking = replace(booking, suspended_at=now) if covers else booking
        else:
            side: Side = "member" if what == "member" else "mentor"
            booking = booking if join_refusal(booking, side, POLICY, "open", now) else joined(booking, side, now)
    return booking


def as_of(booking: Booking, at: int) -> Booking:
    """What was known of it then."""
    return replace(
        booking,
        member_joined_at=booking.member_joined_at if booking.member_joined_at <= at else 0,
        mentor_joined_at=booking.mentor_joined_at if booking.mentor_joined_at <= at else 0,
        finished_at=booking.finished_at if booking.finished_at <= at else 0,
        no_show_at=booking.no_show_at if booking.no_show_at <= at else 0,
        suspended_at=booking.suspended_at if booking.suspended_at <= at else 0,
    )


@bounded
@given(lives(), st.lists(st.integers(-1600, 11_000).map(lambda minutes: START + minutes * MINUTE), max_size=20))
def test_every_step_happens_once_however_time_is_cut(booking: Booking, cuts: list[int]) -> None:
    """Also where no more is known than had happened by the end of each piece."""
    ends = [0, *sorted(cuts), EVER]
    pieces = [
        step
        for after, until in zip(ends, ends[1:], strict=False)
        for step in steps_between(as_of(booking, until), POLICY, after, until)
    ]
    assert pieces == steps_between(booking, POLICY, 0, EVER)
    assert len({(step.name, step.mark) for step in pieces}) == len(pieces)


@bounded
@given(lives())
def test_no_step_comes_before_the_fact_behind_it(booking: Booking) -> None:
    for step in steps_between(booking, POLICY, 0, EVER):
        assert step.at >= booking.set_at
        assert step in steps_between(as_of(booking, step.at), POLICY, step.at - 1, step.at)


@bounded
@given(lives())
def test_whoever_looks_when_told_to_sees_every_step_at_its_instant(booking: Booking) -> None:
    """They look again whenever a fact is noted."""
    assert list(seen(booking)) == steps_between(booking, POLICY, 0, EVER)


def seen(booking: Booking) -> Iterator[SessionStep]:
    facts = {booking.member_joined_at, booking.mentor_joined_at, booking.finished_at, booking.no_show_at}
    facts = (facts | {booking.suspended_at}) - {0}
    at = 0
    while at < EVER:
        ahead = [each for each in (next_step_at(as_of(booking, at), POLICY, at), *facts) if each > at]
        if not ahead:
            return
        before, at = at, min(ahead)
        happened = steps_between(as_of(booking, at), POLICY, before, at)
        assert {step.at for step in happened} <= {at}
        yield from happened


# Strikes


def late(id: str, days: int) -> Booking:
    """Cancelled by the member a day ahead, to start that many days after the first."""
    booking = booked(id=id, starts_at=START + days * DAY)
    return replace(booking, cancelled=Cancellation(booking.starts_at - DAY, "member", late=True, counts=True))


def missed(id: str, days: int) -> Booking:
    booking = booked(id=id, starts_at=START + days * DAY)
    return no_show(with_joins(booking, mentor=booking.starts_at), booking.starts_at + 10 * MINUTE)


def held(id: str, days: int) -> Booking:
    booking = booked(id=id, starts_at=START + days * DAY)
    return with_joins(booking, booking.starts_at, booking.starts_at)


def unattended(id: str, days: int) -> Booking:
    return booked(id=id, starts_at=START + days * DAY)


def in_time(id: str, days: int) -> Booking:
    booking = booked(id=id, starts_at=START + days * DAY)
    return replace(booking, cancelled=Cancellation(booking.starts_at - 5 * DAY, "member", late=False, counts=True))


@pytest.mark.parametrize(
    ("strike", "others", "opens"),
    [
        (late("x", 7), [], False),
        (late("x", 7), [late("a", 0)], True),
        (missed("x", 7), [late("a", 0)], True),
        (late("x", 7), [missed("a", 14)], True),
        (late("x", 7), [late("a", 0), held("h", 3)], False),
        (late("x", 7), [late("a", 0), unattended("u", 3), in_time("c", 4)], True),
        (late("x", 7), [held("h", 0), in_time("c", 3), held("i", 9)], False),
        (late("x", 90), [late("a", 0), held("h", 3), late("b", 40), held("i", 50)], True),
        (late("x", 91), [late("a", 0), held("h", 3), late("b", 40), held("i", 50)], False),
        (late("x", 40), [late("a", 0), held("h", 3), late("b", 90), held("i", 50)], True),
        (late("x", 200), [late("a", 0), held("h", 1), late("b", 2), held("i", 3), late("c", 4), held("j", 99)], False),
    ],
)
def test_two_strikes_in_a_row_or_three_within_ninety_days(strike: Booking, others: list[Booking], opens: bool) -> None:
    found = opens_late_cancellation(strike, [*others, strike], POLICY, EVER + 365 * DAY)
    assert (found is not None) == opens
    if found is not None:
        assert (found.name, found.absent) == ("late_cancellation", "member")
        assert found.at == (strike.cancelled.at if strike.cancelled else strike.no_show_at)
