"""The board over HTTP."""

import httpx
import pytest

from chatserver.protocol.events import Role
from tests.chatserver.api.serving import Served, bearer
from tests.plain_http import http_client
from tests.quotas.ledger.waiting import NOON, write


@pytest.fixture
async def waiting(server: Served, two_conversations: None) -> None:
    """c1 of tom waits since long ago, c2 of ann since now; both on Basic."""
    rulebook = server.provisioning.rulebook
    await write(server.ledger, rulebook, "c1", NOON)
    await write(server.ledger, rulebook, "c2", NOON + 60_000)


async def test_a_page_and_the_next(http: httpx.AsyncClient, waiting: None) -> None:
    first = (await http.get("/v1/replies", params={"limit": 1})).json()
    assert first["totals"] == {"waiting": 2, "overdue": 2, "missed": 0}
    [row] = first["replies"]
    assert row.pop("time_left_ms") < 0
    assert [(step["at"], step["to"], step["before_hours"], step["told"]) for step in row.pop("steps")] == [
        ("2026-01-07T07:00:00.000Z", ["mentor"], 4, True),
        ("2026-01-07T10:00:00.000Z", ["mentor"], 1, True),
        ("2026-01-07T11:00:00.000Z", ["mentor", "support"], 0, True),
    ]
    assert row == {
        "conversation": "c1",
        "member": "kari",
        "mentor": "tom",
        "plan": "basic",
        "waiting_since": "2026-01-06T11:00:00.000Z",
        "due_at": "2026-01-07T11:00:00.000Z",
        "overdue": True,
        "missed": False,
        "substitute": None,
    }
    second = (await http.get("/v1/replies", params={"limit": 1, "after": first["next"]})).json()
    assert [row["conversation"] for row in second["replies"]] == ["c2"]
    assert second["next"] is None


async def test_filters(http: httpx.AsyncClient, waiting: None) -> None:
    async def found(**parameters: str) -> list[str]:
        answer = await http.get("/v1/replies", params=parameters)
        assert answer.status_code == 200, answer.text
        return [row["conversation"] for row in answer.json()["replies"]]

    assert await found(state="overdue") == ["c1", "c2"]
    assert await found(state="missed") == []
    assert await found(mentor="ann") == ["c2"]
    assert await found(mentor="nobody") == []
    assert await found(plan="basic") == ["c1", "c2"]
    assert await found(plan="light") == []


@pytest.mark.parametrize(
    ("person", "role", "parameters", "status", "found"),
    [
        ("sara", "support", {}, 200, ["c1", "c2"]),
        ("tom", "mentor", {}, 200, ["c1"]),
        ("tom", "mentor", {"mentor": "tom"}, 200, ["c1"]),
        ("tom", "mentor", {"mentor": "ann"}, 403, []),
        ("kari", "member", {}, 403, []),
    ],
)
async def test_who_sees_what(
    server: Served,
    waiting: None,
    person: str,
    role: Role,
    parameters: dict[str, str],
    status: int,
    found: list[str],
) -> None:
    async with http_client(server.url, headers=bearer(person, role)) as http:
        answer = await http.get("/v1/replies", params=parameters)
    assert answer.status_code == status
    assert [row["conversation"] for row in answer.json().get("replies", [])] == found


@pytest.mark.parametrize(
    ("parameters", "field", "allowed"),
    [
        ({"state": "late"}, "state", "waiting"),
        ({"mentor": "no name"}, "mentor", "letters"),
        ({"plan": "gold"}, "plan", "basic"),
        ({"after": "x"}, "after", "`next`"),
        ({"limit": "201"}, "limit", "1 to 200"),
        ({"colour": "red"}, "colour", "mentor"),
    ],
)
async def test_a_wrong_parameter_is_named(
    http: httpx.AsyncClient, parameters: dict[str, str], field: str, allowed: str
) -> None:
    answer = await http.get("/v1/replies", params=parameters)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert allowed in error["message"]
