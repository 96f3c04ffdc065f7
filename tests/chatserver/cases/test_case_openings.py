"""What opens and ends by itself: by sessions, by the conversation's end or pause, by a member who is back."""

from chatserver.cases.case_requests import CaseFilter
from chatserver.conversations.records import locked
from chatserver.conversations.requests import ConversationChange, Written
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.session_timers import SessionTimers
from chatserver.sessions.steps import SessionSteps
from quotas import instant
from quotas.instant import DAY, MINUTE
from quotas.ledger.timers import Rung
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk, did
from tests.chatserver.sessions.desk import TUESDAY, wanted


def session_steps(desk: CaseDesk) -> SessionSteps:
    return SessionSteps(
        database=desk.database,
        policy=desk.rulebook.policy.sessions,
        bookings=desk.bookings,
        telling=desk.telling,
        timers=SessionTimers(desk.timers, desk.rulebook.policy.sessions),
        messages=desk.kept,
        connected=desk.who,
        log=desk.log,
    )


async def booked(desk: CaseDesk, id: str, starts_at: int) -> None:
    made = wanted(id, starts_at, service="video_call")
    assert isinstance(await desk.bookings.book(made, "mentor"), BookingDone)


async def kinds(desk: CaseDesk) -> list[tuple[str, str]]:
    page = await desk.book.page(CaseFilter(), SARA)
    return sorted((each.case.kind, each.case.state) for each in page.cases)


async def test_nobody_at_a_session_opens_a_case(desk: CaseDesk) -> None:
    """Once, at the instant at which it fell due, however often it is looked at; a second one joins the open case."""
    first, second = TUESDAY + DAY, TUESDAY + 2 * DAY
    await booked(desk, "b1", first)
    await booked(desk, "b2", second)
    steps = session_steps(desk)
    desk.now = TUESDAY + 3 * DAY
    for id in ("b1", "b1", "b2", "b2"):
        await steps.ring(Rung(0, "session", id, desk.now))
    assert await kinds(desk) == [("unattended", "open")]
    page = await desk.book.page(CaseFilter(), TOM)
    seen = await desk.seen(page.cases[0].case.id, TOM)
    assert did(seen) == ["opened", "again"]
    assert seen is not None
    assert [each.facts.booking for each in seen.case.history] == ["b1", "b2"]
    assert seen.case.opened_at < TUESDAY + 2 * DAY < seen.case.history[0].noted_at
    assert await desk.seen(seen.case.id, MIA) is None
    assert seen.due is not None
    assert await desk.timer(seen.case.id) == instant.text(seen.due.at or 0)


async def test_a_no_show_candidate_and_its_confirmation_are_one_case(desk: CaseDesk) -> None:
    start = TUESDAY + DAY
    await booked(desk, "b1", start)
    desk.now = start + MINUTE
    assert isinstance(await desk.bookings.join("b1", "mentor"), BookingDone)
    desk.now = start + 20 * MINUTE
    await session_steps(desk).ring(Rung(0, "session", "b1", desk.now))
    assert await kinds(desk) == [("no_show", "open")]
    assert isinstance(await desk.bookings.no_show("b1", "support"), BookingDone)
    assert await kinds(desk) == [("no_show", "open")]


async def test_the_end_of_a_conversation_overtakes_its_cases(desk: CaseDesk) -> None:
    await desk.opened("q", "question", MIA)
    await desk.opened("g", "ghosting", TOM)
    await desk.change("c1", status="ended")
    assert await kinds(desk) == [("ghosting", "overtaken"), ("question", "overtaken")]
    assert did(await desk.seen("g", TOM)) == ["opened", "overtaken"]


async def test_a_cancellation_goes_along_to_the_next_conversation(desk: CaseDesk) -> None:
    """The other cases end with the conversation; of somebody's removal nobody learns by that."""
    await desk.open("c3", member="mia", mentor="ann", plan="coaching")
    await desk.opened("m", "membership_cancellation", MIA)
    await desk.opened("q", "question", MIA)
    change = ConversationChange(status="ended", ended_reason="switched")
    assert isinstance(await desk.provisioning.change_conversation("c1", change), Written)
    assert await kinds(desk) == [("membership_cancellation", "official"), ("question", "overtaken")]
    async with desk.database.begin() as connection:
        records = await locked(connection, ["c1", "c3"])
        await desk.openings.followed(connection, records["c1"], records["c3"], desk.now)
    seen = await desk.seen("m", MIA)
    assert seen is not None and (seen.case.conversation, seen.case.state) == ("c3", "official")


async def test_in_a_pause_the_clock_of_a_ghosting_stands(desk: CaseDesk) -> None:
    ref = (await desk.opened("g", "ghosting", TOM)).case.id
    await desk.change("c1", status="paused")
    desk.now += 90 * DAY
    await desk.ring(ref)
    seen = await desk.seen(ref, TOM)
    assert seen is not None and (seen.case.state, seen.due and seen.due.at) == ("mentor_trying", None)
    await desk.change("c1", status="open")
    seen = await desk.seen(ref, TOM)
    assert seen is not None and seen.due is not None
    assert instant.text(seen.due.at or 0)[:10] == "2026-05-06"


async def test_a_member_who_books_or_joins_is_back(desk: CaseDesk) -> None:
    await desk.publish()
    await desk.opened("g", "ghosting", TOM)
    made = wanted("b1", TUESDAY + 3 * DAY, service="video_call")
    assert isinstance(await desk.bookings.book(made, "member"), BookingDone)
    seen = await desk.seen("g", TOM)
    assert did(seen) == ["opened", "returned"]
    assert seen is not None and seen.case.history[-1].because == "booking"


async def test_a_member_who_asks_or_answers_is_back(desk: CaseDesk) -> None:
    await desk.opened("g", "ghosting", TOM)
    await desk.opened("q", "question", MIA)
    seen = await desk.seen("g", TOM)
    assert seen is not None and (seen.case.state, seen.case.history[-1].because) == ("returned", "case")


async def test_a_member_who_wrote_is_back_as_of_then(desk: CaseDesk) -> None:
    """Also where nobody looked before the case would have churned; what fell due before it happened before."""
    ref = (await desk.opened("g", "ghosting", TOM)).case.id
    written_at = TUESDAY + 63 * DAY
    await desk.write("member", written_at)
    desk.now = TUESDAY + 200 * DAY
    await desk.ring(ref)
    seen = await desk.seen(ref, TOM)
    assert did(seen) == ["opened", "support_trying", "returned"]
    assert seen is not None
    assert (seen.case.history[-1].at, seen.case.history[-1].because) == (written_at, "message")


async def test_a_member_who_read_on_is_back(desk: CaseDesk) -> None:
    await desk.write("mentor", TUESDAY - DAY)
    await desk.opened("g", "ghosting", TOM)
    assert did(await desk.seen("g", TOM)) == ["opened"]
    await desk.ledger.mark_read("c1", "member", 1, "test")
    seen = await desk.seen("g", TOM)
    assert seen is not None and (seen.case.state, seen.case.history[-1].because) == ("returned", "read")
