"""Fixtures that every test may use: real stores and real databases, each test with an empty one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases, engines


@pytest.fixture(scope="session")
def stores() -> Iterator[engines.Stores]:
    """The stores of this test process, started when first asked for."""
    running = engines.Stores()
    yield running
    running.stop()


@pytest.fixture(params=engines.engines())
def store(request: pytest.FixtureRequest, stores: engines.Stores) -> engines.StoreProcess:
    """An empty store, on each engine in turn. Shared between tests: don't kill it, start a StoreProcess for that."""
    return stores.cleared(request.param)


@pytest.fixture
def store_url(store: engines.StoreProcess) -> str:
    """The URL of an empty store, on each engine in turn."""
    return store.url


@pytest.fixture
def valkey_url(stores: engines.Stores) -> str:
    """The URL of an empty Valkey, for tests whose subject does not depend on the engine."""
    return stores.cleared("valkey").url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[databases.PostgresServer]:
    """The PostgreSQL server of this test process."""
    server = databases.PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(params=databases.databases())
def database_kind(request: pytest.FixtureRequest) -> databases.Database:
    """Each kind of database in turn; a test whose subject does not depend on it says which one it is for."""
    kind: databases.Database = request.param
    return kind


@pytest.fixture
def database_url(database_kind: databases.Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database, on each kind in turn."""
    if database_kind == "sqlite":
        yield databases.sqlite_at(tmp_path)
        return
    server: databases.PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in [*engines.left_out(), *databases.left_out()]:
        terminalreporter.write_line(f"left out: {line}", yellow=True)
