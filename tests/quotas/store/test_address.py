"""A store's URL names a node, a cluster or Sentinels; what it cannot be is said without quoting it."""

from pathlib import Path

import pytest

from quotas.store.address import Address, Node, read_address, socket_url
from quotas.store.cluster import ClusterLinks
from quotas.store.link import Link
from quotas.store.sentinel import SentinelLink
from quotas.store.stores import store_at


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://", Address("node", (Node("localhost", 6379),))),
        ("redis://store", Address("node", (Node("store", 6379),))),
        ("redis://store:7000/3", Address("node", (Node("store", 7000, db=3),))),
        ("redis://store?db=3&cluster=false", Address("node", (Node("store", 6379, db=3),))),
        ("rediss://a%20b:c%40d@[::1]:7000", Address("node", (Node("::1", 7000, "", "a b", "c@d", tls=True),))),
        ("redis://store?username=u&password=p", Address("node", (Node("store", 6379, "", "u", "p"),))),
        ("unix:///run/a%20b.sock?db=2", Address("node", (Node(path="/run/a b.sock", db=2),))),
        ("unix://:secret@/run/s.sock", Address("node", (Node(path="/run/s.sock", password="secret"),))),
        ("redis://a?cluster=true", Address("cluster", (Node("a", 6379),))),
        ("redis://:x@a:1,b", Address("cluster", (Node("a", 1, password="x"), Node("b", 6379, password="x")))),
        ("redis+sentinel://a,b:1/chat", Address("sentinel", (Node("a", 26379), Node("b", 1)), "chat")),
        ("rediss+sentinel://a/chat/2", Address("sentinel", (Node("a", 26379, db=2, tls=True),), "chat")),
    ],
)
def test_every_form(url: str, address: Address) -> None:
    assert read_address(url) == address


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("localhost:6379", "must be a URL such as redis://host:6379"),
        ("http://store", "must be a URL such as redis://host:6379"),
        ("unix://", "must be a URL such as redis://host:6379"),
        ("redis://store:port", "must be a URL such as redis://host:6379"),
        ("redis://store:0", "must be a URL such as redis://host:6379"),
        ("redis://:6379", "must be a URL such as redis://host:6379"),
        ("redis://store/1/2", "must be a URL such as redis://host:6379"),
        ("redis://:pass#word@store", "must hold no `#`"),
        ("redis://store/zero", "must name a database by its number"),
        ("redis://store?timeout=5", "must have no query but cluster=true"),
        ("redis://store?cluster=yes", "must have no query but cluster=true"),
        ("redis://a,b/1", "must name no database: a cluster has number 0 only"),
        ("redis+sentinel://a,b", "must name the service that the Sentinels watch"),
    ],
)
def test_what_it_cannot_be(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_address(url)


@pytest.mark.parametrize("path", ["/run/x%41y", "/run/a?db=1", "/run/a#b", "/run/two words", "/run/mål", "/run/\udcff"])
def test_a_socket_is_found_whatever_its_path(path: str) -> None:
    assert read_address(socket_url(Path(path))) == Address("node", (Node(path=path),))


def test_each_form_has_its_store() -> None:
    found = [type(store_at(url)) for url in ("redis://a", "redis://a,b", "redis+sentinel://a/chat")]
    assert found == [Link, ClusterLinks, SentinelLink]
