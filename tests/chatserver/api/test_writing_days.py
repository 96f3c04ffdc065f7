"""The days of this week on which a mentor has written, over HTTP."""

from datetime import date

import httpx
import pytest
from sqlalchemy import insert

from chatserver.records.database import Database
from chatserver.records.tables import MENTOR_DAYS
from tests.chatserver.api.serving import Served, bearer
from tests.databases import ON_EACH

PATH = "/v1/mentors/tom/writing-days"
MONDAY = date(2026, 3, 2)


@ON_EACH
async def test_where_plans_ask_for_days(anyone: httpx.AsyncClient, monday: Served, database: Database) -> None:
    """Of open conversations on such plans: what was written this week, in their own zone."""
    robot = bearer("robot", "service")
    tom = bearer("tom", "mentor")
    assert (await anyone.get(PATH, headers=tom)).json() == {"mentor": "tom", "conversations": [], "names": {}}
    for conversation in ("c1", "c2"):
        path = f"/v1/conversations/{conversation}"
        assert (await anyone.patch(path, json={"plan": "light"}, headers=robot)).is_success
    week = MONDAY.toordinal() // 7
    rows = [
        {"conversation_id": "c1", "day": MONDAY, "week": week},
        {"conversation_id": "c1", "day": date(2026, 2, 27), "week": week - 1},
    ]
    async with database.begin() as connection:
        await connection.execute(insert(MENTOR_DAYS), rows)
    answer = (await anyone.get(PATH, headers=tom)).json()
    assert answer["names"] == {"kari": "Kari", "ola": "Ola"}
    said = answer["conversations"]
    ends = "2026-03-08T23:00:00.000Z"
    assert said == [
        {"conversation": "c1", "member": "kari", "plan": "light", "asked": 2, "days": ["2026-03-02"], "ends_at": ends},
        {"conversation": "c2", "member": "ola", "plan": "light", "asked": 2, "days": [], "ends_at": ends},
    ]
    assert (await anyone.patch("/v1/conversations/c2", json={"status": "paused"}, headers=robot)).is_success
    said = (await anyone.get(PATH, headers=bearer("sara", "support"))).json()["conversations"]
    assert [each["conversation"] for each in said] == ["c1"]


@pytest.mark.parametrize("path", [PATH, "/v1/mentors/nobody/writing-days", "/v1/mentors/kari/writing-days"])
async def test_nobody_elses(anyone: httpx.AsyncClient, path: str) -> None:
    """Another mentor's, and those of whoever is none, are not there."""
    assert (await anyone.get(path, headers=bearer("ann", "mentor"))).status_code == 404
