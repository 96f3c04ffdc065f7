"""Fixtures for what stands on records and ledger: both real, both empty."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chatserver.records.database import Database
from quotas.ledger.redis import RedisLedger
from quotas.store.link import Link
from tests import databases
from tests.chatserver.migrated import SharedPostgres, migrated_sqlite


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: databases.PostgresServer) -> Iterator[SharedPostgres]:
    """The migrated PostgreSQL database of this test process."""
    shared = SharedPostgres(postgres_server)
    yield shared
    shared.close()


@pytest.fixture
async def database(
    database_kind: databases.Database, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Database]:
    """A migrated database without rows, on each kind in turn; PostgreSQL's is shared: leave its tables as they are."""
    if database_kind == "sqlite":
        database = migrated_sqlite(tmp_path)
    else:
        shared: SharedPostgres = request.getfixturevalue("shared_postgres")
        database = shared.emptied()
    yield database
    await database.close()


@pytest.fixture
def records_url(database: Database) -> str:
    """The SQLAlchemy URL of `database`, for another connection to it."""
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
async def ledger(valkey_url: str) -> AsyncIterator[RedisLedger]:
    """A ledger on an empty Valkey."""
    link = Link(valkey_url)
    await link.open()
    ledger = RedisLedger(link)
    await ledger.load()
    yield ledger
    link.close()
