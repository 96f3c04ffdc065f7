"""A store behind Sentinels: one link, to whichever node they say is the master, asked anew at every connect."""

from collections.abc import Collection

from msgspec.structs import replace
from redis.asyncio.sentinel import Sentinel
from redis.exceptions import RedisError

from quotas.store.address import Node
from quotas.store.link import Link
from quotas.store.wire import LinkDownError, Wire

ASK_WITHIN = 0.5
"""Seconds that a Sentinel has to answer; then the next one is asked."""


class SentinelLink(Link):
    """`sentinels` watch `service`. User and password are the store's; Sentinels are asked without."""

    def __init__(self, sentinels: Collection[Node], service: str, *, replicated: bool = False) -> None:
        super().__init__(next(iter(sentinels)), replicated=replicated)
        self._sentinels = sentinels
        self._service = service

    async def where(self) -> Node:
        """The master by the first Sentinel that answers. Raises LinkDownError."""
        sentinels = Sentinel(  # type: ignore[no-untyped-call]  # redis-py leaves it so
            [(node.host, node.port) for node in self._sentinels],
            sentinel_kwargs={"socket_timeout": ASK_WITHIN, "socket_connect_timeout": ASK_WITHIN, "ssl": self.node.tls},
        )
        try:
            host, port = await sentinels.discover_master(self._service)
        except RedisError as error:
            raise LinkDownError(str(error)) from error
        finally:
            await sentinels.aclose()
        return replace(self.node, host=str(host), port=int(port))

    async def greet(self, wire: Wire, node: Node) -> None:
        """As every link, and whether it is the master indeed: a Sentinel may not have heard yet."""
        await super().greet(wire, node)
        if (await wire.ask("ROLE"))[0] != b"master":
            raise LinkDownError("the Sentinels name a node that is no master")
