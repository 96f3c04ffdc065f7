"""One request to an endpoint: signed, sent, and what it came to."""

import time

import msgspec
from msgspec import Struct

from chatserver.keys.sealing import SealError
from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.guarded_http import GuardedHttp, HttpAnswered, HttpUnanswered
from chatserver.notices.rows.webhooks import WebhookRecord
from chatserver.notices.webhook_signing import signed_headers
from quotas import instant

USER_AGENT = "chatserver-webhooks/1"


class WebhookBody(Struct, frozen=True):
    """What is sent. `timestamp` is when it happened, RFC 3339 in UTC."""

    type: str
    timestamp: str
    data: Struct


class WebhookOutcome(Struct, frozen=True):
    """What came of it. `status` is None where nobody answered; `error` is None where it succeeded."""

    status: int | None
    error: str | None
    took_ms: int
    retry_after: int | None = None
    """In ms, where the endpoint named it."""
    never: bool = False
    """Another try would come to the same."""


_encode = msgspec.json.Encoder().encode


def body_of(kind: str, at: int, data: Struct) -> bytes:
    """`at` in ms."""
    return _encode(WebhookBody(kind, instant.text(at), data))


class WebhookSender:
    """`seal` is that of the secrets."""

    def __init__(self, http: GuardedHttp, seal: ServerSeal) -> None:
        self._http = http
        self._seal = seal

    async def send(self, hook: WebhookRecord, id: str, body: bytes, now: int) -> WebhookOutcome:
        """Send it once; `now` decides whether the earlier secret signs too. Raises DatabaseError."""
        try:
            keys = [await self._seal.open(sealed) for sealed in _secrets(hook, now)]
        except SealError:
            return WebhookOutcome(None, "its secret cannot be read any more; rotate it", 0, never=True)
        # Real time, also where the rules' clock is shifted: receivers compare it with their own.
        headers = signed_headers(id, int(time.time()), body, keys)
        common = {"Content-Type": "application/json", "User-Agent": USER_AGENT}
        match await self._http.post(hook.url, headers={**common, **headers}, content=body):
            case HttpUnanswered(reason, took_ms, never):
                return WebhookOutcome(None, reason, took_ms, never=never)
            case HttpAnswered(status, took_ms, retry_after):
                return WebhookOutcome(status, _error(status), took_ms, retry_after)


def _secrets(hook: WebhookRecord, now: int) -> list[bytes]:
    """The newest first."""
    if hook.earlier_secret is not None and hook.earlier_until is not None and now < hook.earlier_until:
        return [hook.secret, hook.earlier_secret]
    return [hook.secret]


def _error(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"it answered {status}; redirects are not followed"
    return f"it answered {status}"
