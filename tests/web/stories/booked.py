"""Sessions for stories: booked and moved by the mentor over HTTP."""

from tests.chatserver.realtime.servers import HereServer, token
from tests.plain_http import http_client

A_YEAR = 365 * 24 * 3600


async def booked(server: HereServer, id: str, service: str, at: str, *, conversation: str = "c1") -> None:
    """Half an hour from `at` on."""
    details = {"conversation": conversation, "service": service, "starts_at": at, "minutes": 30}
    await _asked(server, "PUT", f"/v1/bookings/{id}", details)


async def moved(server: HereServer, id: str, to: str) -> None:
    """To another start."""
    await _asked(server, "PATCH", f"/v1/bookings/{id}", {"starts_at": to})


async def _asked(server: HereServer, method: str, path: str, body: dict[str, object]) -> None:
    headers = {"Authorization": f"Bearer {token('tora', seconds=A_YEAR)}"}
    async with http_client(server.http, headers=headers) as api:
        answer = await api.request(method, path, json=body)
    assert answer.is_success, answer.text
