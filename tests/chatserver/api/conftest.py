"""A running API and a client of it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from chatserver.records.database import Database
from chatserver.sessions.hours import HoursRecord, OpeningHours
from chatserver.sessions.hours_requests import HoursDetails, ListedPrice, ListedPrices, WeeklyHours
from chatserver.sessions.prices import Prices
from quotas.bookings import Price
from tests import databases
from tests.chatserver.api.asking import NOW
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


@pytest.fixture
async def monday(database: Database, valkey_url: str) -> AsyncIterator[Served]:
    """The API alone, on a Monday, with c1: kari with tom, and c2: ola with tom; two units a month each."""
    async with served(database, valkey_url, now=NOW) as running:
        async with http_client(running.url, headers=SERVICE) as http:
            for id, role in (("kari", "member"), ("ola", "member"), ("tom", "mentor"), ("ann", "mentor")):
                made = await http.put(f"/v1/people/{id}", json={"role": role, "name": id.title()})
                assert made.status_code == 201
            for id, member in (("c1", "kari"), ("c2", "ola")):
                body = {"member": member, "mentor": "tom", "plan": "live"}
                assert (await http.put(f"/v1/conversations/{id}", json=body)).status_code == 201
        yield running


@pytest.fixture
async def anyone(monday: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A client of `monday` that says with each request who asks."""
    async with http_client(monday.url) as client:
        yield client


@pytest.fixture
async def slots(monday: Served, database: Database) -> None:
    """tom may be booked from 10 to 12 on Tuesdays in Oslo, a day ahead; 30 minutes beside the plan cost 450 kroner."""
    hours = HoursDetails([WeeklyHours("tuesday", "10:00", "12:00")], "Europe/Oslo")
    assert isinstance(await OpeningHours(database, monday.ledger.now).put("tom", hours), HoursRecord)
    prices = ListedPrices([ListedPrice(30, 45_000, "NOK")])
    assert await Prices(database, monday.ledger.now).put("tom", prices) == {30: Price(45_000, "NOK")}
