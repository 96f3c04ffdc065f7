"""Why bookings are refused, moved or cancelled or not: the first reason that holds, and nothing changes."""

import pytest
from msgspec.structs import replace

from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.sessions.bookings import ChangeOutcome
from chatserver.sessions.new_bookings import AskedBooking, BookOutcome
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.rows import occupancy
from quotas.bookings import QUARTER, Booking, Price
from quotas.instant import DAY, HOUR, MINUTE
from quotas.session_book import WantedBooking
from tests.chatserver.sessions.desk import TUESDAY, Desk, wanted

START = TUESDAY + 72 * HOUR
EXTRA = Price(89_900, "NOK")


def done(outcome: BookOutcome | ChangeOutcome) -> Booking:
    assert isinstance(outcome, BookingDone), outcome
    return outcome.booking


def reason(outcome: BookOutcome | ChangeOutcome) -> str:
    assert isinstance(outcome, BookingRefused), outcome
    return outcome.reason


def field(outcome: BookOutcome | ChangeOutcome) -> str:
    assert isinstance(outcome, Invalid), outcome
    [problem] = outcome.errors
    return problem.field


async def test_the_first_reason_that_holds_is_named(desk: Desk) -> None:
    """Everything is wrong at first; what is put right leaves the next reason. A refused booking takes no id."""
    await desk.open("c2", member="ola")
    done(await desk.bookings.book(wanted("other", START, "c2"), "mentor"))
    await desk.change("c1", plan="basic", status="paused")
    asked = wanted("b", TUESDAY - QUARTER)

    async def refused(by: str = "member") -> str:
        return reason(await desk.bookings.book(asked, by))  # type: ignore[arg-type]  # an actor

    assert await refused() == "paused"
    await desk.change("c1", status="open")
    assert await refused() == "in_past"
    asked = wanted("b", TUESDAY + 400 * DAY + QUARTER)
    assert await refused() == "too_far"
    asked = wanted("b", START)
    assert await refused() == "not_in_plan"
    await desk.change("c1", plan="live")
    done(await desk.bookings.book(wanted("spends", START - DAY, minutes=45), "mentor"))
    assert await refused() == "no_credits"
    await desk.change("c1", plan="video")
    asked = wanted("b", START, service="video_call")
    assert await refused() == "outside_slots"
    await desk.publish()
    assert await refused() == "busy"
    assert await desk.bookings.find("b") is None
    assert (await desk.bookings.of_conversation("c1", 0, TUESDAY + 500 * DAY))[0].id == "spends"
    await desk.change("c1", status="ended")
    asked = wanted("b", TUESDAY - QUARTER)
    assert await refused() == "ended"


async def test_the_edges_of_time(desk: Desk) -> None:
    """Starting now is allowed, and as far ahead as the policy says, to the quarter."""
    assert TUESDAY % QUARTER == 0
    done(await desk.bookings.book(wanted("now", TUESDAY), "mentor"))
    desk.now = TUESDAY + 1
    assert reason(await desk.bookings.book(wanted("past", TUESDAY), "mentor")) == "in_past"
    desk.now = TUESDAY
    done(await desk.bookings.book(wanted("far", TUESDAY + 400 * DAY), "mentor"))
    assert reason(await desk.bookings.book(wanted("b", TUESDAY + 400 * DAY + QUARTER), "mentor")) == "too_far"


async def test_what_cannot_be_is_an_error(desk: Desk) -> None:
    await desk.list_price(60, EXTRA)
    assert field(await desk.bookings.book(wanted("b", START + 1), "mentor")) == "starts_at"
    assert field(await desk.bookings.book(wanted("b", START, minutes=40), "mentor")) == "minutes"
    assert field(await desk.bookings.book(wanted("b", START, price=EXTRA), "mentor")) == "price"
    chemistry = wanted("b", START, service="video_call", kind="chemistry", minutes=60)
    assert field(await desk.bookings.book(chemistry, "mentor")) == "minutes"
    assert isinstance(await desk.bookings.book(wanted("b", START, "none"), "mentor"), Missing)
    done(await desk.bookings.book(wanted("b", START), "mentor"))
    assert field(await desk.bookings.move("b", START + MINUTE, "mentor")) == "starts_at"
    for missing in (
        await desk.bookings.move("none", START, "mentor"),
        await desk.bookings.cancel("none", "mentor"),
        await desk.bookings.join("none", "member"),
        await desk.bookings.finish("none", "mentor"),
        await desk.bookings.no_show("none", "mentor"),
    ):
        assert isinstance(missing, Missing)


async def test_only_video_calls_are_booked_outside_the_plan(desk: Desk) -> None:
    """An extra session costs no credit, and can be had on a plan without sessions."""
    await desk.change("c1", plan="basic")
    assert reason(await desk.bookings.book(wanted("b", START, kind="extra", price=EXTRA), "mentor")) == "not_in_plan"
    call = wanted("b", START, kind="extra", price=EXTRA, service="video_call", minutes=90)
    assert done(await desk.bookings.book(call, "mentor")).price == EXTRA
    await desk.change("c1", plan="live")
    left = await desk.credits.of("c1", START)
    assert left is not None
    assert left.credits is not None
    assert (left.credits.left, left.entries) == (2, ())


async def test_the_same_id_again(desk: Desk) -> None:
    """The same content is the same booking, as it is now, whatever has become of it; another content is a conflict."""
    first = done(await desk.bookings.book(wanted(), "mentor"))
    moved = done(await desk.bookings.move("b1", START + DAY, "mentor"))
    again = await desk.bookings.book(wanted(), "member")
    assert again == BookingDone(moved)
    assert moved.sequence == first.sequence + 1
    for other in (
        wanted(starts_at=START + DAY),
        wanted(minutes=60),
        wanted(service="video_call"),
        wanted(service="video_call", kind="extra", price=EXTRA),
        wanted(service="video_call", kind="one_off"),
    ):
        assert isinstance(await desk.bookings.book(other, "mentor"), Conflict)
    await desk.open("c2", member="ola")
    assert isinstance(await desk.bookings.book(wanted(conversation="c2"), "mentor"), Conflict)
    cancelled = done(await desk.bookings.cancel("b1", "mentor"))
    await desk.change("c1", status="ended")
    assert await desk.bookings.book(wanted(), "mentor") == BookingDone(cancelled)


async def test_prices(desk: Desk) -> None:
    """The listed one, where none is named; mentors and support may name another, members may not."""

    def extra(id: str, hour: int, price: Price | None = None, minutes: int = 60) -> WantedBooking:
        return wanted(id, START + hour * HOUR, service="video_call", kind="extra", minutes=minutes, price=price)

    await desk.publish()
    for by in ("member", "mentor"):
        assert field(await desk.bookings.book(extra("b", 0), by)) == "price"
    await desk.list_price(60, EXTRA)
    low = Price(1, "NOK")
    assert field(await desk.bookings.book(extra("b", 0, minutes=30), "mentor")) == "price"
    assert field(await desk.bookings.book(extra("b", 0, low), "member")) == "price"
    assert done(await desk.bookings.book(extra("b", 0), "member")).price == EXTRA
    assert done(await desk.bookings.book(extra("named", 2, EXTRA), "member")).price == EXTRA
    assert done(await desk.bookings.book(extra("low", 4, low), "mentor")).price == low
    await desk.list_price(60, Price(99_900, "NOK"))
    assert done(await desk.bookings.book(extra("b", 0), "member")).price == EXTRA  # as it was when it was booked
    assert isinstance(await desk.bookings.book(extra("low", 4, EXTRA), "mentor"), Conflict)


async def test_members_book_slots_with_notice_and_buffer(desk: Desk) -> None:
    """Everybody else books any free time."""
    await desk.open("c2", member="ola")
    midnight = START - START % DAY
    assert reason(await desk.bookings.book(wanted("b", START), "member")) == "outside_slots"  # none are published
    await desk.publish(since="08:00", until="12:00", buffer_minutes=15, notice_hours=24)
    outside = wanted("b", midnight + 12 * HOUR)
    assert reason(await desk.bookings.book(outside, "member")) == "outside_slots"
    long = wanted("b", midnight + 11 * HOUR + 45 * MINUTE)
    assert reason(await desk.bookings.book(long, "member")) == "outside_slots"
    soon = wanted("b", TUESDAY + 23 * HOUR)
    assert reason(await desk.bookings.book(soon, "member")) == "outside_slots"
    done(await desk.bookings.book(wanted("b", midnight + 9 * HOUR), "member"))
    near = wanted("near", midnight + 9 * HOUR + 30 * MINUTE, "c2")
    assert reason(await desk.bookings.book(near, "member")) == "outside_slots"  # within the buffer
    assert reason(await desk.bookings.book(replace(near, starts_at=midnight + 9 * HOUR), "member")) == "busy"
    done(await desk.bookings.book(near, "mentor"))
    assert reason(await desk.bookings.move("b", midnight + 12 * HOUR, "member")) == "outside_slots"
    done(await desk.bookings.move("b", midnight + 12 * HOUR, "mentor"))


async def test_members_of_one_batch_keep_the_buffer_from_each_other(desk: Desk) -> None:
    """What a batch makes is seen by those who are judged after it, before it is written."""
    await desk.open("c2", member="ola")
    await desk.publish(buffer_minutes=15)
    asked = [wanted("b", START), wanted("near", START + 30 * MINUTE, "c2"), wanted("far", START + 45 * MINUTE, "c2")]
    first, near, far = await desk.bookings._booked([AskedBooking(each, "member") for each in asked])
    done(first)
    assert reason(near) == "outside_slots"
    done(far)


async def test_credits_of_one_batch_are_spent_once(desk: Desk) -> None:
    """Two units, three who ask at once: also across its own bookings nothing is overdrawn."""
    asked = [AskedBooking(wanted(f"b{hour}", START + hour * HOUR), "mentor") for hour in range(3)]
    outcomes = await desk.bookings._booked(asked)
    assert [isinstance(each, BookingDone) for each in outcomes] == [True, True, False]
    assert outcomes[2] == BookingRefused("no_credits", credits_left=0)
    again = await desk.bookings._booked([asked[0], asked[0], AskedBooking(wanted("b0", START, minutes=60), "mentor")])
    assert again[0] == again[1] == BookingDone(done(outcomes[0]))
    assert isinstance(again[2], Conflict)


# Moves


async def test_why_a_booking_is_not_moved(desk: Desk) -> None:
    await desk.open("c2", member="ola")
    await desk.publish(since="00:00", until="24:00")
    done(await desk.bookings.book(wanted("b", START), "mentor"))
    done(await desk.bookings.book(wanted("other", START + HOUR, "c2"), "mentor"))
    assert reason(await desk.bookings.move("b", START + HOUR + QUARTER, "mentor")) == "busy"
    assert reason(await desk.bookings.move("b", START + HOUR, "member")) == "busy"
    assert reason(await desk.bookings.move("b", TUESDAY - QUARTER, "mentor")) == "in_past"
    assert reason(await desk.bookings.move("b", TUESDAY + 401 * DAY, "mentor")) == "too_far"
    await desk.change("c1", status="paused")
    assert reason(await desk.bookings.move("b", TUESDAY - QUARTER, "mentor")) == "paused"
    await desk.change("c1", status="open", plan="basic")
    # Neither plan nor credits are asked again; it is not in its own way.
    moved = done(await desk.bookings.move("b", START + QUARTER, "member"))
    assert (moved.starts_at, moved.moved_from, moved.sequence, moved.set_by) == (START + QUARTER, START, 1, "member")
    assert done(await desk.bookings.move("b", START + QUARTER, "mentor")) == moved  # the start that it has
    desk.now = moved.starts_at
    assert reason(await desk.bookings.move("b", START + DAY, "mentor")) == "already_started"
    desk.now = TUESDAY
    done(await desk.bookings.cancel("b", "mentor"))
    assert reason(await desk.bookings.move("b", START + DAY, "mentor")) == "not_booked"


async def test_a_member_moves_until_two_days_before(desk: Desk) -> None:
    """Unless somebody else has set this start on shorter notice, and never while the conversation is paused."""
    await desk.publish(notice_hours=0)
    done(await desk.bookings.book(wanted("b", START), "member"))
    desk.now = START - 48 * HOUR
    done(await desk.bookings.move("b", START + HOUR, "member"))
    desk.now = START + HOUR - 48 * HOUR + 1
    assert reason(await desk.bookings.move("b", START + DAY, "member")) == "too_late"
    done(await desk.bookings.move("b", START + 2 * HOUR, "mentor"))
    done(await desk.bookings.move("b", START + 3 * HOUR, "member"))
    desk.now = START + 2 * HOUR
    assert reason(await desk.bookings.move("b", START + DAY, "member")) == "too_late"
    await desk.change("c1", status="paused")
    assert reason(await desk.bookings.move("b", START + DAY, "member")) == "paused"


# Cancelling


@pytest.mark.parametrize(
    ("by", "minutes_after", "hours_before", "counts", "late", "counted"),
    [
        ("member", 14, 72, None, False, False),  # a slip
        ("member", 14, 2, None, False, False),
        ("member", 15, 72, None, False, True),  # the policy: what is cancelled counts
        ("member", 15, 40, None, True, True),
        ("mentor", 15, 72, None, False, True),
        ("mentor", 15, 1, None, False, True),
        ("support", 15, 1, None, False, True),
        ("support", 15, 72, False, False, False),
        ("support", 14, 72, True, False, True),
    ],
)
async def test_what_a_cancelled_booking_costs(
    desk: Desk, by: str, minutes_after: int, hours_before: int, counts: bool | None, late: bool, counted: bool
) -> None:
    await desk.publish(notice_hours=0)
    desk.now = START - hours_before * HOUR - minutes_after * MINUTE
    done(await desk.bookings.book(wanted("b", START), "member"))
    desk.now += minutes_after * MINUTE
    booking = done(await desk.bookings.cancel("b", by, counts))  # type: ignore[arg-type]  # an actor
    assert booking.cancelled is not None
    assert (booking.cancelled.by, booking.cancelled.late, booking.cancelled.counts) == (by, late, counted)
    left = await desk.credits.of("c1", START)
    assert left is not None
    assert left.credits is not None
    assert left.credits.used == int(counted)
    async with desk.database.read() as connection:
        assert await occupancy.holders(connection, occupancy.places_of(booking)) == {}


async def test_a_cancelled_or_running_booking_is_not_cancelled(desk: Desk) -> None:
    done(await desk.bookings.book(wanted("b", START), "mentor"))
    done(await desk.bookings.book(wanted("later", START + DAY), "mentor"))
    done(await desk.bookings.cancel("later", "mentor"))
    assert reason(await desk.bookings.cancel("later", "support", counts=False)) == "not_booked"
    desk.now = START
    assert reason(await desk.bookings.cancel("b", "mentor")) == "already_started"
    assert reason(await desk.bookings.cancel("later", "mentor")) == "not_booked"


async def test_joining_finishing_and_confirming(desk: Desk) -> None:
    """Refused outside their time or state; what is joined counts once."""
    done(await desk.bookings.book(wanted("b", START), "mentor"))
    done(await desk.bookings.book(wanted("next", START + DAY), "mentor"))
    desk.now = START - 10 * MINUTE - 1
    assert reason(await desk.bookings.join("b", "mentor")) == "not_open"
    desk.now += 1
    joined = done(await desk.bookings.join("b", "mentor"))
    assert joined.mentor_joined_at == desk.now
    desk.now = START + 9 * MINUTE
    assert done(await desk.bookings.join("b", "mentor")) == joined
    assert reason(await desk.bookings.finish("b", "mentor")) == "not_open"
    assert reason(await desk.bookings.no_show("b", "mentor")) == "not_open"
    desk.now = START + 10 * MINUTE
    await desk.change("c1", status="paused")
    assert reason(await desk.bookings.no_show("b", "mentor")) == "paused"
    await desk.change("c1", status="open")
    assert done(await desk.bookings.join("b", "member")).both_joined
    assert reason(await desk.bookings.no_show("b", "mentor")) == "not_open"
    desk.now += MINUTE
    assert done(await desk.bookings.finish("b", "mentor")).ended_at == desk.now
    assert reason(await desk.bookings.finish("b", "mentor")) == "not_open"
    assert reason(await desk.bookings.join("b", "member")) == "not_open"
    desk.now = START + DAY
    done(await desk.bookings.join("next", "mentor"))
    desk.now += 10 * MINUTE
    confirmed = done(await desk.bookings.no_show("next", "mentor"))
    assert confirmed.no_show_at == confirmed.ended_at == desk.now
    standing = await desk.ledger.standing("c1")
    assert standing is not None
    assert standing.settings.chats == ()  # its composer is closed too
