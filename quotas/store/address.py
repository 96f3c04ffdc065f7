"""Where a store is: one node, the nodes of a cluster, or Sentinels that know the master. Read from a URL."""

import os
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, unquote_to_bytes, urlsplit

from msgspec import Struct

FORMS = (
    "redis://host:6379 (rediss:// for TLS), unix:///path, redis://host:6379?cluster=true, "
    "redis://host:6379,host:6379 (a cluster) or redis+sentinel://host:26379,host:26379/service"
)
_PORTS = {"redis": 6379, "rediss": 6379, "redis+sentinel": 26379, "rediss+sentinel": 26379}
_QUERY = {"cluster", "db", "username", "password"}


class Node(Struct, frozen=True):
    """One store, and how to introduce oneself there."""

    host: str = ""
    port: int = 0
    path: str = ""
    """Of its unix socket; '' for TCP."""
    username: str = ""
    password: str = ""
    db: int = 0
    tls: bool = False


class Address(Struct, frozen=True):
    """What a URL names. `nodes` are the store itself, some nodes of the cluster, or the Sentinels of `service`."""

    kind: Literal["node", "cluster", "sentinel"]
    nodes: tuple[Node, ...]
    service: str = ""


def socket_url(path: Path) -> str:
    """The URL of the store that listens on this unix socket; `read_address` gives the path back, whatever is in it."""
    return f"unix://{quote(os.fsencode(path))}"


def read_address(url: str) -> Address:
    """Read a store's URL. Raises ValueError with a sentence that says what is allowed and quotes nothing."""
    scheme, _, rest = url.partition("://")
    if "#" in rest:
        raise ValueError("must hold no `#`: write %23 in its place")
    if scheme == "unix":
        parts = urlsplit(url)
        if not parts.path.strip("/"):
            raise _wrong()
        path = os.fsdecode(unquote_to_bytes(parts.path))
        query = _query(parts.query)
        return Address("node", (Node("", 0, path, *_who(parts.netloc, query), _db(query.get("db", ""))),))
    if scheme not in _PORTS:
        raise _wrong()
    # urlsplit knows one host only.
    parts = urlsplit(f"//{rest}")
    query = _query(parts.query)
    hosts = parts.netloc.rpartition("@")[2].split(",")
    who, tls = _who(parts.netloc, query), scheme.startswith("rediss")
    words = [unquote(word) for word in parts.path.strip("/").split("/") if word]
    service = words.pop(0) if scheme.endswith("+sentinel") and words else ""
    if len(words) > 1:
        raise _wrong()
    db = _db(query.get("db") or (words[0] if words else ""))
    nodes = tuple(Node(*_host(host, _PORTS[scheme]), "", *who, db, tls) for host in hosts)
    if scheme.endswith("+sentinel"):
        if not service:
            raise ValueError("must name the service that the Sentinels watch: redis+sentinel://host:26379/service")
        return Address("sentinel", nodes, service)
    if len(nodes) == 1 and query.get("cluster") != "true":
        return Address("node", nodes)
    if db:
        raise ValueError("must name no database: a cluster has number 0 only")
    return Address("cluster", nodes)


def _wrong() -> ValueError:
    return ValueError(f"must be a URL such as {FORMS}")


def _query(text: str) -> dict[str, str]:
    query = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
    if not set(query) <= _QUERY or query.get("cluster", "true") not in ("true", "false"):
        raise ValueError("must have no query but cluster=true, db=NUMBER, username and password")
    return query


def _who(netloc: str, query: dict[str, str]) -> tuple[str, str]:
    username, _, password = netloc.rpartition("@")[0].partition(":")
    return query.get("username") or unquote(username), query.get("password") or unquote(password)


def _host(text: str, default: int) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        raise _wrong() from None
    if port == 0 or (text and not parts.hostname):
        raise _wrong()
    return parts.hostname or "localhost", port or default


def _db(text: str) -> int:
    if text and not text.isdecimal():
        raise ValueError("must name a database by its number, such as redis://host:6379/0")
    return int(text or 0)
