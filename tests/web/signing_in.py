"""A server and browsers that sign in there, without a real browser: cookies and headers as one sends them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from websockets.asyncio.client import connect

from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here
from tests.plain_http import http_client


class Browser:
    """Cookies, and what every browser says of where it asks from."""

    def __init__(self, place: "Place", http: httpx.AsyncClient) -> None:
        self._place = place
        self.http = http

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(path, json=body if body is not None else {}, headers=named)

    async def sign_in(self, person: str = "mia") -> httpx.Response:
        return await self.post("/app/sign-in/link", {"secret": await self._place.secret(person)})

    async def ticket(self) -> str:
        answer = await self.post("/app/ticket")
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["token"]
        return token


class Place:
    """A server with Mia and Tora, and what asks it; all is closed with it."""

    def __init__(self, server: HereServer, stack: AsyncExitStack) -> None:
        self.server = server
        self.url = server.http
        self._stack = stack

    async def browser(self, name: str = "a browser", person: str = "") -> Browser:
        """One that says it is `name`, signed in as `person` where that is named."""
        http = await self._stack.enter_async_context(http_client(self.url, headers={"Origin": self.url}))
        http.headers["User-Agent"] = name
        browser = Browser(self, http)
        if person:
            assert (await browser.sign_in(person)).status_code == 200
        return browser

    async def api(self, token: str) -> int:
        """How the HTTP interface answers that token."""
        async with http_client(self.url, headers={"Authorization": f"Bearer {token}"}) as http:
            return (await http.get("/v1/conversations/c1")).status_code

    async def device(self, token: str, origin: str | None = None) -> Device:
        """A socket that has said hello with it."""
        socket = await self._stack.enter_async_context(
            connect(f"ws://127.0.0.1:{self.server.port}/v1/chat", proxy=None, close_timeout=2, origin=origin)  # type: ignore[arg-type]  # their type is a NewType of str
        )
        device = Device(socket, "json")
        await device.greet(token, {})
        return device

    async def secret(self, person: str = "mia") -> str:
        """What stands in the fragment of a new link."""
        link = await self.server.parts.sign_in_links.make(person)
        assert isinstance(link, str)
        assert "?" not in link
        return link.partition("#")[2]


@asynccontextmanager
async def serving(valkey_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    """Mia and Tora."""
    async with here(valkey_url, tmp_path) as server, AsyncExitStack() as stack:
        await server.conversation("c1", "basic")
        yield Place(server, stack)
