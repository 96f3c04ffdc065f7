"""Sessions for stories: the mentor publishes hours and a price, books and moves, over HTTP."""

from collections.abc import Sequence

from tests.chatserver.realtime.servers import HereServer, token
from tests.plain_http import http_client

A_YEAR = 365 * 24 * 3600


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
PRICES: dict[str, object] = {"prices": [{"minutes": 30, "amount": 55_000, "currency": "NOK"}]}


async def opened(server: HereServer, plan: str = "live", days: Sequence[str] = WEEKDAYS) -> None:
    """A conversation whose mentor has published hours, from ten to twelve on those days, and a price."""
    weekly = [{"weekday": day, "from": "10:00", "until": "12:00"} for day in days]
    await server.conversation("c1", plan)
    await _asked(server, "PUT", "/v1/mentors/tora/hours", {"weekly": weekly, "notice_hours": 24})
    await _asked(server, "PUT", "/v1/mentors/tora/prices", PRICES)


async def booked(server: HereServer, id: str, service: str, at: str, *, conversation: str = "c1") -> None:
    """Half an hour from `at` on."""
    details = {"conversation": conversation, "service": service, "starts_at": at, "minutes": 30}
    await _asked(server, "PUT", f"/v1/bookings/{id}", details)


async def extra(server: HereServer, id: str, at: str) -> None:
    """A call outside the plan, booked by the member."""
    details = {"conversation": "c1", "service": "video_call", "starts_at": at, "minutes": 30, "kind": "extra"}
    await _asked(server, "PUT", f"/v1/bookings/{id}", details, by="mia")


async def called_off(server: HereServer, id: str) -> None:
    """By the member."""
    await _asked(server, "POST", f"/v1/bookings/{id}/cancel", {}, by="mia")


async def attended(server: HereServer, id: str, by: str) -> None:
    """That side has come to it, by whatever way."""
    await _asked(server, "POST", f"/v1/bookings/{id}/join", {}, by=by)


async def moved(server: HereServer, id: str, to: str) -> None:
    """To another start."""
    await _asked(server, "PATCH", f"/v1/bookings/{id}", {"starts_at": to})


async def _asked(server: HereServer, method: str, path: str, body: dict[str, object], by: str = "tora") -> None:
    headers = {"Authorization": f"Bearer {token(by, seconds=A_YEAR)}"}
    async with http_client(server.http, headers=headers) as api:
        answer = await api.request(method, path, json=body)
    assert answer.is_success, answer.text
