"""Notices over HTTP: the list, what is read, what a person wants to hear, and that writing opens."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices as rows
from chatserver.notices.rows import wishes
from chatserver.notices.rows.wishes import OpeningRequest, Wishes
from chatserver.records.database import Database
from chatserver.records.tables import OPENING_REQUESTS
from quotas import instant
from quotas.ledger import keys
from quotas.store.link import Link
from tests.chatserver.api.asking import NOW, as_, fields, refused
from tests.chatserver.api.serving import SERVICE, Served, served
from tests.chatserver.api.test_requests import problem
from tests.plain_http import http_client

AT = instant.parse(NOW)
SETTINGS = "/v1/people/kari/notice-settings"
OPENING = "/v1/conversations/c1/opening-notice"
SATURDAY = "2026-03-07T09:00:00Z"


async def noted(database: Database, person: str, count: int) -> list[int]:
    """Ids, the newest first."""
    notices = [
        Notice(0, person, "booking.moved", f"{number}", "c1", "b1", {"moved_from": instant.text(AT)}, AT + number, AT)
        for number in range(count)
    ]
    async with database.begin() as connection:
        return sorted((each.id for each in await rows.append(connection, notices)), reverse=True)


async def test_a_list_is_read_in_pages(anyone: httpx.AsyncClient, database: Database) -> None:
    ids = await noted(database, "kari", 3)
    await noted(database, "ola", 1)
    page = (await anyone.get("/v1/people/kari/notices?limit=2", headers=as_("kari"))).json()
    assert ([each["id"] for each in page["notices"]], page["more"], page["unread"]) == (ids[:2], True, 3)
    assert page["notices"][0]["data"] == {"moved_from": instant.text(AT)}
    read = await anyone.post("/v1/people/kari/notices/read", json={"ids": [ids[2]]}, headers=as_("kari"))
    assert read.json() == {"unread": 2}
    page = (await anyone.get(f"/v1/people/kari/notices?before={ids[1]}", headers=as_("kari"))).json()
    assert ([(each["id"], each["read"]) for each in page["notices"]], page["more"]) == ([(ids[2], True)], False)
    read = await anyone.post("/v1/people/kari/notices/read", json={"upto": ids[0]}, headers=as_("kari"))
    assert read.json() == {"unread": 0}


@pytest.mark.parametrize(
    ("spoken", "title", "text"),
    [
        ("nb-NO, en;q=0.5", "Flyttet: time med Tom, nå ", "Timen din med Tom er flyttet "),
        ("da", "Flyttet: session med Tom, nu ", "Din session med Tom er flyttet "),
        ("fr", "Moved: session with Tom, now ", "Your session with Tom was moved from "),
    ],
)
async def test_a_list_says_in_words_what_happened(
    anyone: httpx.AsyncClient, database: Database, spoken: str, title: str, text: str
) -> None:
    """For the bell of an app: in the language that it asks for, with the times of where the person is."""
    notice = Notice(0, "kari", "booking.moved", "1", "c1", "b1", {"role": "member"}, AT, AT)
    notice.data.update(moved_from="2026-03-04T10:00:00Z", starts_at="2026-03-05T10:00:00Z", minutes=30)
    async with database.begin() as connection:
        await rows.append(connection, [notice])
    headers = {**as_("kari"), "Accept-Language": spoken}
    [said] = (await anyone.get("/v1/people/kari/notices", headers=headers)).json()["notices"]
    assert said["title"].startswith(title)
    assert said["text"].startswith(text)
    assert "11" in said["text"]


@pytest.mark.parametrize("body", [{}, {"upto": 1, "ids": [1]}, {"upto": 0}, {"ids": list(range(1, 102))}])
async def test_what_was_read_is_said_in_one_way(anyone: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await anyone.post("/v1/people/kari/notices/read", json=body, headers=as_("kari"))
    assert fields(answer).keys() <= {"upto", "ids", "ids[0]"}


# What a person wants to hear


async def settings(api: httpx.AsyncClient, **wanted: object) -> dict[str, Any]:
    answer = await api.put(SETTINGS, json=wanted, headers=as_("kari"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (await api.get(SETTINGS, headers=as_("kari"))).json() == found
    return found


async def test_settings_are_set_and_read(anyone: httpx.AsyncClient, database: Database) -> None:
    """All is wanted until then, and the policy's quiet hours hold; what is essential is named."""
    before = (await anyone.get(SETTINGS, headers=as_("kari"))).json()
    assert (before["person"], before["zone"], before["muted"]) == ("kari", "Europe/Oslo", [])
    assert before["quiet_hours"] == {"from": "22:00", "until": "07:00"}
    topics = {each["topic"]: each for each in before["topics"]}
    assert topics.keys() == {"messages", "openings", "sessions", "reminders", "cases"}
    assert all(each["mail"] and each["push"] for each in topics.values())
    assert topics["messages"]["essential"] == topics["cases"]["essential"] == []
    assert topics["reminders"]["essential"] == ["membership.reminder", "conduct.warned"]
    wanted = [{"topic": "messages", "mail": False}, {"topic": "sessions", "mail": False, "push": False}]
    after = await settings(anyone, topics=wanted, quiet_hours={"from": "20:30", "until": "08:00"})
    topics = {each["topic"]: (each["mail"], each["push"]) for each in after["topics"]}
    assert topics == {
        "messages": (False, True),
        "openings": (True, True),
        "sessions": (False, False),
        "reminders": (True, True),
        "cases": (True, True),
    }
    assert after["quiet_hours"] == {"from": "20:30", "until": "08:00"}
    async with database.read() as connection:
        [kept] = (await wishes.wishes_of(connection, ["kari"])).values()
    assert kept == Wishes(
        frozenset({("mail", "messages"), ("mail", "sessions"), ("push", "sessions")}), (20 * 60 + 30, 8 * 60)
    )
    assert (await settings(anyone, quiet_hours=None))["quiet_hours"] is None
    assert await settings(anyone) == before


async def test_each_role_has_its_topics(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/v1/people/tom/notice-settings", headers=as_("tom"))
    topics = [each["topic"] for each in answer.json()["topics"]]
    assert sorted(topics) == ["cases", "deadlines", "messages", "reminders", "sessions"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"topics": [{"topic": "weather"}]}, "topics[0].topic"),
        ({"topics": [{"topic": "messages"}, {"topic": "sessions"}, {"topic": "messages"}]}, "topics[2].topic"),
        ({"topics": [{"topic": "messages", "sms": True}]}, "topics[0].sms"),
        ({"quiet_hours": {"from": "22:00"}}, "quiet_hours.until"),
        ({"quiet_hours": {"from": "24:00", "until": "07:00"}}, "quiet_hours.from"),
        ({"quiet": None}, "quiet"),
    ],
)
async def test_settings_that_cannot_be_are_refused_by_name(
    anyone: httpx.AsyncClient, body: dict[str, Any], wrong: str
) -> None:
    assert fields(await anyone.put(SETTINGS, json=body, headers=as_("kari"))).keys() == {wrong}


async def test_a_time_that_is_none_is_told_what_times_are(anyone: httpx.AsyncClient) -> None:
    hours = {"from": "22:00", "until": "25:00"}
    found = fields(await anyone.put(SETTINGS, json={"quiet_hours": hours}, headers=as_("kari")))
    assert found == {"quiet_hours.until": "must be a time on clocks, 00:00 to 23:59"}


async def test_a_service_asks_at_sign_up(anyone: httpx.AsyncClient) -> None:
    """Of whom it has brought; others find nobody."""
    answer = await anyone.put(SETTINGS, json={"topics": [{"topic": "messages", "push": False}]}, headers=SERVICE)
    assert answer.status_code == 200
    assert problem(await anyone.put(SETTINGS.replace("kari", "nobody"), json={}, headers=SERVICE))[0] == 404
    assert problem(await anyone.put(SETTINGS, json={}, headers=as_("support")))[0] == 404
    assert problem(await anyone.put(SETTINGS, json={}, headers=as_("tom")))[0] == 404


async def test_a_conversation_is_muted_by_its_people(anyone: httpx.AsyncClient) -> None:
    path = "/v1/people/kari/muted-conversations/c1"
    for _ in range(2):
        answer = await anyone.put(path, headers=as_("kari"))
        assert answer.json() == {"person": "kari", "conversation": "c1", "muted": True}
    assert (await anyone.get(SETTINGS, headers=as_("kari"))).json()["muted"] == ["c1"]
    assert (await settings(anyone, topics=[]))["muted"] == ["c1"]
    assert (await anyone.delete(path, headers=as_("kari"))).json()["muted"] is False
    assert (await anyone.get(SETTINGS, headers=as_("kari"))).json()["muted"] == []
    assert problem(await anyone.put(path.replace("c1", "c2"), headers=as_("kari")))[0] == 404
    assert fields(await anyone.put(path.replace("c1", "c:ø"), headers=as_("kari"))).keys() == {"conversation"}


# When writing opens


@pytest.fixture
async def weekend(database: Database, valkey_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API on a Saturday, with c1: kari with tom on Light."""
    async with served(database, valkey_url, now=SATURDAY) as running, http_client(running.url) as client:
        for id, role in (("kari", "member"), ("tom", "mentor")):
            await client.put(f"/v1/people/{id}", json={"role": role, "name": id.title()}, headers=SERVICE)
        body = {"member": "kari", "mentor": "tom", "plan": "light"}
        assert (await client.put("/v1/conversations/c1", json=body, headers=SERVICE)).status_code == 201
        yield client


async def openings(database: Database) -> list[OpeningRequest]:
    async with database.read() as connection:
        names = await connection.scalars(select(OPENING_REQUESTS.c.conversation_id))
        found = [await wishes.opening_of(connection, name) for name in names]
    return [each for each in found if each is not None]


async def test_a_member_waits_for_writing_to_open(weekend: httpx.AsyncClient, database: Database) -> None:
    monday = "2026-03-08T23:00:00.000Z"
    for _ in range(2):
        answer = await weekend.put(OPENING, headers=as_("kari"))
        assert answer.json() == {"conversation": "c1", "asked": True, "opens_at": monday}
    [request] = await openings(database)
    assert (request.conversation, request.person, request.opens_at) == ("c1", "kari", instant.parse(monday))
    assert (await weekend.delete(OPENING, headers=as_("kari"))).json() == {
        "conversation": "c1",
        "asked": False,
        "opens_at": None,
    }
    assert await openings(database) == []


@pytest.mark.parametrize("method", ["put", "patch"])
async def test_changed_terms_are_looked_at_at_once(
    anyone: httpx.AsyncClient, monday: Served, valkey_url: str, method: str
) -> None:
    """Writing may open sooner than was known: by a plan, or where a pause ends."""
    await anyone.patch("/v1/conversations/c1", json={"status": "paused"}, headers=SERVICE)
    await anyone.put(OPENING, headers=as_("kari"))
    body: dict[str, Any] = (
        {"member": "kari", "mentor": "tom", "plan": "video"} if method == "put" else {"status": "open"}
    )
    assert (await anyone.request(method, "/v1/conversations/c1", json=body, headers=SERVICE)).status_code == 200
    link = Link(valkey_url)
    await link.open()
    rings_at = await link.request("ZSCORE", keys.timers(keys.partition("c1")), keys.timer("opening", "c1"))
    link.close()
    assert int(rings_at) <= await monday.ledger.now()


async def test_what_is_open_or_never_opens_is_not_waited_for(anyone: httpx.AsyncClient, database: Database) -> None:
    """A pause is waited out, however long."""
    refused(await anyone.put(OPENING, headers=as_("kari")), "open")
    assert await openings(database) == []
    await anyone.patch("/v1/conversations/c1", json={"status": "paused"}, headers=SERVICE)
    answer = await anyone.put(OPENING, headers=as_("kari"))
    assert answer.json() == {"conversation": "c1", "asked": True, "opens_at": None}
    await anyone.delete(OPENING, headers=as_("kari"))
    await anyone.patch("/v1/conversations/c1", json={"status": "ended"}, headers=SERVICE)
    refused(await anyone.put(OPENING, headers=as_("kari")), "ended")
    assert await openings(database) == []
