"""Trials and guests: what a conversation is for is said when it is created; why it ended, with its end."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from chatserver.conversations.requests import Conflict, ConversationChange, ConversationDetails, Invalid, Written
from chatserver.records.database import Database
from chatserver.sessions.new_bookings import BookOutcome
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from quotas.bookings import Actor, billable
from quotas.instant import DAY, HOUR
from tests.chatserver.sessions.desk import TUESDAY, Desk, opened, wanted

TRIAL = ConversationDetails("mia", "tom", "trial", trial=True)


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[Desk]:
    """mia's trial is t1, c1 her conversation by a plan; both with tom, who may be booked at any time."""
    async with opened(Desk, database, valkey_url) as desk:
        assert isinstance(await desk.provisioning.put_conversation("t1", TRIAL), Written)
        await desk.publish(notice_hours=0)
        yield desk


async def meet(desk: Desk, id: str, by: Actor = "member", days: int = 3, conversation: str = "t1") -> BookOutcome:
    call = wanted(id, TUESDAY + days * DAY, conversation, service="video_call", kind="chemistry")
    return await desk.bookings.book(call, by)


async def test_what_it_is_for_stays(desk: Desk) -> None:
    """Left out, it is as it was; said otherwise, that is refused."""
    found = await desk.provisioning.get_conversation("t1")
    assert found is not None
    assert (found.kind, found.plan, found.ended_reason) == ("trial", "trial", None)
    again = ConversationDetails("mia", "tom", "trial")
    for details in (TRIAL, again):
        assert await desk.provisioning.put_conversation("t1", details) == Written(found, created=False)
    for other in (replace(again, trial=False), replace(again, guest=True)):
        assert isinstance(await desk.provisioning.put_conversation("t1", other), Conflict)
    both = ConversationDetails("mia", "tom", "guest", trial=True, guest=True)
    assert isinstance(await desk.provisioning.put_conversation("new", both), Invalid)


async def test_a_reason_comes_with_the_end(desk: Desk) -> None:
    """Not before it, and not after it."""
    change = desk.provisioning.change_conversation
    assert isinstance(await change("t1", ConversationChange(ended_reason="churned")), Invalid)
    ended = await change("t1", ConversationChange(status="ended", ended_reason="churned"))
    assert isinstance(ended, Written)
    assert (ended.record.status, ended.record.ended_reason) == ("ended", "churned")
    assert await change("t1", ConversationChange(status="ended")) == Written(ended.record, created=False)
    other = await change("t1", ConversationChange(status="ended", ended_reason="cancelled"))
    assert isinstance(other, Conflict)


async def test_the_first_booking_of_a_trial_is_free(desk: Desk) -> None:
    """For member and mentor, one of 30 minutes; the next only where it was called off. Nobody is paid."""
    made = await meet(desk, "b1")
    assert isinstance(made, BookingDone)
    assert (made.booking.kind, made.booking.price, made.booking.minutes) == ("chemistry", None, 30)
    policy = desk.rulebook.policy.sessions
    assert not billable(made.booking, policy, made.booking.starts_at + HOUR)
    assert await meet(desk, "b1") == BookingDone(made.booking)
    for by in ("member", "mentor"):
        refused = await meet(desk, "b2", by, days=4)
        assert isinstance(refused, BookingRefused)
        assert refused.reason == "not_in_plan"
    await desk.bookings.cancel("b1", "member")
    assert isinstance(await meet(desk, "b2", days=4), BookingDone)


async def test_elsewhere_a_member_has_none(desk: Desk) -> None:
    """Whoever is no member books one also outside a trial: before a change of mentor."""
    refused = await meet(desk, "b1", conversation="c1")
    assert isinstance(refused, BookingRefused)
    assert isinstance(await meet(desk, "b1", "support", conversation="c1"), BookingDone)
