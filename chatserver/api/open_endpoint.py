"""Addresses that open by a secret in them, without a token: links in mails, and calendars' feeds.

The secret is in the path, so whatever is logged of such a request names its kind only.
"""

import logging
import time
from abc import ABC, abstractmethod
from math import ceil

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chatserver.access.addresses import Proxies
from chatserver.access.rate_limit import OTHER_COST, RateLimit
from chatserver.api import problem
from chatserver.api.problem import ProblemError
from chatserver.operating.metrics import Metrics
from chatserver.records.database import DatabaseError
from quotas.store.errors import StoreError

logger = logging.getLogger(__name__)


class AddressLimit:
    """How many requests one address may make."""

    def __init__(self, limit: RateLimit, proxies: Proxies, metrics: Metrics) -> None:
        self._limit = limit
        self._proxies = proxies
        self._metrics = metrics

    def admit(self, request: Request) -> None:
        """Count one request. Raises ProblemError 429."""
        peer = request.client.host if request.client is not None else ""
        address = self._proxies.client(peer, request.scope["headers"])
        if delay := self._limit.delay(address, time.monotonic(), OTHER_COST):
            self._metrics.rate_limited["address"] += 1
            seconds = ceil(delay)
            raise ProblemError(
                429, f"too many requests; ask again after {seconds} s", headers={"Retry-After": f"{seconds}"}
            )


class OpenEndpoint(ABC):
    """An ASGI endpoint that answers whatever happens."""

    kind: str
    """What logs call it."""

    def __init__(self, limit: AddressLimit) -> None:
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            self._limit.admit(request)
            return await self.answer(request)
        except ProblemError as error:
            return problem.response(error)
        except (DatabaseError, StoreError) as error:
            logger.warning("%s of %s: %s", request.method, self.kind, error)
            again = ProblemError(503, "something does not answer; ask again soon", headers={"Retry-After": "60"})
            return problem.response(again)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            logger.exception("%s of %s failed", request.method, self.kind)
            return problem.response(ProblemError(500, "the fault is logged; the same request again is safe"))

    @abstractmethod
    async def answer(self, request: Request) -> Response:
        """Raises ProblemError, DatabaseError, StoreError."""


def nothing_there() -> ProblemError:
    """The same for whatever opens nothing."""
    return ProblemError(404, "this address opens nothing, or nothing any more")
