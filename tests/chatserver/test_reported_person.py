"""Who is reported learns of no case, by whatever they ask and whatever they hear, until they are warned or removed.

A real server with a webhook for everything, and Mia's report of Tora. Whatever Tora may ask answers as before.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from chatserver.api.operation import AnyOperation
from chatserver.api.routes import OPERATIONS
from chatserver.conversations.requests import PersonDetails, Written
from chatserver.keyed import export_of
from chatserver.notices.webhook_book import WebhookWritten
from chatserver.notices.webhook_requests import WebhookDetails
from chatserver.personal_data.json_file import JsonFile
from chatserver.records.tables import REPLY_WAITS
from tests.chatserver.realtime.devices import WITHIN
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.test_authorisation import HTTP, PARTS, QUERIES
from tests.plain_http import http_client

_PASSING = re.compile(rb'\d{4}-\d\d-\d\dT[\d:.]+Z|\d{8}T\d{6}Z|"[a-z_]*ms": ?-?\d+')
"""What changes by itself: instants, and how long until one."""
_READ = re.compile(rb'"read_by_support": ?\[[^]]*\]')
"""What is told once the case has ended, as `GET …/readings` does."""
NOTE = "she shouts at everybody"
REPORT = {
    "kind": "misconduct",
    "conversation": "c1",
    "facts": {"person": "tora", "messages": ["a word from her"], "reason": "a threat"},
    "note": NOTE,
}


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """c1 of mia and tora, in which both wrote; sara of support, and an endpoint that is told of everything."""
    async with here(valkey_url, tmp_path, webhook_networks=("127.0.0.0/8",)) as server:
        assert isinstance(await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara")), Written)
        await server.conversation("c1", "live")
        hook = msgspec.convert({"url": "http://127.0.0.1:9/hooks", "events": ["*"]}, WebhookDetails)
        assert isinstance(await server.parts.webhooks.put("w1", hook), WebhookWritten)
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("hello")
            await tora.write("a word from her")
        async with asyncio.timeout(WITHIN):
            while not await answers(server):  # noqa: ASYNC110 - what reports tell of comes by way of the database
                await asyncio.sleep(0.05)
        yield server


async def answers(server: HereServer) -> int:
    """How many answers are in the records."""
    async with server.parts.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(REPLY_WAITS)) or 0


@pytest.fixture
async def api(server: HereServer) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(server.http) as api:
        yield api


async def said(api: httpx.AsyncClient, person: str, method: str, path: str, body: object = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token(person)}"}
    return await api.request(method, path, headers=headers, **({} if body is None else {"json": body}))  # type: ignore[arg-type]  # of two shapes


def readable() -> list[tuple[AnyOperation, str]]:
    """Everything that Tora may read, with the object: of each that has one, also of what is hers."""
    found = [operation for operation in OPERATIONS if operation.method == "GET" and "mentor" in operation.callers]
    return [
        (operation, thing)
        for operation in found
        for thing in sorted({thing for name, thing in HTTP if name == operation.name} | {"tora", "c1"})
        if "{id}" in operation.path or thing not in ("tora", "c1")
    ]


async def everything(api: httpx.AsyncClient) -> dict[str, tuple[int, bytes]]:
    """What Tora is answered to all of it, without what changes by itself."""
    found = {}
    for operation, thing in readable():
        path = operation.path if "{id}" in operation.path else operation.path + thing
        path = path.format(id=thing, **PARTS) + QUERIES.get(operation.name, "")
        answer = await said(api, "tora", "GET", path)
        found[path] = answer.status_code, _PASSING.sub(b"", answer.content)
    for query in ("kind=misconduct", "conversation=c1", "open=true&limit=1", "state=reported"):
        answer = await said(api, "tora", "GET", f"/v1/cases?{query}")
        found[query] = answer.status_code, _PASSING.sub(b"", answer.content)
    return found


async def export(server: HereServer, person: str) -> bytes:
    """Their export."""
    parts = server.parts
    exporting = export_of(parts)
    out = StringIO()
    await exporting.write(await exporting.find(person), [JsonFile(out)], lambda done, total: None)
    return _PASSING.sub(b"", _READ.sub(b"", out.getvalue().encode()))


async def test_the_reported_one_learns_of_nothing(server: HereServer, api: httpx.AsyncClient) -> None:
    """Neither while support works on it nor when it is dismissed: no list, count, notice, event, export, id."""
    before, exported = await everything(api), await export(server, "tora")
    async with server.device("tora") as tora:
        opened = await said(api, "mia", "PUT", "/v1/cases/r1", REPORT)
        assert opened.status_code == 201, opened.text
        ref = opened.json()["id"]
        for action, body in (
            ("assign", {"assignee": "sara"}),
            ("note", {"note": "for support"}),
            ("reviewing", {"note": "it may come to court", "facts": {"evidence_until": "2199-01-01"}}),
            ("note", {"note": "for her", "for": "shared"}),
        ):
            done = await said(api, "sara", "POST", f"/v1/cases/{ref}/{action}", body)
            assert done.is_success, done.text
        sealed = (await said(api, "sara", "GET", f"/v1/cases/{ref}/evidence")).json()["messages"]
        assert [(each["text"], each["reported"]) for each in sealed] == [("hello", False), ("a word from her", True)]
        assert await everything(api) == before
        dismissed = await said(api, "sara", "POST", f"/v1/cases/{ref}/dismissed", {})
        assert dismissed.is_success, dismissed.text
        after = await everything(api)
        readings = "/v1/conversations/c1/readings"
        assert after | {readings: before[readings]} == before
        # Now it is said that support read, to both; not who, and not why.
        for person in ("tora", "mia"):
            told = (await said(api, person, "GET", readings)).json()
            assert (set(told), len(told["read_at"])) == ({"conversation", "read_at"}, 1)
        assert await tora.silence() == []
    assert await export(server, "tora") == exported
    assert ref.encode() not in exported


async def test_an_id_of_the_case_is_like_one_that_is_nobody_s(server: HereServer, api: httpx.AsyncClient) -> None:
    """To read it, to act on it, to open a case under it: Tora is answered as about what is not there."""
    ref = (await said(api, "mia", "PUT", "/v1/cases/r1", REPORT)).json()["id"]
    own = {"kind": "question", "conversation": "c1"}
    for method, path, body in (
        ("GET", "/v1/cases/{}", None),
        ("GET", "/v1/cases/{}/evidence", None),
        ("POST", "/v1/cases/{}/note", {"note": "hello"}),
        ("POST", "/v1/cases/{}/withdraw", {}),
        ("POST", "/v1/cases/{}/dismissed", {}),
    ):
        answers = [await said(api, "tora", method, path.format(id), body) for id in (ref, "r1", "absent")]
        told = {(each.status_code, each.text.replace(ref, "absent").replace("r1", "absent")) for each in answers}
        assert len(told) == 1, path
        assert answers[0].status_code in (403, 404)
    assert (await said(api, "tora", "PUT", f"/v1/cases/{ref}", own)).status_code == 201
    hers = {"kind": "misconduct", "conversation": "c1", "facts": {"person": "mia"}}
    assert (await said(api, "tora", "PUT", "/v1/cases/r1", hers)).status_code == 201


async def test_who_reported_sees_the_state_and_nothing_of_support(server: HereServer, api: httpx.AsyncClient) -> None:
    """By whatever they ask: no note, no name, no messages, not who works on it."""
    ref = (await said(api, "mia", "PUT", "/v1/cases/r1", REPORT)).json()["id"]
    await said(api, "sara", "POST", f"/v1/cases/{ref}/assign", {"assignee": "sara"})
    await said(api, "sara", "POST", f"/v1/cases/{ref}/reviewing", {"note": "we have seen worse", "for": "shared"})
    seen = (await said(api, "mia", "GET", "/v1/cases/r1")).json()
    assert (seen["state"], seen["assignee"], seen["facts"], seen["history"], seen["due"]) == (
        "reviewing",
        "",
        {},
        [],
        None,
    )
    for path in ("/v1/cases/r1", "/v1/cases", "/v1/people/mia/notices"):
        told = (await said(api, "mia", "GET", path)).text
        assert "sara" not in told and "worse" not in told, path


async def test_a_warning_is_all_that_the_reported_one_gets(server: HereServer, api: httpx.AsyncClient) -> None:
    """One notice of conduct, which says neither of whom nor where."""
    before = await everything(api)
    ref = (await said(api, "mia", "PUT", "/v1/cases/r1", REPORT)).json()["id"]
    assert (await said(api, "sara", "POST", f"/v1/cases/{ref}/warned", {})).is_success
    after = await everything(api)
    notices = "/v1/people/tora/notices"
    assert {path for path in before if before[path] != after[path]} <= {notices, "/v1/people/mia/notices"}
    told = (await said(api, "tora", "GET", notices)).json()["notices"]
    assert [each["event"] for each in told if each["event"] != "message.unread"] == ["conduct.warned"]
    warning = next(each for each in told if each["event"] == "conduct.warned")
    assert (warning["conversation"], warning["booking"]) == (None, None)
    exported = await export(server, "tora")
    for word in (ref, "misconduct", NOTE, "a threat", "case."):
        assert word.encode() not in exported, word
