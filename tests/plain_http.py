"""Clients of the HTTP interface, on this machine and without TLS."""

import ssl
from typing import Any

import httpx

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Without certificates: reading them takes longer than most tests."""


def http_client(url: str, **options: Any) -> httpx.AsyncClient:
    """A client of the server at that URL; `options` are those of `httpx.AsyncClient`."""
    # httpx gives up after 5 s, which a slow machine may take for anything.
    return httpx.AsyncClient(base_url=url, verify=NO_TLS, trust_env=False, **{"timeout": 60.0, **options})
