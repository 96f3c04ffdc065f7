"""A private feed: made, subscribed to as calendars do, replaced, taken back; its secret stays where it was shown."""

import logging

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import select, text

from chatserver.records.database import Database
from chatserver.records.tables import CALENDAR_FEEDS
from chatserver.setting_values import Rate
from tests.chatserver.api.asking import as_, booked
from tests.chatserver.api.serving import PUBLIC, served
from tests.plain_http import http_client

FEED = "/v1/people/kari/calendar-feed"


async def address(api: httpx.AsyncClient, person: str = "kari") -> str:
    """The path of a new feed of the person's."""
    answer = await api.post(f"/v1/people/{person}/calendar-feed", headers=as_(person))
    assert answer.status_code == 201
    url = answer.json()["url"]
    assert isinstance(url, str)
    assert url.startswith(f"{PUBLIC}/calendar/")
    assert len(url) > len(f"{PUBLIC}/calendar/.ics") + 40
    return url.removeprefix(PUBLIC)


async def feed(api: httpx.AsyncClient, path: str) -> Calendar:
    answer = await api.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    found = Calendar.from_ical(answer.content)
    assert isinstance(found, Calendar)
    return found


async def test_a_calendar_subscribes_without_a_token(anyone: httpx.AsyncClient) -> None:
    """Each side sees the other one's first name, in its own language, and the session as the file of one has it."""
    await booked(anyone)
    for person, title in (("kari", "Videosamtale med Tom"), ("tom", "Videosamtale med Kari")):
        calendar = await feed(anyone, await address(anyone, person))
        [event] = calendar.events
        assert str(event["SUMMARY"]) == title
        assert (str(event["UID"]), event["SEQUENCE"]) == ("b1@sessions.chatserver", 0)
        assert "METHOD" not in calendar


async def test_it_follows_what_happens(anyone: httpx.AsyncClient) -> None:
    """Its tag changes where something in it does, and only then; what is cancelled is not in it any more."""
    await booked(anyone)
    path = await address(anyone)
    first = await anyone.get(path)
    same = await anyone.get(path, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (same.status_code, same.content) == (304, b"")
    await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-03-11T09:00:00Z"}, headers=as_("tom"))
    moved = await anyone.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (moved.status_code, b"DTSTART:20260311T090000Z" in moved.content) == (200, True)
    await anyone.post("/v1/bookings/b1/cancel", json={}, headers=as_("tom"))
    assert (await feed(anyone, path)).events == []


async def test_a_new_one_closes_the_one_before(anyone: httpx.AsyncClient) -> None:
    before, now = await address(anyone), await address(anyone)
    assert before != now
    assert (await anyone.get(before)).status_code == 404
    assert (await anyone.get(now)).status_code == 200
    assert (await anyone.delete(FEED, headers=as_("kari"))).status_code == 204
    assert (await anyone.delete(FEED, headers=as_("kari"))).status_code == 204
    assert (await anyone.get(now)).status_code == 404


async def test_everything_else_is_nothing(anyone: httpx.AsyncClient) -> None:
    """The same answer, whatever is wrong."""
    path = await address(anyone)
    answers = [
        await anyone.get("/calendar/x.ics"),
        await anyone.get(path.replace(".ics", "x.ics")),
        await anyone.get("/calendar/%00%ff.ics"),
        await anyone.post(path),
        await anyone.put(path, content=b"BEGIN:VCALENDAR"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


async def test_services_make_them_for_others(anyone: httpx.AsyncClient) -> None:
    assert (await anyone.post(FEED, headers=as_("service"))).status_code == 201
    assert (await anyone.post("/v1/people/nobody/calendar-feed", headers=as_("service"))).status_code == 404
    assert (await anyone.post(FEED, headers=as_("tom"))).status_code == 404


async def test_whoever_tries_many_waits(database: Database, valkey_url: str) -> None:
    """Each address for itself; ten of them cost what one message costs."""
    async with served(database, valkey_url, knocks=Rate(1, "minute", 1)) as server, http_client(server.url) as http:
        answers = [await http.get(f"/calendar/{number}.ics") for number in range(12)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_the_secret_is_nowhere_but_in_the_answer(
    database: Database, anyone: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the records, and in no log, also where something goes wrong."""
    caplog.set_level(logging.DEBUG)
    path = await address(anyone)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    async with database.begin() as connection:
        [row] = (await connection.execute(select(CALENDAR_FEEDS))).all()
        await connection.execute(text("DROP TABLE bookings"))  # SQLite's, this test's own
    assert secret.encode() not in row.digest
    assert (await anyone.get(path)).status_code == 503
    assert "of a calendar feed" in caplog.text
    assert secret not in "\n".join(each.getMessage() for each in caplog.records if each.name.startswith("chatserver"))
