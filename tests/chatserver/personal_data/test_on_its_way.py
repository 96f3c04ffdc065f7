"""What is on its way to an erased person goes nowhere, whoever sends it just then; the other side loses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.delivery import Delivery, NotWanted
from chatserver.notices.fact import Fact
from chatserver.notices.mail import MailChannel, MailManner
from chatserver.notices.mail_address import sender_of
from chatserver.notices.mail_post import AddressRefused, MailPost, PostedMail
from chatserver.notices.mailbox import Mailbox
from chatserver.notices.rows import notices as notice_rows
from chatserver.notices.rows.queue import ToSend
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.notices.unsubscribing import Unsubscribing, Unsubscription
from chatserver.personal_data import rows as erasures
from chatserver.records.database import Database
from chatserver.records.tables import METADATA, NOTICE_SETTINGS, NOTICES, OUTBOX, WEBHOOK_EVENTS, WEBHOOKS
from quotas.policy_file import builtin_policy
from tests.chatserver.heard import Heard, noting_on
from tests.chatserver.messages.shelf import TUESDAY, Shelf, shelf_at
from tests.chatserver.notices.hooks import Hooks
from tests.chatserver.notices.outboxes import Post, Receiver, opened
from tests.chatserver.personal_data.test_erasure import erase, erasure_on, silent
from tests.http_endpoint import http_endpoint

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


def mails(folder: Path) -> str:
    """All that the folder holds, in the open: headers, and bodies as they read."""
    said = []
    for file in sorted(folder.iterdir()):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        said += [mail.as_string(), str(body.get_content())]
    return "\n".join(said)


def mail_on(shelf: Shelf, post: MailPost) -> MailChannel:
    """The channel of mails as servers have it, by that post."""
    secrets = ServerSecrets(shelf.database, ServerSeal(shelf.keys, "secrets"), shelf.ledger.now)
    return MailChannel(
        database=shelf.database,
        post=post,
        manner=MailManner(sender_of("Mentor <notices@example.org>"), builtin_policy(), None),
        unsubscribing=Unsubscribing(shelf.database, secrets, shelf.ledger.now, "https://chat.example.org"),
        booking_of=no_booking,
    )


async def no_booking(id: str) -> None:
    """It is not known any more."""


LATE = Fact(event="session.late", mark="b1", at=TUESDAY, conversation="c1", booking="b1", member="mia", mentor="tom")


async def test_mails_in_the_folder_go_with_their_reader_and_with_whom_they_name(
    shelf: Shelf, valkey_url: str, tmp_path: Path
) -> None:
    """Mia's own, and those to tom that call her by name, in one conversation alone or in a summary; others stay."""
    folder = tmp_path / "mail"
    for person, conversation in (("ola", "c2"), ("eva", "c3")):
        details = PersonDetails("member", person.title(), email=f"{person}@example.org")
        assert isinstance(await shelf.provisioning.put_person(person, details), Written)
        made = await shelf.provisioning.put_conversation(conversation, ConversationDetails(person, "tom", "basic"))
        assert isinstance(made, Written)
    other = Fact(event="session.late", mark="b2", at=TUESDAY, conversation="c2", member="ola", mentor="tom")
    async with opened(shelf.database, valkey_url, [mail_on(shelf, Mailbox(folder))]) as post:
        post.ledger.hear_shift(shelf.shift)
        await note(shelf, LATE, other)
        await post.settle()
        assert len(list(folder.iterdir())) == 4
        assert "Mia" in mails(folder)
        (folder / ".unfinished.1").write_text("X-Chatserver-About: person:mia\r\nTo: mia@exam")
        await erasure_on(shelf, folder).erase("mia", silent)
    left = mails(folder)
    assert [said in left for said in ("Mia", "mia", "Ola", "To: Tom <tom@")] == [False, False, True, True]
    assert len(list(folder.iterdir())) == 2


async def test_a_mail_that_is_being_written_finds_nobody(shelf: Shelf, valkey_url: str, tmp_path: Path) -> None:
    """Its row was claimed before the erasure; address and name are read after it."""
    folder = tmp_path / "mail"
    channel = mail_on(shelf, Mailbox(folder))
    await note(shelf, LATE)
    async with shelf.database.read() as connection:
        query = select(NOTICES.c.id).where(NOTICES.c.person_id == "mia")
        [notice] = (await notice_rows.by_id(connection, list(await connection.scalars(query)))).values()
    await erasure_on(shelf, folder).erase("mia", silent)
    claimed = Delivery(id=1, key="k", channel="mail", person="mia", endpoint="", notices=(notice,), created_at=1, now=1)
    assert await channel.deliver(claimed) == NotWanted("the person has no address, or is not there any more")
    assert not folder.exists()


class ErasingPost:
    """A relay that refuses the address, of somebody who is erased while it says so."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def post(self, mail: PostedMail) -> AddressRefused:
        await erase(self._shelf)
        return AddressRefused("the mail relay refuses the address (550)")

    async def close(self) -> None:
        """Nothing is open."""


async def test_what_comes_back_later_notes_no_address(shelf: Shelf, valkey_url: str) -> None:
    """From the relay, and from a link in an old mail, which turns nothing off any more."""
    await note(shelf, LATE)
    channel = mail_on(shelf, ErasingPost(shelf))
    async with opened(shelf.database, valkey_url, [channel]) as post:
        post.ledger.hear_shift(shelf.shift)
        await post.settle()
    secrets = ServerSecrets(shelf.database, ServerSeal(shelf.keys, "secrets"), shelf.ledger.now)
    links = Unsubscribing(shelf.database, secrets, shelf.ledger.now, "https://chat.example.org")
    await links.carry_out(Unsubscription("mia", ("sessions",)))
    assert "mia@" not in await all_texts(shelf)
    async with shelf.database.read() as connection:
        assert not await connection.scalar(select(func.count()).select_from(NOTICE_SETTINGS))


async def test_endpoints_get_no_text_of_somebody_who_is_being_erased(shelf: Shelf) -> None:
    """The first step is done, the texts are there still: whoever asked for texts gets those of others only."""
    await shelf.write("member", "of mia")
    await shelf.write("mentor", "of tom")
    hooks = Hooks(shelf.database, shelf.link, shelf.shift)
    try:
        async with http_endpoint() as endpoint:
            await hooks.book.remove("w1")
            await hooks.hook("texts", endpoint, "message", with_text=True)
            for seq, (sender, role) in enumerate((("mia", "member"), ("tom", "mentor")), start=1):
                await hooks.note("message", f"c1 {seq}", **{"seq": seq, "id": f"m{seq}", "from": sender, "role": role})
            async with shelf.database.begin() as connection:
                await erasures.erase_person(connection, "mia", TUESDAY)
            await hooks.settle()
            told = [json.loads(each.body)["data"] for each in endpoint.received]
    finally:
        await hooks.post.outbox.close()
        await hooks.http.close()
    assert sorted((each["from"], each["text"]) for each in told) == [("mia", None), ("tom", "of tom")]
