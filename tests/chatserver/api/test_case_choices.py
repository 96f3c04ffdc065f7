"""The menu of cases over HTTP: what is offered can be opened with what it asks for, and nothing else can."""

from typing import Any, get_args

import httpx
import pytest

from quotas.cases.rules import CaseKind
from tests.chatserver.api.asking import as_, booked, refused
from tests.chatserver.api.test_cases import opened
from tests.chatserver.api.test_requests import problem

VALUES: dict[str, object] = {"number": 1, "to": "weekly", "person": "tom", "booking": "b1", "reason": "as it is"}


async def choices(api: httpx.AsyncClient, by: str, language: str = "en") -> dict[str, dict[str, Any]]:
    headers = as_(by) | {"Accept-Language": language}
    answer = await api.get("/v1/conversations/c1/case-choices", headers=headers)
    assert answer.status_code == 200, answer.text
    return {each["kind"]: each for each in answer.json()["choices"]}


@pytest.mark.parametrize("by", ["kari", "tom", "support"])
async def test_what_is_offered_can_be_opened(anyone: httpx.AsyncClient, by: str) -> None:
    """With the facts that it asks for; then it is the open one to go on with."""
    await booked(anyone)
    offered = await choices(anyone, by)
    for kind in get_args(CaseKind):
        if kind not in offered:
            body = {"kind": kind, "conversation": "c1"}
            refused(await anyone.put(f"/v1/cases/{kind}", json=body, headers=as_(by)), "not_yours")
            continue
        choice = offered[kind]
        facts = {group[0]: VALUES.get(group[0]) for group in choice["needs"]}
        if by == "tom" and "person" in facts:
            facts["person"] = "kari"
        if choice["reasons"]:
            facts["reason"] = choice["reasons"][0]
        body = {"kind": kind, "conversation": "c1", "facts": facts}
        if choice["refused"] is not None:
            assert choice["refused"] == "no_cadence"  # nobody who has this plan meets by one
            refused(await anyone.put(f"/v1/cases/{kind}", json=body, headers=as_(by)), "no_cadence")
            continue
        made = await opened(anyone, kind, by, **body)
        assert made["state"] == choice["state"]
        again = (await choices(anyone, by))[kind]
        assert (again["refused"], again["case"]) == ("already_open", made["id"])


async def test_it_speaks_the_reader_s_language(anyone: httpx.AsyncClient) -> None:
    """And has prompts for mentors alone; beside a case, for support too."""
    assert (await choices(anyone, "kari"))["mentor_switch"]["title"] == "Change my mentor"
    assert (await choices(anyone, "kari", "nb-NO,nb;q=0.9"))["mentor_switch"]["title"] == "Bytt mentor"
    assert (await choices(anyone, "kari"))["mentor_switch"]["prompts"] == []
    offered = (await choices(anyone, "tom", "da"))["ghosting"]
    assert offered["prompts"][0].startswith("De, der bliver stille")
    made = await opened(anyone, "g", "tom", kind="ghosting")
    assert made["prompts"][0].startswith("People who go quiet")
    for by, count in (("tom", len(offered["prompts"])), ("support", len(offered["prompts"]))):
        found = await anyone.get(f"/v1/cases/{made['id']}", headers=as_(by))
        assert len(found.json()["prompts"]) == count
    assert (await opened(anyone, "q", "kari", kind="mentor_switch"))["prompts"] == []


async def test_others_find_no_conversation(anyone: httpx.AsyncClient) -> None:
    for by in ("ann", "ola"):
        assert problem(await anyone.get("/v1/conversations/c1/case-choices", headers=as_(by))) == (404, "not-found")
    assert problem(await anyone.get("/v1/conversations/none/case-choices", headers=as_("support")))[0] == 404
