"""Memberships over HTTP: agreed, changed, read, and refused where they cannot be."""

from typing import Any

import httpx
import pytest

from tests.chatserver.api.asking import as_, fields
from tests.chatserver.api.test_requests import problem

PATH = "/v1/people/kari/membership"
AGREED = {
    "renewal": "annual",
    "started_on": "2026-01-31",
    "price": {"amount": 1_200_005, "currency": "NOK"},
    "payer": "business",
    "cadence": "monthly",
}


async def put(api: httpx.AsyncClient, status: int = 201, **change: Any) -> dict[str, Any]:
    answer = await api.put(PATH, json=AGREED | change, headers=as_("service"))
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_membership_is_agreed_on_and_read(anyone: httpx.AsyncClient) -> None:
    """What is to be paid is worked out; the member reads what support reads."""
    made = await put(anyone)
    assert {name: made[name] for name in AGREED} == AGREED
    assert made["paid_until"] == "2027-01-31"
    assert made["reminder_on"] == "2027-01-01"
    assert made["monthly_price"] == {"amount": 50_000, "currency": "NOK"}
    assert made["renewal_price"] == {"amount": 600_002, "currency": "NOK"}
    assert await put(anyone, 200) == made
    for reader in ("kari", "support", "service"):
        assert (await anyone.get(PATH, headers=as_(reader))).json() == made


async def test_what_was_agreed_stays_in_the_history(anyone: httpx.AsyncClient) -> None:
    await put(anyone)
    change = {"price": {"amount": 100, "currency": "EUR"}, "renews": False}
    answer = await anyone.patch(PATH, json=change, headers=as_("support"))
    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["renews"], changed["paid_until"], changed["reminder_on"]) == (False, "2027-01-31", None)
    first, second = changed["history"]
    assert (first["by"], first["price"], first["paid_until"], first["renews"]) == (
        "service",
        AGREED["price"],
        None,
        True,
    )
    assert (second["by"], second["price"], second["paid_until"]) == ("support", change["price"], "2027-01-31")
    assert changed["updated_at"] == second["at"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"renewal": "weekly"}, {"renewal": "must be one of"}),
        ({"payer": "nobody"}, {"payer": "must be one of"}),
        ({"cadence": "daily"}, {"cadence": "must be one of"}),
        ({"price": {"amount": 1, "currency": "kr"}}, {"price.currency": "ISO 4217"}),
        ({"started_on": "2026-03-03"}, {"started_on": "cannot be"}),
        ({"paid_until": "2026-01-31"}, {"paid_until": "a day after 2026-01-31"}),
        ({"renews": False}, {"paid_until": "must be a date"}),
        ({"refund": True}, {"refund": "there is no such field"}),
    ],
)
async def test_what_cannot_be_agreed_on(
    anyone: httpx.AsyncClient, change: dict[str, Any], wrong: dict[str, str]
) -> None:
    found = fields(await anyone.put(PATH, json=AGREED | change, headers=as_("service")))
    assert found.keys() == wrong.keys()
    for name, message in wrong.items():
        assert message in found[name]
    assert problem(await anyone.get(PATH, headers=as_("kari"))) == (404, "not-found")


async def test_who_has_none(anyone: httpx.AsyncClient) -> None:
    """A mentor; somebody who is not there; somebody nothing was agreed with."""
    mentors = await anyone.put("/v1/people/tom/membership", json=AGREED, headers=as_("service"))
    assert problem(mentors) == (409, "conflict")
    nobody = await anyone.put("/v1/people/nobody/membership", json=AGREED, headers=as_("service"))
    assert problem(nobody) == (404, "not-found")
    none_yet = await anyone.patch(PATH, json={"payer": "consumer"}, headers=as_("service"))
    assert problem(none_yet) == (404, "not-found")


async def test_a_member_reads_their_own_and_writes_none(anyone: httpx.AsyncClient) -> None:
    await put(anyone)
    for stranger in ("ola", "tom"):
        assert problem(await anyone.get(PATH, headers=as_(stranger))) == (404, "not-found")
    for writer in ("kari", "tom"):
        assert problem(await anyone.put(PATH, json=AGREED, headers=as_(writer))) == (403, "not-allowed")
        assert problem(await anyone.patch(PATH, json={}, headers=as_(writer))) == (403, "not-allowed")
