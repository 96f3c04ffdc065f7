"""People over HTTP."""

import httpx
import pytest

from tests.chatserver.api.serving import bearer
from tests.databases import ON_EACH

pytestmark = ON_EACH
OLA = {
    **{"role": "member", "name": "Ola Nordmann", "zone": "Europe/Copenhagen", "locale": "da"},
    **{"email": "ola@example.no", "country": "DK"},
}


async def test_put_and_get(http: httpx.AsyncClient) -> None:
    """Created, then known, then changed; each time the answer is the person."""
    created = await http.put("/v1/people/ola", json=OLA)
    assert created.status_code == 201
    assert created.json() == {"id": "ola", **OLA, "erased_at": None} | {
        name: created.json()[name] for name in ("created_at", "updated_at")
    }
    again = await http.put("/v1/people/ola", json=OLA)
    assert (again.status_code, again.json()) == (200, created.json())
    changed = await http.put("/v1/people/ola", json={"role": "member", "name": "Ola"})
    assert changed.status_code == 200
    assert changed.json() == created.json() | {
        "name": "Ola",
        "zone": "Europe/Oslo",
        "locale": "nb",
        "email": None,
        "country": None,
        "updated_at": changed.json()["updated_at"],
    }
    assert (await http.get("/v1/people/ola")).json() == changed.json()


async def test_people_see_themselves_only(http: httpx.AsyncClient, two_conversations: None) -> None:
    """Someone else is as if they were not there; support sees everybody."""
    for id, role, seen in (
        ("kari", bearer("kari", "member"), 200),
        ("tom", bearer("kari", "member"), 404),
        ("nobody", bearer("kari", "member"), 404),
        ("nobody", bearer("nobody", "member"), 404),
        ("tom", bearer("tom", "mentor"), 200),
        ("kari", bearer("tom", "mentor"), 404),
        ("kari", bearer("eva", "support"), 200),
        ("nobody", bearer("eva", "support"), 404),
    ):
        answer = await http.get(f"/v1/people/{id}", headers=role)
        assert answer.status_code == seen, (id, role)


async def test_a_role_in_use_is_a_conflict(http: httpx.AsyncClient, two_conversations: None) -> None:
    """409, with the conversation that holds the person."""
    refused = await http.put("/v1/people/tom", json={"role": "support", "name": "Tom"})
    assert refused.status_code == 409
    assert "'tom' is mentor in the conversation 'c1'" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"role": "boss"}, "role", "must be one of member, mentor, service, support"),
        ({"name": ""}, "name", "must be 1 to 200 characters"),
        ({"name": " Ola"}, "name", "no space first"),
        ({"name": "O\u0000la"}, "name", "no control characters"),
        ({"name": "Ola\n"}, "name", "no control characters"),
        ({"name": "O" * 201}, "name", "1 to 200 characters"),
        ({"name": 7}, "name", "1 to 200 characters"),
        ({"zone": "Europe/Atlantis"}, "zone", "is no IANA time zone; use a name such as 'Europe/Oslo'"),
        ({"zone": ""}, "zone", "is no IANA time zone"),
        ({"zone": "localtime"}, "zone", "is no IANA time zone"),
        ({"name": "\u200b\u3164"}, "name", "holds nothing that shows"),
        ({"zone": 1}, "zone", "must be an IANA time zone such as `Europe/Oslo`; null for the policy's"),
        ({"locale": "sv"}, "locale", "one of da, en, nb"),
        ({"country": "dk"}, "country", "must be the ISO 3166-1 code of the country"),
        ({"email": "ola"}, "email", "must be an e-mail address of at most 254 characters, or null"),
        ({"email": "o@x\u0000.no"}, "email", "must be an e-mail address of at most 254 characters, or null"),
        ({"age": 7}, "age", "there is no such field; allowed: role, name, zone, locale, email"),
    ],
)
async def test_wrong_fields(http: httpx.AsyncClient, changed: dict[str, object], field: str, says: str) -> None:
    """422 names the field and what is allowed; nothing is written."""
    answer = await http.put("/v1/people/ola", json=OLA | changed)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert says in error["message"]
    assert (await http.get("/v1/people/ola")).status_code == 404


async def test_every_wrong_field_is_named(http: httpx.AsyncClient) -> None:
    """Those of the wrong type and those whose value cannot be, at once; in `detail` too."""
    body = {"role": "boss", "name": "\u200b", "zone": "localtime", "email": "ola", "age": 7}
    answer = await http.put("/v1/people/ola", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["age", "role", "email", "name", "zone"]
    assert all(f"`{field}`: " in answer.json()["detail"] for field in body)
    answer = await http.put("/v1/conversations/c1", json={"member": 1, "plan": "gold", "zone": "x", "holidays": "XX"})
    assert [error["field"] for error in answer.json()["errors"]] == ["member", "mentor", "plan", "zone", "holidays"]


async def test_a_missing_field(http: httpx.AsyncClient) -> None:
    """It is named."""
    answer = await http.put("/v1/people/ola", json={"name": "Ola"})
    assert answer.json()["errors"] == [
        {"field": "role", "message": "is missing; it must be one of member, mentor, service, support"}
    ]


async def test_names_of_every_script(http: httpx.AsyncClient) -> None:
    """What is written is what is read."""
    for name in ("Åse Ødegård", "مريم", "李雷", "👩‍🏫 Ann"):
        assert (await http.put("/v1/people/p", json={"role": "mentor", "name": name})).json()["name"] == name
        assert (await http.get("/v1/people/p")).json()["name"] == name


async def test_every_id_that_is_allowed(http: httpx.AsyncClient) -> None:
    """Signs that mean something in a URL included."""
    for id in ("a", "x" * 64, "auth0|5f7c", "ola@example.no", "~.-_:|@"):
        assert (await http.put(f"/v1/people/{id}", json={"role": "member", "name": "P"})).status_code == 201
        assert (await http.get(f"/v1/people/{id}")).json()["id"] == id
