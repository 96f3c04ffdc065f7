"""Series on real records: booked ahead as time passes, asked about, replaced and ended."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.operating.timer_watch import TimerWatch
from chatserver.records.tables import SESSION_EVENTS
from chatserver.sessions.hours_requests import HoursDetails
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.rows import bookings
from chatserver.sessions.rows import series as rows
from chatserver.sessions.series_record import SeriesView
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger.timers import Rung
from quotas.session_book import WantedBooking
from tests.chatserver.sessions.coaching import Coaching, at, rule

WEEK = 7 * DAY
FIRST = at("2026-01-07T09:00:00")


def starts(view: SeriesView) -> list[str]:
    """Days of the places that are booked, as far as their bookings are not cancelled."""
    booked = [each for each in view.places if each.booking is not None and each.booking.cancelled is None]
    return [instant.text(each.booking.starts_at)[5:10] for each in booked if each.booking]


def refused(view: SeriesView) -> list[tuple[str, str]]:
    return [(instant.text(each.starts_at)[5:10], each.refusal) for each in view.places if each.refusal]


async def questions(desk: Coaching) -> list[tuple[str, str]]:
    """The marks of those that were asked, and when they were noted."""
    query = select(SESSION_EVENTS).where(SESSION_EVENTS.c.name == "three_sessions").order_by(SESSION_EVENTS.c.id)
    async with desk.database.read() as connection:
        return [(row.mark, instant.text(row.noted_at)[:10]) for row in await connection.execute(query)]


async def pass_time(desk: Coaching, until: int) -> None:
    """Each time its timer would ring."""
    while at_next := await due(desk):
        if at_next > until:
            break
        desk.now = at_next
        await desk.making.look("s1")
    desk.now = until


async def due(desk: Coaching) -> int:
    async with desk.database.read() as connection:
        record = await rows.find(connection, "s1")
    assert record is not None
    assert await desk.timer() == record.due_at
    return record.due_at


async def test_a_series_is_booked_eight_weeks_ahead(coached: Coaching) -> None:
    """At the start, and again whenever another place comes that near: 26 a year, at nine in summer too."""
    view = await coached.begin()
    assert view.created
    assert starts(view) == ["01-07", "01-21", "02-04", "02-18"]
    assert await coached.timer() == FIRST + 8 * WEEK - 8 * WEEK == FIRST
    await pass_time(coached, FIRST)
    assert starts(await coached.seen())[-1] == "03-04"
    await pass_time(coached, at("2026-12-31T00:00:00"))
    async with coached.database.read() as connection:
        made = await bookings.between(connection, "c1", at("2026-01-01T00:00:00"), at("2027-01-01T00:00:00"))
    assert len(made) == 26
    assert {instant.text(each.starts_at)[11:16] for each in made} == {"08:00", "07:00"}
    assert {each.minutes for each in made} == {45}
    assert made[0].id == "s1:20260107"
    assert made[0].set_by == "mentor"


async def test_the_same_again_is_the_same_series(coached: Coaching) -> None:
    """Another content is a conflict: from here on, another series takes its place."""
    first = await coached.begin()
    again = await coached.begin()
    assert again == replace(first, created=False)
    for changed in ({"minutes": 60}, {"every_weeks": 1}, {"first": "2026-01-07T10:00:00+01:00"}):
        different: dict[str, Any] = dict(changed)
        assert isinstance(await coached.series.put("s1", rule(**different), "mentor"), Conflict)
    assert [each.id for each in await coached.series.of_conversation("c1")] == ["s1"]


async def test_one_booking_goes_its_own_way(coached: Coaching) -> None:
    """Moved or cancelled, the others stay, and it is not made again."""
    await coached.begin()
    assert isinstance(await coached.bookings.move("s1:20260121", FIRST + 15 * DAY, "mentor"), BookingDone)
    assert isinstance(await coached.bookings.cancel("s1:20260204", "mentor"), BookingDone)
    await coached.begin()
    assert starts(await coached.seen()) == ["01-07", "01-22", "02-18"]


async def test_a_busy_place_is_listed_and_tried_again_when_asked(coached: Coaching) -> None:
    """Not by itself: the mentor may have settled it in another way."""
    await coached.open("c2", "ola", plan="coaching")
    taken = WantedBooking("b1", "c2", "live_chat", FIRST + 2 * WEEK + 30 * MINUTE, 30)
    assert isinstance(await coached.bookings.book(taken, "mentor"), BookingDone)
    view = await coached.begin()
    assert starts(view) == ["01-07", "02-04", "02-18"]
    assert refused(view) == [("01-21", "busy")]
    assert isinstance(await coached.bookings.cancel("b1", "mentor"), BookingDone)
    await coached.making.look("s1")
    assert refused(await coached.seen()) == [("01-21", "busy")]
    again = await coached.begin()
    assert (starts(again), refused(again)) == (["01-07", "01-21", "02-04", "02-18"], [])


async def test_a_place_whose_booking_cannot_be_is_listed(coached: Coaching) -> None:
    """Its id is taken by another booking; without credits there is none."""
    other = WantedBooking("s1:20260121", "c1", "live_chat", FIRST + DAY + 4 * HOUR, 30)
    assert isinstance(await coached.bookings.book(other, "mentor"), BookingDone)
    assert refused(await coached.begin()) == [("01-21", "conflict")]
    await coached.open("c2", "ola", plan="live")
    outcome = await coached.series.put("s2", rule("2026-01-08T09:00:00+01:00", conversation="c2"), "mentor")
    assert isinstance(outcome, SeriesView)
    assert refused(outcome) == [("01-22", "no_credits"), ("02-05", "no_credits")]


async def test_the_question_of_three(coached: Coaching) -> None:
    """The seed's July, once, more than a month ahead; kept, it is not asked again."""
    coached.now = at("2026-04-01T10:00:00")
    await coached.begin(first="2026-04-08T09:00:00+02:00")
    assert await questions(coached) == []
    await pass_time(coached, at("2026-06-30T00:00:00"))
    assert await questions(coached) == [("s1:2026-07", "2026-05-24")]
    [question] = (await coached.seen()).questions
    assert [instant.text(start)[5:16] for start in question.starts] == ["07-01T07:00", "07-15T07:00", "07-29T07:00"]
    assert [instant.text(start)[5:16] for start in question.shifted] == ["07-08T07:00", "07-22T07:00"]
    await coached.making.look("s1")
    assert len(await questions(coached)) == 1
    await pass_time(coached, at("2026-07-02T00:00:00"))
    assert (await coached.seen()).questions == []


async def test_the_rest_of_a_series_a_week_later(coached: Coaching) -> None:
    """1, 15 and 29 July become 8 and 22: what was booked gives way, uncounted, and what is before stays."""
    coached.now = at("2026-05-01T10:00:00")
    await coached.begin(first="2026-06-03T09:00:00+02:00")
    await pass_time(coached, at("2026-06-02T00:00:00"))
    assert starts(await coached.seen()) == ["06-03", "06-17", "07-01", "07-15"]
    later = await coached.begin(
        "s2", first="2026-07-08T09:00:00+02:00", replaces="s1", replaces_from="2026-07-01T09:00:00+02:00"
    )
    assert starts(later) == ["07-08", "07-22"]
    old = await coached.seen()
    assert starts(old) == ["06-03", "06-17"]
    assert (old.record.successor, instant.text(old.record.ended_from)[:10]) == ("s2", "2026-07-01")
    gone = await coached.bookings.find("s1:20260701")
    assert gone is not None
    assert gone.cancelled is not None
    assert (gone.cancelled.counts, gone.cancelled.late) == (False, False)
    assert old.questions == []
    assert (await coached.begin("s2", first="2026-07-08T09:00:00+02:00", replaces="s1")).created is False
    await coached.making.look("s1")
    assert starts(await coached.seen()) == ["06-03", "06-17"]


async def test_from_here_on_another_length_at_the_same_time(coached: Coaching) -> None:
    """The new places are where the old ones were."""
    await coached.begin()
    later = await coached.begin("s2", first="2026-01-21T09:00:00+01:00", minutes=60, replaces="s1")
    assert starts(await coached.seen()) == ["01-07"]
    assert starts(later) == ["01-21", "02-04", "02-18"]
    outcome = await coached.series.put("s3", rule("2026-02-04T09:00:00+01:00", replaces="s1"), "mentor")
    assert isinstance(outcome, Conflict)
    outcome = await coached.series.put("s3", rule("2026-02-04T09:00:00+01:00", replaces="none"), "mentor")
    assert isinstance(outcome, Invalid)


async def test_from_a_day_on_that_is_further_ahead_than_anything_is_made(coached: Coaching) -> None:
    """Until then the series that is replaced goes on, and from then on it is over."""
    await coached.begin()
    later = await coached.begin("s2", first="2026-04-15T09:00:00+02:00", minutes=60, replaces="s1")
    assert starts(later) == []
    assert starts(await coached.seen()) == ["01-07", "01-21", "02-04", "02-18"]
    await pass_time(coached, at("2026-03-01T00:00:00"))
    assert starts(await coached.seen()) == ["03-04", "03-18", "04-01"]
    assert (await coached.seen()).questions == []
    await pass_time(coached, at("2026-04-02T00:00:00"))
    assert starts(await coached.seen()) == []
    assert (await coached.timer(), (await coached.seen()).record.due_at) == (0, 0)
    outcome = await coached.series.put("s3", rule("2026-05-06T09:00:00+02:00", replaces="s1"), "mentor")
    assert isinstance(outcome, Conflict)
    await coached.making.look("s2")
    assert starts(await coached.seen("s2")) == ["04-15", "04-29", "05-13", "05-27"]


async def test_the_end_of_one_that_would_have_gone_on_to_another(coached: Coaching) -> None:
    """It is over at once, with what was booked for it where that is asked for; the one that follows it is not."""
    await coached.begin()
    await coached.begin("s2", first="2026-04-15T09:00:00+02:00", minutes=60, replaces="s1")
    ended = await coached.series.end("s1", "mentor", cancel=True)
    assert isinstance(ended, SeriesView)
    assert starts(ended) == []
    assert (ended.record.ended_from, ended.record.successor, await coached.timer()) == (coached.now, "s2", 0)
    await coached.making.look("s1")
    assert starts(await coached.seen()) == []


async def test_what_was_left_undone_by_a_kill_is_done_later(coached: Coaching) -> None:
    """Between the records and the rest: the lost timer is set anew, and ringing books what is due, clears the old."""
    await coached.begin()
    async with coached.database.begin() as connection:
        old = await rows.find(connection, "s1")
        assert old is not None
        since = FIRST + 2 * WEEK
        await rows.change(connection, replace(old, ended_at=coached.now, ended_from=since, due_at=0, successor="s2"))
        rest = replace(old.rule, first=since + HOUR)
        new = replace(old, id="s2", rule=rest, replaces="s1", made_until=since + HOUR, due_at=coached.now)
        await rows.create(connection, new)
    assert await coached.series_timers.arm(1) == 0
    assert await coached.series_timers.arm(0) == 1
    assert await coached.timer("s2")
    await coached.series_timers.ring(Rung(0, "series", "s2", coached.now))
    assert starts(await coached.seen()) == ["01-07"]
    assert starts(await coached.seen("s2")) == ["01-21", "02-04", "02-18"]
    await coached.series_timers.ring(Rung(0, "series", "unknown", coached.now))


async def test_the_watch_rings_for_series(coached: Coaching) -> None:
    """What is due is made by whichever process is awake, and the timer is set for what is next."""
    await coached.begin()
    coached.now = FIRST
    watch = TimerWatch(coached.timers, [coached.series_timers])
    assert await watch.sweep() == 1  # The store's clock is past all of this test.
    assert starts(await coached.seen())[-1] == "03-04"
    assert await coached.timer() == FIRST + 2 * WEEK


async def test_until_is_the_end(coached: Coaching) -> None:
    """Then there is nothing left to do."""
    view = await coached.begin(until="2026-02-04T09:00:00+01:00")
    assert starts(view) == ["01-07", "01-21"]
    assert (view.record.due_at, await coached.timer()) == (0, 0)


async def test_an_end_keeps_what_is_booked_unless_asked(coached: Coaching) -> None:
    await coached.begin()
    coached.now = FIRST + HOUR
    kept = await coached.series.end("s1", "mentor", cancel=False)
    assert isinstance(kept, SeriesView)
    assert starts(kept) == ["01-21", "02-04", "02-18"]
    assert (kept.record.ended_from, await coached.timer()) == (coached.now, 0)
    await coached.later(1)
    gone = await coached.series.end("s1", "mentor", cancel=True)
    assert isinstance(gone, SeriesView)
    assert gone.record == kept.record
    assert starts(gone) == []
    cancelled = await coached.bookings.find("s1:20260121")
    assert cancelled is not None
    assert cancelled.cancelled is not None
    assert cancelled.cancelled.counts
    assert starts(await coached.begin()) == []
    assert await coached.series.end("none", "mentor", cancel=True) == Missing()
    assert await coached.series.view("none") is None


async def test_nothing_is_made_in_a_pause_and_nothing_is_left_out(coached: Coaching) -> None:
    """Places that passed in it are listed, as others that were refused."""
    await coached.begin()
    await coached.change("c1", status="paused")
    await pass_time(coached, FIRST + 3 * WEEK)
    assert starts(await coached.seen()) == ["02-04", "02-18"]
    assert FIRST + 3 * WEEK < await coached.timer() <= FIRST + 3 * WEEK + DAY
    await coached.change("c1", status="open")
    await pass_time(coached, FIRST + 3 * WEEK + DAY)
    assert starts(await coached.seen()) == ["02-04", "02-18", "03-04", "03-18"]
    assert isinstance(await coached.series.put("s2", rule(), "mentor"), Invalid)
    await coached.change("c1", status="paused")
    outcome = await coached.series.put("s2", rule(), "mentor")
    assert outcome == BookingRefused("paused")


async def test_a_series_ends_with_its_conversation(coached: Coaching) -> None:
    await coached.begin()
    await coached.change("c1", status="ended")
    await pass_time(coached, FIRST)
    view = await coached.seen()
    assert (starts(view), view.record.ended_at, await coached.timer()) == ([], FIRST, 0)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first": "tomorrow"}, "first"),
        ({"first": "2026-01-07T09:05:00+01:00"}, "first"),
        ({"first": "2026-01-05T09:00:00+01:00"}, "first"),
        ({"until": "2026-01-07T09:00:00+01:00"}, "until"),
        ({"until": "2026-01-09"}, "until"),
        ({"replaces_from": "2026-01-09T09:00:00+01:00"}, "replaces_from"),
    ],
)
async def test_wrong_fields(coached: Coaching, changed: dict[str, Any], field: str) -> None:
    """Nothing is kept."""
    outcome = await coached.series.put("s1", rule(**changed), "mentor")
    assert isinstance(outcome, Invalid)
    assert [error.field for error in outcome.errors] == [field]
    assert await coached.series.find("s1") is None


async def test_what_no_series_can_be_for(coached: Coaching) -> None:
    """A conversation that is not there, a plan without that service, an id without room for a date."""
    assert await coached.series.put("s1", rule(conversation="none"), "mentor") == Missing()
    await coached.open("c2", "ola", plan="video")
    outcome = await coached.series.put("s1", rule(conversation="c2", service="live_chat"), "mentor")
    assert outcome == BookingRefused("not_in_plan", plans=("coaching", "live", "live+"))
    outcome = await coached.series.put("s" * 56, rule(), "mentor")
    assert isinstance(outcome, Invalid)
    assert outcome.errors[0].field == "id"
    assert isinstance(await coached.series.put("s" * 55, rule(), "mentor"), SeriesView)


async def test_the_zone_is_that_of_the_hours(coached: Coaching) -> None:
    """Or else the mentor's own; later changes move nothing. New York's clocks change on 8 March, Oslo's on the 29th."""
    assert (await coached.begin()).record.rule.zone == "Europe/Oslo"
    await coached.hours.put("tom", HoursDetails([], zone="America/New_York"))
    coached.now = at("2026-02-26T10:00:00")
    view = await coached.begin("s2", first="2026-02-26T15:00:00+01:00", every_weeks=1)
    assert view.record.rule.zone == "America/New_York"
    assert [instant.text(each.starts_at)[5:16] for each in view.places][:3:2] == ["02-26T14:00", "03-12T13:00"]
    assert (await coached.seen()).record.rule.zone == "Europe/Oslo"
