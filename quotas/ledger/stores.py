"""The store that a URL names."""

from quotas.ledger.address import read_address
from quotas.ledger.cluster import ClusterLinks
from quotas.ledger.link import Link
from quotas.ledger.sentinel import SentinelLink
from quotas.ledger.store import Store


def store_at(url: str, *, replicated: bool = False) -> Store:
    """One node, the master that Sentinels name, or a cluster; to be opened. Raises ValueError."""
    address = read_address(url)
    if address.kind == "cluster":
        return ClusterLinks(address.nodes, replicated=replicated)
    if address.kind == "sentinel":
        return SentinelLink(address.nodes, address.service, replicated=replicated)
    return Link(address.nodes[0], replicated=replicated)
