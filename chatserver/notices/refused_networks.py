"""Where requests to addresses that others chose must not go: whatever is not a place on the public internet.

Python's `is_global` is not asked: it takes translated networks (64:ff9b::/96, 2002::/16) and multicast for global.
Source: IANA's registries of special-purpose addresses (RFC 6890), and RFC 4380, 5214, 6052, 8215.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

_REFUSED: dict[str, tuple[str, ...]] = {
    "this network": ("0.0.0.0/8",),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "site-local": ("fec0::/10",),
    "shared by a carrier": ("100.64.0.0/10",),
    "of a cloud's own": ("168.63.129.16/32",),
    "IPv4 in IPv6": ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96"),
    "translated": ("64:ff9b::/96", "64:ff9b:1::/48", "192.88.99.0/24", "2002::/16", "2001::/32"),
    "of protocols": ("192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24", "2001::/23"),
    "of protocols of IPv6": ("2620:4f:8000::/48", "5f00::/16", "3ffe::/16"),
    "for benchmarks": ("198.18.0.0/15",),
    "for documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
    "discarded": ("100::/64", "100:0:0:1::/64"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "reserved": ("240.0.0.0/4",),
}
_NETWORKS: tuple[tuple[IpNetwork, str], ...] = tuple(
    (ip_network(each), kind) for kind, networks in _REFUSED.items() for each in networks
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that was ever given out (RFC 4291)."""
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""The third quarter of an address that holds an IPv4 address in its last one, under any prefix."""


def refusal_of(address: str, own: Iterable[IpNetwork] = ()) -> str | None:
    """Of which kind an address is that must not be asked, such as `private`; None for one that may.

    `own` are networks that the operator lets be asked all the same. What is no address may not be asked.
    """
    try:
        found = ip_address(address)  # with a zone (`fe80::1%eth0`) it lies in no network, and is refused
    except ValueError:
        return "no address"
    if is_in(found, own):
        return None
    for network, kind in _NETWORKS:
        if found in network:
            return kind
    if isinstance(found, IPv6Address):
        if found not in _GLOBAL_UNICAST or found.scope_id is not None:
            return "reserved"
        quarter, last = int(found) >> 32 & 0xFFFF_FFFF, int(found) & 0xFFFF_FFFF
        if quarter in _ISATAP:
            return refusal_of(str(IPv4Address(last)))
    return None


def is_in(address: IpAddress, networks: Iterable[IpNetwork]) -> bool:
    """Whether one of them has it."""
    return any(address in network for network in networks)
