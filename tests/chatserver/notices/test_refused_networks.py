"""What is a place on the public internet, and what only looks like one."""

from ipaddress import ip_network

import pytest

from chatserver.notices.refused_networks import refusal_of

REFUSED = {
    "0.1.2.3": "this network",
    "10.1.2.3": "private",
    "100.64.0.1": "shared by a carrier",
    "100.100.100.200": "shared by a carrier",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "link-local",
    "168.63.129.16": "of a cloud's own",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.9": "of protocols",
    "192.0.2.1": "for documentation",
    "192.88.99.1": "translated",
    "192.168.1.1": "private",
    "198.19.0.1": "for benchmarks",
    "198.51.100.7": "for documentation",
    "203.0.113.9": "for documentation",
    "224.0.0.251": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "IPv4 in IPv6",
    "::1": "loopback",
    "::7f00:1": "IPv4 in IPv6",
    "::ffff:127.0.0.1": "IPv4 in IPv6",
    "::ffff:8.8.8.8": "IPv4 in IPv6",
    "::ffff:0:127.0.0.1": "IPv4 in IPv6",
    "64:ff9b::7f00:1": "translated",
    "64:ff9b::8.8.8.8": "translated",
    "64:ff9b:1::1": "translated",
    "100::1": "discarded",
    "2001::1": "translated",
    "2001:0:53aa:64c:0:0:80ff:fffe": "translated",
    "2001:2::1": "of protocols",
    "2001:20::1": "of protocols",
    "2001:db8::1": "for documentation",
    "2002:7f00:1::": "translated",
    "2002:808:808::1": "translated",
    "3fff::1": "for documentation",
    "4000::1": "reserved",
    "fc00::1": "private",
    "fd00:ec2::254": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "ff0e::1": "multicast",
    "2a00:1450::5efe:7f00:1": "loopback",
    "2a00:1450::200:5efe:10.0.0.1": "private",
    "2a00:1450::1%eth0": "reserved",
    "somewhere": "no address",
    "": "no address",
}


@pytest.mark.parametrize(("address", "kind"), REFUSED.items())
def test_what_is_not_public_is_refused(address: str, kind: str) -> None:
    assert refusal_of(address) == kind


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2a00:1450:400f::200e", "2606:4700::1111"]
)
def test_what_is_public_is_not(address: str) -> None:
    assert refusal_of(address) is None


def test_an_operators_own_network_may_be_asked_and_no_other_way_to_it() -> None:
    own = [ip_network("10.1.0.0/16")]
    assert refusal_of("10.1.2.3", own) is None
    assert refusal_of("10.2.0.1", own) == "private"
    assert refusal_of("::ffff:10.1.2.3", own) == "IPv4 in IPv6"
    assert refusal_of("64:ff9b::10.1.2.3", own) == "translated"
