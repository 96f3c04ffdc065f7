"""Opening a case and doing something with it: who may, what must be said, what it leaves in the history."""

from datetime import date

import pytest
from msgspec import json

from quotas.bookings import Price
from quotas.cases.acts import CaseDoing, CaseNotNow, act, possible_actions, states_by_hand
from quotas.cases.events import conversation_ended
from quotas.cases.facts import EARLIEST_DAY, LATEST_DAY, CaseFacts, facts_problem, whole_problem
from quotas.cases.record import Case, CaseActor, CaseEntry, CaseFault, CaseRefused, open_case, written_down_at
from quotas.cases.rules import CaseKind
from quotas.cases.sight import in_the_way
from quotas.cases.table import CASES
from quotas.instant import DAY
from quotas.money import MOST
from tests.quotas.cases.made import ACTORS, GUEST, ITSELF, LATER, MIA, NOW, SIRI, TOM, days, did, opened
from tests.quotas.moments import OSLO


def asked(kind: CaseKind, by: CaseActor, **said: object) -> Case | CaseRefused | CaseFault:
    return open_case("k", kind, conversation="c", member="mia", by=by, now=NOW, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", CASES)
def test_who_may_open_each_kind(kind: CaseKind) -> None:
    """Who the table names, and support always."""
    named = {opening.by for opening in CASES[kind].opened}
    assert "support" in named
    for role, actor in ACTORS.items():
        made = asked(kind, actor)
        assert (made == CaseRefused("not_yours")) == (role not in named)


def test_a_case_as_it_is_opened() -> None:
    facts = CaseFacts(number=2, reason="before an interview")
    case = asked("extra_session", MIA, facts=facts, note="Two, please.", payer="business")
    assert isinstance(case, Case)
    assert (case.state, case.reached, case.opener, case.facts, case.is_open) == (
        "requested",
        ("requested",),
        MIA,
        facts,
        True,
    )
    assert case.history == (CaseEntry(NOW, NOW, "mia", "member", "opened", "Two, please.", "shared", facts=facts),)
    assert json.decode(json.encode(case), type=Case) == case


def test_support_opens_a_case_for_somebody() -> None:
    """It is theirs, and begins where theirs do; the history says who did it."""
    mentors = opened("membership_cancellation", SIRI, opened_for=TOM, facts=CaseFacts())
    assert (mentors.state, mentors.opener, mentors.history[0].who) == ("reported", TOM, "siri")
    facts = CaseFacts(asked_on=date(2026, 1, 30), paid_until=date(2026, 2, 20))
    members = opened("membership_cancellation", SIRI, opened_for=MIA, facts=facts)
    assert (members.state, members.opener) == ("official", MIA)
    assert "withdraw" in possible_actions(members, MIA)
    assert "withdraw" not in possible_actions(members, SIRI)
    urgent = opened("urgent_note", ITSELF, opened_for=MIA)
    assert (urgent.opener, urgent.history[0].role) == (MIA, "system")


def test_another_cadence_is_for_plans_that_have_one() -> None:
    facts = CaseFacts(to="weekly", reason="support")
    assert asked("cadence_change", MIA, facts=facts, has_cadence=False) == CaseRefused("no_cadence")
    assert isinstance(asked("cadence_change", MIA, facts=facts), Case)
    assert isinstance(asked("question", MIA, has_cadence=False), Case)


@pytest.mark.parametrize(
    ("kind", "by", "facts", "problem"),
    [
        ("extra_session", MIA, CaseFacts(), "`number` is missing"),
        ("extra_session", MIA, CaseFacts(number=3), "`number` must lie from 1 to 2"),
        ("extra_session", MIA, CaseFacts(number=0), "`number` must lie from 1 to 2"),
        ("cadence_change", MIA, CaseFacts(to="weekly"), "`reason` is missing"),
        (
            "cadence_change",
            MIA,
            CaseFacts(to="weekly", reason="fun"),
            "`reason` must be one of cost, time, travel, support",
        ),
        ("question", MIA, CaseFacts(units=1), "`units` is no fact of this; allowed: reason"),
        ("membership_cancellation", MIA, CaseFacts(), "`asked_on` is missing"),
        ("credit_correction", MIA, CaseFacts(units=0), "`units` must not be 0; allowed: -1000 to 1000"),
        ("credit_correction", MIA, CaseFacts(units=-1001), "`units` must not be 0; allowed: -1000 to 1000"),
        ("credit_correction", MIA, CaseFacts(units=2**70), "`units` must not be 0; allowed: -1000 to 1000"),
        ("misconduct", TOM, CaseFacts(), "`person` is missing"),
    ],
)
def test_facts_that_are_wrong_are_told_by_name(kind: CaseKind, by: CaseActor, facts: CaseFacts, problem: str) -> None:
    assert asked(kind, by, facts=facts) == CaseFault(problem)


def test_facts_of_a_state() -> None:
    """One of each group; a length and starts such as bookings have; as many starts as sessions."""
    groups = (("mentor",), ("replaces", "price"))
    assert facts_problem(CaseFacts(mentor="gro"), groups, (), ()) == "`replaces` or `price` is missing"  # type: ignore[arg-type]
    both = CaseFacts(mentor="gro", replaces="b", price=Price(1, "NOK"))
    assert facts_problem(both, groups, (), ()) == "`replaces` and `price` exclude each other"  # type: ignore[arg-type]
    assert facts_problem(CaseFacts(minutes=40), (), ("minutes",), ()) == "`minutes` must be one of 30, 45, 60, 90"
    assert facts_problem(CaseFacts(minutes=45), (), ("minutes",), ()) is None
    assert "quarter" in (facts_problem(CaseFacts(starts_at=(LATER + 1,)), (), ("starts_at",), ()) or "")
    assert facts_problem(CaseFacts(starts_at=(LATER,)), (), ("starts_at",), ()) is None
    assert whole_problem(CaseFacts(number=1, starts_at=(LATER,))) is None


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        (
            CaseFacts(price=Price(MOST, "NOK")),
            CaseFacts(price=Price(MOST + 1, "NOK")),
            f"`price`.`amount` must lie from 0 to {MOST}",
        ),
        (
            CaseFacts(price=Price(0, "EUR")),
            CaseFacts(price=Price(0, "kr")),
            "`price`.`currency`: 'kr' is no currency; use a code of ISO 4217 in capitals, such as 'NOK' or 'EUR'",
        ),
        (
            CaseFacts(messages=("m",) * 50),
            CaseFacts(messages=("m",) * 51),
            "`messages` must name 1 to 50 messages",
        ),
        (CaseFacts(messages=("m",)), CaseFacts(messages=()), "`messages` must name 1 to 50 messages"),
        (
            CaseFacts(paid_until=EARLIEST_DAY),
            CaseFacts(paid_until=date(1970, 1, 1)),
            "`paid_until` must lie from 1970-01-02 to 2199-12-30",
        ),
        (
            CaseFacts(evidence_until=LATEST_DAY),
            CaseFacts(evidence_until=date(2199, 12, 31)),
            "`evidence_until` must lie from 1970-01-02 to 2199-12-30",
        ),
    ],
)
def test_values_of_facts_have_bounds(right: CaseFacts, wrong: CaseFacts, problem: str) -> None:
    """The last value that is allowed, and the first that is not, with the sentence that says what is."""
    takes = ("price", "messages", "paid_until", "evidence_until")
    assert facts_problem(right, (), takes, ()) is None  # type: ignore[arg-type]
    assert facts_problem(wrong, (), takes, ()) == problem  # type: ignore[arg-type]


def test_messages_are_kept_as_evidence_for_a_reason_and_until_a_later_day() -> None:
    """They outlast the erasure of whoever wrote them: that is not done without a word, nor for no time at all."""
    case = opened("misconduct")
    for until, note, problem in (
        (date(2026, 2, 1), "", "`note` is missing: messages that are kept need a reason"),
        (date(2026, 1, 31), "the police", "`evidence_until` must be a day after today, 2026-01-31"),
    ):
        doing = CaseDoing("reviewing", CaseFacts(evidence_until=until), note)
        assert act(case, doing, SIRI, OSLO, NOW) == CaseFault(problem)
    kept = did(case, "reviewing", SIRI, facts=CaseFacts(evidence_until=date(2026, 2, 1)), note="the police")
    assert (kept.state, kept.facts.evidence_until) == ("reviewing", date(2026, 2, 1))


def test_what_is_written_down_late_says_when_it_happened_and_when_it_was_noted() -> None:
    """Whoever was down meanwhile shows it: the lines' own instants stay."""
    case = did(opened("question"), "answered", SIRI, days(1))
    late = written_down_at(case, days(3))
    assert [(entry.at, entry.noted_at) for entry in late.history] == [(NOW, days(3)), (days(1), days(3))]
    assert late.ended_at == days(1)


def test_a_quote_names_a_start_for_each_session() -> None:
    case = opened("extra_session", facts=CaseFacts(number=2))
    quote = CaseDoing("quoted", CaseFacts(price=Price(90_000, "NOK"), starts_at=(LATER,)))
    assert act(case, quote, TOM, OSLO, NOW) == CaseFault("`starts_at` must name as many starts as `number` says: 2")
    quote = CaseDoing("quoted", CaseFacts(price=Price(90_000, "NOK"), starts_at=(LATER, LATER + DAY)))
    assert isinstance(act(case, quote, TOM, OSLO, NOW), Case)


def test_what_is_not_possible_names_what_is() -> None:
    case = opened("mentor_switch", MIA)
    assert act(case, CaseDoing("switched"), MIA, OSLO, NOW) == CaseNotNow(("note", "withdraw"))
    assert act(case, CaseDoing("withdraw"), TOM, OSLO, NOW) == CaseNotNow(())
    assert possible_actions(case, SIRI) == ("exploring", "proposed", "kept", "note", "assign", "attempt")
    assert act(case, CaseDoing("churned", note="why"), SIRI, OSLO, NOW) == CaseNotNow(possible_actions(case, SIRI))


def test_what_fell_due_comes_before_what_is_done() -> None:
    """At the very instant too: who comes then comes late."""
    case = did(opened("extra_session"), "quoted", TOM, NOW)
    assert act(case, CaseDoing("booked"), MIA, OSLO, days(14)) == CaseNotNow(())
    assert isinstance(act(case, CaseDoing("booked"), MIA, OSLO, days(14) - 1), Case)


def test_support_moves_a_case_by_hand_with_a_reason() -> None:
    """To any state of its kind, with the facts that it asks for, and with its time anew; not from an end."""
    case = opened("one_off_session")
    assert states_by_hand(case) == ("requested", "approved", "booked", "done", "declined", "lapsed")
    assert act(case, CaseDoing("lapsed"), SIRI, OSLO, NOW) == CaseFault(
        "`note` is missing: a move by hand needs its reason"
    )
    assert act(case, CaseDoing("booked", note="they met"), SIRI, OSLO, NOW) == CaseFault("`booking` is missing")
    moved = did(case, "booked", SIRI, note="they met")
    assert (moved.state, moved.history[-1].did, moved.history[-1].note) == ("booked", "moved:booked", "they met")
    assert isinstance(act(case, CaseDoing("booked", note="they met"), TOM, OSLO, NOW), CaseNotNow)
    gone = did(case, "withdraw", MIA)
    assert (states_by_hand(gone), possible_actions(gone, SIRI), gone.effects) == ((), (), ())
    assert act(gone, CaseDoing("approved", note="after all"), SIRI, OSLO, NOW) == CaseNotNow(())


def test_notes_are_for_support_or_shared_with_who_opened_it() -> None:
    case = opened("question", MIA)
    inside = did(case, "note", SIRI, note="ask finance")
    shared = did(inside, "note", SIRI, note="We are asking.", audience="shared")
    answer = did(shared, "note", MIA, note="Thank you.")
    assert [(entry.who, entry.note, entry.audience) for entry in answer.history[1:]] == [
        ("siri", "ask finance", "internal"),
        ("siri", "We are asking.", "shared"),
        ("mia", "Thank you.", "shared"),
    ]
    assert act(case, CaseDoing("note", CaseFacts(units=1)), SIRI, OSLO, NOW) == CaseFault(
        "`units` is no fact of this; allowed: none"
    )


def test_the_answer_to_a_question_is_shared_unless_support_says_otherwise() -> None:
    case = opened("question", MIA)
    assert did(case, "answered", SIRI, note="By card.").history[-1].audience == "shared"
    assert did(case, "answered", SIRI, note="By phone.", audience="internal").history[-1].audience == "internal"


def test_what_a_member_says_who_cancels_is_not_for_the_mentor_who_reported_it() -> None:
    """Who did not open a case writes to support, unless they say otherwise."""
    case = opened("membership_cancellation", TOM)
    official = did(case, "official", MIA, note="It is him.")
    assert official.history[-1].audience == "internal"
    quoted = did(opened("extra_session", TOM), "quoted", TOM)
    declined = did(quoted, "declined", MIA, note="Too late for me.", audience="shared")
    assert declined.history[-1].audience == "shared"


def test_an_assignee_is_set_and_taken_away() -> None:
    case = did(opened("question"), "assign", SIRI, assignee="siri")
    assert (case.assignee, case.state) == ("siri", "open")
    assert did(case, "assign", SIRI).assignee == ""


# One open case per kind and conversation


def test_an_open_case_stands_in_the_way_of_another_of_its_kind() -> None:
    case = opened("extra_session", MIA)
    for actor in (MIA, TOM, SIRI, ITSELF):
        found = in_the_way([case], actor, "extra_session")
        assert found is not None
        assert (found.case, found.joins) == (case, None)
        assert in_the_way([case], actor, "question") is None
    over = conversation_ended(case, OSLO, "ended", NOW)
    assert in_the_way([over], MIA, "extra_session") is None


def test_a_case_that_one_may_not_know_of_is_in_nobody_s_way() -> None:
    """A refusal would tell of it: of a report above all."""
    for kind, opener, other in (("misconduct", TOM, MIA), ("mentor_switch", MIA, TOM), ("question", MIA, TOM)):
        case = opened(kind, opener)  # type: ignore[arg-type]
        assert in_the_way([case], other, kind) is None  # type: ignore[arg-type]
        assert in_the_way([case], opener, kind) is not None  # type: ignore[arg-type]
        assert in_the_way([case], SIRI, kind) is not None  # type: ignore[arg-type]


def test_the_member_s_own_request_makes_a_report_official() -> None:
    """The opening is a move of the case that the mentor opened, of which the member was told nothing."""
    case = opened("membership_cancellation", TOM)
    found = in_the_way([opened("question", TOM), case], MIA, "membership_cancellation")
    assert found is not None
    assert (found.case, found.joins) == (case, "official")
    again = in_the_way([did(case, "official", MIA)], MIA, "membership_cancellation")
    assert again is not None
    assert again.joins is None


def test_a_guest_only_looks_on() -> None:
    for kind in CASES:
        assert possible_actions(opened(kind), GUEST) == ()
