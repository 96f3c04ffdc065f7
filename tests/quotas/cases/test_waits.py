"""States wait as long as the policy says that held when a case came into them."""

from datetime import date

from quotas.case_policy import CaseWait
from quotas.cases.dues import due_of, played, with_wait
from quotas.cases.record import Case, entered
from quotas.instant import DAY, HOUR
from tests.quotas.cases.made import LATER, NOW, case_in, days, opened
from tests.quotas.moments import OSLO, oslo


def due_at(case: Case) -> int | None:
    due = due_of(case, OSLO)
    assert due is not None
    return due.at


def test_hours_days_and_months_in_the_place_of_the_tables() -> None:
    question = opened("question")
    assert due_at(with_wait(question, CaseWait(hours=3))) == NOW + 3 * HOUR
    assert due_at(with_wait(question, CaseWait(days=5))) == NOW + 5 * DAY
    assert due_at(with_wait(question, CaseWait(months=1))) == OSLO.start_of(date(2026, 2, 28))
    assert due_at(with_wait(question, None)) == due_at(question)


def test_a_due_that_rests_on_a_fact_has_no_length() -> None:
    official = case_in("membership_cancellation", "official")
    assert with_wait(official, CaseWait(days=1)) == official
    assert due_at(official) == LATER


def test_the_next_state_waits_as_the_table_has_it() -> None:
    case = entered(with_wait(opened("ghosting"), CaseWait(days=10)), "support_trying", days(10))
    assert case.wait is None
    assert due_at(case) == OSLO.start_of(date(2026, 4, 10))


def test_months_count_on_only_from_months() -> None:
    """Days begin when the state does, also where the state before counted months."""
    [(step, after), *_] = played(opened("ghosting"), OSLO, oslo("2026-03-01T00:00:00"), NOW)
    assert (step.state, after.anchor, after.counted) == ("support_trying", NOW, 1)
    waiting = with_wait(after, CaseWait(days=10, reminder_days=2))
    assert due_at(waiting) == step.at + 10 * DAY
    assert [(each.name, each.at - step.at) for each, _ in played(waiting, OSLO, days(400), NOW)] == [
        ("reminder", 8 * DAY),
        ("moved", 10 * DAY),
    ]
    in_months = with_wait(after, CaseWait(months=1))
    assert due_at(in_months) == OSLO.start_of(date(2026, 3, 31))
