"""What support asks of a server about webhooks, over HTTP; and what is read of its answers.

Instants are RFC 3339 in UTC. Fields that are not known are passed over.
"""

from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from chatserver.client import http

PING_WITHIN = 30.0
"""Seconds: the server waits half as long for the endpoint."""


class DisabledSaid(Struct, frozen=True):
    """Since when it is told of nothing, and why."""

    at: str
    reason: str


class WebhookSaid(Struct, frozen=True):
    """An endpoint, and how it fares."""

    id: str
    url: str
    events: list[str]
    with_text: bool
    failing_since: str | None
    disabled: DisabledSaid | None


class WebhooksSaid(Struct, frozen=True):
    """All of them."""

    webhooks: list[WebhookSaid]


class AttemptSaid(Struct, frozen=True):
    """A try."""

    at: str
    status: int | None
    took_ms: int
    error: str | None


class DeliverySaid(Struct, frozen=True):
    """An event on its way, or there."""

    id: int
    event_id: str
    event: str
    at: str
    state: Literal["waiting", "sent", "failed", "dropped"]
    reason: str | None
    due_at: str | None
    attempts: list[AttemptSaid]


class DeliveriesSaid(Struct, frozen=True):
    """The newest first."""

    deliveries: list[DeliverySaid]
    more: bool


class PingSaid(Struct, frozen=True):
    """What came of a try."""

    status: int | None
    took_ms: int
    error: str | None


class ReplaySaid(Struct, frozen=True):
    """How many events are sent once more, and where the rest begins."""

    replayed: int
    rest_from: str | None


class WebhookCalls:
    """All methods raise AnswerError. They wait for the answer."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def all_of_them(self) -> WebhooksSaid:
        return http.get(self._url, "/v1/webhooks", {}, self._token, WebhooksSaid)

    def deliveries(self, id: str, limit: int) -> DeliveriesSaid:
        return http.get(self._url, f"{_path(id)}/deliveries", {"limit": f"{limit}"}, self._token, DeliveriesSaid)

    def ping(self, id: str) -> PingSaid:
        return http.say(self._url, "POST", f"{_path(id)}/ping", None, self._token, PingSaid, within=PING_WITHIN)

    def replay(self, id: str, wish: dict[str, str]) -> ReplaySaid:
        """`wish` is an `event`, or `from` and perhaps `until`."""
        return http.say(self._url, "POST", f"{_path(id)}/replay", wish, self._token, ReplaySaid)


def _path(id: str) -> str:
    return f"/v1/webhooks/{quote(id, safe='')}"
