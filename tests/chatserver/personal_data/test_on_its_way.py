"""What is on its way to an erased person goes nowhere, whoever sends it just then; the other side loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.requests import PersonDetails, Written
from chatserver.notices.fact import Fact
from chatserver.notices.rows.queue import ToSend
from chatserver.records.database import Database
from chatserver.records.tables import METADATA, NOTICES, OUTBOX, WEBHOOK_EVENTS, WEBHOOKS
from tests.chatserver.heard import Heard, noting_on
from tests.chatserver.messages.shelf import TUESDAY, Shelf, shelf_at
from tests.chatserver.notices.outboxes import Post, Receiver, opened
from tests.chatserver.personal_data.test_erasure import erase, erasure_on, silent

BOOKED = Fact(
    event="booking.booked", mark="b1", at=TUESDAY, conversation="c1", booking="b1", member="mia", mentor="tom"
)


@pytest.fixture
async def shelf(valkey_url: str, database: Database) -> AsyncIterator[Shelf]:
    """Both have an address, sara of support too, and an endpoint of the platform hears of everything."""
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        for person, role in (("mia", "member"), ("tom", "mentor"), ("sara", "support")):
            details = PersonDetails(role, person.title(), email=f"{person}@example.org")  # type: ignore[arg-type]
            assert isinstance(await shelf.provisioning.put_person(person, details), Written)
        hook = {"id": "w1", "url": "https://example.org/hook", "events": '["*"]', "with_text": False, "secret": b""}
        async with shelf.database.begin() as connection:
            await connection.execute(insert(WEBHOOKS).values(hook | {"created_at": TUESDAY, "updated_at": TUESDAY}))
        yield shelf


async def note(shelf: Shelf, *facts: Fact) -> None:
    async with shelf.database.begin() as connection:
        await noting_on(shelf.database).note(connection, facts, TUESDAY)


async def rows_of(shelf: Shelf, table: Table, *columns: str) -> list[Any]:
    async with shelf.database.read() as connection:
        query = select(*(table.c[column] for column in columns)).order_by(table.c.id)
        return [tuple(row) for row in await connection.execute(query)]


async def all_texts(shelf: Shelf) -> str:
    """Everything that the tables hold."""
    async with shelf.database.read() as connection:
        found = [await connection.execute(select(table)) for table in METADATA.sorted_tables]
        return repr([tuple(row) for rows in found for row in rows])


async def test_their_notices_go_and_those_of_the_other_side_stay(shelf: Shelf) -> None:
    """Nothing of the person is left in any table but ids and instants; the platform hears of it once."""
    await note(shelf, BOOKED)
    assert "Mia" in await all_texts(shelf)
    await erase(shelf)
    assert await rows_of(shelf, NOTICES, "person_id", "event") == [("tom", "booking.booked")]
    assert await rows_of(shelf, OUTBOX, "person_id", "channel") == [("", "webhook"), ("tom", "mail"), ("", "webhook")]
    events = await rows_of(shelf, WEBHOOK_EVENTS, "kind", "person_id")
    assert events == [("booking.booked", "mia"), ("person.erased", "mia")]
    left = await all_texts(shelf)
    assert not any(said in left for said in ("Mia", "mia@"))
    await erase(shelf)
    assert await rows_of(shelf, WEBHOOK_EVENTS, "kind", "person_id") == events


@pytest.mark.parametrize("person", ["tom", "sara"])
async def test_mentors_and_support_too(shelf: Shelf, person: str) -> None:
    """Sara is told of a missed answer, as tom is, and of his name there is no trace in what she was told."""
    await note(
        shelf, Fact(event="reply.missed", mark="c1 1", at=TUESDAY, conversation="c1", member="mia", mentor="tom")
    )
    assert {each[0] for each in await rows_of(shelf, NOTICES, "person_id")} == {"tom", "sara"}
    await erase(shelf, person)
    assert {each[0] for each in await rows_of(shelf, NOTICES, "person_id")} == {"tom", "sara"} - {person}
    assert person not in {each[0] for each in await rows_of(shelf, OUTBOX, "person_id")}
    left = await all_texts(shelf)
    assert not any(said in left for said in (person.title(), f"{person}@"))
    assert [each[0] for each in await rows_of(shelf, WEBHOOK_EVENTS, "kind")] == ["reply.missed", "person.erased"]


async def test_after_it_nothing_is_noted_for_them(shelf: Shelf) -> None:
    """What still happens in their conversation is told to the other side."""
    await erase(shelf)
    heard = Heard()
    async with shelf.database.begin() as connection:
        made = await noting_on(shelf.database, heard).note(connection, [BOOKED], TUESDAY)
    assert [each.person for each in made.notices] == ["tom"]


class LateDatabase(Database):
    """In its `at`th transaction that writes, a process that had read the person before it notes something for them."""

    def __init__(self, url: str, at: int) -> None:
        super().__init__(url)
        self._left = at

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        self._left -= 1
        if self._left == 0:
            row = {"person_id": "mia", "event": "booking.moved", "mark": "late", "conversation_id": "c1"}
            async with super().begin() as connection:
                values = row | {"booking_id": "b1", "data": "{}", "at": TUESDAY, "noted_at": TUESDAY}
                await connection.execute(insert(NOTICES).values(values))
        async with super().begin() as connection:
            yield connection


async def test_what_is_noted_meanwhile_goes_too(shelf: Shelf, records_url: str) -> None:
    late = LateDatabase(records_url, 4)
    try:
        pieces = Shelf(shelf.link, late, shelf.shift)
        await erasure_on(pieces).erase("mia", silent)
    finally:
        await late.close()
    assert await rows_of(shelf, NOTICES, "person_id") == []


@asynccontextmanager
async def post_beside(shelf: Shelf, valkey_url: str, mail: Receiver) -> AsyncIterator[Post]:
    async with opened(shelf.database, valkey_url, [mail]) as post:
        post.ledger.hear_shift(shelf.shift)
        yield post


async def test_a_row_that_is_being_sent_is_not_another_one_later(shelf: Shelf, valkey_url: str) -> None:
    """Mia is erased while her mail is at the relay, which then asks for another try. Tom's next mail is sent all the
    same, once: nothing takes what became of hers for what became of his."""
    mail = Receiver()
    mail.held = {"mia": asyncio.Event()}
    async with post_beside(shelf, valkey_url, mail) as post:
        await post.put(ToSend(key="hers", channel="mail", person="mia", due_at=TUESDAY))
        post.outbox.work()
        await mail.begun.wait()
        await erase(shelf)
        await post.put(ToSend(key="his", channel="mail", person="tom", due_at=TUESDAY))
        mail.held["mia"].set()
        await post.settle()
        assert mail.keys == ["hers", "his"]
        assert (await post.outcomes())["his"] == ("sent", None)
        assert [outcome for outcome, _ in (await post.outcomes()).values()] == [None, "sent"], "the webhook's waits"
