"""Connections to places that others chose: a name is resolved once, and only what was looked at is connected to.

Apart from `guarded_http`, since it imports httpcore: a server that asks nobody does without it.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import httpcore

from chatserver.notices.refused_networks import IpNetwork, is_in, refusal_of

RESOLVERS = 8
"""Names that are resolved at once, in threads of their own: a slow one keeps nothing else waiting."""
MOST_ADDRESSES = 4
"""Of one name that are tried."""

Resolve = Callable[[str, int], Awaitable[Collection[str]]]
"""The addresses of a host, best first. Raises OSError."""


class RefusedPlaceError(httpcore.ConnectError):
    """The place must not be asked; the sentence says what is wrong with it, without its address."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """`own` are networks that may be asked though they are private; where `only_own`, nothing else may be."""

    def __init__(self, resolve: Resolve, own: Collection[IpNetwork], *, only_own: bool = False) -> None:
        self._resolve = resolve
        self._own = own
        self._only_own = only_own
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises ConnectError, ConnectTimeout; RefusedPlaceError where any of its addresses must not be asked."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self.addresses(host, port)
                for address in addresses[:-1]:
                    try:
                        return await self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
                    except httpcore.ConnectError:
                        continue  # IPv6 without a way out, as it often is
                return await self._sockets.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)
        except TimeoutError:
            raise httpcore.ConnectTimeout("nobody answers there in time") from None

    async def addresses(self, host: str, port: int) -> list[str]:
        """Those to try, none of which is refused. Raises RefusedPlaceError, ConnectError."""
        try:
            found = list(await self._resolve(host, port))
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise httpcore.ConnectError("its name does not resolve")
        for address in found:
            if (kind := refusal_of(address, self._own)) is not None:
                raise RefusedPlaceError(f"it leads to an address that is not public ({kind})")
            if self._only_own and not is_in(ip_address(address), self._own):
                raise RefusedPlaceError("it is asked over https only")
        return found[:MOST_ADDRESSES]

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises RefusedPlaceError: no address names one."""
        raise RefusedPlaceError("it is no place on the internet")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SystemResolver:
    """Names as this machine knows them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Collection[str]:
        """Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return dict.fromkeys(str(address[0]) for _, _, _, _, address in found)
