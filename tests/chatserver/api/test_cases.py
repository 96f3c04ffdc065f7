"""Cases over HTTP: opened, acted on, read and listed; what is refused says what is possible."""

from typing import Any

import httpx
import pytest

from chatserver.api.case_facts import CaseFactsSaid
from quotas.cases.facts import CaseFacts
from tests.chatserver.api.asking import as_, fields, refused
from tests.chatserver.api.test_requests import problem


async def opened(api: httpx.AsyncClient, id: str, by: str, **body: Any) -> dict[str, Any]:
    answer = await api.put(f"/v1/cases/{id}", json={"conversation": "c1"} | body, headers=as_(by))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def acted(api: httpx.AsyncClient, id: str, action: str, by: str, **body: Any) -> httpx.Response:
    return await api.post(f"/v1/cases/{id}/{action}", json=body, headers=as_(by))


async def test_a_switch_from_the_request_to_the_members_answer(anyone: httpx.AsyncClient) -> None:
    """Support and member by one call each; the mentor learns of it once it is done, without the reason."""
    made = await opened(anyone, "mine", "kari", kind="mentor_switch", facts={"reason": "another field"}, note="Please.")
    assert (made["own_id"], made["state"], made["facts"]) == ("mine", "requested", {"reason": "another field"})
    assert made["due"] == {"at": "2026-03-04T08:00:00.000Z", "by": "support", "what": "exploring", "then": None} | {
        "at": made["due"]["at"]
    }
    assert made["possible"] == ["note", "withdraw"]
    ref = made["id"]
    assert problem(await anyone.get(f"/v1/cases/{ref}", headers=as_("tom"))) == (404, "not-found")
    missing = await acted(anyone, ref, "proposed", "support")
    assert fields(missing) == {"facts.mentor": "is missing"}
    seen = (await anyone.get(f"/v1/cases/{ref}", headers=as_("support"))).json()
    assert seen["reached"] == ["requested"]
    assert {"state": "proposed", "needs": [["mentor"], ["chemistry"]], "takes": []} in seen["asks"]
    assert (made["reached"], made["asks"]) == ([], [])
    assert (
        await acted(anyone, ref, "proposed", "support", facts={"mentor": "ann", "chemistry": True})
    ).status_code == 200
    again = (await anyone.get("/v1/cases/mine", headers=as_("kari"))).json()
    assert again["possible"] == ["switched", "exploring", "kept", "note", "withdraw"]
    done = (await acted(anyone, "mine", "switched", "kari")).json()
    assert (done["state"], done["possible"]) == ("switched", [])
    toms = (await anyone.get(f"/v1/cases/{ref}", headers=as_("tom"))).json()
    assert toms["facts"] == {"mentor": "ann", "chemistry": True}
    assert {line["note"] for line in toms["history"]} == {""}
    said = refused(await acted(anyone, "mine", "kept", "kari"), "not_now")
    assert "possible" not in said or said["possible"] == []


async def test_what_is_refused_says_what_is_possible(anyone: httpx.AsyncClient) -> None:
    made = await opened(anyone, "mine", "kari", kind="question")
    assert refused(await acted(anyone, "mine", "answered", "kari"), "not_now")["possible"] == ["note", "withdraw"]
    second = await anyone.put("/v1/cases/b", json={"kind": "question", "conversation": "c1"}, headers=as_("kari"))
    assert refused(second, "already_open")["case"] == made["id"]
    other = await anyone.put("/v1/cases/c", json={"kind": "ghosting", "conversation": "c1"}, headers=as_("kari"))
    refused(other, "not_yours")
    changed = await anyone.put(
        "/v1/cases/mine", json={"kind": "mentor_switch", "conversation": "c1"}, headers=as_("kari")
    )
    assert problem(changed) == (409, "conflict")
    assert fields(await acted(anyone, "mine", "moved", "kari")).keys() == {"action"}


async def test_support_lists_and_works_through(anyone: httpx.AsyncClient) -> None:
    """Lists have the next step and its clock, and no words."""
    first = await opened(anyone, "a", "kari", kind="question", note="How do I pay?")
    second = await opened(anyone, "a", "tom", kind="ghosting", facts={"reason": "silence"})
    page = (await anyone.get("/v1/cases?open=true", headers=as_("support"))).json()
    assert [each["id"] for each in page["cases"]] == [second["id"], first["id"]]
    assert page["cases"][0]["facts"] == {}
    assert page["cases"][0]["due"]["then"] == "support_trying"
    assert "history" not in page["cases"][0]
    assigned = await acted(anyone, first["id"], "assign", "support", assignee="sara")
    assert assigned.json()["assignee"] == "sara"
    mine = (await anyone.get("/v1/cases?assignee=sara&kind=question&state=open", headers=as_("support"))).json()
    assert [each["id"] for each in mine["cases"]] == [first["id"]]
    karis = (await anyone.get("/v1/cases", headers=as_("kari"))).json()
    assert [(each["id"], each["assignee"]) for each in karis["cases"]] == [(first["id"], "")]
    olas = (await anyone.get("/v1/cases", headers=as_("ola"))).json()
    assert (olas["cases"], olas["more"], olas["suggested"]) == ([], False, [])


async def test_opening_elsewhere_names_the_conversation(anyone: httpx.AsyncClient) -> None:
    """Not the id that the case was to have."""
    body = {"kind": "question", "conversation": "absent"}
    answer = await anyone.put("/v1/cases/mine", json=body, headers=as_("kari"))
    assert problem(answer) == (404, "not-found")
    assert answer.json()["detail"] == "there is no conversation 'absent' for this token"


async def test_support_opens_for_a_member(anyone: httpx.AsyncClient) -> None:
    """It counts as theirs: they may take it back."""
    made = await opened(anyone, "s", "support", kind="question", opened_for="member")
    assert made["opened_by"] == "kari"
    assert (await anyone.get("/v1/cases/s", headers=as_("kari"))).status_code == 404
    taken_back = await acted(anyone, made["id"], "withdraw", "kari")
    assert (taken_back.status_code, taken_back.json()["state"]) == (200, "withdrawn")


async def test_instants_of_facts_are_rfc_3339(anyone: httpx.AsyncClient) -> None:
    """As everywhere over HTTP; the field that is none is named."""
    await opened(anyone, "x", "kari", kind="extra_session", facts={"number": 1})
    price = {"amount": 45_000, "currency": "NOK"}
    wrong = await acted(anyone, "x", "quoted", "kari", facts={"starts_at": ["tomorrow"]})
    assert fields(wrong).keys() == {"facts.starts_at[0]"}
    [case] = (await anyone.get("/v1/cases", headers=as_("tom"))).json()["cases"]
    starts = ["2026-03-10T10:00:00+01:00"]
    quoted = await acted(anyone, case["id"], "quoted", "tom", facts={"starts_at": starts, "price": price})
    assert quoted.json()["facts"] == {"number": 1, "price": price, "starts_at": ["2026-03-10T09:00:00.000Z"]}


def test_facts_over_http_are_those_of_the_rules() -> None:
    assert CaseFactsSaid.__struct_fields__ == CaseFacts.__struct_fields__


async def test_what_a_state_means_is_said_to_each_in_their_language(anyone: httpx.AsyncClient) -> None:
    """Also in lists; a report is called one to support and its reporter."""
    made = await opened(anyone, "mine", "kari", kind="membership_cancellation")
    assert (made["title"], made["says"]) == (
        "Cancelling the membership",
        "You have cancelled. Your membership ends when the paid time is over; until then you can take it back.",
    )
    norwegian = as_("tom") | {"Accept-Language": "nb"}
    [listed] = (await anyone.get("/v1/cases", headers=norwegian)).json()["cases"]
    assert (listed["title"], listed["says"]) == (
        "Oppsigelse av medlemskapet",
        "Medlemmet har sagt opp. Medlemskapet slutter når den betalte tiden er over.",
    )
    danish = as_("support") | {"Accept-Language": "da"}
    assert (await anyone.get(f"/v1/cases/{made['id']}", headers=danish)).json()["title"] == "Opsigelse af medlemskabet"


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        ("credit_correction", {"units": 2**70}, "facts.units"),
        ("credit_correction", {"booking": "a\0b"}, "facts.booking"),
        ("misconduct", {"person": ""}, "facts.person"),
        ("misconduct", {"person": "\0"}, "facts.person"),
        ("misconduct", {"person": "tom", "messages": ["\0"]}, "facts.messages[0]"),
        ("misconduct", {"person": "tom", "messages": ["x" * 65]}, "facts.messages[0]"),
        ("misconduct", {"person": "tom", "reason": "\x1b[2J"}, "facts.reason"),
        ("misconduct", {"person": "tom", "reason": "r" * 10_001}, "facts.reason"),
        ("membership_cancellation", {"asked_on": "0001-01-01"}, "facts.asked_on"),
        ("membership_cancellation", {"asked_on": "9999-12-31"}, "facts.asked_on"),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    anyone: httpx.AsyncClient, kind: str, facts: dict[str, Any], field: str
) -> None:
    """By the field's name, and nothing is opened: neither a database nor a calendar takes it."""
    answer = await anyone.put(
        "/v1/cases/x", json={"conversation": "c1", "kind": kind, "facts": facts}, headers=as_("kari")
    )
    assert fields(answer).keys() == {field}
    assert (await anyone.get("/v1/cases", headers=as_("support"))).json()["cases"] == []


async def test_whose_it_is_at_support_nobody_else_asks_for(anyone: httpx.AsyncClient) -> None:
    made = await opened(anyone, "q", "kari", kind="question")
    await acted(anyone, made["id"], "assign", "support", assignee="sara")
    mine = (await anyone.get("/v1/cases?assignee=sara", headers=as_("kari"))).json()
    assert mine["cases"] == []
