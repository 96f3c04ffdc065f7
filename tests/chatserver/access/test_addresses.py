"""As whom an address is counted, and whose word about it is taken."""

import pytest

from chatserver.access.addresses import MOST_HOPS, Proxies, counted

PROXIES = Proxies(["10.0.0.0/24", "192.0.2.7", "2001:db8:1::/48"])


@pytest.mark.parametrize(
    ("address", "as_whom"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_addresses_of_one_subscriber_count_together(address: str, as_whom: str) -> None:
    assert counted(address) == as_whom


@pytest.mark.parametrize(
    ("peer", "said", "as_whom"),
    [
        ("127.0.0.1", ["198.51.100.1"], "127.0.0.1"),
        ("198.51.100.9", ["198.51.100.1"], "198.51.100.9"),
        ("10.0.0.3", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.3", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.3", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.3", ["6.6.6.6, 198.51.100.1, 192.0.2.7, 2001:db8:1::1"], "198.51.100.1"),
        ("10.0.0.3", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.3", ["[2001:db8::1]:4711"], "2001:db8::/64"),
        ("10.0.0.3", ["2001:db8::1"], "2001:db8::/64"),
        ("10.0.0.3", ["6.6.6.6, unknown"], "10.0.0.3"),
        ("10.0.0.3", ["6.6.6.6, unknown, 10.0.0.4"], "10.0.0.4"),
        ("10.0.0.3", ["10.0.0.5, 10.0.0.4"], "10.0.0.5"),
        ("10.0.0.3", ["198.51.100.1," + "10.0.0.5," * MOST_HOPS + "10.0.0.4"], "10.0.0.5"),
        ("10.0.0.3", ["198.51.100.1," + "10.0.0.5," * (MOST_HOPS - 2) + "10.0.0.4"], "198.51.100.1"),
        ("10.0.0.3", [""], "10.0.0.3"),
        ("10.0.0.3", [], "10.0.0.3"),
    ],
)
def test_only_proxies_are_believed_and_only_as_far_as_they_wrote(peer: str, said: list[str], as_whom: str) -> None:
    """What anybody can have written counts for nothing."""
    headers = [(b"forwarded", b"for=6.6.6.6"), *((b"x-forwarded-for", value.encode()) for value in said)]
    assert PROXIES.client(peer, headers) == as_whom
