"""Fixtures for what stands on records and ledger: both real, both empty."""

from collections.abc import AsyncIterator

import pytest

from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from quotas.ledger.redis import RedisLedger
from quotas.store.link import Link


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, on each kind in turn."""
    database = Database(database_url)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
async def ledger(valkey_url: str) -> AsyncIterator[RedisLedger]:
    """A ledger on an empty Valkey."""
    link = Link(valkey_url)
    await link.open()
    ledger = RedisLedger(link)
    await ledger.load()
    yield ledger
    link.close()
