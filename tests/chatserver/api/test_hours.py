"""Hours, prices and free starts over HTTP: set by the mentor, seen by their members."""

from typing import Any

import httpx
import pytest

from tests.chatserver.api.asking import CALL, as_, booked, fields, refused
from tests.chatserver.api.test_requests import problem

HOURS = {
    "weekly": [{"weekday": "tuesday", "from": "10:00", "until": "11:00"}],
    "exceptions": [{"date": "2026-03-17", "open": []}],
    "buffer_minutes": 15,
    "notice_hours": 48,
}
PRICES = {"prices": [{"minutes": 30, "amount": 45_000, "currency": "NOK"}]}


async def free(api: httpx.AsyncClient, by: str, **query: str) -> list[str]:
    """In UTC, without seconds."""
    answer = await api.get("/v1/mentors/tom/slots", params={"minutes": "30"} | query, headers=as_(by))
    assert answer.status_code == 200, answer.text
    assert answer.json()["zone"] == "Europe/Oslo"
    return [start[5:16] for start in answer.json()["slots"]]


async def test_hours_are_set_and_read(anyone: httpx.AsyncClient) -> None:
    """Closed until they are set; the same again changes nothing."""
    before = await anyone.get("/v1/mentors/tom/hours", headers=as_("tom"))
    assert before.json() == {
        "mentor": "tom",
        "zone": "Europe/Oslo",
        "weekly": [],
        "exceptions": [],
        "buffer_minutes": 0,
        "notice_hours": 24,
        "updated_at": None,
    }
    put = await anyone.put("/v1/mentors/tom/hours", json=HOURS, headers=as_("tom"))
    assert put.status_code == 200
    updated_at = put.json()["updated_at"]
    assert put.json() == HOURS | {"mentor": "tom", "zone": "Europe/Oslo", "updated_at": updated_at}
    for again in (
        await anyone.put("/v1/mentors/tom/hours", json=HOURS, headers=as_("tom")),
        await anyone.get("/v1/mentors/tom/hours", headers=as_("tom")),
    ):
        assert (again.status_code, again.json()) == (200, put.json())


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"zone": "Mars/Phobos"}, {"zone": "is no IANA time zone"}),
        ({"weekly": {}}, {"weekly": "must be a list of objects with `weekday` (monday to sunday)"}),
        (
            {"weekly": [{"weekday": "tuesday", "from": "10:05", "until": "12"}]},
            {"weekly[0].from": "'10:05' is not a local time on the quarter hour", "weekly[0].until": "'12' is not"},
        ),
        (
            {"exceptions": [{"date": "2026-03-17", "open": [{"from": "11:00", "until": "10:00"}]}]},
            {"exceptions[0].open[0].until": "must be after `from`, 11:00"},
        ),
        ({"buffer_minutes": -1}, {"buffer_minutes": "a whole number from 0 to 240"}),
        ({"notice_hours": 10_000}, {"notice_hours": "a whole number from 0 to 672"}),
        ({"closed": True}, {"closed": "there is no such field"}),
    ],
)
async def test_wrong_hours(anyone: httpx.AsyncClient, change: dict[str, Any], wrong: dict[str, str]) -> None:
    found = fields(await anyone.put("/v1/mentors/tom/hours", json=HOURS | change, headers=as_("tom")))
    assert found.keys() == wrong.keys()
    for name, message in wrong.items():
        assert message in found[name]


async def test_slots_are_what_a_member_can_book(anyone: httpx.AsyncClient) -> None:
    """In three calls: the slots, the booking, and what is left of the slots then."""
    assert await free(anyone, "kari") == []
    await anyone.put("/v1/mentors/tom/hours", json=HOURS, headers=as_("tom"))
    slots = await free(anyone, "kari", service="live_chat")
    assert slots == ["03-10T09:00", "03-10T09:15", "03-10T09:30"]
    await booked(anyone, by="kari", starts_at=f"2026-{slots[0]}:00Z")
    assert await free(anyone, "ola") == []
    refused(await anyone.put("/v1/bookings/b2", json=CALL | {"conversation": "c2"}, headers=as_("ola")), "busy")
    late = CALL | {"conversation": "c2", "starts_at": "2026-03-10T10:30:00+01:00"}
    said = refused(await anyone.put("/v1/bookings/b2", json=late, headers=as_("ola")), "outside_slots")
    assert said["free_starts"][0] == "2026-03-24T09:00:00.000Z"
    later = {"from": "2026-03-17T00:00:00Z", "until": "2026-04-01T00:00:00Z"}
    # The 17th is an exception; from the 29th on ten o'clock is eight in UTC.
    assert await free(anyone, "tom", **later) == [
        "03-24T09:00",
        "03-24T09:15",
        "03-24T09:30",
        "03-31T08:00",
        "03-31T08:15",
        "03-31T08:30",
    ]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({}, {"minutes": "is missing; it must be one of 30, 45, 60, 90"}),
        ({"minutes": "40"}, {"minutes": "must be one of 30, 45, 60, 90"}),
        ({"minutes": "30", "service": "phone"}, {"service": "must be one of"}),
        ({"minutes": "30", "from": "now"}, {"from": "is not an RFC 3339 date-time"}),
        (
            {"minutes": "30", "from": "2026-03-10T00:00:00Z", "until": "2026-03-10T00:00:00Z"},
            {"until": "must be after 2026-03-10T00:00:00.000Z"},
        ),
        ({"minutes": "30", "until": "2026-06-10T00:00:00Z"}, {"until": "at most 62 days later"}),
    ],
)
async def test_wrong_queries_of_slots(anyone: httpx.AsyncClient, query: dict[str, str], wrong: dict[str, str]) -> None:
    found = fields(await anyone.get("/v1/mentors/tom/slots", params=query, headers=as_("kari")))
    assert found.keys() == wrong.keys()
    for name, message in wrong.items():
        assert message in found[name]


async def test_prices_are_listed_and_paid(anyone: httpx.AsyncClient) -> None:
    """By who books an extra session; the booking keeps the price that it had."""
    put = await anyone.put("/v1/mentors/tom/prices", json=PRICES, headers=as_("tom"))
    assert (put.status_code, put.json()) == (200, {"mentor": "tom"} | PRICES)
    for reader in ("tom", "kari", "support"):
        assert (await anyone.get("/v1/mentors/tom/prices", headers=as_(reader))).json() == put.json()
    made = await booked(anyone, kind="extra")
    assert made["price"] == {"amount": 45_000, "currency": "NOK"}
    await anyone.put("/v1/mentors/tom/prices", json={"prices": []}, headers=as_("tom"))
    assert (await anyone.get("/v1/bookings/b1", headers=as_("kari"))).json()["price"] == made["price"]
    wrong = {"prices": [{"minutes": 40, "amount": 1, "currency": "kr"}]}
    found = fields(await anyone.put("/v1/mentors/tom/prices", json=wrong, headers=as_("tom")))
    assert found.keys() == {"prices[0].minutes", "prices[0].currency"}


async def test_who_sees_a_mentors_calendar(anyone: httpx.AsyncClient) -> None:
    """Hours are the mentor's own; slots and prices are for their members too. To strangers there is no such mentor."""
    for what, allowed, hidden, forbidden in (
        ("hours", {"tom"}, {"ann"}, {"kari", "support", "service"}),
        ("slots?minutes=30", {"tom", "kari"}, {"ann"}, {"support", "service"}),
        ("prices", {"tom", "kari", "support"}, {"ann"}, {"service"}),
    ):
        for person in allowed | hidden | forbidden:
            answer = await anyone.get(f"/v1/mentors/tom/{what}", headers=as_(person))
            status = 200 if person in allowed else 404 if person in hidden else 403
            assert answer.status_code == status, (what, person)
    for what, body in (("hours", HOURS), ("prices", PRICES)):
        for person, status in (("ann", 404), ("kari", 403), ("support", 403), ("service", 403)):
            answer = await anyone.put(f"/v1/mentors/tom/{what}", json=body, headers=as_(person))
            assert answer.status_code == status, (what, person)
    for what in ("hours", "slots?minutes=30", "prices"):
        nobody = await anyone.get(f"/v1/mentors/nobody/{what}", headers=as_("tom"))
        assert problem(nobody) == (404, "not-found")


async def test_a_member_of_an_ended_conversation_is_a_stranger(anyone: httpx.AsyncClient) -> None:
    body = {"status": "ended"}
    assert (await anyone.patch("/v1/conversations/c1", json=body, headers=as_("service"))).status_code == 200
    for what in ("slots?minutes=30", "prices"):
        assert (await anyone.get(f"/v1/mentors/tom/{what}", headers=as_("kari"))).status_code == 404
