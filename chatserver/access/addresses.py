"""Who is at the other end: the address that counts of a connection, also where it comes through a proxy.

A header says anything. It is believed only where the connection comes from a proxy that the operator has named, and
only as far back as such proxies have written it.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_Address = IPv4Address | IPv6Address
MOST_HOPS = 20
"""Proxies in a row that are looked at: whoever is in a trusted network could write thousands, at 20 µs each."""


def counted(address: str) -> str:
    """As whom an address is counted: IPv6 by its /64, which one subscriber has whole (RFC 6177); IPv4 in IPv6 as IPv4.

    What is no address stands for itself.
    """
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((int(found), 64), strict=False))
    return str(found) if found is not None else address


class Proxies:
    """The proxies whose word is taken: addresses and networks, as `trusted_proxies` holds them."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = [ip_network(each) for each in trusted]

    def trusts(self, address: str) -> bool:
        """Whether a connection from there is a proxy's."""
        found = _address(address)
        return found is not None and any(found in network for network in self._networks)

    def client(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """As whom a request counts that came from `peer`: the hop nearest to us that is no proxy of ours.

        Each proxy adds on the right of `X-Forwarded-For` whom it heard. A hop that is no address ends the way: then
        the proxy that wrote it counts.
        """
        if not self.trusts(peer):
            return counted(peer)
        hop = peer
        said = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1")
        for before in reversed(said.rsplit(",", MOST_HOPS)[-MOST_HOPS:]):
            bare = _without_port(before.strip())
            if _address(bare) is None:
                break
            hop = bare
            if not self.trusts(hop):
                break
        return counted(hop)


def _address(text: str) -> _Address | None:
    try:
        found = ip_address(text.partition("%")[0])  # `%` and the name of a link stand behind some IPv6 addresses
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _without_port(hop: str) -> str:
    """`192.0.2.1:4711` and `[2001:db8::1]:4711`, as some proxies write."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
