"""Series over HTTP: begun, read, replaced and ended by mentor and support."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chatserver.records.database import Database
from tests.chatserver.api.asking import NOW, as_, booked, fields, refused
from tests.chatserver.api.serving import SERVICE, served
from tests.chatserver.api.test_requests import problem
from tests.chatserver.sessions.coaching import COACHED
from tests.plain_http import http_client

RULE = {
    "conversation": "c1",
    "service": "video_call",
    "first": "2026-03-04T10:00:00+01:00",
    "minutes": 45,
    "every_weeks": 2,
}


@pytest.fixture
async def coached(database: Database, valkey_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """On a Monday, with c1: kari with tom, on a plan without limit, and c2: ola with tom, on one without sessions."""
    async with served(database, valkey_url, now=NOW, policy=COACHED) as running, http_client(running.url) as http:
        for id, role in (("kari", "member"), ("ola", "member"), ("tom", "mentor"), ("ann", "mentor")):
            person = {"role": role, "name": id.title()}
            assert (await http.put(f"/v1/people/{id}", json=person, headers=SERVICE)).status_code == 201
        for id, member, plan in (("c1", "kari", "coaching"), ("c2", "ola", "basic")):
            body = {"member": member, "mentor": "tom", "plan": plan}
            assert (await http.put(f"/v1/conversations/{id}", json=body, headers=SERVICE)).status_code == 201
        yield http


async def begun(api: httpx.AsyncClient, id: str = "s1", **change: Any) -> dict[str, Any]:
    answer = await api.put(f"/v1/series/{id}", json=RULE | change, headers=as_("tom"))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_series_is_begun_and_read(coached: httpx.AsyncClient) -> None:
    """With its places and what became of them; a busy one is listed."""
    await booked(coached, starts_at="2026-03-18T10:15:00+01:00")
    made = await begun(coached)
    assert made["places"][0] == {
        "starts_at": "2026-03-04T09:00:00.000Z",
        "booking": "s1:20260304",
        "booked_for": "2026-03-04T09:00:00.000Z",
        "state": "booked",
        "refused": None,
    }
    assert [(each["starts_at"][5:16], each["refused"]) for each in made["places"]] == [
        ("03-04T09:00", None),
        ("03-18T09:00", "busy"),
        ("04-01T08:00", None),
        ("04-15T08:00", None),
    ]
    assert {name: made[name] for name in ("zone", "until", "ended_at", "successor")} == {
        "zone": "Europe/Oslo",
        "until": None,
        "ended_at": None,
        "successor": None,
    }
    again = await coached.put("/v1/series/s1", json=RULE, headers=as_("tom"))
    assert (again.status_code, again.json()) == (200, made)
    for reader in ("kari", "tom", "support"):
        assert (await coached.get("/v1/series/s1", headers=as_(reader))).json() == made
        listed = (await coached.get("/v1/conversations/c1/series", headers=as_(reader))).json()["series"]
        assert [each["id"] for each in listed] == ["s1"]
    other = await coached.put("/v1/series/s1", json=RULE | {"minutes": 30}, headers=as_("tom"))
    assert problem(other) == (409, "conflict")


async def test_the_question_and_its_answer(coached: httpx.AsyncClient) -> None:
    """April would hold 1, 15 and 29: a week later 8 and 22."""
    made = await begun(coached)
    [april] = made["questions"]
    assert april["month"] == "2026-04"
    assert [start[8:10] for start in april["starts"]] == ["01", "15", "29"]
    assert [start[8:10] for start in april["shifted"]] == ["08", "22"]
    later = await begun(coached, "s2", first=april["shifted"][0], replaces="s1", replaces_from=april["starts"][0])
    assert later["questions"] == []
    assert [each["starts_at"][5:10] for each in later["places"]] == ["04-08", "04-22"]
    old = (await coached.get("/v1/series/s1", headers=as_("kari"))).json()
    assert (old["successor"], old["ended_from"]) == ("s2", april["starts"][0])
    assert [each["state"] for each in old["places"]] == ["booked", "booked", "cancelled", "cancelled"]


async def test_an_end(coached: httpx.AsyncClient) -> None:
    """By default what is booked stays."""
    await begun(coached)
    ended = await coached.delete("/v1/series/s1", headers=as_("support"))
    assert ended.status_code == 200
    assert ended.json()["ended_at"] is not None
    assert {each["state"] for each in ended.json()["places"]} == {"booked"}
    cancelled = await coached.delete("/v1/series/s1?bookings=cancel", headers=as_("tom"))
    assert {each["state"] for each in cancelled.json()["places"]} == {"cancelled"}
    assert fields(await coached.delete("/v1/series/s1?bookings=all", headers=as_("tom"))).keys() == {"bookings"}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"first": "2026-03-04T10:05:00+01:00"}, {"first": "must lie on a quarter of an hour in UTC"}),
        ({"first": "2026-03-01T10:00:00+01:00"}, {"first": "lies in the past"}),
        ({"minutes": 40}, {"minutes": "must be one of 30, 45, 60, 90"}),
        ({"every_weeks": 0}, {"every_weeks": "must be a whole number from 1 to 52"}),
        ({"until": "2026-03-04T10:00:00+01:00"}, {"until": "must be after `first`"}),
        ({"replaces": "s9"}, {"replaces": "the conversation has no series 's9'"}),
        ({"replaces": "s\0"}, {"replaces": "1 to 64 letters, digits and any of"}),
        ({"conversation": "c\0"}, {"conversation": "1 to 64 letters, digits and any of"}),
    ],
)
async def test_wrong_series(coached: httpx.AsyncClient, change: dict[str, Any], wrong: dict[str, str]) -> None:
    found = fields(await coached.put("/v1/series/s1", json=RULE | change, headers=as_("tom")))
    assert found.keys() == wrong.keys()
    for name, message in wrong.items():
        assert message in found[name]


async def test_a_plan_without_sessions_has_no_series(coached: httpx.AsyncClient) -> None:
    """The plans that have it are named."""
    said = refused(
        await coached.put("/v1/series/s1", json=RULE | {"conversation": "c2"}, headers=as_("tom")), "not_in_plan"
    )
    assert said["plans"] == ["coaching", "live", "live+", "video"]


async def test_who_may(coached: httpx.AsyncClient) -> None:
    """Members and other mentors read or write none of others; services have none."""
    for person, status in (("kari", 403), ("ann", 404), ("service", 403)):
        assert (await coached.put("/v1/series/s1", json=RULE, headers=as_(person))).status_code == status
    await begun(coached)
    for person, ends, reads in (("kari", 403, 200), ("ola", 403, 404), ("ann", 404, 404), ("service", 403, 403)):
        assert (await coached.delete("/v1/series/s1", headers=as_(person))).status_code == ends
        for path in ("/v1/series/s1", "/v1/conversations/c1/series"):
            assert (await coached.get(path, headers=as_(person))).status_code == reads
    for path in ("/v1/series/none", "/v1/conversations/none/series"):
        assert problem(await coached.get(path, headers=as_("support"))) == (404, "not-found")
    assert (await coached.delete("/v1/series/none", headers=as_("support"))).status_code == 404
