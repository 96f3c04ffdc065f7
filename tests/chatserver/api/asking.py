"""Bookings of two conversations of tom's, asked for over HTTP by everybody."""

from typing import Any

import httpx

from chatserver.protocol.events import Role
from tests.chatserver.api.serving import bearer
from tests.chatserver.api.test_requests import problem

NOW = "2026-03-02T08:00:00Z"
"""A Monday; nine o'clock in Oslo."""
CALL = {"conversation": "c1", "service": "video_call", "starts_at": "2026-03-10T10:00:00+01:00", "minutes": 30}
START = "2026-03-10T09:00:00.000Z"
PEOPLE: dict[str, tuple[str, Role]] = {
    "service": ("billing", "service"),
    "support": ("sara", "support"),
    "tom": ("tom", "mentor"),
    "ann": ("ann", "mentor"),
    "kari": ("kari", "member"),
    "ola": ("ola", "member"),
}


def as_(person: str) -> dict[str, str]:
    return bearer(*PEOPLE[person])


async def booked(api: httpx.AsyncClient, id: str = "b1", by: str = "tom", **change: Any) -> dict[str, Any]:
    answer = await api.put(f"/v1/bookings/{id}", json=CALL | change, headers=as_(by))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx.Response, reason: str) -> dict[str, Any]:
    """The problem, once it is seen to be a refusal for that reason."""
    assert problem(answer) == (409, "refused"), answer.text
    said: dict[str, Any] = answer.json()
    assert said["reason"] == reason
    return said


def fields(answer: httpx.Response) -> dict[str, str]:
    assert problem(answer) == (422, "invalid-fields"), answer.text
    return {each["field"]: each["message"] for each in answer.json()["errors"]}
