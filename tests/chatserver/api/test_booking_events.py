"""What happened at a booking, over HTTP: the same for both people and support."""

import httpx

from tests.chatserver.api.asking import as_, booked


async def test_both_people_and_support_read_the_same(anyone: httpx.AsyncClient) -> None:
    """In the order in which it was noted; `at` may be earlier."""
    await booked(anyone)
    await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-03-11T09:00:00Z"}, headers=as_("tom"))
    answers = [
        (await anyone.get("/v1/bookings/b1/events", headers=as_(who))).json() for who in ("kari", "tom", "support")
    ]
    assert answers[0]["booking"] == "b1"
    assert answers[0]["events"] == answers[1]["events"] == answers[2]["events"]
    first, second = answers[0]["events"]
    assert (first["name"], first["data"]["minutes"], first["at"]) == ("booked", 30, first["noted_at"])
    assert (second["name"], second["by"], second["data"]["starts_at"]) == (
        "moved",
        "mentor",
        "2026-03-11T09:00:00.000Z",
    )
    assert set(first) == {"name", "at", "noted_at", "by", "data"}
