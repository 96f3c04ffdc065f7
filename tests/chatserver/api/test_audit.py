"""What support and services do is in the audit log, which support reads; what people do with what is theirs is not."""

from typing import Any

import httpx
import pytest

from chatserver.api.audited import AUDITED, UNAUDITED
from chatserver.api.roles import STAFF
from chatserver.api.routes import OPERATIONS
from chatserver.audit.verifying import verify
from chatserver.records.database import Database
from tests import databases
from tests.chatserver.api.asking import as_, booked
from tests.chatserver.api.serving import Served
from tests.chatserver.api.test_requests import problem


@pytest.fixture(params=databases.databases())
def database_kind(request: pytest.FixtureRequest) -> databases.Database:
    """Each: what is noted stands in the transaction of what was done."""
    kind: databases.Database = request.param
    return kind


async def lines(api: httpx.AsyncClient, **which: str | int) -> list[dict[str, Any]]:
    """The newest first."""
    answer = await api.get("/v1/audit", params=which, headers=as_("support"))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["lines"]
    return found


async def newest(api: httpx.AsyncClient) -> tuple[str, str, str, str, dict[str, Any]]:
    line = (await lines(api, limit=1))[0]
    return line["who"], line["did"], line["conversation"] or line["person"], line["about"], line["details"]


def test_every_operation_of_staff_is_decided_on() -> None:
    """Whoever adds one says whether it is noted, as what, or why not."""
    of_staff = {operation.name for operation in OPERATIONS if operation.callers & STAFF}
    assert AUDITED.keys() | UNAUDITED.keys() == of_staff
    assert not AUDITED.keys() & UNAUDITED.keys()


async def test_what_support_and_services_do_is_noted(anyone: httpx.AsyncClient, database: Database) -> None:
    """Who, what, whose, and what it was about: no text that anybody wrote."""
    support, service = as_("support"), as_("service")

    async def done(method: str, path: str, headers: dict[str, str], body: object = None) -> None:
        answer = await anyone.request(method, path, headers=headers, json=body)
        assert answer.is_success, answer.text

    await done("PATCH", "/v1/conversations/c1", service, {"plan": "live+"})
    changed = {"operation": "changeConversation", "plan": "live+"}
    assert await newest(anyone) == ("billing", "conversation.changed", "c1", "", changed)
    reason = {"id": "k1", "units": 1, "reason": "the line broke down"}
    await done("POST", "/v1/conversations/c1/credits/corrections", support, reason)
    corrected = {"operation": "correctCredits", "id": "k1", "units": 1}
    assert await newest(anyone) == ("sara", "credits.corrected", "c1", "", corrected)
    await booked(anyone, by="support")
    line = await newest(anyone)
    assert line[:4] == ("sara", "booking.changed", "c1", "b1")
    await done("POST", "/v1/bookings/b1/cancel", support, {})
    assert (await newest(anyone))[:4] == ("sara", "booking.changed", "c1", "b1")
    await done("PUT", "/v1/people/kari", service, {"role": "member", "name": "Kari Nordmann"})
    assert (await newest(anyone))[:4] == ("billing", "person.written", "kari", "")
    await done("POST", "/v1/people/ola/revoke", support, {})
    assert (await newest(anyone))[:4] == ("sara", "tokens.revoked", "ola", "")
    case = {"kind": "question", "conversation": "c1", "note": "she asked by telephone", "opened_for": "member"}
    await done("PUT", "/v1/cases/q1", support, case)
    who, did, conversation, ref, details = await newest(anyone)
    assert (who, did, conversation, details["kind"]) == ("sara", "case.opened", "c1", "question")
    await done("POST", f"/v1/cases/{ref}/answered", support, {"note": "we have told her"})
    assert await newest(anyone) == ("sara", "case.acted", "c1", ref, {"kind": "question", "action": "answered"})
    await done("POST", "/v1/mentors/tom/hand-over", support)
    assert "mentor.handed_over" in [line["did"] for line in await lines(anyone)]
    told = str(await lines(anyone, limit=200))
    for text in ("the line broke down", "by telephone", "we have told", "Nordmann"):
        assert text not in told
    assert (await verify(database, None, lambda done, total: None)).holds


async def test_what_changes_nothing_is_not_noted(anyone: httpx.AsyncClient) -> None:
    """The same again, and what was refused."""
    before = await lines(anyone)
    for path, body in (
        ("/v1/conversations/c1", {"plan": "live"}),
        ("/v1/conversations/none", {"plan": "live"}),
        ("/v1/conversations/c1", {"plan": "none"}),
    ):
        await anyone.patch(path, json=body, headers=as_("service"))
    assert await lines(anyone) == before


async def test_what_people_do_with_what_is_theirs_is_not_noted(anyone: httpx.AsyncClient) -> None:
    """Nor what a service reads: that may follow everything."""
    before = await lines(anyone)
    await booked(anyone, by="tom")
    for person in ("kari", "tom", "service"):
        assert (await anyone.get("/v1/conversations/c1/messages", headers=as_(person))).is_success
    assert await lines(anyone) == before


async def test_what_support_reads_is_noted_once_an_hour_and_told(monday: Served, anyone: httpx.AsyncClient) -> None:
    """To the conversation's people: when, not who."""

    async def read() -> None:
        assert (await anyone.get("/v1/conversations/c1/messages", headers=as_("support"))).is_success

    async def told(person: str) -> list[str]:
        answer = await anyone.get("/v1/conversations/c1/readings", headers=as_(person))
        assert set(answer.json()) == {"conversation", "read_at"}
        found: list[str] = answer.json()["read_at"]
        return found

    assert await told("kari") == []
    await read()
    await read()
    assert await newest(anyone) == ("sara", "messages.read", "c1", "", {})
    [first] = await told("kari")
    await monday.move_clock("2026-03-02T10:00:00Z")
    await read()
    assert await told("tom") == [first, (await lines(anyone, did="messages.read", limit=1))[0]["at"]]
    for person, headers in (("ann", as_("ann")), ("ola", as_("ola"))):
        assert problem(await anyone.get("/v1/conversations/c1/readings", headers=headers))[0] == 404, person
    assert (await anyone.get("/v1/conversations/none/messages", headers=as_("support"))).status_code == 404
    assert await lines(anyone, conversation="none") == []


async def test_reading_for_a_report_is_told_once_the_case_has_ended(anyone: httpx.AsyncClient) -> None:
    """Before, whoever was reported would know."""
    report = {"kind": "misconduct", "conversation": "c1", "facts": {"person": "tom"}}
    made = await anyone.put("/v1/cases/r1", json=report, headers=as_("kari"))
    assert made.status_code == 201, made.text
    assert (await anyone.get("/v1/conversations/c1/messages", headers=as_("support"))).is_success
    for person in ("kari", "tom"):
        assert (await anyone.get("/v1/conversations/c1/readings", headers=as_(person))).json()["read_at"] == []
    ended = await anyone.post(f"/v1/cases/{made.json()['id']}/dismissed", json={}, headers=as_("support"))
    assert ended.is_success, ended.text
    for person in ("kari", "tom"):
        assert len((await anyone.get("/v1/conversations/c1/readings", headers=as_(person))).json()["read_at"]) == 1


async def test_it_is_listed_by_pages_and_by_what_it_concerns(anyone: httpx.AsyncClient) -> None:
    """A person's conversations concern the person."""
    for units in range(1, 4):
        body = {"id": f"k{units}", "units": units, "reason": "so it is"}
        assert (
            await anyone.post("/v1/conversations/c1/credits/corrections", json=body, headers=as_("support"))
        ).is_success
    assert (await anyone.get("/v1/people/ola", headers=as_("support"))).is_success
    page = (await anyone.get("/v1/audit?limit=2&did=credits.corrected", headers=as_("support"))).json()
    assert ([line["details"]["units"] for line in page["lines"]], page["more"]) == ([3, 2], True)
    rest = await lines(anyone, did="credits.corrected", before=page["lines"][-1]["number"])
    assert [line["details"]["units"] for line in rest] == [1]
    assert {line["conversation"] or line["person"] for line in await lines(anyone, person="kari")} == {"kari", "c1"}
    assert {line["did"] for line in await lines(anyone, person="ola")} >= {"person.read", "conversation.written"}
    assert {line["who"] for line in await lines(anyone, who="sara")} == {"sara"}
    assert problem(await anyone.get("/v1/audit?did=nothing", headers=as_("support"))) == (422, "invalid-fields")
