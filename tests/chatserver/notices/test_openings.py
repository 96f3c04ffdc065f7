"""A member who asked hears that they may write again: when that is so, once, and not where they have written."""

from collections.abc import AsyncIterator

import pytest

from chatserver.conversations.requests import ConversationChange, Written
from chatserver.notices.opening_requests import OPENING
from chatserver.notices.rows import wishes
from chatserver.records.database import Database
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.timers import Rung
from quotas.store.link import Link
from tests.chatserver.messages.past import oslo
from tests.chatserver.notices.quiet_desk import QuietDesk

FRIDAY = oslo("2026-01-09T18:00")
SATURDAY = oslo("2026-01-10T12:00")
MONDAY = oslo("2026-01-12T00:00")


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[QuietDesk]:
    """On each kind of database, on a Saturday."""
    link = Link(valkey_url)
    await link.open()
    desk = QuietDesk(database, link)
    await desk.open(SATURDAY)
    yield desk
    link.close()


async def change(desk: QuietDesk, change: ConversationChange) -> None:
    assert isinstance(await desk.provisioning.change_conversation("c1", change), Written)


async def waited_for(desk: QuietDesk) -> int | None:
    """When it opens, by what is kept."""
    async with desk.database.read() as connection:
        request = await wishes.opening_of(connection, "c1")
    return request.opens_at if request else None


async def test_the_member_hears_when_it_opens(desk: QuietDesk) -> None:
    assert await desk.requests.ask("c1", "mia", MONDAY) is None
    await desk.pass_until(MONDAY - HOUR)
    assert await desk.told("mia") == []
    await desk.pass_until(MONDAY + 1)
    [notice] = await desk.told("mia")
    assert (notice.event, notice.conversation) == ("writing.opened", "c1")
    assert notice.data == {"until": instant.text(oslo("2026-01-17T00:00")), "role": "member", "first": True}
    assert await waited_for(desk) is None
    assert await desk.told("tom") == []
    assert desk.heard.published == [("mia", "writing.opened", 1)]
    await desk.pass_until(MONDAY + DAY)
    assert len(await desk.told("mia")) == 1


async def test_what_opens_later_by_then_is_waited_for(desk: QuietDesk) -> None:
    """The plan allows nothing before Monday, though it was asked for Sunday."""
    await desk.requests.ask("c1", "mia", MONDAY - DAY)
    await desk.pass_until(MONDAY - DAY + HOUR)
    assert await waited_for(desk) == MONDAY
    await desk.pass_until(MONDAY + HOUR)
    assert [each.event for each in await desk.told("mia")] == ["writing.opened"]


async def test_what_opens_sooner_by_then_is_told_then(desk: QuietDesk) -> None:
    """Where a pause ends; a timer that rings for nothing is set again."""
    await desk.show(MONDAY + HOUR)
    await change(desk, ConversationChange(status="paused"))
    await desk.requests.ask("c1", "mia", 0)
    await desk.requests.look_again("c1")
    await desk.pass_until(MONDAY + HOUR + MINUTE)
    assert await desk.told("mia") == []
    await change(desk, ConversationChange(status="open"))
    await desk.requests.look_again("c1")
    await desk.requests.look_again("c2")
    await desk.pass_until(MONDAY + HOUR + 2 * MINUTE)
    assert [each.event for each in await desk.told("mia")] == ["writing.opened"]
    assert await waited_for(desk) is None


async def test_a_paused_conversation_is_looked_at_again(desk: QuietDesk) -> None:
    await desk.requests.ask("c1", "mia", MONDAY)
    await change(desk, ConversationChange(status="paused"))
    await desk.pass_until(MONDAY + 1)
    waiting = await waited_for(desk)
    assert waiting is not None
    assert MONDAY + HOUR <= waiting <= MONDAY + HOUR + 10_000
    await change(desk, ConversationChange(status="open"))
    await desk.pass_until(MONDAY + 2 * HOUR)
    assert len(await desk.told("mia")) == 1


async def test_who_has_written_meanwhile_hears_nothing(desk: QuietDesk) -> None:
    """On another plan, under which it was open earlier."""
    await desk.requests.ask("c1", "mia", MONDAY)
    await desk.show(MONDAY + HOUR)
    await desk.write("member")
    await desk.watch.settle_due([keys.partition("c1")])
    assert await desk.told("mia") == []
    assert await waited_for(desk) is None


async def test_who_asks_no_longer_and_who_has_ended_hears_nothing(desk: QuietDesk) -> None:
    await desk.requests.ask("c1", "mia", MONDAY)
    await desk.requests.forget("c1")
    await desk.openings.ring(Rung(keys.partition("c1"), OPENING, "c1", MONDAY))
    await desk.requests.ask("c1", "mia", MONDAY)
    await change(desk, ConversationChange(status="ended"))
    await desk.pass_until(MONDAY + 1)
    assert await desk.told("mia") == []
    assert await waited_for(desk) is None


async def test_a_timer_that_the_store_has_lost_is_set_again(desk: QuietDesk) -> None:
    await desk.requests.ask("c1", "mia", MONDAY)
    await desk.timers.clear_timer("c1", OPENING, "c1")
    await desk.pass_until(MONDAY + HOUR)
    assert len(await desk.told("mia")) == 1


async def test_before_it_is_sent_it_is_asked_whether_it_is_open(desk: QuietDesk) -> None:
    await desk.requests.ask("c1", "mia", MONDAY)
    await desk.pass_until(MONDAY + 1)
    [notice] = await desk.told("mia")
    assert await desk.openings.still_open(notice) is None
    await change(desk, ConversationChange(status="paused"))
    assert await desk.openings.still_open(notice) == "closed again"
    await change(desk, ConversationChange(status="open"))
    await desk.write("member")
    assert await desk.openings.still_open(notice) == "written meanwhile"
    await change(desk, ConversationChange(status="ended"))
    assert await desk.openings.still_open(notice) == "the conversation has ended"
