"""The table of operations: the order of its rows says nothing, and each says what it may."""

import random
from collections.abc import AsyncIterator

import httpx
import pytest
from msgspec import Struct

from chatserver.api.negotiation import CSV, HTML, JSON
from chatserver.api.openapi import document
from chatserver.api.operation import AS_JSON, AnyOperation, Form, HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import RefusedError
from chatserver.api.routes import OPERATIONS, by_path
from chatserver.protocol.events import Role
from chatserver.records.database import Database
from tests.chatserver.api.serving import SERVICE, bearer, served
from tests.plain_http import http_client


def test_operations_of_one_path_may_stand_anywhere() -> None:
    """All of a path are on its one route: a second route with the same path would never be asked."""
    shuffled = list(OPERATIONS)
    apart = next(operation for operation in shuffled if operation.name == "changeConversation")
    shuffled.remove(apart)
    for rows in ([*shuffled, apart], [apart, *shuffled], random.Random(1).sample(OPERATIONS, len(OPERATIONS))):
        assert by_path(rows) == by_path(OPERATIONS)
    methods = by_path([*shuffled, apart])[apart.path]
    assert methods.keys() == {"PUT", "PATCH", "GET"}
    assert methods["PATCH"] is apart


def test_an_operation_that_is_there_twice() -> None:
    """Only one of the two could be asked."""
    with pytest.raises(ValueError, match=r"PATCH /v1/conversations/\{id\} is in the table twice"):
        by_path([*OPERATIONS, *(operation for operation in OPERATIONS if operation.method == "PATCH")])


# What an operation may say of itself


class Month(Struct):
    """What the operations below answer."""

    mentor: str
    month: str


class Note(Struct, forbid_unknown_fields=True):
    """A body with a list of objects in it."""

    lines: list[Month]


MONTH = PathPart("month", r"[0-9]{4}-(0[1-9]|1[0-2])", "a month such as 2026-03")


async def month(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    return HttpAnswer(200, Month(call.id, call.parts["month"]))


async def nothing(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    return HttpAnswer(204)


async def refuses(call: HttpCall[NoQuery, Note]) -> HttpAnswer:
    raise RefusedError("busy", "not then", credits_left=0, free_starts=["2026-03-03T09:00:00.000Z"], plans=["live"])


def as_text(content: Month) -> str:
    return f"{content.mentor} {content.month}"


MADE_UP: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/mentors/{id}/months/{month}",
        name="getMonth",
        summary="A month.",
        handler=month,
        query=NoQuery,
        parts=(MONTH,),
        roles=frozenset({"mentor", "support"}),
        forms=(AS_JSON, Form(CSV, as_text), Form(HTML, as_text, (("Content-Security-Policy", "default-src 'self'"),))),
        answers={200: (Month, "The month.")},
        refusals=(),
    ),
    Operation(
        method="DELETE",
        path="/v1/mentors/{id}/months/{month}",
        name="deleteMonth",
        summary="No month.",
        handler=nothing,
        query=NoQuery,
        parts=(MONTH,),
        answers={204: (None, "It is gone.")},
        refusals=(),
    ),
    Operation(
        method="POST",
        path="/v1/mentors/{id}/months",
        name="postMonth",
        summary="A note.",
        handler=refuses,
        query=NoQuery,
        body=Note,
        answers={200: (Month, "Never.")},
        refusals=(),
        refuses=True,
    ),
)


@pytest.fixture
async def made_up(database: Database, valkey_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A server of nothing but these."""
    async with served(database, valkey_url, operations=MADE_UP) as server, http_client(server.url) as client:
        yield client


async def test_a_path_with_two_parts(made_up: httpx.AsyncClient) -> None:
    """The second is checked by its pattern, and named where it is wrong."""
    path = "/v1/mentors/tom/months"
    answer = await made_up.get(f"{path}/2026-03", headers=bearer("tom", "mentor"))
    assert (answer.status_code, answer.json()) == (200, {"mentor": "tom", "month": "2026-03"})
    for wrong in ("2026-13", "2026-3", "x", "2026-03%0A"):
        answer = await made_up.get(f"{path}/{wrong}", headers=bearer("tom", "mentor"))
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == ["month"]
        assert "allowed: a month such as 2026-03" in answer.json()["detail"]


async def test_who_may_call(made_up: httpx.AsyncClient) -> None:
    """The roles that it names; where it names none, support and services write."""
    path = "/v1/mentors/tom/months/2026-03"
    roles: tuple[Role, ...] = ("member", "mentor", "support", "service")
    for method, allowed in (("GET", {"mentor", "support"}), ("DELETE", {"support", "service"})):
        for role in roles:
            answer = await made_up.request(method, path, headers=bearer("tom", role))
            assert answer.is_success == (role in allowed)
            if role not in allowed:
                assert answer.status_code == 403
                assert f"allowed: {', '.join(sorted(allowed))}" in answer.json()["detail"]
                assert "insufficient_scope" in answer.headers["www-authenticate"]


async def test_no_content(made_up: httpx.AsyncClient) -> None:
    answer = await made_up.delete("/v1/mentors/tom/months/2026-03", headers=SERVICE)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers


async def test_the_form_that_the_request_likes_best(made_up: httpx.AsyncClient) -> None:
    """With the headers of that form; the first one where it likes all of them."""
    for accept, media_type in (("*/*", JSON), ("text/html, */*;q=0.1", HTML), ("text/*", CSV)):
        headers = bearer("tom", "mentor") | {"Accept": accept}
        answer = await made_up.get("/v1/mentors/tom/months/2026-03", headers=headers)
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert ("'self'" in answer.headers["content-security-policy"]) == (media_type == HTML)
    headers = bearer("tom", "mentor") | {"Accept": "text/calendar"}
    assert (await made_up.get("/v1/mentors/tom/months/2026-03", headers=headers)).status_code == 406


async def test_a_refusal_says_what_would_work(made_up: httpx.AsyncClient) -> None:
    answer = await made_up.post("/v1/mentors/tom/months", json={"lines": []}, headers=SERVICE)
    assert answer.status_code == 409
    assert answer.json() == {
        "type": "urn:chatserver:problem:refused",
        "title": "The rules do not allow this",
        "status": 409,
        "detail": "not then",
        "reason": "busy",
        "credits_left": 0,
        "free_starts": ["2026-03-03T09:00:00.000Z"],
        "plans": ["live"],
    }


async def test_fields_inside_a_list_are_named(made_up: httpx.AsyncClient) -> None:
    """By the place in the list."""
    line = {"mentor": "tom", "month": "2026-03"}
    for lines, fields in (
        ([line, {"mentor": 1}], {"lines[1].mentor", "lines[1].month"}),
        ([line, "x"], {"lines[1]"}),
        ("x", {"lines"}),
    ):
        answer = await made_up.post("/v1/mentors/tom/months", json={"lines": lines}, headers=SERVICE)
        assert {each["field"] for each in answer.json()["errors"]} == fields


def test_the_document_says_it_too() -> None:
    described = document(MADE_UP)["paths"]
    month_of = described["/v1/mentors/{id}/months/{month}"]
    assert [(each["name"], each["in"]) for each in month_of["get"]["parameters"]] == [("id", "path"), ("month", "path")]
    assert list(month_of["get"]["responses"]["200"]["content"]) == [JSON, CSV, HTML]
    assert {"403", "406"} <= month_of["get"]["responses"].keys()
    assert month_of["delete"]["responses"]["204"] == {"description": "It is gone."}
    refused = described["/v1/mentors/{id}/months"]["post"]["responses"]["409"]["content"]["application/problem+json"]
    assert {"$ref": "#/components/schemas/RefusalProblem"} in refused["schema"]["anyOf"]
