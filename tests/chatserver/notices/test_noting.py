"""Who hears of a fact: noted once, on the channels that the person can be reached on and wants."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from chatserver.conversations.person import PersonRecord
from chatserver.conversations.rows import people
from chatserver.notices.fact import Fact
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Made
from chatserver.notices.rows import notices as rows
from chatserver.notices.rows import wishes
from chatserver.records.database import Database
from chatserver.records.tables import MAIL_BOUNCES, OUTBOX, PUSH_SUBSCRIPTIONS
from quotas import instant
from quotas.instant import HOUR, MINUTE
from quotas.notices import HearingChange, NoticePolicy
from tests.chatserver.heard import Heard, noting_on

NOON = instant.parse("2026-01-07T12:00:00+01:00")
NIGHT = instant.parse("2026-01-07T23:00:00+01:00")
MORNING = instant.parse("2026-01-08T07:00:00+01:00")


MENTOR = frozenset({"mentor"})
"""Whom the recorder names for a warning, unless a plan's escalation says otherwise."""


class Office:
    """A database with a member, a mentor and two of support, one of them erased; all but one have an address."""

    def __init__(self, database: Database, policy: NoticePolicy | None = None) -> None:
        self.database = database
        self.heard = Heard()
        self.noting = noting_on(database, self.heard, policy)

    async def open(self) -> None:
        async with self.database.begin() as connection:
            for person in (
                PersonRecord("mia", "member", "Mia", "Europe/Oslo", "nb", "mia@example.org", 1, 1),
                PersonRecord("tom", "mentor", "Tom", "Europe/Oslo", "nb", "tom@example.org", 1, 1),
                PersonRecord("sara", "support", "Sara", "Europe/Oslo", "nb", "sara@example.org", 1, 1),
                PersonRecord("gone", "support", "", "Europe/Oslo", "nb", None, 1, 1, 2),
            ):
                await people.create(connection, person)

    async def device(self, person: str, device: str) -> None:
        values = {"person_id": person, "device": device, "sealed": b"", "subscribed_at": 1}
        values["digest"] = f"{person}/{device}".encode()
        async with self.database.begin() as connection:
            await connection.execute(insert(PUSH_SUBSCRIPTIONS).values(values))

    async def note(self, *facts: Fact, now: int = NOON) -> Made:
        async with self.database.begin() as connection:
            return await self.noting.note(connection, facts, now)

    async def to_send(self) -> list[tuple[str, str, str, int, bool]]:
        query = select(OUTBOX.c.channel, OUTBOX.c.person_id, OUTBOX.c.endpoint_id, OUTBOX.c.due_at, OUTBOX.c.held)
        async with self.database.read() as connection:
            return [tuple(row) for row in await connection.execute(query.order_by(*query.selected_columns))]

    async def listed(self, person: str) -> list[Notice]:
        async with self.database.read() as connection:
            return await rows.page(connection, person, None, 100)


@pytest.fixture
async def office(database: Database) -> Office:
    """On each kind of database."""
    office = Office(database)
    await office.open()
    return office


def fact(event: Any = "reply.missed", mark: str = "1", at: int = NOON, **more: Any) -> Fact:
    return Fact(event=event, mark=mark, at=at, conversation="c1", member="mia", mentor="tom", **more)


async def test_each_role_of_the_table_hears_once(office: Office) -> None:
    """Whoever was erased hears nothing, and the same fact again changes nothing."""
    made = await office.note(fact(data={"due_at": "then"}), fact())
    assert sorted((each.person, each.data) for each in made.notices) == [
        ("sara", {"due_at": "then", "role": "support", "first": True}),
        ("tom", {"due_at": "then", "role": "mentor", "first": True}),
    ]
    assert made.due_at == NOON
    assert await office.to_send() == [("mail", "sara", "", NOON, False), ("mail", "tom", "", NOON, False)]
    assert await office.note(fact(), now=NOON + 1) == Made()
    assert len(await office.listed("tom")) == 1
    again = await office.note(fact(mark="2"))
    assert [each.data["role"] for each in again.notices if "first" not in each.data] == ["support", "mentor"]


async def test_a_fact_names_the_roles_that_it_concerns(office: Office) -> None:
    made = await office.note(fact("session.late", roles=frozenset({"mentor"})), fact("reply.answered"))
    assert [each.person for each in made.notices] == ["tom"]


async def test_what_is_not_urgent_waits_for_the_end_of_quiet_hours(office: Office) -> None:
    """In the person's own ones, where they set some."""
    await office.note(fact("message.unread", at=NIGHT, roles=frozenset({"member"})), now=NIGHT)
    await office.note(fact("reply.warning", at=NIGHT, roles=MENTOR), now=NIGHT)
    assert await office.to_send() == [("mail", "mia", "", MORNING, True), ("mail", "tom", "", NIGHT, False)]
    async with office.database.begin() as connection:
        await wishes.set_wishes(connection, "tom", frozenset(), (0, 0), NIGHT)
        await wishes.set_wishes(connection, "sara", frozenset(), (11 * 60, 13 * 60), NIGHT)
    await office.note(fact("reply.missed"), now=NOON)
    assert (await office.to_send())[1:3] == [
        ("mail", "sara", "", NOON + HOUR, True),
        ("mail", "tom", "", NOON, False),
    ]


async def test_a_delay_counts_from_what_happened(database: Database) -> None:
    policy = NoticePolicy(events={"reply.missed": {"mentor": HearingChange(delay_minutes=30), "support": False}})
    office = Office(database, policy)
    await office.open()
    await office.note(fact(at=NOON - 10 * MINUTE))
    assert await office.to_send() == [("mail", "tom", "", NOON + 20 * MINUTE, False)]


async def test_devices_and_addresses_that_take_nothing_get_nothing(office: Office) -> None:
    await office.device("tom", "phone")
    async with office.database.begin() as connection:
        bounce = {"person_id": "tom", "address": "tom@example.org", "kind": "bounce", "at": 1}
        await connection.execute(insert(MAIL_BOUNCES).values(bounce))
    made = await office.note(fact("reply.warning", roles=MENTOR))
    assert await office.to_send() == [("push", "tom", "phone", NOON, False)]
    assert [each.person for each in made.notices] == ["tom"]


async def test_what_a_person_turned_off_or_muted_stands_in_their_list_only(office: Office) -> None:
    """But mails of what is essential."""
    await office.device("mia", "phone")
    await office.device("tom", "phone")
    async with office.database.begin() as connection:
        await wishes.turn_off(connection, "tom", "mail", "deadlines", 1)
        await wishes.turn_off(connection, "tom", "push", "sessions", 2)
        await wishes.mute(connection, "mia", "c1", 1)
        await wishes.mute(connection, "mia", "c1", 2)
        assert await wishes.wishes_of(connection, ["tom", "mia", "sara"]) == {
            "tom": wishes.Wishes(frozenset({("mail", "deadlines"), ("push", "sessions")})),
            "mia": wishes.Wishes(muted=frozenset({"c1"})),
            "sara": wishes.Wishes(),
        }
    await office.note(fact("reply.warning", roles=MENTOR), fact("message.unread"), fact("booking.cancelled"))
    sent = [(channel, person) for channel, person, *_ in await office.to_send()]
    assert sent == [
        ("mail", "mia"),  # the cancelled booking
        ("mail", "tom"),
        ("mail", "tom"),
        ("push", "tom"),
        ("push", "tom"),
    ]
    assert [each.event for each in await office.listed("mia")] == ["message.unread", "booking.cancelled"]
    async with office.database.begin() as connection:
        await wishes.unmute(connection, "mia", "c1")
        assert (await wishes.wishes_of(connection, ["mia"]))["mia"].muted == frozenset()


async def test_who_did_it_gets_a_mail_for_their_calendar_and_nothing_else(office: Office) -> None:
    await office.device("mia", "phone")
    await office.device("tom", "phone")
    await office.note(fact("booking.booked", booking="b1", data={"by": "mentor"}))
    sent = [(channel, person) for channel, person, *_ in await office.to_send()]
    assert sent == [("mail", "mia"), ("mail", "tom"), ("push", "mia")]
    assert [each.read_at for each in await office.listed("tom")] == [NOON]
    assert [each.read_at for each in await office.listed("mia")] == [None]


async def test_what_was_made_is_told_after_the_commit(office: Office) -> None:
    await office.note(fact("message.unread", roles=frozenset({"mentor"})))
    await office.noting.tell(await office.note(fact()))
    assert office.heard.rung == [NOON]
    assert sorted(office.heard.published) == [("sara", "reply.missed", 1), ("tom", "reply.missed", 2)]


async def test_what_was_rolled_back_was_never_noted(office: Office) -> None:
    with pytest.raises(RuntimeError):
        async with office.database.begin() as connection:
            await office.noting.note(connection, [fact()], NOON)
            raise RuntimeError
    assert await office.to_send() == []
    assert await office.listed("tom") == []
