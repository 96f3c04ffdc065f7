"""Signing in with a platform's identity provider: there, and back.

Between the two the browser keeps what belongs together in a cookie of its own, signed, for ten minutes: whoever comes
back without it came from elsewhere.
"""

import logging
import time
from abc import abstractmethod
from typing import Any, Final

import jwt
import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chatserver.api.open_endpoint import AddressLimit, OpenEndpoint
from chatserver.sign_ins.identity_provider import IdentityProvider, ProviderError, SignInAttempt
from chatserver.sign_ins.platform_people import PlatformPeople
from chatserver.sign_ins.sign_in_book import SignInBook
from chatserver.web.sign_in_cookie import SignInCookie, device_of

PLATFORM: Final = "/app/sign-in/platform"
BACK: Final = f"{PLATFORM}/back"
DOOR: Final = "/app/sign-in"
ATTEMPT_SECONDS: Final = 600
_AUDIENCE: Final = "chatserver signing in"

logger = logging.getLogger(__name__)


class PlatformDesk(Struct, frozen=True):
    """What signs in whom a provider speaks of. `secret` is the same for all processes of a chat."""

    provider: IdentityProvider
    people: PlatformPeople
    book: SignInBook
    secret: bytes


def platform_routes(desk: PlatformDesk, limit: AddressLimit, url: str) -> list[BaseRoute]:
    """Where they are mounted. `url` is the public address of the server."""
    secure = url.startswith("https://")
    return [Route(PLATFORM, _Leave(desk, limit, secure=secure)), Route(BACK, _ComeBack(desk, limit, secure=secure))]


class _Redirecting(OpenEndpoint):
    """Answers a person, not a program: whatever goes wrong, they are at the door again."""

    def __init__(self, desk: PlatformDesk, limit: AddressLimit, *, secure: bool) -> None:
        super().__init__(limit)
        self._desk = desk
        self._cookie = SignInCookie(secure=secure)
        self._attempt = SignInCookie("signing-in", secure=secure)

    async def answer(self, request: Request) -> Response:
        try:
            response = await self.led(request)
        except ProviderError as error:
            logger.warning("signing in with the platform: %s", error)
            response = self._to_door("not-signed-in")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @abstractmethod
    async def led(self, request: Request) -> Response:
        """Raises ProviderError, DatabaseError, StoreError."""

    def _to_door(self, why: str) -> Response:
        response = RedirectResponse(f"{DOOR}#{why}", 303)
        self._attempt.drop(response)
        return response


class _Leave(_Redirecting):
    kind = "leaving for the platform"

    async def led(self, request: Request) -> Response:
        attempt, url = await self._desk.provider.begin()
        response = RedirectResponse(url, 303)
        claims = msgspec.to_builtins(attempt) | {"aud": _AUDIENCE, "exp": int(time.time()) + ATTEMPT_SECONDS}
        self._attempt.keep(response, jwt.encode(claims, self._desk.secret, "HS256"), ATTEMPT_SECONDS)
        return response


class _ComeBack(_Redirecting):
    kind = "coming back from the platform"

    async def led(self, request: Request) -> Response:
        attempt = self._begun(request)
        code = request.query_params.get("code")
        if attempt is None or not code or request.query_params.get("state") != attempt.state:
            return self._to_door("not-signed-in")
        person = await self._desk.people.find(await self._desk.provider.claims(code, attempt))
        signed_in = await self._desk.book.begin(person, device_of(request)) if person is not None else None
        if signed_in is None:
            return self._to_door("not-known")
        response = RedirectResponse(f"/app/{signed_in.role}", 303)
        self._attempt.drop(response)
        self._cookie.keep(response, signed_in.cookie)
        return response

    def _begun(self, request: Request) -> SignInAttempt | None:
        try:
            claims: dict[str, Any] = jwt.decode(
                self._attempt.of(request) or "",
                self._desk.secret,
                algorithms=["HS256"],
                audience=_AUDIENCE,
                options={"require": ["exp"]},
            )
        except jwt.PyJWTError:
            return None
        return msgspec.convert(claims, SignInAttempt)
