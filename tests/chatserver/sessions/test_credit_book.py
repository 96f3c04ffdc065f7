"""Credits on a real database: what a month allows, what is used, what support adds or takes; and outlooks."""

from datetime import date

from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.sessions.credit_book import CorrectionRefused, CreditEntry, PeriodCredits
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from quotas.credits import Credits
from quotas.instant import DAY, HOUR, MINUTE
from tests.chatserver.sessions.desk import TUESDAY, Desk, wanted
from tests.quotas.moments import oslo

START = TUESDAY + 72 * HOUR


async def credits(desk: Desk, at: int | None = None, conversation: str = "c1") -> PeriodCredits:
    found = await desk.credits.of(conversation, at)
    assert found is not None
    return found


async def left(desk: Desk, at: int | None = None) -> int | None:
    found = (await credits(desk, at)).credits
    assert found is not None
    return found.left


async def corrected(desk: Desk, id: str, units: int, at: int | None = None) -> PeriodCredits:
    outcome = await desk.bookings.correct("c1", id, units, "goodwill", at)
    assert isinstance(outcome, PeriodCredits), outcome
    return outcome


async def test_entries_add_up(desk: Desk) -> None:
    """What is spent and what was added, in order; a slip is no entry, and a move changes nothing."""
    desk.now += MINUTE
    await corrected(desk, "k1", 2)
    desk.now += MINUTE
    await desk.bookings.book(wanted("b", minutes=45), "mentor")
    await desk.bookings.book(wanted("slip", START + DAY), "mentor")
    await desk.bookings.cancel("slip", "mentor")
    await desk.bookings.move("b", START + 60 * DAY, "mentor")
    found = await credits(desk)
    assert found.credits == Credits(2, 2, 2)
    assert found.entries == (
        CreditEntry(TUESDAY + MINUTE, 2, correction="k1", reason="goodwill"),
        CreditEntry(TUESDAY + 2 * MINUTE, -2, booking="b"),
    )
    assert sum(entry.units for entry in found.entries) == found.credits.corrected - found.credits.used
    assert (await credits(desk, START + 60 * DAY)).credits == Credits(2, 0, 0)  # moved there, spent here
    assert await desk.credits.of("none") is None


async def test_a_correction_is_made_once(desk: Desk) -> None:
    """The same again changes nothing; another content under its id is a conflict; in which month is part of it."""
    first = await corrected(desk, "k1", 2)
    assert first.credits == Credits(2, 0, 2)
    assert await corrected(desk, "k1", 2) == first
    assert await corrected(desk, "k1", 2, TUESDAY) == first
    for other in (
        await desk.bookings.correct("c1", "k1", 3, "goodwill"),
        await desk.bookings.correct("c1", "k1", 2, "another reason"),
        await desk.bookings.correct("c1", "k1", 2, "goodwill", TUESDAY + 60 * DAY),
    ):
        assert isinstance(other, Conflict)
    later = await corrected(desk, "k2", 1, TUESDAY + 60 * DAY)
    assert later.period.number > first.period.number
    assert later.credits == Credits(2, 0, 1)
    assert await left(desk) == 4
    # The same again later is of the month that it was made for, whatever month it is now.
    desk.now += 60 * DAY
    assert await corrected(desk, "k1", 2) == first
    entries = [entry.entry for entry in await desk.ledger.messages("c1", 0, 10, 10)]
    assert [b'"corrected"' in entry for entry in entries] == [True, True]


async def test_why_credits_are_not_corrected(desk: Desk) -> None:
    assert isinstance(await desk.bookings.correct("c1", "k", 0, "nothing"), Invalid)
    assert isinstance(await desk.bookings.correct("none", "k", 1, "nobody"), Missing)
    assert await desk.bookings.correct("c1", "k", -3, "too much") == CorrectionRefused("no_credits", 2)
    await corrected(desk, "taken", -2)
    assert await left(desk) == 0
    assert await desk.bookings.correct("c1", "k", -1, "too much") == CorrectionRefused("no_credits", 0)
    await desk.change("c1", plan="basic")
    assert await desk.bookings.correct("c1", "k", 1, "no sessions") == CorrectionRefused("not_in_plan", None)
    await desk.change("c1", plan="live", status="ended")
    assert await desk.bookings.correct("c1", "k", 1, "over") == CorrectionRefused("ended", 0)
    await desk.open("c2", member="ola")
    outcome = await desk.bookings.correct("c2", "taken", 1, "an id is of its conversation")
    assert isinstance(outcome, PeriodCredits)


async def test_months_begin_on_the_day_of_the_anchor(desk: Desk) -> None:
    """A subscription that began on the 31st: its months are counted from there, clipped."""
    await desk.open("c2", member="ola", began=date(2025, 10, 31))
    for at, begins in ((oslo("2025-11-29T12:00:00"), "2025-10-31"), (oslo("2025-11-30T12:00:00"), "2025-11-30")):
        assert (await credits(desk, at, "c2")).period.starts_at == oslo(f"{begins}T00:00:00")
    assert (await credits(desk, None, "c2")).period.number == 2
    assert (await credits(desk, oslo("2025-10-30T12:00:00"), "c2")).period.number == -1


async def test_a_change_of_plan_changes_the_allowance_at_once(desk: Desk) -> None:
    """What is booked stays booked; nothing is ever negative; a plan without sessions has no credits."""
    await desk.change("c1", plan="video")
    for hour in range(3):
        booking = wanted(f"b{hour}", START + hour * HOUR, service="video_call")
        assert isinstance(await desk.bookings.book(booking, "mentor"), BookingDone)
    assert await left(desk, START) == 1
    await desk.change("c1", plan="live")
    found = (await credits(desk, START)).credits
    assert found is not None
    assert (found.left, found.over) == (0, 1)
    refused = await desk.bookings.book(wanted("more", START + DAY), "mentor")
    assert refused == BookingRefused("no_credits", credits_left=0)
    await desk.change("c1", plan="basic")
    assert (await credits(desk, START)).credits is None
    await desk.change("c1", plan="video")
    assert await left(desk, START) == 1


async def test_a_booking_keeps_its_period_after_a_change_of_zone(desk: Desk) -> None:
    """Close to where months turn: the booking spends from the number that it had."""
    await desk.open("c2", member="ola", began=date(2026, 1, 6))
    at = oslo("2026-02-06T00:00:00")  # the first instant of month 1 in Oslo, still month 0 in Santiago
    done = await desk.bookings.book(wanted("b", at, "c2"), "mentor")
    assert isinstance(done, BookingDone)
    assert done.booking.period == 1
    await desk.change_zone("c2", "America/Santiago")
    assert (await credits(desk, at, "c2")).period.number == 0
    assert (await credits(desk, at, "c2")).credits == Credits(2, 0, 0)
    assert (await credits(desk, at + DAY, "c2")).credits == Credits(2, 1, 0)


async def test_outlooks_of_many(desk: Desk) -> None:
    """What is left, and the session that runs or comes next."""
    names = ["d0", "d1", "d2"]
    for number in range(3):
        await desk.open(f"d{number}", member=f"m{number}")
    await desk.change("d1", plan="basic")
    for id, start in (("later", START + DAY), ("next", START)):
        await desk.bookings.book(wanted(id, start, "d0", service="video_call", minutes=30), "mentor")
    found = await desk.credits.outlooks([*names, "none"], desk.now)
    assert set(found) == set(names)
    assert [found[name].credits_left for name in names] == [0, None, 2]
    coming = found["d0"].next_session
    assert coming is not None
    assert (coming.id, found["d1"].next_session, found["d2"].next_session) == ("next", None, None)
    desk.now = START + 31 * MINUTE
    after = (await desk.credits.outlooks(["d0"], desk.now))["d0"].next_session
    assert after is not None
    assert after.id == "later"


async def test_a_long_call_that_nobody_has_finished_is_what_runs(desk: Desk) -> None:
    """Two hours after its booked end, in the books."""
    await desk.change("c1", plan="video")
    await desk.bookings.book(wanted("b", START, service="video_call", minutes=90), "mentor")
    desk.now = START
    await desk.bookings.join("b", "member")
    await desk.bookings.join("b", "mentor")
    for later, runs in ((3 * HOUR, True), (210 * MINUTE - 1, True), (210 * MINUTE, False)):
        outlook = (await desk.credits.outlooks(["c1"], START + later))["c1"]
        assert (outlook.next_session is not None) is runs
