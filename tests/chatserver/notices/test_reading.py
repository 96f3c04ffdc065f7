"""Lists of notices on each kind of database: pages, what is read, and what a person who comes must know."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert

from chatserver.conversations.person import PersonRecord
from chatserver.conversations.requests import Missing
from chatserver.conversations.rows import people
from chatserver.notices.glance import NoticeGlance
from chatserver.notices.notice import Notice
from chatserver.notices.opening_requests import UNKNOWN_LOOK, OpeningRequests
from chatserver.notices.preference_requests import PreferenceDetails, QuietHours, TopicWish
from chatserver.notices.preferences import NoticePreferences
from chatserver.notices.publishing import NoticePublisher
from chatserver.notices.reading import NoticeLists
from chatserver.notices.rows import notices as rows
from chatserver.notices.rows import wishes
from chatserver.records.database import Database
from chatserver.records.dialects import IDS_AT_ONCE
from chatserver.records.tables import NOTICES
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.notices import NoticePolicy
from quotas.store.link import Link

NOW = 1_767_600_000_000


async def clock() -> int:
    return NOW


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Link]:
    link = Link(valkey_url)
    await link.open()
    yield link
    link.close()


@pytest.fixture
def lists(database: Database, store: Link) -> NoticeLists:
    return NoticeLists(database, NoticePublisher(store), clock)


@pytest.fixture
def preferences(database: Database, store: Link) -> NoticePreferences:
    return NoticePreferences(database, NoticePolicy(), NoticePublisher(store), clock)


async def noted(database: Database, person: str, count: int) -> list[int]:
    notices = [
        Notice(0, person, "booking.booked", f"{number}", "c1", "", {}, NOW + number, NOW) for number in range(count)
    ]
    async with database.begin() as connection:
        return sorted(each.id for each in await rows.append(connection, notices))


async def brought(database: Database, *ids: str, erased_at: int | None = None) -> None:
    async with database.begin() as connection:
        for id in ids:
            person = PersonRecord(id, "member", id.title(), "Europe/Oslo", "nb", None, 1, 1, erased_at)
            await people.create(connection, person)


async def test_pages_and_what_is_read(lists: NoticeLists, database: Database) -> None:
    """What is read is so once; ids of others', and what there is not, change nothing."""
    first, second, third, fourth = await noted(database, "mia", 4)
    [other] = await noted(database, "ola", 1)
    page = await lists.page("mia", None, 3)
    assert ([each.id for each in page.notices], page.more, page.unread) == ([fourth, third, second], True, 4)
    page = await lists.page("mia", second, 3)
    assert ([each.id for each in page.notices], page.more) == ([first], False)
    read = await lists.read("mia", None, [third, other, 10**9, third])
    assert (read.upto, read.ids, read.unread) == (None, [third, other, 10**9], 3)
    assert (await lists.read("mia", second, [])).unread == 1
    assert (await lists.read("mia", fourth, [])).unread == 0
    assert [each.read for each in (await lists.page("mia", None, 9)).notices] == [True] * 4
    assert (await lists.page("ola", None, 9)).unread == 1
    assert (await lists.page("nobody", None, 9)).notices == []


async def test_a_glance_of_many_at_once(lists: NoticeLists, database: Database) -> None:
    """More than fit one question; also of who has nothing."""
    names = [f"p{number:04}" for number in range(IDS_AT_ONCE)]
    values = {
        **{"event": "booking.booked", "mark": "1", "conversation_id": "", "booking_id": ""},
        **{"data": "{}", "at": NOW, "noted_at": NOW},
    }
    async with database.begin() as connection:
        await connection.execute(insert(NOTICES), [{**values, "person_id": name} for name in names])
        await connection.execute(insert(NOTICES), [{**values, "mark": "2", "person_id": names[7]}])
        for conversation in ("c1", "c2"):
            await wishes.mute(connection, names[7], conversation, NOW)
        await wishes.mute(connection, "muter", "c1", NOW)
    await lists.read(names[3], 10**9, [])
    found = await lists.glances([*names, "muter", "nobody"])
    assert found[names[0]] == NoticeGlance(1)
    assert found[names[3]] == found["nobody"] == NoticeGlance()
    assert found[names[7]] == NoticeGlance(2, frozenset({"c1", "c2"}))
    assert found["muter"] == NoticeGlance(0, frozenset({"c1"}))


async def test_what_is_wanted(preferences: NoticePreferences, database: Database) -> None:
    """Nothing is kept of who is not there, or was erased."""
    await brought(database, "mia")
    await brought(database, "gone", erased_at=2)
    details = PreferenceDetails([TopicWish("messages", mail=False)], QuietHours("23:00", "06:00"))
    for absent in ("gone", "nobody"):
        assert await preferences.put(absent, details) == Missing()
        assert await preferences.mute(absent, "c1", muted=True) == Missing()
        assert await preferences.find(absent) is None
    put = await preferences.put("mia", details)
    await preferences.mute("mia", "c1", muted=True)
    found = await preferences.find("mia")
    assert found is not None
    assert not isinstance(put, Missing)
    assert (found.quiet_hours, found.muted) == (QuietHours("23:00", "06:00"), ["c1"])
    assert [each.mail for each in found.topics if each.topic == "messages"] == [False]
    await preferences.put("mia", PreferenceDetails(quiet_hours=QuietHours("05:00", "05:00")))
    found = await preferences.find("mia")
    assert found is not None
    assert found.quiet_hours is None


async def test_an_opening_is_waited_for(database: Database, store: Link, ledger: RedisLedger) -> None:
    """By the last time of asking; where nobody knows when it will be, it is looked for."""
    openings = OpeningRequests(database, Timers(store, ledger), clock)
    await brought(database, "mia")
    assert await openings.ask("c1", "nobody", NOW + 5) == Missing()
    for opens_at, expected in ((NOW + 5, NOW + 5), (0, NOW + UNKNOWN_LOOK)):
        assert await openings.ask("c1", "mia", opens_at) is None
        async with database.read() as connection:
            kept = await wishes.opening_of(connection, "c1")
        assert kept is not None
        assert (kept.person, kept.opens_at) == ("mia", expected)
    await openings.forget("c1")
    async with database.read() as connection:
        assert await wishes.opening_of(connection, "c1") is None
