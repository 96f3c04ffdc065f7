"""Support finds people by what they are called, and what they are in."""

import httpx
import pytest
from sqlalchemy import update

from chatserver.records.database import Database
from chatserver.records.tables import PEOPLE
from tests.chatserver.api.serving import bearer
from tests.databases import ON_EACH

pytestmark = ON_EACH
SUPPORT = bearer("eva", "support")

ANN = {"id": "ann", "name": "Ann", "expertise": []}
TOM = {"id": "tom", "name": "Tom", "expertise": []}


async def found(http: httpx.AsyncClient, **query: str | int) -> list[str]:
    answer = await http.get("/v1/people", params=query, headers=SUPPORT)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["people"]]


async def test_people_are_found_by_name_id_and_address(http: httpx.AsyncClient, two_conversations: None) -> None:
    """In upper and lower case; what a pattern would mean is a letter like any other."""
    person = {"role": "member", "name": "Åse Ødegård", "email": "Ase@example.no"}
    assert (await http.put("/v1/people/u-17", json=person)).status_code == 201
    for words in ("Ødegård", "Åse", "åse", "degår", "u-1", "U-17", "ase@EXAMPLE"):
        assert await found(http, search=words) == ["u-17"], words
    assert await found(http, search="%") == await found(http, search="_") == []
    assert await found(http, search="  kari ") == ["kari"]
    assert await found(http, role="mentor") == ["ann", "tom"]
    assert await found(http, ids="tom,nobody,u-17") == ["tom", "u-17"]
    assert await found(http, ids="tom,u-17", role="member") == ["u-17"]
    for wrong in ("tom,", "tom kari", ",".join(["x"] * 101)):
        answer = await http.get("/v1/people", params={"ids": wrong}, headers=SUPPORT)
        assert answer.status_code == 422
        assert "1 to 100, with commas" in answer.text
    for nowhere in ("\0", "kari\0"):
        answer = await http.get("/v1/people", params={"search": nowhere}, headers=SUPPORT)
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            [{"field": "search", "message": "must not hold U+0000"}],
        )
    page = (await http.get("/v1/people", params={"limit": 2}, headers=SUPPORT)).json()
    assert ([each["id"] for each in page["people"]], page["more"]) == (["ann", "kari"], True)


async def test_a_persons_conversations(http: httpx.AsyncClient, two_conversations: None) -> None:
    for person in ("kari", "tom"):
        answer = await http.get(f"/v1/people/{person}/conversations", headers=SUPPORT)
        assert answer.json() == {
            "person": person,
            "conversations": [{"id": "c1", "member": "kari", "mentor": "tom", "plan": "basic", "status": "open"}],
            "names": {"kari": "Kari", "tom": "Tom"},
        }
    assert (await http.get("/v1/people/nobody/conversations", headers=SUPPORT)).status_code == 404


async def test_members_and_mentors_find_nobody(http: httpx.AsyncClient, two_conversations: None) -> None:
    for caller in (bearer("kari", "member"), bearer("tom", "mentor")):
        for path in ("/v1/people?search=kari", "/v1/people/kari/conversations"):
            assert (await http.get(path, headers=caller)).status_code == 403


async def test_mentors_know_each_other_by_name_and_expertise(http: httpx.AsyncClient, two_conversations: None) -> None:
    """By name, without whoever was erased; members do not."""
    answer = await http.get("/v1/mentors", headers=bearer("tom", "mentor"))
    assert answer.json() == {"mentors": [ANN, TOM], "more": False}
    assert (await http.get("/v1/mentors", headers=bearer("kari", "member"))).status_code == 403


async def test_the_erased_leave_room_for_those_who_are_there(
    http: httpx.AsyncClient, two_conversations: None, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have no name, which sorts before all names; a list that is cut has them last."""
    await http.put("/v1/people/aaa", json={"name": "Aaa", "role": "mentor"})
    async with database.begin() as connection:
        await connection.execute(update(PEOPLE).where(PEOPLE.c.id == "aaa").values(erased_at=1, name=""))
    monkeypatch.setattr("chatserver.api.mentors.MOST_MENTORS", 2)
    answer = await http.get("/v1/mentors", headers=bearer("tom", "mentor"))
    assert answer.json() == {"mentors": [ANN, TOM], "more": False}
