"""Before a warning or a miss is sent it is asked whether the answer is still owed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatserver.notices.notice import Notice
from chatserver.records.database import Database
from chatserver.replies.still_owed import StillOwed
from quotas import instant
from quotas.instant import HOUR
from quotas.store.link import Link
from tests.chatserver.messages.past import oslo
from tests.chatserver.notices.quiet_desk import QuietDesk

MONDAY = oslo("2026-01-05T09:00")
TUESDAY = oslo("2026-01-06T09:00")


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[QuietDesk]:
    """On each kind of database; the member has written."""
    link = Link(valkey_url)
    await link.open()
    desk = QuietDesk(database, link)
    await desk.open(MONDAY)
    yield desk
    link.close()


async def notice(desk: QuietDesk, event: Any) -> Notice:
    """As of the wait that is open now."""
    standing = await desk.ledger.standing("c1")
    assert standing is not None
    usage = standing.usage
    data = {"waiting_since": instant.text(usage.waiting_since), "due_at": instant.text(usage.due_at)}
    return Notice(1, "tom", event, "c1/1", "c1", "", data, 1, 1)


async def test_a_warning_is_of_a_deadline_that_is_ahead(desk: QuietDesk) -> None:
    await desk.write("member")
    warning = await notice(desk, "reply.warning")
    assert await StillOwed(desk.ledger).warned(warning) is None
    await desk.show(TUESDAY + HOUR)
    assert await StillOwed(desk.ledger).warned(warning) == "the deadline has passed"
    await desk.show(MONDAY + HOUR)
    await desk.write("member")
    assert await StillOwed(desk.ledger).warned(warning) == "the deadline has moved"
    await desk.write("mentor")
    assert await StillOwed(desk.ledger).warned(warning) == "answered meanwhile"


async def test_a_miss_is_told_until_there_is_an_answer(desk: QuietDesk) -> None:
    await desk.write("member")
    missed = await notice(desk, "reply.missed")
    await desk.show(TUESDAY + HOUR)
    assert await StillOwed(desk.ledger).missed(missed) is None
    await desk.write("mentor")
    await desk.write("member")
    assert await StillOwed(desk.ledger).missed(missed) == "answered meanwhile"


async def test_a_conversation_that_is_gone_owes_nothing(desk: QuietDesk) -> None:
    lost = Notice(1, "tom", "reply.missed", "c9/1", "c9", "", {"waiting_since": "x", "due_at": "y"}, 1, 1)
    assert await StillOwed(desk.ledger).missed(lost) == "answered meanwhile"
    assert await StillOwed(desk.ledger).warned(lost) == "answered meanwhile"
