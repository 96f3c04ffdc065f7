"""The file for people's calendars, read again by the library that wrote it and as bytes."""

from datetime import UTC, datetime

import httpx
from icalendar import Calendar, Event

from tests.chatserver.api.asking import as_, booked

PATH = "/v1/bookings/b1/calendar"


def events(file: bytes) -> list[Event]:
    calendar = Calendar.from_ical(file)
    assert isinstance(calendar, Calendar)
    return calendar.events


async def test_a_file_for_each_side(anyone: httpx.AsyncClient) -> None:
    """Titled with the name of the other side; whatever `Accept` says, it is a calendar."""
    await booked(anyone)
    for person, language, title in (("kari", "en", "Video call with Tom"), ("tom", "nb-NO", "Videosamtale med Kari")):
        answer = await anyone.get(
            PATH, headers=as_(person) | {"Accept-Language": language, "Accept": "application/json"}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        [event] = events(answer.content)
        assert event["SUMMARY"] == title
        assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("b1@sessions.chatserver", 0, "CONFIRMED")
        assert event.start == datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
        assert event.end == datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


async def test_instants_are_in_utc(anyone: httpx.AsyncClient) -> None:
    """With `Z`, and no time zone beside; the same bytes until it changes."""
    await booked(anyone)
    file = (await anyone.get(PATH, headers=as_("kari"))).content
    assert b"DTSTART:20260310T090000Z\r\n" in file
    assert b"VTIMEZONE" not in file
    assert b"TZID" not in file
    assert (await anyone.get(PATH, headers=as_("kari"))).content == file


async def test_what_changes_keeps_its_uid(anyone: httpx.AsyncClient) -> None:
    """Each change has a higher number; a session called off says so."""
    await booked(anyone)
    await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-03-11T09:00:00Z"}, headers=as_("tom"))
    moved = (await anyone.get(PATH, headers=as_("kari"))).content
    await anyone.post("/v1/bookings/b1/cancel", json={}, headers=as_("tom"))
    cancelled = (await anyone.get(PATH, headers=as_("kari"))).content
    found = [event for file in (moved, cancelled) for event in events(file)]
    assert [event["SEQUENCE"] for event in found] == [1, 2]
    assert {str(event["UID"]) for event in found} == {"b1@sessions.chatserver"}
    assert [str(event["STATUS"]) for event in found] == ["CONFIRMED", "CANCELLED"]


async def test_a_name_is_a_text(anyone: httpx.AsyncClient) -> None:
    """Whatever stands in it: it adds no line to the file."""
    name = "Tom; x, y \\n SUMMARY:z"
    await anyone.put("/v1/people/tom", json={"role": "mentor", "name": name}, headers=as_("service"))
    await booked(anyone)
    [event] = events((await anyone.get(PATH, headers=as_("kari"))).content)
    assert str(event["SUMMARY"]) == f"Video call with {name}"
