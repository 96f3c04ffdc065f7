"""Sessions for stories: booked by the mentor over HTTP."""

from tests.chatserver.realtime.servers import HereServer, token
from tests.plain_http import http_client

A_YEAR = 365 * 24 * 3600


async def booked(server: HereServer, id: str, service: str, at: str, *, conversation: str = "c1") -> None:
    """Half an hour from `at` on."""
    headers = {"Authorization": f"Bearer {token('tora', seconds=A_YEAR)}"}
    details = {"conversation": conversation, "service": service, "starts_at": at, "minutes": 30}
    async with http_client(server.http, headers=headers) as api:
        answer = await api.put(f"/v1/bookings/{id}", json=details)
    assert answer.status_code == 201, answer.text
