"""What may be booked over HTTP, and a mentor's bookings."""

import httpx

from tests.chatserver.api.asking import as_, booked

PATH = "/v1/conversations/c1/services"


async def test_the_plans_services_and_the_mentors_prices(anyone: httpx.AsyncClient) -> None:
    """Lengths that a month's units cover, and what is outside the plan with who gets what of it."""
    prices = {"prices": [{"minutes": 60, "amount": 90_000, "currency": "NOK"}]}
    assert (await anyone.put("/v1/mentors/tom/prices", json=prices, headers=as_("tom"))).is_success
    found = (await anyone.get(PATH, headers=as_("kari"))).json()
    services = [(each["service"], each["kind"], each["minutes"], each["units"]) for each in found["services"]]
    assert services == [
        *[(service, "plan", minutes, units) for service in ("video_call", "live_chat") for minutes, units in LENGTHS],
        ("video_call", "extra", 60, 0),
    ]
    assert found["services"][-1]["price"] == {"amount": 90_000, "currency": "NOK"}
    assert found["services"][-1]["split"] == {"mentor": 81_000, "platform": 9_000}
    rest = {name: found[name] for name in ("units_per_month", "join_minutes", "late_hours", "cancelled")}
    assert rest == {"units_per_month": 2, "join_minutes": 10, "late_hours": 48, "cancelled": "held"}


LENGTHS = ((30, 1), (45, 2), (60, 2))


async def test_a_plan_without_sessions(anyone: httpx.AsyncClient) -> None:
    """Nothing is in it, and nothing beside it where the mentor lists no prices."""
    await anyone.patch("/v1/conversations/c1", json={"plan": "light"}, headers=as_("service"))
    found = (await anyone.get(PATH, headers=as_("tom"))).json()
    assert (found["plan"], found["services"], found["units_per_month"]) == ("light", [], None)


async def test_all_of_a_mentors_bookings(anyone: httpx.AsyncClient) -> None:
    """By their start, between two instants."""
    booking = await booked(anyone)
    found = (await anyone.get("/v1/mentors/tom/bookings", headers=as_("tom"))).json()
    assert [each["id"] for each in found["bookings"]] == ["b1"]
    until = httpx.QueryParams({"until": booking["starts_at"]})
    found = (await anyone.get(f"/v1/mentors/tom/bookings?{until}", headers=as_("support"))).json()
    assert found["bookings"] == []
