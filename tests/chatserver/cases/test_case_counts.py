"""What operators see of cases: how many are open and overdue, by kind and state, and whether steps are done in time."""

from chatserver.cases.case_counts import WAITING, CaseCount, CaseCounts
from quotas.cases.table import CASES
from quotas.instant import HOUR, MINUTE
from tests.chatserver.cases.case_desk import MIA, OLA, SARA, TOM, CaseDesk


async def counted(desk: CaseDesk) -> CaseCount:
    found = await CaseCounts(desk.database, desk.clock).latest()
    assert found is not None
    return found


def there(numbers: CaseCount) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Open and overdue, without zeros."""
    return tuple({key: value for key, value in each.items() if value} for each in (numbers.open, numbers.overdue))  # type: ignore[return-value]


async def test_open_and_overdue_by_kind_and_state(desk: CaseDesk) -> None:
    await desk.opened("q", "question", MIA)
    await desk.opened("q", "question", OLA, conversation="c2")
    report = (await desk.opened("r", "misconduct", MIA, person="tom")).case.id
    await desk.opened("g", "ghosting", TOM)
    assert there(await counted(desk)) == (
        {("question", "open"): 2, ("misconduct", "reported"): 1, ("ghosting", "mentor_trying"): 1},
        {},
    )
    await desk.later(60)
    assert there(await counted(desk))[1] == {}
    await desk.later(1)
    assert there(await counted(desk))[1] == {("misconduct", "reported"): 1}
    await desk.acted(report, "dismissed", SARA)
    assert there(await counted(desk)) == ({("question", "open"): 2, ("ghosting", "mentor_trying"): 1}, {})


async def test_every_state_has_a_number(desk: CaseDesk) -> None:
    """A series that comes and goes would hide what happened before it came."""
    found = await counted(desk)
    assert {*found.open} == {*found.overdue} == {*WAITING}
    assert {kind for kind, _ in WAITING} == {*CASES}
    assert found.late == 0


async def test_a_step_that_nobody_does_is_late_until_it_is_done(desk: CaseDesk) -> None:
    ref = (await desk.opened("r", "misconduct", MIA, person="tom")).case.id
    await desk.later(70)
    assert (await counted(desk)).late == 10 * MINUTE
    await desk.ring(ref)
    assert (await counted(desk)).late == 0
    assert there(await counted(desk))[1] == {("misconduct", "reported"): 1}


async def test_they_are_counted_anew_after_some_seconds_only(desk: CaseDesk) -> None:
    counts = CaseCounts(desk.database, desk.clock)
    first = await counts.latest()
    await desk.opened("q", "question", MIA)
    desk.now += HOUR
    assert await counts.latest() is first
