"""Messages that stay unread are told of once for each stretch of quiet, and what was seen is not told of."""

from collections.abc import AsyncIterator
from typing import Never

import pytest

from chatserver.conversations.requests import ConversationChange, PersonDetails, Written
from chatserver.notices.notice import Notice
from chatserver.notices.rows.others import others_of
from chatserver.records.database import Database
from quotas.instant import HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.timers import Rung
from quotas.ledger.unread import UNREAD, Unread, unread_timer
from quotas.store.errors import StoreError
from quotas.store.link import Link
from tests.chatserver.messages.past import oslo
from tests.chatserver.notices.quiet_desk import QuietDesk

MONDAY = oslo("2026-01-05T09:00")


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[QuietDesk]:
    """On each kind of database."""
    link = Link(valkey_url)
    await link.open()
    desk = QuietDesk(database, link)
    await desk.open(MONDAY)
    yield desk
    link.close()


def said(notices: list[Notice]) -> list[tuple[int, int]]:
    """The first unread message of each, and how many."""
    return [(each.data["seq"], each.data["count"]) for each in notices]


async def test_who_has_not_read_hears_of_all_of_it_once(desk: QuietDesk) -> None:
    """After five minutes; not the other one, and nothing more until they read."""
    await desk.write("member")
    await desk.write("member")
    await desk.pass_until(MONDAY + 4 * MINUTE)
    assert await desk.told("tom") == []
    await desk.pass_until(MONDAY + 6 * MINUTE)
    await desk.write("member")
    await desk.pass_until(MONDAY + 2 * HOUR)
    [notice] = await desk.told("tom")
    assert (notice.event, notice.conversation) == ("message.unread", "c1")
    assert notice.data == {"by": "member", "seq": 1, "count": 2, "answered": False, "role": "mentor", "first": True}
    assert await desk.told("mia") == []
    assert desk.heard.published == [("tom", "message.unread", 1)]


async def test_who_has_read_hears_of_what_comes_later(desk: QuietDesk) -> None:
    await desk.write("member")
    await desk.read("mentor", 1)
    await desk.write("member")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    await desk.read("mentor", 2)
    await desk.pass_until(MONDAY + HOUR)
    await desk.write("member")
    await desk.write("member")
    await desk.read("mentor", 3)
    await desk.pass_until(MONDAY + 2 * HOUR)
    assert said(await desk.told("tom")) == [(2, 1), (4, 1)]


async def test_a_message_that_came_later_has_its_own_time(desk: QuietDesk) -> None:
    """The timer is from before, and what it was set for was read."""
    await desk.write("member")
    await desk.show(MONDAY + 3 * MINUTE)
    await desk.read("mentor", 1)
    await desk.write("member")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    assert await desk.told("tom") == []
    await desk.pass_until(MONDAY + 9 * MINUTE)
    assert said(await desk.told("tom")) == [(2, 1)]


async def test_who_answers_has_read(desk: QuietDesk) -> None:
    """Also where their app marks nothing as read. The member hears of the answer as one."""
    await desk.write("member")
    await desk.write("mentor")
    await desk.write("mentor")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    assert await desk.told("tom") == []
    [notice] = await desk.told("mia")
    assert notice.data == {"by": "mentor", "seq": 2, "count": 2, "answered": True, "role": "member", "first": True}


async def test_a_substitutes_answer_is_told_in_their_name(desk: QuietDesk) -> None:
    details = PersonDetails("mentor", "Ulf Berg")
    assert isinstance(await desk.provisioning.put_person("ulf", details), Written)
    await desk.write("member")
    await desk.write("mentor", sender="ulf")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    [notice] = await desk.told("mia")
    assert notice.data["answered_by"] == "ulf"
    async with desk.database.read() as connection:
        assert await others_of(connection, [notice]) == {notice.id: "Ulf Berg"}


async def test_an_answer_to_what_was_read_is_one_too(desk: QuietDesk) -> None:
    await desk.write("member")
    await desk.read("member", 1)
    await desk.write("mentor")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    [notice] = await desk.told("mia")
    assert notice.data["answered"]


async def test_a_mentor_who_writes_first_answers_nothing(desk: QuietDesk) -> None:
    await desk.write("mentor")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    [notice] = await desk.told("mia")
    assert not notice.data["answered"]


async def test_nobody_hears_of_a_conversation_that_has_ended(desk: QuietDesk) -> None:
    await desk.write("member")
    ended = await desk.provisioning.change_conversation("c1", ConversationChange(status="ended"))
    assert isinstance(ended, Written)
    await desk.pass_until(MONDAY + 6 * MINUTE)
    assert await desk.told("tom") == []


async def test_a_timer_of_a_conversation_that_is_gone_is_let_go(desk: QuietDesk) -> None:
    await desk.unread.ring(Rung(keys.partition("gone"), UNREAD, unread_timer("mentor", "gone"), MONDAY))
    assert await desk.told("tom") == []


async def test_nobody_hears_of_what_was_taken_back(desk: QuietDesk) -> None:
    """Neither of the message nor of its edits; of what else is unread as always."""
    await desk.write("member")
    await desk.change("edit", 1, "edited", by="member")
    await desk.change("deletion", 1, by="member")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    assert await desk.told("tom") == []
    await desk.write("member")
    await desk.write("member")
    await desk.change("deletion", 4, by="member")
    await desk.pass_until(MONDAY + HOUR)
    assert said(await desk.told("tom")) == [(5, 1)]


async def test_what_was_told_of_holds_no_more_once_it_is_taken_back(desk: QuietDesk) -> None:
    """So it is not sent after all where it waits for the morning."""
    await desk.write("member")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    [notice] = await desk.told("tom")
    assert await desk.unread.still_unread(notice) is None
    await desk.change("deletion", 1, by="member")
    assert await desk.unread.still_unread(notice) == "read meanwhile"


async def test_an_edit_is_told_once_more(desk: QuietDesk) -> None:
    """To whoever has read what it was: they do not know what it says now. To others it is one with the message."""
    await desk.write("member")
    await desk.read("mentor", 1)
    await desk.change("edit", 1, "edited", by="member")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    assert said(await desk.told("tom")) == [(2, 1)]
    await desk.change("edit", 1, "edited again", by="member")
    await desk.pass_until(MONDAY + HOUR)
    assert len(await desk.told("tom")) == 1
    await desk.read("mentor", 3)
    await desk.change("reaction", 1, "👍", by="member")
    await desk.pass_until(MONDAY + 2 * HOUR)
    assert len(await desk.told("tom")) == 1


async def test_a_message_and_its_edits_are_one(desk: QuietDesk) -> None:
    """Whoever has read neither has one message to read, and one more whose edits they have not seen."""
    await desk.write("member")
    await desk.read("mentor", 1)
    await desk.write("member")
    for about in (2, 2, 1, 1):
        await desk.change("edit", about, "edited", by="member")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    assert said(await desk.told("tom")) == [(2, 2)]


class Dying(Unread):
    """Of a process that dies before it can settle anything."""

    async def settle_unread(self, *_: object) -> Never:
        raise StoreError("killed")


async def test_who_dies_between_noting_and_settling_leaves_one_notice(desk: QuietDesk) -> None:
    """The timer rings again."""
    await desk.write("member")
    await desk.show(MONDAY + 6 * MINUTE)
    rung = Rung(keys.partition("c1"), UNREAD, unread_timer("mentor", "c1"), MONDAY + 6 * MINUTE)
    for _ in range(2):
        with pytest.raises(StoreError):
            await desk.unread_settled_by(Dying(desk.ledger)).ring(rung)
    await desk.watch.settle_due([rung.partition])
    await desk.unread.ring(rung)
    assert said(await desk.told("tom")) == [(1, 1)]


async def test_before_it_is_sent_it_is_asked_whether_it_is_unread(desk: QuietDesk) -> None:
    await desk.write("member")
    await desk.write("member")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    [notice] = await desk.told("tom")
    assert await desk.unread.still_unread(notice) is None
    await desk.read("mentor", 1)
    assert await desk.unread.still_unread(notice) == "read meanwhile"
    ended = await desk.provisioning.change_conversation("c1", ConversationChange(status="ended"))
    assert isinstance(ended, Written)
    assert await desk.unread.still_unread(notice) == "the conversation has ended"


async def test_a_long_silence_is_looked_through_page_by_page(desk: QuietDesk) -> None:
    for _ in range(130):
        await desk.write("member")
    await desk.pass_until(MONDAY + 6 * MINUTE)
    assert said(await desk.told("tom")) == [(1, 130)]
