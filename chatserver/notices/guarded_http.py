"""Requests to addresses that others chose: webhooks, push services.

Nothing that such an address makes of a request reaches this machine or its neighbours: see `guarded_backend` for where
a request goes. No redirect is followed, no proxy of the environment asked, no cookie kept; an answer's body is read to
a bound and dropped, compressed as it came.
"""

import asyncio
import re
import ssl
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from chatserver.notices.refused_networks import IpNetwork, refusal_of
from quotas.instant import DAY, SECOND

if TYPE_CHECKING:
    import httpcore

    from chatserver.notices.guarded_backend import Resolve

CONNECT_WITHIN = 5.0
"""Seconds until somebody answers there, TLS included."""
ANSWER_WITHIN = 15.0
"""Seconds for the whole of a request."""
BODY_WITHIN = 1.0
"""Seconds for the rest of it, once its status is there."""
MOST_BODY = 64 * 1024
"""Bytes of an answer that are read: who sends more is not read to the end."""
MOST_CONNECTIONS = 100
"""Open at once, to all places together."""
KEPT_FOR = 10.0
"""Seconds for which an idle connection is kept: a burst of messages takes one handshake."""
MOST_URL = 2000
"""Characters."""

_IN_URLS = re.compile(r"[!-~]+")


class HttpAnswered(Struct, frozen=True):
    """Somebody answered. Durations in ms."""

    status: int
    took_ms: int
    retry_after: int | None = None
    """As the header of that name says; a day at most."""


class HttpUnanswered(Struct, frozen=True):
    """Nobody did. `reason` is part of a sentence, without the address."""

    reason: str
    took_ms: int
    never: bool = False
    """It was not asked, and will not be: the address is none that may be."""


class GuardedHttp:
    """`own` are networks of the operator that may be asked though they are private, also by plain http.

    `resolve` and `tls` are the machine's own by default. What it needs is imported and opened at the first request.
    """

    def __init__(
        self,
        *,
        own: Collection[IpNetwork] = (),
        resolve: "Resolve | None" = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._own = own
        self._resolve = resolve
        self._tls = tls
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}

    def url_problem(self, url: str) -> str | None:
        """What an address is not, that may be asked: the end of a sentence that begins "must be"; None where it may.

        Whether its name leads to a place that may be asked shows when it is asked.
        """
        parts = _parts(url)
        allowed = "an https address, such as https://example.org/hooks"
        if parts is None or parts.scheme not in self._schemes or len(url) > MOST_URL:
            return f"{allowed}, of at most {MOST_URL} characters"
        if parts.username is not None or parts.password is not None or parts.fragment:
            return f"{allowed}, without a name, a password or a #fragment"
        host = parts.hostname or ""
        if ":" in host or re.fullmatch(r"[0-9.]+", host):
            kind = refusal_of(host, self._own)
            return f"{allowed}, at a public address: this one is not ({kind})" if kind is not None else None
        return None

    async def post(self, url: str, *, headers: Mapping[str, str], content: bytes) -> HttpAnswered | HttpUnanswered:
        """Send it once. Any status is an answer."""
        begun = time.monotonic()
        if self.url_problem(url) is not None:
            return HttpUnanswered("it is no address that may be asked", 0, never=True)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                status, answered = await self._sent(url, headers, content)
        except TimeoutError:
            return HttpUnanswered(f"it did not answer within {ANSWER_WITHIN:g} s", _ms_since(begun))
        except Exception as error:
            if (reason := _reason(error)) is None:
                raise
            return HttpUnanswered(reason, _ms_since(begun))
        return HttpAnswered(status, _ms_since(begun), _retry_after(answered))

    async def close(self) -> None:
        """Close every connection."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()

    async def _sent(self, url: str, headers: Mapping[str, str], content: bytes) -> tuple[int, dict[bytes, bytes]]:
        import httpcore

        pool = await self._pool(url.partition(":")[0].lower())
        timeouts = {"connect": CONNECT_WITHIN, "pool": CONNECT_WITHIN}
        given = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
        async with pool.stream("POST", url, headers=given, content=content, extensions={"timeout": timeouts}) as answer:
            # The status is the answer. The rest is read so that the connection can be used again, no longer.
            with suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
                async with asyncio.timeout(BODY_WITHIN):
                    size = 0
                    async for chunk in answer.aiter_stream():
                        size += len(chunk)
                        if size > MOST_BODY:
                            break
            return answer.status, {name.lower(): value for name, value in answer.headers}

    async def _pool(self, scheme: str) -> "httpcore.AsyncConnectionPool":
        found = self._pools.get(scheme)
        if found is None:
            import httpcore

            from chatserver.notices.guarded_backend import GuardedBackend, SystemResolver

            if self._resolve is None:
                self._resolve = SystemResolver()
            if self._tls is None:
                # All authorities of the machine are read: some hundredths of a second.
                self._tls = await asyncio.to_thread(ssl.create_default_context)
            if (found := self._pools.get(scheme)) is not None:
                return found  # another request has made it meanwhile
            found = self._pools[scheme] = httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=MOST_CONNECTIONS,
                keepalive_expiry=KEPT_FOR,
                network_backend=GuardedBackend(self._resolve, self._own, only_own=scheme == "http"),
            )
        return found

    @property
    def _schemes(self) -> tuple[str, ...]:
        return ("https", "http") if self._own else ("https",)


def _parts(url: str) -> SplitResult | None:
    if not _IN_URLS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        valid = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if valid else None


def _ms_since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _retry_after(headers: Mapping[bytes, bytes]) -> int | None:
    """Seconds or a date, in ms from now. Source: RFC 9110, 10.2.3."""
    given = headers.get(b"retry-after", b"").decode("latin-1").strip()
    if re.fullmatch(r"[0-9]{1,9}", given):
        return min(int(given) * SECOND, DAY)
    try:
        at = parsedate_to_datetime(given)
    except (ValueError, OverflowError):  # the latter where a number of it is too long
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(0, round((at - datetime.now(UTC)).total_seconds() * 1000)), DAY)


def _reason(error: Exception) -> str | None:
    """Why nobody answered; None where the fault is ours."""
    import httpcore

    from chatserver.notices.guarded_backend import RefusedPlaceError

    match error:
        case RefusedPlaceError():
            return str(error)
        case httpcore.PoolTimeout():
            return "too many requests are on their way at once"
        case httpcore.TimeoutException():
            return f"nobody answered there within {CONNECT_WITHIN:g} s"
        case httpcore.ConnectError():
            return _why_not_connected(error)
        case httpcore.NetworkError():
            return "the connection broke off"
        case httpcore.ProtocolError():
            return "what came back is not HTTP, or broke off"
        case _:
            return None


def _why_not_connected(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case ssl.SSLCertVerificationError():
                return f"its certificate is not accepted: {cause.verify_message.rstrip('.').lower()}"[:200]
            case ssl.SSLError():
                return "TLS failed there"
            case ConnectionRefusedError():
                return "nobody listens there"
        # The pool drops the cause of what it raises.
        cause = cause.__cause__ or cause.__context__
    return str(error) if str(error) == "its name does not resolve" else "it cannot be reached"
