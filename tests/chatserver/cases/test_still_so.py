"""What is sent of a case is asked again before: it may have moved on meanwhile."""

from chatserver.cases.still_so import CaseStillSo
from chatserver.conversations.requests import PersonDetails, Written
from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices
from tests.chatserver.cases.case_desk import MIA, SARA, CaseDesk


async def last(desk: CaseDesk, person: str) -> Notice:
    async with desk.database.read() as connection:
        return (await notices.page(connection, person, None, 1))[0]


async def test_a_state_that_is_over_is_not_told(desk: CaseDesk) -> None:
    still = CaseStillSo(desk.database)
    ref = (await desk.opened("s", "mentor_switch", MIA)).case.id
    await desk.acted(ref, "exploring", SARA)
    exploring = await last(desk, "mia")
    assert await still.state(exploring) is None
    await desk.acted(ref, "proposed", SARA, mentor="ann", chemistry=False)
    assert await still.state(exploring) == "the case has moved on"
    assert await still.state(await last(desk, "mia")) is None


async def test_who_it_was_given_to_hears_unless_it_was_given_on(desk: CaseDesk) -> None:
    still = CaseStillSo(desk.database)
    for name in ("sara", "sam"):
        assert isinstance(await desk.provisioning.put_person(name, PersonDetails("support", name)), Written)
    ref = (await desk.opened("q", "question", MIA)).case.id
    await desk.acted(ref, "assign", SARA, assignee="sam")
    given = await last(desk, "sam")
    assert given.event == "case.assigned"
    assert await still.assigned(given) is None
    await desk.acted(ref, "assign", SARA, assignee="sara")
    assert await still.assigned(given) == "it was given to somebody else"
    await desk.acted(ref, "answered", SARA)
    assert await still.assigned(given) == "the case has ended"
