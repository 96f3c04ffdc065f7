"""Fixtures that every test may use: real stores and real databases, each test with an empty one."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from coverage import Coverage

from tests import chromium, compiled_statements, databases, engines

MEASURED = ("quotas", "chatserver/messages", "chatserver/replies")
"""Folders of tests that hold `quotas/`: messages and replies put the archive and the waits of the ledger to use."""

compiled_statements.share()


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage only where examples hold the rules and their ledger: measuring takes as long as these tests.

    Elsewhere what is covered is an accident; properties repeat the same lines hundreds of times.
    """
    measuring = Coverage.current()
    if measuring is None or _is_measured(item):
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


def _is_measured(item: pytest.Item) -> bool:
    where = item.path.relative_to(Path(__file__).parent)
    return any(where.is_relative_to(folder) for folder in MEASURED) and item.get_closest_marker("hypothesis") is None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in [*engines.left_out(), *databases.left_out(), *chromium.left_out()]:
        terminalreporter.write_line(f"left out: {line}", yellow=True)
