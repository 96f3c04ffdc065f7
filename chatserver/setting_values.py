"""One reader for each setting: what was given becomes the value, or a ValueError says what is allowed.

Flags and the TOML file may give typed values, the environment gives texts only. No sentence quotes a value that
can hold a secret.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from msgspec import Struct

from quotas import instant
from quotas.store.address import read_address

ASYMMETRIC = ("RS256", "ES256", "EdDSA")
MIN_SECRET_BYTES = 32
"""RFC 7518, 3.2: an HS256 key is at least as long as its hash."""

MASTER_KEY_BYTES = 32
"""Of AES-256."""

LOG_LEVELS = ("debug", "info", "warning", "error")
PERIODS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}
"""Seconds."""


class Rate(Struct, frozen=True):
    """At most `messages` in each `period` for long, and `burst` at once. Without messages it limits nothing."""

    messages: int
    period: str
    burst: int

    @property
    def seconds_each(self) -> float:
        """The time in which one message becomes free again; 0 where nothing is limited."""
        return PERIODS[self.period] / self.messages if self.messages else 0.0

    def __str__(self) -> str:
        return f"{self.messages}/{self.period} burst {self.burst}" if self.messages else "off"


def _rate(value: object) -> Rate:
    if value == "off":
        return Rate(0, "minute", 0)
    found = re.fullmatch(r"([1-9][0-9]{0,6})/(second|minute|hour)(?: burst ([1-9][0-9]{0,6}))?", str(value).strip())
    if found is None:
        raise ValueError("must be `off` or such as `100/minute burst 30`: 1 to 9999999 a second, minute or hour")
    return Rate(int(found[1]), found[2], int(found[3] or found[1]))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError("must be a text that is not empty")
    return value


def _path(value: object) -> Path:
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise ValueError("must be a path")
    return Path(value).expanduser()


def _whole(lowest: int, highest: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value
        if isinstance(number, bool) or not isinstance(number, int) or not lowest <= number <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return number

    return read


def _url(*schemes: str) -> Callable[[object], str]:
    sentence = f"must be a URL that starts with {', '.join(f'{scheme}://' for scheme in schemes)}"

    def read(value: object) -> str:
        try:
            parts = urlsplit(_text(value))
            wrong_port = parts.port == 0  # the property raises where it is no number
        except ValueError:
            raise ValueError(f"{sentence}, with a valid host and port") from None
        if parts.scheme not in schemes or "://" not in str(value) or wrong_port:
            raise ValueError(sentence)
        return str(value)

    return read


def _redis_url(value: object) -> str:
    url = _text(value)
    read_address(url)
    return url


def _database_url(value: object) -> str:
    url = _url("sqlite", "sqlite+aiosqlite", "postgresql", "postgres", "postgresql+asyncpg")(value)
    scheme, rest = url.split("://", 1)
    if scheme.startswith("sqlite") and (len(rest) < 2 or not rest.startswith("/") or rest == "/:memory:"):
        raise ValueError("must name a file: sqlite:///relative/records.db or sqlite:////absolute/records.db")
    if scheme.startswith("sqlite") and "?" in rest:
        raise ValueError("must name a file and nothing else; write %3F for a `?` in its name, and %25 for a `%`")
    return url


def _jwks_url(value: object) -> str:
    url = _url("https", "http")(value)
    if not urlsplit(url).hostname:
        raise ValueError("must be a URL with a host, such as https://id.example.org/.well-known/jwks.json")
    return url


class SmtpServer(Struct, frozen=True):
    """A relay for mail; `user` and `password` '' where it wants none."""

    host: str
    port: int
    user: str
    password: str
    security: Literal["starttls", "tls", "none"]


def smtp_server(url: str) -> SmtpServer:
    """What `smtp_url` names. Raises ValueError, whose sentence holds no password."""
    sentence = (
        "must be a URL that starts with smtp:// or smtps://, such as smtp://user:password@mail.example.org:587, with "
        "`?starttls=no` behind it where a relay on this machine has no TLS; write %40 for an `@` in a password, and "
        "%23 for a `#`"
    )
    try:
        parts = urlsplit(_text(url))
        port = parts.port  # the property raises where it is no number
    except ValueError:
        raise ValueError(sentence) from None
    more = parts.path.strip("/") or parts.fragment or parts.query not in ("", "starttls=no")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or more or port == 0:
        raise ValueError(sentence)
    security: Literal["starttls", "tls", "none"] = "tls" if parts.scheme == "smtps" else "starttls"
    if parts.query:
        if parts.scheme == "smtps" or parts.password and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError(
                "must not say `starttls=no` with smtps, or where a password would cross the network openly"
            )
        security = "none"
    usual = 465 if security == "tls" else 587
    return SmtpServer(
        parts.hostname, port or usual, unquote(parts.username or ""), unquote(parts.password or ""), security
    )


def _smtp_url(value: object) -> str:
    url = _text(value)
    smtp_server(url)
    return url


def _mail_from(value: object) -> str:
    """One address, with or without a name before it; all of ASCII where relays want it so."""
    text = _text(value)
    address = re.search(r"<([^<>]*)>$", text)
    bare = address[1] if address else text
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", bare):
        raise ValueError("must be an address such as notices@example.org or Mentor <notices@example.org>")
    return text


def _base_url(value: object) -> str:
    url = _url("https", "http")(value)
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc or not url.isascii():
        raise ValueError("must be the address under which the server is reached, such as https://chat.example.org")
    return url.rstrip("/")


def _issuer(value: object) -> str:
    """As it is: what a provider calls itself may end in a slash."""
    url = _url("https", "http")(value)
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be what the provider calls itself, such as https://id.example.org")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError("must start with https://: who answers without TLS could sign anybody in")
    return url


def _app_url(value: object) -> str:
    url = _url("https", "http")(value)
    if not urlsplit(url).hostname or not url.isascii() or any(char in url for char in '"<> '):
        raise ValueError("must be the address of the app, such as https://app.example.org/chats/{conversation}")
    return url


def _instant(value: object) -> str:
    text = _text(value)
    try:
        instant.parse(text)
    except ValueError as error:
        raise ValueError(f"must be an instant: {error}") from None
    return text


def _secret(value: object) -> str:
    if not isinstance(value, str) or len(value.encode(errors="surrogatepass")) < MIN_SECRET_BYTES:
        raise ValueError(f"must be a text of at least {MIN_SECRET_BYTES} bytes; `openssl rand -base64 48` prints one")
    return value


def master_key_lines(text: str) -> dict[str, bytes]:
    """The master keys that a text holds, by id, in its order. Raises ValueError, whose sentence holds no key."""
    sentence = "must hold lines such as `k1 <base64 of 32 random bytes>`, the newest first"
    keys: dict[str, bytes] = {}
    for line in filter(None, (line.strip() for line in re.split("[\n,]", text))):
        found = re.fullmatch(r"([A-Za-z0-9_-]{1,32}) +([A-Za-z0-9+/]{43}=)", line)
        try:
            key = b64decode(found[2], validate=True) if found else b""
        except binascii.Error:
            key = b""
        if found is None or len(key) != MASTER_KEY_BYTES:
            raise ValueError(sentence)
        if found[1] in keys:
            raise ValueError(f"{sentence}; two have the id {found[1]}")
        keys[found[1]] = key
    if not keys:
        raise ValueError(sentence)
    return keys


def _master_key(value: object) -> str:
    text = value if isinstance(value, str) else ""
    master_key_lines(text)
    return text


def _list(value: object) -> tuple[str, ...]:
    """A list of texts, or one text with commas."""
    items = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise ValueError("must be a list of texts")
    return tuple(item for item in items if item)


def _algorithms(value: object) -> tuple[str, ...]:
    names = _list(value)
    if not names or not {*names} <= {"HS256", *ASYMMETRIC}:
        raise ValueError(f"must be a list of some of HS256, {', '.join(ASYMMETRIC)}")
    return names


def _origins(value: object) -> tuple[str, ...]:
    origins = _list(value)
    for origin in origins:
        if "*" in origin:
            raise ValueError(
                "must not hold `*`: any web page could then act for whoever opens it; list each origin by name"
            )
        if not _is_origin(origin):
            raise ValueError(
                f"holds {origin!r}, which is no origin; write it as a browser sends it: https://app.example.org or "
                "http://localhost:3000, in lower case, without path, slash at the end or default port"
            )
    return origins


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    bare = urlunsplit((parts.scheme, parts.netloc, "", "", "")) == text == text.lower()
    default_port = {"http": 80, "https": 443}.get(parts.scheme, 0)
    return bare and default_port != 0 and port != default_port and bool(parts.hostname) and "@" not in parts.netloc


def _ice_urls(*schemes: str) -> Callable[[object], tuple[str, ...]]:
    """Addresses of RFC 7064 and RFC 7065: scheme, host, and perhaps a port and the way there."""
    pattern = re.compile(
        rf"({'|'.join(schemes)}):([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{{1,5}})?(\?transport=(udp|tcp))?"
    )

    def read(value: object) -> tuple[str, ...]:
        urls = _list(value)
        for url in urls:
            if not pattern.fullmatch(url):
                raise ValueError(f"holds {url!r}; write addresses such as {schemes[0]}:{schemes[0]}.example.org:3478")
        return urls

    return read


def _proxies(value: object) -> tuple[str, ...]:
    why_not_all = "anybody could then say to be anybody else; name your proxies"
    return tuple(_network(each, "of proxies", why_not_all) for each in _list(value))


def _own_networks(value: object) -> tuple[str, ...]:
    why_not_all = "webhooks could then reach whatever this machine can; name the networks that they are for"
    return tuple(_network(each, "of your own", why_not_all) for each in _list(value))


def _network(text: str, whose: str, why_not_all: str) -> str:
    """An address, or a network without bits behind its prefix."""
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError(
            f"holds {text!r}; write the addresses or networks {whose}, such as 10.0.0.7 or 10.0.0.0/24"
        ) from None
    if network.prefixlen == 0:
        raise ValueError(f"must not hold {text}: {why_not_all}")
    return str(network)


def _bucket_url(value: object) -> str:
    text = value if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("s3", "s3+http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    query = parse_qs(parts.query, keep_blank_values=True) if known else {}
    if not known or not parts.path.strip("/") or parts.fragment or query.keys() - {"region"}:
        raise ValueError(
            "must be an address such as s3://KEY:SECRET@s3.example.org/bucket/prefix?region=eu-north-1; it begins with "
            "s3+http:// where it speaks without TLS"
        )
    return text


def _clamav(value: object) -> str:
    text = value if isinstance(value, str) else ""
    host, _, port = text.rpartition(":")
    if text.startswith("unix:/") or (host and host != "unix" and port.isdecimal() and 0 < int(port) < 65_536):
        return text
    raise ValueError("must be unix:/PATH of a socket, or HOST:PORT")


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        word = value.lower() if isinstance(value, str) else ""
        if word not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return word

    return read


def _share(value: object) -> float:
    try:
        share = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:  # also where it is NaN
        raise ValueError("must be a number from 0 to 1, such as 0.01 for one message in a hundred")
    return share


READERS: dict[str, Callable[[object], Any]] = {
    "host": _text,
    "port": _whole(0, 65_535),
    "workers": _whole(1, 256),
    "data_dir": _path,
    "redis_url": _redis_url,
    "durability": _one_of("local", "replicated"),
    "database_url": _database_url,
    "policy": _path,
    "now": _instant,
    "jwt_secret": _secret,
    "jwt_key_file": _path,
    "jwt_jwks_url": _jwks_url,
    "jwt_algorithms": _algorithms,
    "jwt_issuer": _text,
    "jwt_audience": _text,
    "master_key_file": _path,
    "master_key": _master_key,
    "allowed_origins": _origins,
    "trusted_proxies": _proxies,
    "webhook_networks": _own_networks,
    "log_level": _one_of(*LOG_LEVELS),
    "metrics": _one_of("token", "open"),
    "traces": _share,
    "rate_limit": _rate,
    "connections_before_hello": _whole(0, 1_000_000),
    "smtp_url": _smtp_url,
    "mail_from": _mail_from,
    "public_url": _base_url,
    "platform_name": _text,
    "app_style": _path,
    "app_logo": _path,
    "app_embedders": _origins,
    "oidc_issuer": _issuer,
    "oidc_client_id": _text,
    "oidc_client_secret": _text,
    "oidc_person_claim": _text,
    "stun_urls": _ice_urls("stun", "stuns"),
    "turn_urls": _ice_urls("turn", "turns"),
    "turn_secret": _text,
    "app_url": _app_url,
    "attachments_url": _bucket_url,
    "clamav": _clamav,
    "archive_after": _whole(1, 86_400),
    "archive_keep_messages": _whole(0, 1_000_000),
    "archive_keep_days": _whole(1, 36_500),
}
