"""Both ledgers, the one in a store on each engine."""

from collections.abc import AsyncIterator, Iterator

import pytest

from quotas.ledger.base import Ledger
from quotas.ledger.memory import MemoryLedger
from quotas.policy_file import builtin_policy
from quotas.terms import Rulebook
from tests import engines
from tests.clusters import Cluster
from tests.quotas.ledgers import ledger_at


@pytest.fixture
def rulebook() -> Rulebook:
    """The built-in plans."""
    return Rulebook(builtin_policy())


@pytest.fixture(scope="session")
def masters() -> Iterator[Cluster]:
    """Three masters that share the slots. Shared between tests: start a Cluster to harm one."""
    cluster = Cluster("valkey", replicas=False)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(params=["memory", *engines.engines(), "masters"])
async def ledger(request: pytest.FixtureRequest, stores: engines.Stores) -> AsyncIterator[Ledger]:
    """An empty ledger: the reference, then the one in each store, and in one of several nodes."""
    if request.param == "memory":
        yield MemoryLedger(lambda: 1)
        return
    if request.param == "masters":
        cluster: Cluster = request.getfixturevalue("masters")
        for master in cluster.masters:
            master.ask("FLUSHALL")
        url = cluster.url
    else:
        url = stores.cleared(request.param).url
    async with ledger_at(url) as ledger:
        yield ledger
