"""Which rows of the board look otherwise than before, and what is said of them."""

from msgspec.structs import replace

from chatserver.replies.board_rows import BoardRows
from quotas.instant import HOUR
from quotas.ledger.open_waits import OpenWait
from quotas.plans import Always, CalendarPolicy, EscalationStep, Plan, Policy, ReplyPromise

STEPS = (
    EscalationStep(("mentor", "substitute"), before_hours=4),
    EscalationStep(("support",), before_hours=0),
    EscalationStep(("support",), after_hours=48),
)
POLICY = Policy(CalendarPolicy(), {"open": Plan(writing=Always(), reply=ReplyPromise(escalation=STEPS))})
DUE = 100 * HOUR
WAIT = OpenWait("c1", DUE - 24 * HOUR, DUE, False, "mia", "tora", "open")


def test_a_row_is_another_one_when_something_about_it_is() -> None:
    """And the same object until then, so that comparing thousands is quick."""
    rows = BoardRows(POLICY, steps=False)

    def look(wait: OpenWait, now: int, substitute: str = "") -> object:
        return rows.looks([wait], now, {"tora": substitute} if substitute else {})["c1"]

    first = look(WAIT, DUE - 2)
    assert look(WAIT, DUE) is first
    late = look(WAIT, DUE + 1)
    assert late != first
    assert look(WAIT, DUE + HOUR) is late
    assert look(WAIT, DUE) == first, "a clock that was set back"
    assert look(WAIT, DUE, "stine") != first
    assert look(replace(WAIT), DUE) == first
    assert look(replace(WAIT, missed=True), DUE) != first
    assert rows.looks([], DUE, {}) == {}


def test_steps_are_over_one_by_one() -> None:
    """A row without them does not change at their instants."""
    rows, plain = BoardRows(POLICY, steps=True), BoardRows(POLICY, steps=False)
    seen, unchanged = [], []
    for now in (DUE - 5 * HOUR, DUE - 4 * HOUR, DUE, DUE + 24 * HOUR):
        look = rows.looks([WAIT], now, {"tora": "stine"})["c1"]
        steps = rows.row(look, now).steps
        assert steps is not None
        seen.append([step.told for step in steps])
        unchanged.append(plain.looks([WAIT], now, {})["c1"])
        assert plain.row(unchanged[-1], now).steps is None
    assert seen == [[False] * 3, [True, False, False], [True, True, False], [True] * 3]
    assert unchanged[0] is unchanged[1] is unchanged[2]
    last = rows.row(rows.looks([WAIT], DUE, {})["c1"], DUE).steps
    assert last is not None
    assert [step.to for step in last] == [["mentor"], ["support"], ["support"]]


def test_a_plan_that_is_gone_has_no_steps() -> None:
    rows = BoardRows(POLICY, steps=True)
    gone = replace(WAIT, plan="gone")
    assert rows.row(rows.looks([gone], DUE, {})["c1"], DUE).steps == []
