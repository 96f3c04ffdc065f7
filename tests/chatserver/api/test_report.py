"""The report over HTTP: who may read it, which days, and in which form."""

import csv
from collections.abc import AsyncIterator
from datetime import date
from io import StringIO
from typing import Any

import httpx
import pytest

from chatserver.api.negotiation import CSV, JSON
from chatserver.protocol.reports import ReplyGroup
from chatserver.records.database import Database
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import ClosedWait
from quotas.instant import HOUR, parse
from tests.chatserver.api.serving import Served, bearer
from tests.plain_http import http_client

PATH = "/v1/replies/report"
RANGE = "from=2026-01-05&to=2026-01-11"
MONDAY = parse("2026-01-05T09:00:00+01:00")


def wait(number: int, mentor: str, waited: int) -> ClosedWait:
    return ClosedWait(
        partition=1,
        event=f"{number}-0",
        conversation_id="c1",
        member_id="kari",
        mentor_id=mentor,
        plan="basic",
        week=(date(2026, 1, 5).toordinal() - 1) // 7,
        waiting_since=MONDAY,
        due_at=MONDAY + 24 * HOUR,
        answered_at=MONDAY + waited,
        dropped_at=None,
        waited_ms=waited,
        counted_ms=waited,
        in_time=waited <= 24 * HOUR,
    )


@pytest.fixture
async def waits(database: Database, http: httpx.AsyncClient) -> AsyncIterator[None]:
    """Two of tom's, one late; one of ann's."""
    rows = [wait(1, "tom", HOUR), wait(2, "tom", 30 * HOUR), wait(3, "ann", 2 * HOUR)]
    async with database.begin() as connection:
        await reply_waits.store(connection, rows)
    yield


async def test_a_report_as_json(http: httpx.AsyncClient, waits: None) -> None:
    answer = await http.get(f"{PATH}?{RANGE}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    report = answer.json()
    assert (report["from"], report["to"], report["by"], report["zone"]) == (
        "2026-01-05",
        "2026-01-11",
        "mentor",
        "Europe/Oslo",
    )
    assert [(group["name"], group["answered"], group["missed"]) for group in report["groups"]] == [
        ("ann", 1, 0),
        ("tom", 2, 1),
    ]
    assert report["total"]["counted_median_ms"] == 2 * HOUR
    assert report["total"]["counted_p95_ms"] == report["total"]["longest_ms"] == 30 * HOUR


async def test_a_report_as_csv(http: httpx.AsyncClient, waits: None) -> None:
    """The same groups, with the same names; an empty field where there is nothing."""
    answer = await http.get(f"{PATH}?{RANGE}&by=week", headers={"Accept": CSV})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    [names, line] = csv.reader(StringIO(answer.text))
    assert names == list(ReplyGroup.__struct_fields__)
    assert dict(zip(names, line, strict=True))["name"] == "2026-01-05"
    assert dict(zip(names, line, strict=True))["answered"] == "3"
    empty = await http.get(f"{PATH}?from=2025-01-05&to=2025-01-06", headers={"Accept": CSV})
    assert empty.text.splitlines() == [",".join(names)]


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/*", CSV),
        ("text/csv; charset=utf-8", CSV),
        ("Text/CSV", CSV),
        ("application/json;q=0.5, text/csv", CSV),
        ("text/csv;q=0.5, */*;q=0.9", JSON),
        ("*/*, application/json;q=0", CSV),
        ("application/json;q=0.3, text/csv;q=0.3", JSON),
        ("text/html, application/xml;q=0.9", None),
        ("application/json;q=0, text/csv;q=0.0", None),
    ],
)
async def test_accept_chooses_the_form(server: Served, accept: str | None, given: str | None) -> None:
    """As RFC 9110 says; a form that there is not is answered in problem details that name those that there are."""
    async with http_client(server.url, headers=bearer("sara", "support")) as client:
        client.headers.pop("accept")
        answer = await client.get(f"{PATH}?{RANGE}", headers={} if accept is None else {"Accept": accept})
    if given is None:
        assert answer.status_code == 406
        assert answer.json()["detail"].startswith("the answer is there as application/json or text/csv")
    else:
        assert answer.headers["content-type"].startswith(given)


@pytest.mark.parametrize(("role", "sees"), [("service", 3), ("support", 3), ("mentor", 2)])
async def test_a_mentor_sees_their_own(server: Served, waits: None, role: Any, sees: int) -> None:
    async with http_client(server.url, headers=bearer("tom", role)) as client:
        report = (await client.get(f"{PATH}?{RANGE}")).json()
    assert report["total"]["answered"] == sees


async def test_a_member_has_no_reports(server: Served) -> None:
    async with http_client(server.url, headers=bearer("kari", "member")) as client:
        answer = await client.get(PATH)
    assert answer.status_code == 403
    assert "insufficient_scope" in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("from=yesterday", "from", "must be a date such as 2026-01-05"),
        ("to=2026-02-30", "to", "must be a date"),
        ("from=2026-01-05T00:00:00Z", "from", "must be a date"),
        ("by=member", "by", "must be one of mentor, plan, week"),
        ("from=2026-01-05&to=2026-01-04", "to", "is before"),
        ("from=0001-01-01", "from", "out of range"),
        ("to=0001-01-01", "to", "out of range"),
        ("from=2020-01-01&to=2026-01-01", "from", "731 days"),
        ("mentor=tom", "mentor", "no such field; allowed: from, to, by"),
    ],
)
async def test_days_that_cannot_be(http: httpx.AsyncClient, query: str, field: str, said: str) -> None:
    """Which parameter, and what is allowed."""
    answer = await http.get(f"{PATH}?{query}")
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert said in error["message"]


async def test_without_parameters(http: httpx.AsyncClient) -> None:
    """Four weeks until today, by mentor; nothing there yet."""
    report = (await http.get(PATH)).json()
    assert date.fromisoformat(report["from"]).weekday() == 0
    assert 21 <= (date.fromisoformat(report["to"]) - date.fromisoformat(report["from"])).days <= 27
    assert (report["by"], report["groups"], report["behind"]) == ("mentor", [], [])
    assert report["total"]["counted_median_ms"] is None
