"""A booking on the wire: what follows from its facts, from the policy and from now."""

from msgspec.structs import replace

from chatserver.protocol.sessions import JoinsView, booking_view
from quotas.bookings import Booking, Cancellation, Price
from quotas.instant import DAY, MINUTE, parse
from quotas.money import Split
from quotas.plans import SessionPolicy

START = parse("2026-03-03T09:00:00Z")
POLICY = SessionPolicy()
CALL = Booking(
    id="b1",
    conversation="c1",
    member="mia",
    mentor="tora",
    service="video_call",
    kind="plan",
    starts_at=START,
    minutes=45,
    period=2,
    booked_at=START - 7 * DAY,
    set_by="mentor",
    set_at=START - 7 * DAY,
)


def test_what_is_not_there_is_null() -> None:
    view = booking_view(CALL, POLICY, START - DAY)
    assert (view.starts_at, view.ends_at) == ("2026-03-03T09:00:00.000Z", "2026-03-03T09:45:00.000Z")
    assert (view.state, view.units, view.counts, view.billable, view.late) == ("booked", 2, True, False, False)
    assert (view.price, view.split, view.join_url, view.moved_from) == (None, None, None, None)
    assert view.joins == JoinsView(None, None)


def test_its_state_is_that_of_the_instant() -> None:
    joined = replace(CALL, member_joined_at=START, mentor_joined_at=START + MINUTE)
    assert booking_view(joined, POLICY, START + 5 * MINUTE).state == "running"
    assert booking_view(joined, POLICY, START + DAY).state == "held"
    assert booking_view(joined, POLICY, START).joins == JoinsView(
        "2026-03-03T09:00:00.000Z", "2026-03-03T09:01:00.000Z"
    )


def test_a_late_cancellation() -> None:
    view = booking_view(replace(CALL, cancelled=Cancellation(START - 1, "member", True, True)), POLICY, START)
    assert (view.state, view.late, view.counts, view.billable) == ("cancelled", True, True, True)


def test_shares_add_up_to_the_price() -> None:
    """What does not divide is the mentor's."""
    extra = replace(CALL, kind="extra", price=Price(1_999, "NOK"))
    assert booking_view(extra, POLICY, START).split == Split(1_800, 199)
    assert booking_view(extra, SessionPolicy(mentor_share=100), START).split == Split(1_999, 0)


def test_the_link_of_a_video_call() -> None:
    """The id is written as addresses have it; a live chat has no link."""
    policy = SessionPolicy(join_url="https://video.example/{booking}#room")
    odd = replace(CALL, id="a|b@c")
    assert booking_view(odd, policy, START).join_url == "https://video.example/a%7Cb%40c#room"
    assert booking_view(replace(CALL, service="live_chat"), policy, START).join_url is None
