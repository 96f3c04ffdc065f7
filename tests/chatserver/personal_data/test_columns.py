"""Every column of the records: what an export says of it, and what an erasure leaves.

`WHERE` and `AFTERWARDS` hold the decisions. They are compared with the tables, with a real export and a real erasure.
"""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.membership import MembershipRecord, MembershipTurn, NotedStep
from chatserver.conversations.requests import PersonDetails
from chatserver.conversations.rows import memberships
from chatserver.records.database import Database
from chatserver.records.tables import MENTOR_HOURS, MENTOR_PRICES, METADATA, SERIES, SERIES_PLACES
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import ClosedWait, MentorDay, ReplyNotice
from chatserver.sessions.rows import hours, prices, series, statements
from chatserver.sessions.rows.statements import IssuedStatement
from chatserver.sessions.series_record import SeriesPlace, SeriesRecord
from quotas import instant
from quotas.bookings import Price
from quotas.hours import DayException, MentorHours, Stretch, WeeklyStretch
from quotas.instant import HOUR
from quotas.memberships import Membership
from quotas.series import SeriesRule
from quotas.statements import Statement
from tests.chatserver.messages.shelf import TUESDAY, Shelf, shelf_at
from tests.chatserver.personal_data.test_erasure import OF_MIA, erase, write_all
from tests.chatserver.personal_data.test_export import exported

OURS = "no data about a person: how the server counts and finds rows"
SAID = "the export says it by where it puts the row"
KEY = "opens texts, which are exported as they read"
STAND = "what the export says of the conversation's stand comes from the store, which has it from here"
MENTORS = "the export of the mentor has it, which a test of its own holds"
ERASING = "says only that an erasure runs or has run; the export has the person's `erased_at`"

WHERE = {
    "people": {
        "id": "person.id",
        "role": "person.role",
        "name": "person.name",
        "zone": "person.zone",
        "locale": "person.locale",
        "email": "person.email",
        "created_at": "person.created_at",
        "updated_at": "person.updated_at",
        "erased_at": "person.erased_at",
    },
    "conversations": {
        "id": "conversations.id",
        "member_id": SAID,
        "mentor_id": "conversations.other.id",
        "zone": "conversations.zone",
        "holidays": "conversations.holidays",
        "status": "conversations.status",
        "revision": OURS,
        "key_number": OURS,
        "created_at": "conversations.created_at",
        "updated_at": "conversations.updated_at",
    },
    "subscriptions": {
        "id": OURS,
        "conversation_id": SAID,
        "plan": "conversations.plans.plan",
        "started_at": "conversations.plans.started_at",
        "ended_at": "conversations.plans.ended_at",
    },
    "conversation_keys": {"conversation_id": KEY, "number": KEY, "master_id": KEY, "wrapped": KEY},
    "erasures": {"person_id": ERASING, "conversation_id": ERASING, "key_number": ERASING, "done_at": ERASING},
    "reply_waits": {
        "partition": OURS,
        "event": OURS,
        "conversation_id": SAID,
        "member_id": SAID,
        "mentor_id": SAID,
        "plan": "conversations.waits.plan",
        "week": "the week of `waiting_since`, by the conversation's calendar",
        "waiting_since": "conversations.waits.waiting_since",
        "due_at": "conversations.waits.due_at",
        "answered_at": "conversations.waits.answered_at",
        "dropped_at": "conversations.waits.dropped_at",
        "waited_ms": "conversations.waits.waited_ms",
        "counted_ms": "conversations.waits.counted_ms",
        "in_time": "conversations.waits.in_time",
    },
    "reply_notices": {
        "id": OURS,
        "partition": OURS,
        "event": OURS,
        "kind": "conversations.notices.kind",
        "conversation_id": SAID,
        "member_id": SAID,
        "mentor_id": SAID,
        "plan": "conversations.notices.plan",
        "week": "the week of `waiting_since`, by the conversation's calendar",
        "waiting_since": "conversations.notices.waiting_since",
        "due_at": "conversations.notices.due_at",
        "at": "conversations.notices.at",
    },
    "mentor_days": {
        "conversation_id": SAID,
        "day": "conversations.mentor_days",
        "week": "the week of `day`",
    },
    "messages": {
        "conversation_id": SAID,
        "seq": "conversations.messages.seq",
        "at": "conversations.messages.at",
        "sender": "conversations.messages.from",
        "role": "conversations.messages.role",
        "message_id": "conversations.messages.id",
        "sealed": "conversations.messages.body",
    },
    "memberships": {
        "id": OURS,
        "person_id": SAID,
        "renewal": "person.memberships.renewal",
        "started_on": "person.memberships.started_on",
        "paid_until": "person.memberships.paid_until",
        "price_amount": "person.memberships.amount",
        "price_currency": "person.memberships.currency",
        "payer": "person.memberships.payer",
        "cadence": "person.memberships.cadence",
        "renews": "person.memberships.renews",
        "set_at": "person.memberships.set_at",
        "set_by": "person.memberships.set_by",
    },
    "membership_steps": {
        "id": OURS,
        "person_id": SAID,
        "kind": "person.renewals.kind",
        "paid_until": "person.renewals.paid_until",
        "renewed_until": "person.renewals.renewed_until",
        "price_amount": "person.renewals.amount",
        "price_currency": "person.renewals.currency",
        "payer": "person.renewals.payer",
        "at": "person.renewals.at",
        "noted_at": "person.renewals.noted_at",
    },
    "membership_turns": {"person_id": SAID, "noted_until": OURS, "next_at": "follows from what was agreed, and now"},
    "statements": {
        "mentor_id": SAID,
        "month": "the export of the mentor has their statements whole",
        "issued_at": "the export of the mentor has their statements whole",
        "content": "the export of the mentor has their statements whole",
    },
    "mentor_hours": {"mentor_id": SAID, **dict.fromkeys(MENTOR_HOURS.columns.keys()[1:], MENTORS)},
    "mentor_prices": {
        "mentor_id": SAID,
        "listed_at": OURS,
        **dict.fromkeys(("minutes", "amount", "currency"), MENTORS),
    },
    "series": {
        "id": "conversations.series.id",
        "conversation_id": SAID,
        **{
            column: f"conversations.series.{column}"
            for column in ("service", "zone", "first", "minutes", "every_weeks", "until", "begun_by", "created_at")
        },
        "made_until": OURS,
        "due_at": OURS,
        **{column: f"conversations.series.{column}" for column in ("ended_at", "ended_from", "replaces", "successor")},
    },
    "series_places": {
        "series_id": SAID,
        "starts_at": "conversations.series.places.starts_at",
        "booking_id": "conversations.series.places.booking",
        "refusal": "conversations.series.places.refusal",
        "noted_at": OURS,
    },
    "ledger_snapshots": {"conversation_id": STAND, "seq": STAND, "taken_at": STAND, "state": STAND},
}
"""Where an export has it, as a path of names; or why not, as a sentence."""

GOES = "goes"
FOUND_BY = (
    "an id without a name: the other side's conversation, and the answer that a person was erased, are found by it"
)
WHEN = "an instant without a text; the other side's conversation has it too"
BOOKS = "the books of whoever charges and pays: amounts, days and ids, without a name or a text"
WITH_THE_MENTOR = "goes when the mentor is erased, which a test of its own holds"
AGREED = "what was agreed of sessions, without a name or a text; bookings are found by it"
COUNTED = "about the mentor's answers, or the plan: reports count it"

AFTERWARDS = {
    "people": {
        "id": FOUND_BY,
        "role": "says which side of a conversation it was",
        "name": GOES,
        "zone": GOES,
        "locale": GOES,
        "email": GOES,
        "created_at": WHEN,
        "updated_at": WHEN,
        "erased_at": "says that it was done",
    },
    "conversations": {
        "id": FOUND_BY,
        "member_id": FOUND_BY,
        "mentor_id": FOUND_BY,
        "zone": "the conversation's, which the other side goes on reading",
        "holidays": "the conversation's, which the other side goes on reading",
        "status": "becomes `ended`",
        "revision": OURS,
        "key_number": OURS,
        "created_at": WHEN,
        "updated_at": WHEN,
    },
    "subscriptions": {
        "id": OURS,
        "conversation_id": FOUND_BY,
        "plan": COUNTED,
        "started_at": COUNTED,
        "ended_at": COUNTED,
    },
    "conversation_keys": {
        "conversation_id": FOUND_BY,
        "number": OURS,
        "master_id": OURS,
        "wrapped": GOES,
    },
    "erasures": {
        "person_id": "says that it was done",
        "conversation_id": "says that it was done",
        "key_number": "says that it was done",
        "done_at": "says that it was done",
    },
    "reply_waits": {
        "partition": OURS,
        "event": OURS,
        "conversation_id": FOUND_BY,
        "member_id": FOUND_BY,
        "mentor_id": FOUND_BY,
        **dict.fromkeys(("plan", "week", "waiting_since", "due_at", "answered_at", "dropped_at"), COUNTED),
        **dict.fromkeys(("waited_ms", "counted_ms", "in_time"), COUNTED),
    },
    "reply_notices": {
        "id": OURS,
        "partition": OURS,
        "event": OURS,
        "conversation_id": FOUND_BY,
        "member_id": FOUND_BY,
        "mentor_id": FOUND_BY,
        **dict.fromkeys(("kind", "plan", "week", "waiting_since", "due_at", "at"), COUNTED),
    },
    "mentor_days": {"conversation_id": FOUND_BY, "day": COUNTED, "week": COUNTED},
    "messages": {
        "conversation_id": FOUND_BY,
        "seq": "seqs are dense: the other side's apps count on it",
        "at": WHEN,
        "sender": FOUND_BY,
        "role": "says which side it was",
        "message_id": "sent again, the same id gets the same answer",
        "sealed": GOES,
    },
    "memberships": {
        "id": OURS,
        "person_id": FOUND_BY,
        **dict.fromkeys(("renewal", "started_on", "paid_until", "price_amount", "price_currency"), BOOKS),
        **dict.fromkeys(("payer", "cadence", "renews", "set_at", "set_by"), BOOKS),
    },
    "membership_steps": {
        "id": OURS,
        "person_id": FOUND_BY,
        **dict.fromkeys(("kind", "paid_until", "renewed_until", "price_amount", "price_currency", "payer"), BOOKS),
        **dict.fromkeys(("at", "noted_at"), BOOKS),
    },
    "membership_turns": {"person_id": GOES, "noted_until": GOES, "next_at": GOES},
    "statements": {"mentor_id": FOUND_BY, "month": BOOKS, "issued_at": BOOKS, "content": BOOKS},
    "mentor_hours": dict.fromkeys(MENTOR_HOURS.columns.keys(), WITH_THE_MENTOR),
    "mentor_prices": dict.fromkeys(MENTOR_PRICES.columns.keys(), WITH_THE_MENTOR),
    "series": {"id": FOUND_BY, "conversation_id": FOUND_BY, **dict.fromkeys(SERIES.columns.keys()[2:], AGREED)},
    "series_places": {"series_id": FOUND_BY, **dict.fromkeys(SERIES_PLACES.columns.keys()[1:], AGREED)},
    "ledger_snapshots": {
        "conversation_id": FOUND_BY,
        "seq": OURS,
        "taken_at": OURS,
        "state": "counts, marks and instants, without a text",
    },
}
"""What an erasure does to it: it goes, or why it stays, as a sentence."""


@pytest.mark.parametrize(
    ("decisions", "question"),
    [
        (WHERE, "WHERE must say where an export has it, or why it has not"),
        (AFTERWARDS, "AFTERWARDS must say whether an erasure takes it, or why it stays"),
    ],
    ids=["export", "erasure"],
)
def test_every_column_has_a_decision(decisions: dict[str, dict[str, str]], question: str) -> None:
    """A column that is new has none yet."""
    for table in METADATA.sorted_tables:
        decided = decisions.get(table.name, {})
        for column in table.columns:
            assert decided.get(column.name), f"{table.name}.{column.name} is a column without a decision: {question}"
    assert {name: set(columns) for name, columns in decisions.items()} == {
        table.name: {column.name for column in table.columns} for table in METADATA.sorted_tables
    }


@pytest.fixture
async def shelf(valkey_url: str, database: Database) -> AsyncIterator[Shelf]:
    """With a row, or more, in every table but that of erasures; the first of each is about Mia."""
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        await shelf.provisioning.put_person("mia", PersonDetails("member", "Mia", locale="da", email="mia@example.org"))
        await write_all(shelf)
        await shelf.archive_all()
        due = TUESDAY + 24 * HOUR
        common = ("c1", "mia", "tom", "basic", 1)
        async with shelf.database.begin() as connection:
            await reply_waits.store(
                connection,
                [
                    ClosedWait(1, "1-0", *common, TUESDAY, due, due + HOUR, None, 25 * HOUR, 24 * HOUR, False),
                    ReplyNotice(1, "1-1", "missed", *common, TUESDAY, due, due + 1),
                    MentorDay("c1", date(2026, 1, 6), 1),
                ],
            )
            terms = Membership("annual", date(2026, 1, 5), Price(100, "NOK"), "business", "weekly", date(2026, 9, 1))
            await memberships.append(connection, MembershipRecord("mia", terms, TUESDAY, "service"))
            paid = date(2026, 9, 1), date(2027, 1, 5)
            step = NotedStep("mia", "renewed", *paid, Price(100, "NOK"), "business", TUESDAY + 1, TUESDAY + 2)
            await memberships.note(connection, step)
            await memberships.set_turn(connection, "mia", MembershipTurn(TUESDAY, TUESDAY + HOUR))
            month = Statement("tom", date(2025, 12, 1), "Europe/Oslo", 1, 2, [], [])
            await statements.issue(connection, IssuedStatement(month, TUESDAY))
            await write_agreed(connection)
        yield shelf


async def write_agreed(connection: AsyncConnection) -> None:
    """Hours and prices of Tom, and a series of his with Mia."""
    weekly = (WeeklyStretch("tuesday", Stretch(540, 720)),)
    exceptions = (DayException(date(2026, 5, 5), ()), DayException(date(2026, 5, 12), (Stretch(600, 660),)))
    await hours.put(connection, "tom", MentorHours("Europe/Oslo", weekly, exceptions, 15, 48), TUESDAY)
    await prices.put(connection, "tom", {45: Price(75_000, "NOK")}, TUESDAY)
    rule = SeriesRule("Europe/Oslo", TUESDAY, 45, 2, TUESDAY + 1_000 * HOUR)
    record = SeriesRecord("s1", "c1", "video_call", rule, "mentor", TUESDAY - 1, TUESDAY + 2, TUESDAY + 3)
    await series.create(connection, record)
    await series.change(connection, replace(record, ended_at=TUESDAY + 4, ended_from=TUESDAY + 5, successor="s2"))
    await series.note(connection, "s1", [SeriesPlace(TUESDAY, "s1:20260106", "busy")], TUESDAY)


async def test_a_mentors_calendar_is_exported_and_goes_with_them(shelf: Shelf) -> None:
    """Hours and prices; Mia's erasure leaves them."""
    document, page = await exported(shelf, "tom")
    assert document["person"]["hours"] == {
        "mentor": "tom",
        "zone": "Europe/Oslo",
        "weekly": [{"weekday": "tuesday", "from": "09:00", "until": "12:00"}],
        "exceptions": [
            {"date": "2026-05-05", "open": []},
            {"date": "2026-05-12", "open": [{"from": "10:00", "until": "11:00"}]},
        ],
        "buffer_minutes": 15,
        "notice_hours": 48,
        "updated_at": instant.text(TUESDAY),
    }
    assert document["person"]["prices"] == [{"minutes": 45, "amount": 75_000, "currency": "NOK"}]
    for text in ("<td>09:00</td>", "<td>2026-05-05</td><td>–</td>", "<td>10:00</td>", "750,00 NOK", "<td>busy</td>"):
        assert text in page
    await erase(shelf)
    assert (await exported(shelf, "tom"))[0]["person"]["hours"] == document["person"]["hours"]
    await erase(shelf, "tom")
    left, _ = await exported(shelf, "tom")
    assert (left["person"]["hours"], left["person"]["prices"]) == (None, [])
    rows = await first_rows(shelf)
    assert (rows["mentor_hours"], rows["mentor_prices"]) == ({}, {})


async def first_rows(shelf: Shelf) -> dict[str, dict[str, Any]]:
    """By table."""
    found = {}
    async with shelf.database.read() as connection:
        for table in METADATA.sorted_tables:
            query = select(table).order_by(*table.primary_key.columns).limit(1)
            row = (await connection.execute(query)).mappings().first()
            found[table.name] = dict(row) if row is not None else {}
    return found


def at_path(document: Any, path: str) -> Any:
    """Of lists the first."""
    for name in path.split("."):
        document = document[0][name] if isinstance(document, list) else document[name]
    return document[0] if isinstance(document, list) else document


def shown(value: Any) -> list[Any]:
    """The ways in which an export may say it."""
    match value:
        case bytes():
            return [value.decode()]
        case date():
            return [value.isoformat()]
        case int():
            return [value, instant.text(value)]
    return [value]


async def test_an_export_has_what_is_decided(shelf: Shelf) -> None:
    """Where it says so, with the value that the row has; the text of a message in the open."""
    document, _ = await exported(shelf)
    rows = await first_rows(shelf)
    assert [name for name, row in rows.items() if not row] == ["erasures"]
    for table, columns in WHERE.items():
        for column, path in columns.items():
            if " " in path:
                continue
            if (table, column) == ("messages", "sealed"):
                assert at_path(document, path) == OF_MIA[0]
            else:
                assert at_path(document, path) in shown(rows[table][column]), f"{table}.{column}"


async def test_an_erasure_leaves_what_is_decided(shelf: Shelf) -> None:
    """What goes is gone from its row, or its row is."""
    before = await first_rows(shelf)
    await erase(shelf)
    after = await first_rows(shelf)
    for table, columns in AFTERWARDS.items():
        for column, decision in columns.items():
            if decision == GOES:
                assert before[table][column]
                assert after[table].get(column) != before[table][column], f"{table}.{column}"
