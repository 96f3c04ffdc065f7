"""A small OpenID Connect provider of the tests' own: real HTTP, real keys, real tokens."""

import asyncio
import time
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from chatserver.server import listening_socket
from tests.chatserver.realtime.servers import UnsignalledServer

CLIENT, SECRET = "chat", "a secret of the provider's"


class Provider:
    """It signs in whoever `who` says, at once; `forged` are claims that it puts over those that are right."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.who: dict[str, Any] = {"sub": "s-1", "email": "mia@example.org", "email_verified": True}
        self.forged: dict[str, Any] = {}
        self.key = self.published = RSAKey.generate_key(2048, {"kid": "k1"})
        self._asked: dict[str, dict[str, str]] = {}
        self.keys_asked = 0

    def new_key(self, *, publish: bool = True) -> None:
        """Sign by another one from now on; not published, it is nobody's that is known."""
        self.key = RSAKey.generate_key(2048, {"kid": token_urlsafe(4)})
        if publish:
            self.published = self.key

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]

    async def _discovery(self, request: Request) -> Response:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.issuer} | {key: f"{self.issuer}/{path}" for key, path in paths.items()})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert asked["scope"].split()[0] == "openid"
        code = token_urlsafe(8)
        self._asked[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._asked.pop(form["code"], None)
        basic = b64decode(request.headers["authorization"].partition(" ")[2]).decode()
        if (
            asked is None
            or basic != f"{CLIENT}:{SECRET}"
            or form["redirect_uri"] != asked["redirect_uri"]
            or create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims | self.who | self.forged, self.key)
        access = sha256(token.encode()).hexdigest()
        return JSONResponse({"id_token": token, "access_token": access, "token_type": "Bearer"})

    async def _keys(self, request: Request) -> Response:
        self.keys_asked += 1
        return JSONResponse({"keys": [self.published.as_dict(private=False)]})


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """One that listens."""
    sock = listening_socket("127.0.0.1", 0)
    made = Provider(sock.getsockname()[1])
    running = UnsignalledServer(uvicorn.Config(Starlette(routes=made.routes()), log_level="error", lifespan="off"))
    serving = asyncio.create_task(running.serve(sockets=[sock]))
    try:
        yield made
    finally:
        running.should_exit = True
        await serving
