"""`GET /livez` and `GET /readyz`: for load balancers and whoever starts processes. No token is needed."""

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatserver.operating.health import Health, HealthCheck


class Alive(Struct, frozen=True):
    """The process runs and its loop turns."""

    alive: bool


class Readiness(Struct, frozen=True):
    """`ready` is what the status says: 200 or 503. Checks that are not `ok` need not keep it from being ready."""

    ready: bool
    draining: bool
    checks: dict[str, HealthCheck]


def health_routes(health: Health) -> list[Route]:
    """`/livez` and `/readyz`, which need no token."""

    async def livez(request: Request) -> Response:
        return _answer(200, Alive(True))

    async def readyz(request: Request) -> Response:
        checks = await health.checks()
        ready = health.is_ready(checks)
        return _answer(200 if ready else 503, Readiness(ready, health.draining, checks))

    return [Route("/livez", livez), Route("/readyz", readyz)]


def _answer(status: int, content: Struct) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")
