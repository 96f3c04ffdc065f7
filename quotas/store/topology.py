"""Which node of a cluster has which slot, as a node tells it."""

from binascii import crc_hqx
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from quotas.store.address import Node
from quotas.store.wire import StoreAnswer

SLOTS = 16_384


class ClusterView(Struct, frozen=True):
    """A cluster as one of its nodes sees it: `epoch` grows with every failover and with every slot that moved."""

    epoch: int
    ranges: tuple[tuple[int, int, Node], ...]
    """First slot, last slot, and their master."""

    def masters(self) -> set[Node]:
        return {node for _, _, node in self.ranges}

    def owners(self) -> Iterator[tuple[int, Node]]:
        """Every slot that has a master."""
        for first, last, node in self.ranges:
            for slot in range(first, last + 1):
                yield slot, node


def slot_of(key: str | bytes) -> int:
    """The slot of a key or channel: CRC-16/XMODEM of it, or of what stands in its first braces.

    Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
    """
    whole = key.encode() if isinstance(key, str) else key
    _, brace, rest = whole.partition(b"{")
    tag, end, _ = rest.partition(b"}")
    return crc_hqx(tag if brace and end and tag else whole, 0) % SLOTS


def view_of(info: bytes, slots: StoreAnswer, asked: Node) -> ClusterView:
    """The answers of `asked` to CLUSTER INFO and CLUSTER SLOTS."""
    facts = dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
    return ClusterView(
        int(facts["cluster_current_epoch"]),
        tuple((first, last, _node(master, asked)) for first, last, master, *_ in slots),
    )


def node_at(address: str, asked: Node) -> Node:
    """The node that `asked` names in a redirection as `host:port`; without a host it is its own."""
    host, _, port = address.rpartition(":")
    return replace(asked, host=host or asked.host, port=int(port), path="")


def _node(master: list[Any], asked: Node) -> Node:
    host, port = master[0], int(master[1])
    return replace(asked, host=host.decode() if host else asked.host, port=port, path="")
