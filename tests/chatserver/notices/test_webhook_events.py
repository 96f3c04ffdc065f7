"""What is queued for which endpoint, once."""

import pytest
from sqlalchemy import insert, select

from chatserver.notices.fact import Fact
from chatserver.notices.rows import webhook_events
from chatserver.notices.webhook_kinds import is_known, matches
from chatserver.records.database import Database
from chatserver.records.tables import OUTBOX, WEBHOOK_EVENTS, WEBHOOKS

MISSED = Fact(
    event="reply.missed", mark="c1 4", at=900, conversation="c1", member="mia", mentor="tora", data={"seq": 4}
)


async def hook(database: Database, id: str, events: str, *, disabled: bool = False) -> None:
    row = {"id": id, "url": "https://example.org", "events": events, "with_text": False, "secret": b"", "created_at": 0}
    ended = {"disabled_at": 1, "disabled_for": "gone"} if disabled else {}
    async with database.begin() as connection:
        await connection.execute(insert(WEBHOOKS), [row | {"updated_at": 0} | ended])


async def noted(database: Database, *facts: Fact, now: int = 1000) -> int | None:
    async with database.begin() as connection:
        return await webhook_events.note(connection, facts, now)


async def queued(database: Database) -> list[tuple[str, str, int]]:
    async with database.read() as connection:
        rows = await connection.execute(select(OUTBOX).order_by(OUTBOX.c.id))
        return [(row.endpoint_id, row.key.partition(" ")[2], row.due_at) for row in rows]


async def kept(database: Database) -> list[str]:
    async with database.read() as connection:
        return [row.kind for row in await connection.execute(select(WEBHOOK_EVENTS))]


@pytest.mark.parametrize(
    ("pattern", "kind", "same"),
    [
        ("reply.missed", "reply.missed", True),
        ("reply.*", "reply.missed", True),
        ("*", "message", True),
        ("message.*", "message", False),
        ("message.*", "message.refused", True),
        ("reply", "reply.missed", False),
        ("re*", "reply.missed", False),
    ],
)
def test_patterns(pattern: str, kind: str, same: bool) -> None:
    assert matches(pattern, kind) is same


def test_what_matches_nothing_is_unknown() -> None:
    assert all(map(is_known, ["*", "booking.*", "person.erased"]))
    assert not any(map(is_known, ["", "booking", "nothing.*", "message.unread", "writing.*", "**", ".*"]))


async def test_each_endpoint_that_wants_an_event_has_a_row(database: Database) -> None:
    await hook(database, "all", '["*"]')
    await hook(database, "bookings", '["booking.*"]')
    await hook(database, "replies", '["message","reply.missed"]')
    assert await noted(database, MISSED) == 1000
    id = webhook_events.event_id(MISSED)
    assert await queued(database) == [("all", id, 1000), ("replies", id, 1000)]


async def test_the_same_fact_again_changes_nothing(database: Database) -> None:
    await hook(database, "all", '["*"]')
    assert await noted(database, MISSED, MISSED) == 1000
    assert await noted(database, MISSED, now=2000) is None
    other = Fact(event="reply.missed", mark="c1 9", at=950)
    assert await noted(database, MISSED, other, now=3000) == 3000
    assert [due for _, _, due in await queued(database)] == [1000, 3000]


async def test_without_an_endpoint_nothing_is_kept(database: Database) -> None:
    assert await noted(database, MISSED) is None
    await hook(database, "bookings", '["booking.*"]')
    assert await noted(database, MISSED, Fact(event="writing.days", mark="x", at=1)) is None
    assert await kept(database) == []


async def test_what_a_disabled_endpoint_wants_is_kept_and_not_queued(database: Database) -> None:
    await hook(database, "old", '["*"]', disabled=True)
    assert await noted(database, MISSED) is None
    assert (await kept(database), await queued(database)) == (["reply.missed"], [])
    async with database.read() as connection:
        assert not await webhook_events.wanted(connection, "message")


async def test_many_at_once_are_each_kept(database: Database) -> None:
    await hook(database, "all", '["message"]')
    facts = [Fact(event="message", mark=f"c1 {seq}", at=seq, conversation="c1") for seq in range(1, 1201)]
    assert await noted(database, *facts) == 1000
    assert len(await queued(database)) == 1200


async def test_an_event_is_found_with_all_its_fact_knew(database: Database) -> None:
    await hook(database, "all", '["*"]')
    await noted(database, MISSED)
    async with database.read() as connection:
        id = await connection.scalar(select(WEBHOOK_EVENTS.c.id))
        assert id is not None
        found = await webhook_events.find(connection, id)
        assert await webhook_events.find(connection, id + 1) is None
    assert found is not None
    assert (found.kind, found.conversation_id, found.person_id, found.at) == ("reply.missed", "c1", "mia", 900)
    assert found.data == {"seq": 4, "member": "mia", "mentor": "tora"}
