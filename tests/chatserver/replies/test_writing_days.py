"""On Thursdays at noon mentors hear of members to whom they have written on too few days."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.notices.notice import Notice
from chatserver.records.database import Database
from chatserver.records.tables import MENTOR_DAYS
from chatserver.replies.writing_days import thursday_noon
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.store.link import Link
from tests.chatserver.messages.past import oslo
from tests.chatserver.notices.quiet_desk import RULEBOOK, QuietDesk

SUNDAY = oslo("2026-01-04T12:00")
THURSDAY = oslo("2026-01-08T12:00")
OSLO = RULEBOOK.calendar("Europe/Oslo", "")


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[QuietDesk]:
    """On each kind of database; c1 is on a plan that asks for two days."""
    link = Link(valkey_url)
    await link.open()
    desk = QuietDesk(database, link)
    await desk.open(SUNDAY, "light")
    yield desk
    link.close()


async def conversation(desk: QuietDesk, id: str, plan: str = "light", mentor: str = "tom") -> None:
    made = await desk.provisioning.put_conversation(id, ConversationDetails("mia", mentor, plan))
    assert isinstance(made, Written)


async def wrote(desk: QuietDesk, id: str, *at: str) -> None:
    """On these days, as the recorder keeps it."""
    rows = [{"conversation_id": id, "day": OSLO.day_of(oslo(each)), "week": OSLO.week_of(oslo(each))} for each in at]
    async with desk.database.begin() as connection:
        await connection.execute(insert(MENTOR_DAYS), rows)


def said(notices: list[Notice]) -> list[tuple[str, int]]:
    return [(each.data["week"], each.data["members"]) for each in notices if each.event == "writing.days"]


async def test_a_mentor_hears_once_of_how_many_members_it_is(desk: QuietDesk) -> None:
    await conversation(desk, "c2")
    await conversation(desk, "c3")
    await conversation(desk, "c4", "basic")
    await wrote(desk, "c2", "2026-01-05T10:00")
    await wrote(desk, "c3", "2026-01-05T10:00", "2026-01-08T10:00")
    await desk.pass_until(THURSDAY - MINUTE)
    assert said(await desk.told("tom")) == []
    await desk.pass_until(THURSDAY + 1)
    [notice] = await desk.told("tom")
    until = instant.text(oslo("2026-01-12T00:00"))
    assert notice.data == {"week": "2026-01-05", "members": 2, "until": until, "role": "mentor", "first": True}
    assert notice.conversation == ""
    await desk.pass_until(THURSDAY + DAY)
    assert said(await desk.told("tom")) == [("2026-01-05", 2)]
    await wrote(desk, "c2", "2026-01-12T10:00", "2026-01-13T10:00")
    await desk.pass_until(THURSDAY + 7 * DAY + 1)
    assert said(await desk.told("tom")) == [("2026-01-05", 2), ("2026-01-12", 2)]


async def test_a_week_that_was_begun_without_the_plan_does_not_count(desk: QuietDesk) -> None:
    await wrote(desk, "c1", "2026-01-05T10:00", "2026-01-06T10:00")
    await desk.show(oslo("2026-01-06T12:00"))
    await conversation(desk, "c2")
    await desk.pass_until(THURSDAY + 1)
    assert said(await desk.told("tom")) == []


async def test_each_mentor_hears_at_noon_where_they_live(desk: QuietDesk) -> None:
    details = PersonDetails("mentor", "Ann", zone="America/New_York")
    assert isinstance(await desk.provisioning.put_person("ann", details), Written)
    await conversation(desk, "c2", mentor="ann")
    await desk.pass_until(THURSDAY + HOUR)
    assert said(await desk.told("ann")) == []
    await desk.pass_until(THURSDAY + 6 * HOUR + 1)
    [notice] = await desk.told("ann")
    assert notice.conversation == "c2"


async def test_what_fell_due_while_everything_was_down_is_told_until_the_next_noon(desk: QuietDesk) -> None:
    await desk.pass_until(THURSDAY + 23 * HOUR)
    assert said(await desk.told("tom")) == [("2026-01-05", 1)]
    await desk.pass_until(THURSDAY + 7 * DAY + 25 * HOUR)
    assert said(await desk.told("tom")) == [("2026-01-05", 1)]


async def test_before_it_is_sent_it_is_asked_whether_the_week_goes_on(desk: QuietDesk) -> None:
    await desk.pass_until(THURSDAY + 1)
    [notice] = await desk.told("tom")
    assert await desk.days.still_this_week(notice) is None
    await desk.show(oslo("2026-01-12T00:00"))
    assert await desk.days.still_this_week(notice) == "the week is over"


@given(
    st.sampled_from(["Europe/Oslo", "America/New_York", "Pacific/Apia"]),
    st.integers(instant.parse("2020-01-01T00:00:00Z"), instant.parse("2031-01-01T00:00:00Z")),
)
def test_there_is_one_noon_a_week(zone: str, after: int) -> None:
    noon = thursday_noon(zone, after)
    assert after < noon <= after + 7 * DAY + HOUR
    assert thursday_noon(zone, noon - 1) == noon
    assert abs(thursday_noon(zone, noon) - noon - 7 * DAY) <= HOUR
