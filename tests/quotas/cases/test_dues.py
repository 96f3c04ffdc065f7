"""What happens in a case by itself, in the words of the rules, and that it is the same whoever looks when."""

from collections.abc import Callable
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quotas import instant
from quotas.cases.acts import CaseDoing, act, possible_actions, states_by_hand
from quotas.cases.dues import CaseStep, due_between, due_of, effect_at, next_step, settled
from quotas.cases.events import (
    ActivitySign,
    came_by_itself,
    clock_resumed,
    clock_stopped,
    conversation_ended,
    facts_told,
    member_active,
)
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case, CaseActor
from quotas.cases.rules import CaseAction, CaseKind, CommonAction, SuspendAction
from quotas.cases.table import CASES
from quotas.instant import DAY, HOUR, MINUTE
from quotas.memberships import Payer
from tests.quotas.cases.made import (
    ACTORS,
    ITSELF,
    LATER,
    MIA,
    NOW,
    SIRI,
    TOM,
    case_in,
    days,
    did,
    facts_for,
    needs_of,
    opened,
    told,
)
from tests.quotas.moments import OSLO, bounded

EVER = days(400)


def at(day: str) -> int:
    """The first instant of a day in Oslo."""
    return OSLO.start_of(date.fromisoformat(day))


def ended(case: Case, until: int = EVER) -> Case:
    return settled(case, OSLO, until, until)


# Ghosting


def test_ghosting_is_support_s_after_a_month_and_churned_two_months_later() -> None:
    """Months count from 31 January, so February's end shortens none of them. Support is told 7 days before."""
    case = ended(opened("ghosting"))
    assert told(case) == [
        "2026-01-31 opened",
        "2026-02-28 support_trying",
        "2026-04-23 reminder",
        "2026-04-30 churned",
    ]
    assert [instant.text(entry.at) for entry in case.history[1:]] == [
        "2026-02-27T23:00:00.000Z",
        "2026-04-22T22:00:00.000Z",
        "2026-04-29T22:00:00.000Z",
    ]
    assert {entry.noted_at for entry in case.history[1:]} == {EVER}
    assert case.effects == ("end_conversation", "stop_renewal")
    assert case.ended_at == at("2026-04-30")


def test_support_may_take_its_turn_early() -> None:
    """Its two months begin with the day on which it does."""
    case = did(opened("ghosting"), "support_trying", SIRI, at("2026-02-10") + HOUR)
    assert told(ended(case))[-2:] == ["2026-04-03 reminder", "2026-04-10 churned"]


@pytest.mark.parametrize("sign", ["message", "booking", "join", "read", "case", "quote"])
def test_any_activity_of_the_member_ends_a_ghosting(sign: ActivitySign) -> None:
    """To the last millisecond; what churned stays so."""
    case = opened("ghosting")
    back = member_active(case, OSLO, sign, at("2026-04-30") - 1)
    assert (back.state, back.ended_at, back.history[-1].because) == ("returned", at("2026-04-30") - 1, sign)
    assert member_active(case, OSLO, sign, at("2026-04-30")).state == "churned"
    assert member_active(opened("question"), OSLO, sign, NOW + 1).state == "open"


def test_an_attempt_that_reached_the_member_ends_a_ghosting() -> None:
    case = did(opened("ghosting"), "attempt", SIRI, note="no answer")
    assert case.state == "mentor_trying"
    back = did(case, "attempt", SIRI, reached=True)
    assert (back.state, back.history[-1].did, back.history[-1].because) == ("returned", "returned", "reached")
    assert did(opened("question"), "attempt", SIRI, reached=True).state == "open"


def test_the_clock_of_a_ghosting_stands_still_in_a_pause() -> None:
    """Its dues move by as long; while it stands there are none."""
    case = clock_stopped(opened("ghosting"), OSLO, days(1))
    due = due_of(case, OSLO)
    assert due is not None
    assert (due.at, next_step(case, OSLO)) == (None, None)
    assert clock_stopped(case, OSLO, days(5)) == case
    resumed = clock_resumed(case, days(11))
    assert told(ended(resumed)) == [
        "2026-01-31 opened",
        "2026-03-10 support_trying",
        "2026-05-03 reminder",
        "2026-05-10 churned",
    ]
    assert clock_resumed(resumed, days(12)) == resumed
    assert clock_stopped(opened("question"), OSLO, days(1)) == opened("question")


def test_a_ghosting_moved_or_opened_in_a_pause_begins_its_time_with_its_end() -> None:
    still = opened("ghosting", stands_still=True)
    by_hand = did(still, "support_trying", SIRI, days(3))
    assert next_step(by_hand, OSLO) is None
    assert [step.at for step in due_between(clock_resumed(by_hand, days(4)), OSLO, EVER)] == [
        at("2026-04-03") - 7 * DAY + DAY,
        at("2026-04-03") + DAY,
    ]
    resumed = clock_resumed(still, days(1))
    assert due_of(resumed, OSLO) == replace(due_of(opened("ghosting"), OSLO), at=at("2026-02-28") + DAY)  # type: ignore[type-var]
    assert opened("question", stands_still=True) == opened("question")


def test_each_pause_counts_until_support_begins_its_turn_by_hand() -> None:
    case = opened("ghosting")
    for day in (1, 11):
        case = clock_resumed(clock_stopped(case, OSLO, days(day)), days(day + 2))
    assert next_step(case, OSLO) == CaseStep(at("2026-02-28") + 4 * DAY, "moved", "support_trying")
    by_hand = did(case, "support_trying", SIRI, days(14))
    assert by_hand.since == days(14)
    assert ended(by_hand).ended_at == at("2026-04-14")


def test_a_ghosting_that_support_gives_back_to_the_mentor_begins_anew() -> None:
    case = settled(opened("ghosting"), OSLO, at("2026-03-05"), EVER)
    back = did(case, "mentor_trying", SIRI, at("2026-03-05"), note="they meet again")
    assert next_step(back, OSLO) == CaseStep(at("2026-04-05"), "moved", "support_trying")


def test_what_fell_due_before_a_pause_has_happened_when_it_begins() -> None:
    assert clock_stopped(opened("ghosting"), OSLO, EVER).state == "churned"
    assert clock_stopped(opened("ghosting"), OSLO, EVER).still_since == 0


# Cancellations


def test_a_report_that_the_member_does_not_follow_is_kept_after_14_days() -> None:
    """It ends nothing, and there is nothing to resume."""
    case = opened("membership_cancellation", TOM)
    assert due_between(case, OSLO, EVER) == [CaseStep(days(14), "moved", "kept")]
    assert (ended(case).state, ended(case).effects) == ("kept", ())


def test_only_the_member_or_support_s_record_makes_a_cancellation_official() -> None:
    case = opened("membership_cancellation", TOM)
    assert "official" not in possible_actions(case, TOM)
    for actor in (MIA, SIRI):
        official = did(case, "official", actor)
        assert official.effects == ("stop_renewal", "list_bookings_after", "tell_business")
        assert "withdraw" not in possible_actions(official, TOM)


def test_an_official_cancellation_ends_when_what_is_paid_does() -> None:
    case = opened("membership_cancellation", MIA)
    over = ended(case)
    assert (over.state, over.ended_at, over.effects) == ("ended", at("2026-02-20"), ("end_all_conversations",))
    longer = facts_told(case, OSLO, CaseFacts(paid_until=date(2026, 3, 1)), days(1))
    assert ended(longer).ended_at == at("2026-03-01")
    passed = facts_told(case, OSLO, CaseFacts(paid_until=date(2026, 1, 1)), days(1))
    assert ended(passed).ended_at == days(1)
    late = did(
        opened("membership_cancellation", TOM),
        "official",
        MIA,
        at("2026-02-14") - 1,
        facts=CaseFacts(asked_on=date(2026, 2, 13), paid_until=date(2026, 2, 1)),
    )
    assert ended(late).ended_at == at("2026-02-14") - 1
    assert facts_told(over, OSLO, CaseFacts(paid_until=date(2027, 3, 1)), EVER) == over


def test_until_then_the_member_may_take_a_cancellation_back() -> None:
    case = opened("membership_cancellation", MIA)
    kept = did(case, "kept", MIA, at("2026-02-20") - 1)
    assert (kept.state, kept.effects) == ("kept", ("resume_renewal",))
    assert did(case, "withdraw", MIA).effects == ("resume_renewal",)
    assert possible_actions(ended(case), MIA) == ()


def test_a_cancellation_follows_the_member_through_a_switch() -> None:
    case = opened("membership_cancellation", MIA)
    after = conversation_ended(case, OSLO, "switched", days(1), successor="c2")
    assert (after.conversation, after.state, after.history[-1].did) == ("c2", "official", "followed")
    assert ended(after).ended_at == at("2026-02-20")
    alone = conversation_ended(case, OSLO, "ended", days(1))
    assert (alone.state, alone.conversation) == ("overtaken", "c")


def test_when_a_conversation_ends_its_other_cases_are_overtaken() -> None:
    for kind in CASES:
        case = opened(kind, TOM if kind == "misconduct" else None)
        after = conversation_ended(case, OSLO, "churned", NOW + MINUTE)
        assert (after.state, after.ended_at, after.history[-1].because) == ("overtaken", NOW + MINUTE, "churned")
        assert conversation_ended(after, OSLO, "churned", NOW + DAY) == after


# A switch


def test_a_switch_that_is_proposed_is_accepted_asked_again_or_declined() -> None:
    proposed = did(did(opened("mentor_switch"), "exploring", SIRI), "proposed", SIRI)
    assert {"switched", "exploring", "kept"} <= {*possible_actions(proposed, MIA)}
    again = did(did(proposed, "exploring", MIA), "proposed", SIRI, facts=CaseFacts(mentor="kim", chemistry=True))
    assert (again.facts.mentor, again.facts.chemistry) == ("kim", True)
    assert did(again, "switched", MIA).effects == ("hand_on",)
    assert did(again, "kept", MIA).effects == ("close_first_call",)
    assert did(proposed, "kept", MIA).effects == ()


# Sessions beside the plan


def test_a_one_off_lapses_30_days_after_its_approval() -> None:
    case = case_in("one_off_session", "approved")
    assert case.effects == ("open_guest",)
    lapsed = ended(case)
    assert (lapsed.state, lapsed.ended_at, lapsed.effects) == ("lapsed", days(30), ("close_guest",))
    assert did(opened("one_off_session"), "declined", SIRI).effects == ()


def test_a_one_off_is_done_however_its_booking_ends() -> None:
    """At its end as it stands, which goes along when it is moved; or when it is told how it ended."""
    case = case_in("one_off_session", "booked")
    assert (ended(case).state, ended(case).ended_at) == ("done", LATER)
    moved = facts_told(case, OSLO, CaseFacts(ends_at=LATER + DAY), days(1))
    assert ended(moved).ended_at == LATER + DAY
    gone = did(case, "done", ITSELF, facts=CaseFacts(outcome="cancelled"))
    assert (gone.facts.outcome, gone.effects) == ("cancelled", ("close_guest_later",))


def test_a_quote_lapses_after_14_days_and_accepting_it_books() -> None:
    case = did(opened("extra_session"), "quoted", TOM, NOW)
    assert (ended(case).state, ended(case).ended_at) == ("lapsed", days(14))
    assert did(case, "booked", MIA, days(14) - 1).effects == ("book",)


def test_an_extra_session_of_a_business_is_approved_and_costs_nothing() -> None:
    case = opened("extra_session", payer="business")
    assert "quoted" not in possible_actions(case, SIRI)
    approved = did(case, "approved", SIRI, NOW)
    assert (approved.facts.price, ended(approved).ended_at) == (None, days(30))


def test_a_cadence_applies_from_the_next_period_on() -> None:
    """A consumer's member confirms; a business' support approves first."""
    case = did(opened("cadence_change"), "confirmed", MIA)
    assert (ended(case).state, ended(case).ended_at) == ("applied", at("2026-02-20"))
    assert ended(case).effects == ("apply_cadence",)
    business = opened("cadence_change", payer="business")
    assert "confirmed" not in possible_actions(business, MIA)
    assert "confirmed" in possible_actions(did(business, "approved", SIRI), MIA)


# Misconduct


def reported(**facts: object) -> Case:
    return opened("misconduct", TOM, facts=CaseFacts(person="mia", **facts))  # type: ignore[arg-type]


def test_misconduct_is_due_in_an_hour() -> None:
    due = due_of(reported(), OSLO)
    assert due is not None
    assert (due.at, due.by) == (NOW + HOUR, "support")
    assert reported().suspension is None


def test_a_suspension_that_the_reporter_asked_for_lapses_after_24_hours() -> None:
    """It begins at once; unless support confirms it."""
    case = reported(suspend=True)
    assert case.suspension is not None
    assert (case.suspension.at, case.suspension.lapses_at) == (NOW, NOW + DAY)
    assert ended(case, NOW + DAY - 1).suspension == case.suspension
    assert ended(case, NOW + DAY).suspension is None
    assert told(ended(case)) == ["2026-01-31 opened", "2026-01-31 overdue", "2026-02-01 suspension_lapsed"]
    confirmed = did(case, "suspend", SIRI, NOW + HOUR)
    assert ended(confirmed).suspension == replace(case.suspension, lapses_at=0)
    assert "suspend" not in possible_actions(confirmed, SIRI)


def test_support_suspends_and_lifts_and_every_end_lifts() -> None:
    case = did(reported(), "suspend", SIRI, NOW + 1)
    assert case.suspension is not None
    assert (case.suspension.at, case.suspension.lapses_at) == (NOW + 1, 0)
    assert did(case, "reviewing", SIRI).suspension == case.suspension
    assert did(case, "lift", SIRI).suspension is None
    for end in ("dismissed", "warned", "removed"):
        assert did(case, end, SIRI).suspension is None
    by_support = opened("misconduct", SIRI, facts=CaseFacts(person="tom", suspend=True))
    assert by_support.suspension is not None
    assert by_support.suspension.lapses_at == 0


# Dues of which support is told


def test_past_a_due_support_is_told_once_and_the_state_stays() -> None:
    case = opened("question", MIA)
    assert due_between(case, OSLO, EVER) == [CaseStep(days(2), "overdue", "open")]
    late = ended(case, days(3))
    assert (late.state, due_between(late, OSLO, EVER)) == ("open", [])
    due = due_of(late, OSLO)
    assert due is not None
    assert due.at == days(2)
    assert did(late, "answered", SIRI, days(4)).state == "answered"
    again = did(late, "open", SIRI, days(4), note="asked once more")
    assert due_between(again, OSLO, EVER) == [CaseStep(days(6), "overdue", "open")]


def test_an_urgent_note_is_due_in_an_hour() -> None:
    assert due_between(opened("urgent_note"), OSLO, EVER) == [CaseStep(NOW + HOUR, "overdue", "open")]


def test_an_urgent_note_that_the_mentor_reads_is_seen_by_itself() -> None:
    """What fell due before comes first, and what has ended is not ended again."""
    case = opened("urgent_note")
    seen = came_by_itself(case, OSLO, "seen", NOW + 2 * HOUR, because="read")
    assert [(entry.at, entry.did, entry.because) for entry in seen.history[1:]] == [
        (NOW + HOUR, "overdue", ""),
        (NOW + 2 * HOUR, "seen", "read"),
    ]
    assert (seen.state, seen.ended_at, seen.history[-1].role) == ("seen", NOW + 2 * HOUR, "system")
    assert came_by_itself(seen, OSLO, "seen", NOW + DAY) == seen


# When effects are done


def test_messages_kept_as_evidence_are_dropped_on_the_day_that_was_named() -> None:
    """Or at once, where the case ended later or no day was named; the warning does not wait for it."""
    until = CaseFacts(evidence_until=date(2026, 3, 1))
    warned = did(reported(), "warned", SIRI, days(1), facts=until, note="the police asked for it")
    assert warned.effects == ("warn_person", "drop_evidence")
    assert [effect_at(warned, effect, OSLO) for effect in warned.effects] == [days(1), at("2026-03-01")]
    reviewing = did(reported(), "reviewing", SIRI, days(1), facts=until, note="the police asked for it")
    assert effect_at(did(reviewing, "warned", SIRI, days(60)), "drop_evidence", OSLO) == days(60)
    assert effect_at(did(reported(), "warned", SIRI, days(1)), "drop_evidence", OSLO) == days(1)


def test_a_guest_stays_a_week_after_a_one_off_that_is_done() -> None:
    """There is something left to say; where nothing came of it, they leave at once."""
    done = did(case_in("one_off_session", "booked"), "done", ITSELF, days(1))
    declined = did(case_in("one_off_session", "approved"), "declined", SIRI, days(1))
    assert [(effect, effect_at(case, effect, OSLO)) for case in (done, declined) for effect in case.effects] == [
        ("close_guest_later", days(8)),
        ("close_guest", days(1)),
    ]


# Time, cut in any way


Happening = Callable[[Case, int], Case]
"""What befalls a case at an instant."""
PAUSES = (1, HOUR, DAY, 7 * DAY, 14 * DAY, 30 * DAY, 61 * DAY)


def acting(action: CaseAction, actor: CaseActor, reached: bool) -> Happening:
    """Where it is refused, nothing comes of it."""

    def do(case: Case, now: int) -> Case:
        said = CaseDoing(action, facts_for(needs_of(case, action)), note="why", assignee="siri", reached=reached)
        after = act(case, said, actor, OSLO, now)
        return after if isinstance(after, Case) else case

    return do


def showing(sign: ActivitySign) -> Happening:
    return lambda case, now: member_active(case, OSLO, sign, now)


def ending(successor: str) -> Happening:
    return lambda case, now: conversation_ended(case, OSLO, "switched", now, successor)


def stopping(case: Case, now: int) -> Case:
    return clock_stopped(case, OSLO, now)


def telling(case: Case, now: int) -> Case:
    return facts_told(case, OSLO, CaseFacts(ends_at=now - DAY), now)


actions: st.SearchStrategy[CaseAction] = st.sampled_from(
    [
        *{state.name for rule in CASES.values() for state in rule.states},
        *get_args(CommonAction),
        *get_args(SuspendAction),
    ]
)
happenings: st.SearchStrategy[Happening] = st.one_of(
    st.builds(acting, actions, st.sampled_from([*ACTORS.values()]), st.booleans()),
    st.builds(acting, actions, st.just(SIRI), st.booleans()),
    st.builds(showing, st.sampled_from(get_args(ActivitySign))),
    st.builds(ending, st.sampled_from(("", "c2"))),
    st.sampled_from((stopping, clock_resumed, telling)),
)
histories = st.lists(st.tuples(st.sampled_from(PAUSES), happenings), max_size=6)
"""How long after the one before, and what."""


def dated(history: list[tuple[int, Happening]]) -> list[tuple[int, Happening]]:
    """With the instants in the place of the pauses."""
    return [(NOW + sum(pause for pause, _ in history[: place + 1]), do) for place, (_, do) in enumerate(history)]


def without_noting(case: Case) -> Case:
    """But for when its history was written down."""
    return replace(case, history=tuple(replace(entry, noted_at=0) for entry in case.history))


openings: st.SearchStrategy[tuple[CaseKind, Payer]] = st.tuples(
    st.sampled_from([*CASES]), st.sampled_from(get_args(Payer))
)


@bounded
@given(openings, histories, st.lists(st.integers(0, 400), max_size=4))
def test_a_history_is_the_same_however_often_and_late_somebody_looks(
    opening: tuple[CaseKind, Payer], history: list[tuple[int, Happening]], looks: list[int]
) -> None:
    """Its lines are in order, none is noted before it is due, and an end is for good."""
    seldom = often = opened(opening[0], payer=opening[1])
    waiting = sorted(days(look) for look in looks)
    for now, do in dated(history):
        while waiting and waiting[0] < now:
            often = settled(often, OSLO, waiting[0], waiting.pop(0))
        before = settled(seldom, OSLO, now, now)
        seldom, often = do(seldom, now), do(often, now)
        assert before.is_open or settled(seldom, OSLO, now, now) == before
    for look in waiting:
        often = settled(often, OSLO, look, look)
    seldom, often = ended(seldom, 2 * EVER), ended(often, 2 * EVER)
    assert without_noting(seldom) == without_noting(often)
    assert due_between(seldom, OSLO, 2 * EVER) == []
    assert [entry.at for entry in seldom.history] == sorted(entry.at for entry in seldom.history)
    assert all(entry.noted_at >= entry.at for entry in seldom.history)
    assert seldom.is_open != seldom.state_rule.is_end
    assert seldom.is_open or (possible_actions(seldom, SIRI), states_by_hand(seldom)) == ((), ())


@bounded
@given(openings, histories)
def test_what_is_said_to_come_comes(opening: tuple[CaseKind, Payer], history: list[tuple[int, Happening]]) -> None:
    """One by one, in order, as `due_between` says them from anywhere in between."""
    case = opened(opening[0], payer=opening[1])
    for now, do in dated(history):
        case = do(case, now)
    steps = due_between(case, OSLO, 2 * EVER)
    assert next_step(case, OSLO) == next(iter(steps), None)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    for step in steps:
        later = settled(case, OSLO, step.at, step.at)
        assert due_between(later, OSLO, 2 * EVER) == [each for each in steps if each.at > step.at]
