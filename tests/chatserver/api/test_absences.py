"""Absences over HTTP: said by the mentor, seen by their members, and gone from their slots."""

from typing import Any

import httpx
import pytest

from tests.chatserver.api.asking import CALL, as_, booked, fields
from tests.chatserver.api.serving import Served

URL = "/v1/mentors/tom/absences/easter"
AWAY = {"from": "2026-03-09T00:00:00+01:00", "until": "2026-03-16T00:00:00+01:00"}
"""From the Monday on that follows."""
SAID = {
    "mentor": "tom",
    "id": "easter",
    "from": "2026-03-08T23:00:00.000Z",
    "until": "2026-03-15T23:00:00.000Z",
    "substitute": None,
}


async def away(api: httpx.AsyncClient, by: str) -> Any:
    """What the conversation says of it to that person."""
    answer = await api.get("/v1/conversations/c1", headers=as_(by))
    assert answer.status_code == 200, answer.text
    return answer.json()["away"]


async def put(api: httpx.AsyncClient, by: str = "tom", **change: Any) -> httpx.Response:
    return await api.put(URL, json=AWAY | change, headers=as_(by))


async def test_said_changed_and_taken_back(anyone: httpx.AsyncClient) -> None:
    """What is booked within it is listed and stays; the same again changes nothing."""
    await booked(anyone, "b1")
    first = await put(anyone)
    assert (first.status_code, first.json()["bookings"][0]["id"]) == (201, "b1")
    said = first.json()
    assert {name: said[name] for name in SAID} == SAID
    for again in (
        await put(anyone),
        await anyone.get(URL, headers=as_("tom")),
        await anyone.get(URL, headers=as_("support")),
    ):
        assert (again.status_code, again.json()) == (200, said)
    changed = await put(anyone, by="support", substitute="ann", until="2026-03-10T10:00:00+01:00")
    assert (changed.status_code, changed.json()["substitute"], changed.json()["bookings"]) == (200, "ann", [])
    for _ in range(2):
        assert (await anyone.delete(URL, headers=as_("tom"))).status_code == 204
    assert (await anyone.get(URL, headers=as_("tom"))).status_code == 404
    booking = await anyone.get("/v1/bookings/b1", headers=as_("kari"))
    assert booking.json()["state"] == "booked"


@pytest.mark.usefixtures("slots")
async def test_there_are_no_slots_meanwhile(anyone: httpx.AsyncClient) -> None:
    """Those of the weeks around it stay; a member who asks for one within it is refused."""

    async def days() -> set[str]:
        query = {"minutes": "30", "until": "2026-03-31T00:00:00Z"}
        answer = await anyone.get("/v1/mentors/tom/slots", params=query, headers=as_("kari"))
        return {start[:10] for start in answer.json()["slots"]}

    before = await days()
    assert "2026-03-10" in before
    await put(anyone)
    assert await days() == before - {"2026-03-10"}
    refused = await anyone.put("/v1/bookings/b1", json=CALL, headers=as_("kari"))
    assert (refused.status_code, refused.json()["reason"]) == (409, "outside_slots")
    await anyone.delete(URL, headers=as_("tom"))
    assert await days() == before


async def test_the_member_sees_it_while_it_lasts(anyone: httpx.AsyncClient, monday: Served) -> None:
    await put(anyone, substitute="ann")
    assert await away(anyone, "kari") is None
    await monday.move_clock("2026-03-08T23:00:00Z")
    for person in ("kari", "tom", "support"):
        assert await away(anyone, person) == {"until": SAID["until"], "substitute": "ann"}
    await monday.move_clock("2026-03-15T23:00:00Z")
    assert await away(anyone, "kari") is None
    # It is over, and stays as it was.
    assert fields(await put(anyone, until="2026-03-20T00:00:00Z")) == {
        "until": "this absence is over and stays as it was; give a new one its own id"
    }
    assert (await put(anyone, substitute="ann")).status_code == 200


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"from": "easter"}, {"from": "is not an RFC 3339"}),
        ({"until": "2026-03-09T00:00:00+01:00"}, {"until": "must be after `from`, 2026-03-08T23:00:00.000Z"}),
        ({"until": "2028-03-09T00:00:00+01:00"}, {"until": "at most 366 days later"}),
        ({"from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}, {"until": "is over"}),
        ({"substitute": "tom"}, {"substitute": "must be somebody else"}),
        ({"substitute": "kari"}, {"substitute": "there is no mentor 'kari'"}),
        ({"note": "ill"}, {"note": "there is no such field"}),
    ],
)
async def test_what_cannot_be(anyone: httpx.AsyncClient, change: dict[str, Any], wrong: dict[str, str]) -> None:
    found = fields(await put(anyone, **change))
    assert found.keys() == wrong.keys()
    for name, message in wrong.items():
        assert message in found[name]


async def test_two_do_not_overlap(anyone: httpx.AsyncClient) -> None:
    """One may begin where the other ends; another mentor's is none of it."""
    await put(anyone)
    other = "/v1/mentors/tom/absences/later"
    found = fields(await anyone.put(other, json=AWAY | {"until": "2026-03-17T00:00:00Z"}, headers=as_("tom")))
    assert "overlaps the absence 'easter'" in found["from"]
    after = {"from": AWAY["until"], "until": "2026-03-20T00:00:00Z"}
    assert (await anyone.put(other, json=after, headers=as_("tom"))).status_code == 201
    assert (await anyone.put("/v1/mentors/ann/absences/easter", json=AWAY, headers=as_("ann"))).status_code == 201


async def test_it_is_the_mentors_own(anyone: httpx.AsyncClient) -> None:
    for by, status in (("ann", 404), ("kari", 403), ("service", 403)):
        assert (await put(anyone, by=by)).status_code == status
        for answer in (await anyone.get(URL, headers=as_(by)), await anyone.delete(URL, headers=as_(by))):
            assert answer.status_code == status
    absent = await anyone.put("/v1/mentors/nobody/absences/easter", json=AWAY, headers=as_("support"))
    assert absent.status_code == 404


async def test_a_substitute_reads_what_waits(anyone: httpx.AsyncClient, monday: Served) -> None:
    """From 20 messages before it on, until the absence is over; to others, and before and after, it is not there."""

    async def page(person: str, **query: int) -> tuple[int, list[int]]:
        answer = await anyone.get("/v1/conversations/c1/messages", params={"limit": 100} | query, headers=as_(person))
        return answer.status_code, [each["seq"] for each in answer.json().get("messages", [])]

    async def seen(person: str) -> int:
        return (await anyone.get("/v1/conversations/c1", headers=as_(person))).status_code

    for number in range(15):
        await monday.write("c1", "member", "kari", f"m{number}", "question")
        await monday.write("c1", "mentor", "tom", f"t{number}", "answer")
    await put(anyone, substitute="ann", **{"from": "2026-03-02T09:00:00+01:00"})
    assert await page("ann") == (200, [])
    await monday.write("c1", "member", "kari", "waits", "question")
    assert await page("ann") == (200, list(range(11, 32)))
    assert await page("ann", before=12) == (200, [11])
    assert await page("ann", before=11) == (200, [])
    assert (await seen("ann"), (await page("tom"))[1]) == (200, list(range(1, 32)))
    bookings = await anyone.get("/v1/conversations/c1/bookings", headers=as_("ann"))
    assert bookings.status_code == 404
    assert await page("ola") == (404, [])
    await monday.move_clock("2026-03-15T23:00:00Z")
    assert (await seen("ann"), await page("ann")) == (404, (404, []))
