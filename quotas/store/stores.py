"""The store that a URL names."""

from quotas.store.address import read_address
from quotas.store.cluster import ClusterLinks
from quotas.store.link import Link
from quotas.store.port import Store


def store_at(url: str, *, replicated: bool = False) -> Store:
    """One node, the master that Sentinels name, or a cluster; to be opened. Raises ValueError."""
    address = read_address(url)
    if address.kind == "cluster":
        return ClusterLinks(address.nodes, replicated=replicated)
    if address.kind == "sentinel":
        from quotas.store.sentinel import SentinelLink  # redis-py's, which is 7 MB

        return SentinelLink(address.nodes, address.service, replicated=replicated)
    return Link(address.nodes[0], replicated=replicated)
