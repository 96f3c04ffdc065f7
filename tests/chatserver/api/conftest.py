"""A running API and a client of it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from chatserver.records.database import Database
from tests import databases
from tests.chatserver.api.serving import SERVICE, Served, served
from tests.plain_http import http_client


@pytest.fixture
def database_kind() -> databases.Database:
    """SQLite: how requests are read and answered does not depend on the database. What does is marked ON_EACH; the
    statements behind `replies`, `report` and `why` are held on each kind where they stand, in replies/ and messages/.
    """
    return "sqlite"


@pytest.fixture
async def server(database: Database, valkey_url: str) -> AsyncIterator[Served]:
    """The API alone."""
    async with served(database, valkey_url) as running:
        yield running


@pytest.fixture
async def http(server: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A client of `server` with a service's token."""
    async with http_client(server.url, headers=SERVICE) as client:
        yield client


@pytest.fixture
async def two_conversations(http: httpx.AsyncClient) -> None:
    """c1: kari with tom; c2: ola with ann."""
    for id, role in (("kari", "member"), ("ola", "member"), ("tom", "mentor"), ("ann", "mentor")):
        made = await http.put(f"/v1/people/{id}", json={"role": role, "name": id.title()})
        assert made.status_code == 201
    for id, member, mentor in (("c1", "kari", "tom"), ("c2", "ola", "ann")):
        made = await http.put(f"/v1/conversations/{id}", json={"member": member, "mentor": mentor, "plan": "basic"})
        assert made.status_code == 201
