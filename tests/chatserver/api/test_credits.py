"""Credits over HTTP: a period as it stands, and corrections by support."""

import httpx

from tests.chatserver.api.asking import as_, booked, fields, refused
from tests.chatserver.api.test_requests import problem

PATH = "/v1/conversations/c1/credits"
GIFT = {"id": "k1", "units": 1, "reason": "a session that failed"}


async def test_a_period_and_its_entries(anyone: httpx.AsyncClient) -> None:
    """Worked out from bookings and corrections; the subscription began today."""
    await booked(anyone)
    await anyone.post(f"{PATH}/corrections", json=GIFT, headers=as_("support"))
    found = (await anyone.get(PATH, headers=as_("kari"))).json()
    assert found["period"] == {"from": "2026-03-01T23:00:00.000Z", "until": "2026-04-01T22:00:00.000Z"}
    assert {name: found[name] for name in ("allowance", "used", "corrected", "left", "over")} == {
        "allowance": 2,
        "used": 1,
        "corrected": 1,
        "left": 2,
        "over": 0,
    }
    assert [(each["units"], each["booking"], each["correction"], each["reason"]) for each in found["entries"]] == [
        (-1, "b1", None, None),
        (1, None, "k1", "a session that failed"),
    ]
    later = (await anyone.get(f"{PATH}?day=2026-04-02", headers=as_("tom"))).json()
    assert (later["period"]["from"], later["used"], later["left"]) == ("2026-04-01T22:00:00.000Z", 0, 2)


async def test_a_plan_without_sessions(anyone: httpx.AsyncClient) -> None:
    """Its numbers are null."""
    await anyone.patch("/v1/conversations/c1", json={"plan": "light"}, headers=as_("service"))
    found = (await anyone.get(PATH, headers=as_("support"))).json()
    assert {found[name] for name in ("allowance", "used", "corrected", "left", "over")} == {None}
    said = refused(await anyone.post(f"{PATH}/corrections", json=GIFT, headers=as_("support")), "not_in_plan")
    assert "credits_left" not in said


async def test_a_correction_is_made_once(anyone: httpx.AsyncClient) -> None:
    """The same again changes nothing; another content is a conflict; no more is taken than there is."""
    for _ in range(2):
        answer = await anyone.post(f"{PATH}/corrections", json=GIFT, headers=as_("support"))
        assert (answer.status_code, answer.json()["left"]) == (200, 3)
    other = await anyone.post(f"{PATH}/corrections", json=GIFT | {"units": 2}, headers=as_("support"))
    assert problem(other) == (409, "conflict")
    taken = {"id": "k2", "units": -4, "reason": "by mistake"}
    said = refused(await anyone.post(f"{PATH}/corrections", json=taken, headers=as_("support")), "no_credits")
    assert said["credits_left"] == 3
    ahead = await anyone.post(
        f"{PATH}/corrections", json=GIFT | {"id": "k3", "day": "2026-04-02"}, headers=as_("support")
    )
    assert ahead.json()["period"]["from"] == "2026-04-01T22:00:00.000Z"
    await anyone.patch("/v1/conversations/c1", json={"status": "ended"}, headers=as_("service"))
    refused(await anyone.post(f"{PATH}/corrections", json=GIFT | {"id": "k4"}, headers=as_("support")), "ended")


async def test_what_is_malformed(anyone: httpx.AsyncClient) -> None:
    """The field is named, with what is allowed."""
    for change, field in (
        ({"units": 0}, "units"),
        ({"units": 1_001}, "units"),
        ({"units": "1"}, "units"),
        ({"reason": ""}, "reason"),
        ({"reason": "one\ntwo"}, "reason"),
        ({"id": "a b"}, "id"),
        ({"day": "March"}, "day"),
        ({"day": "9999-12-31"}, "day"),
    ):
        answer = await anyone.post(f"{PATH}/corrections", json=GIFT | change, headers=as_("support"))
        assert fields(answer).keys() == {field}
    assert fields(await anyone.get(f"{PATH}?day=0001-01-01", headers=as_("kari"))).keys() == {"day"}
