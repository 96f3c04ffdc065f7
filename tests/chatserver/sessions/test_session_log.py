"""What happens at sessions is noted for whoever is to hear of it, with the event or not at all, and told once."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert, select

from chatserver.conversations.requests import PersonDetails, Written
from chatserver.notices.notice import Notice
from chatserver.notices.noting import JOINED_WITHIN
from chatserver.notices.rows import notices
from chatserver.records.database import Database
from chatserver.records.tables import OUTBOX, PUSH_SUBSCRIPTIONS
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.session_event import SessionEvent, event_of
from chatserver.sessions.session_log import facts_of
from quotas import instant
from quotas.bookings import Actor
from quotas.instant import DAY, HOUR, MINUTE
from tests.chatserver.sessions.coaching import coaching
from tests.chatserver.sessions.desk import TUESDAY, Desk, opened, wanted
from tests.chatserver.sessions.test_steps import START, DiedError, StepsDesk, dying


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[StepsDesk]:
    """On each kind of database."""
    async with opened(StepsDesk, database, valkey_url) as desk:
        yield desk


async def heard(desk: Desk, person: str) -> list[Notice]:
    """What the person has heard of, the first one first."""
    async with desk.database.read() as connection:
        return list(reversed(await notices.page(connection, person, None, 100)))


async def names(desk: Desk, person: str) -> list[str]:
    return [each.event for each in await heard(desk, person)]


async def book(desk: Desk, by: Actor = "mentor") -> None:
    assert isinstance(await desk.bookings.book(wanted(), by), BookingDone)


async def test_both_hear_of_what_one_of_them_did(desk: StepsDesk) -> None:
    """Who did it has read of it, and nobody is called."""
    await book(desk)
    assert isinstance(await desk.bookings.move("b1", START + HOUR, "mentor"), BookingDone)
    assert isinstance(await desk.bookings.cancel("b1", "member"), BookingDone)
    expected = ["booking.booked", "booking.moved", "booking.cancelled"]
    assert (await names(desk, "mia"), await names(desk, "tom")) == (expected, expected)
    assert [each.read_at is None for each in await heard(desk, "mia")] == [True, True, False]
    assert [each.read_at is None for each in await heard(desk, "tom")] == [False, False, True]
    assert [(person, event) for person, event, _ in desk.heard.published] == [
        ("mia", "booking.booked"),
        ("mia", "booking.moved"),
        ("tom", "booking.cancelled"),
    ]
    booked, moved, _ = await heard(desk, "mia")
    assert booked.data == {
        "service": "live_chat",
        "starts_at": instant.text(START),
        "minutes": 30,
        "by": "mentor",
        "role": "member",
        "first": True,
    }
    assert (moved.booking, moved.conversation, moved.data["moved_from"]) == ("b1", "c1", instant.text(START))


async def test_an_end_of_the_conversation_is_nobodys_doing(desk: StepsDesk) -> None:
    await book(desk)
    await desk.change("c1", status="ended")
    [_, cancelled] = await heard(desk, "tom")
    assert (cancelled.event, cancelled.data["by"], cancelled.read_at) == ("booking.cancelled", "end", None)


async def test_both_hear_of_a_session_that_comes(desk: StepsDesk) -> None:
    """But not twice in two minutes: a reminder right before it starts is for webhooks alone."""
    await book(desk)
    for at in (START - DAY, START - 12 * MINUTE, START - 10 * MINUTE, START):
        await desk.ring(at)
        await desk.ring(at)
    expected = ["booking.booked", "session.reminder", "session.starting"]
    assert (await names(desk, "mia"), await names(desk, "tom")) == (expected, expected)


async def test_both_hear_that_one_is_late_and_support_in_its_list_of_who_did_not_come(desk: StepsDesk) -> None:
    assert isinstance(await desk.provisioning.put_person("sara", PersonDetails("support", "Sara")), Written)
    await book(desk)
    desk.now = START
    assert isinstance(await desk.bookings.join("b1", "member"), BookingDone)
    await desk.ring(START + 5 * MINUTE)
    await desk.ring(START + 30 * MINUTE)
    about = [(each.event, each.data.get("absent")) for each in await heard(desk, "tom")]
    assert about[-2:] == [("session.late", "mentor"), ("session.mentor_absent", "mentor")]
    assert (await names(desk, "mia"))[-2:] == ["session.late", "session.mentor_absent"]
    assert await names(desk, "sara") == ["session.mentor_absent"]


async def test_what_a_process_commits_that_dies_then_is_told_by_another(desk: StepsDesk) -> None:
    """The notices are there with the events; whoever is connected hears once."""
    await book(desk)
    desk.heard.published.clear()
    with pytest.raises(DiedError):
        await desk.ring(START - 10 * MINUTE, dying(desk))
    assert (await names(desk, "mia"))[-1] == "session.starting"
    assert desk.heard.published == []
    await desk.telling_named("second").tell("c1")
    await desk.telling_named("third").tell("c1")
    published = [(person, event) for person, event, _ in desk.heard.published]
    assert sorted(published) == [
        ("mia", "session.reminder"),
        ("mia", "session.starting"),
        ("tom", "session.reminder"),
        ("tom", "session.starting"),
    ]
    assert desk.heard.rung[-1] is not None


async def test_the_first_bookings_of_a_series_are_pushed_as_one(database: Database, valkey_url: str) -> None:
    """Mails carry an invitation each."""
    async with coaching(database, valkey_url) as desk:
        details = PersonDetails("member", "Mia", email="mia@example.org")
        assert isinstance(await desk.provisioning.put_person("mia", details), Written)
        device = {"person_id": "mia", "device": "phone", "sealed": b"", "digest": b"", "subscribed_at": 1}
        async with database.begin() as connection:
            await connection.execute(insert(PUSH_SUBSCRIPTIONS).values(device))
        await desk.begin()
    async with database.read() as connection:
        query = select(OUTBOX.c.channel, OUTBOX.c.due_at, OUTBOX.c.held).where(OUTBOX.c.person_id == "mia")
        rows = [tuple(row) for row in await connection.execute(query)]
    assert len(rows) > 4
    assert set(rows) == {("mail", TUESDAY, False), ("push", TUESDAY + JOINED_WITHIN, True)}


async def test_what_is_for_the_apps_alone_is_no_fact(desk: StepsDesk) -> None:
    await book(desk)
    booking = await desk.bookings.find("b1")
    assert booking is not None
    found = await desk.provisioning.get_conversation("c1")
    assert found is not None
    quiet: list[SessionEvent] = [event_of(booking, name, START, "system") for name in ("joined", "left", "ending")]
    lost = event_of(booking, "started", START, "system")
    assert facts_of(quiet, {"c1": found}) == []
    assert facts_of([lost], {}) == []
