"""Both ledgers, the one in a store on each engine."""

from collections.abc import AsyncIterator

import pytest

from quotas.ledger.base import Ledger
from quotas.ledger.memory import MemoryLedger
from quotas.plans import builtin_policy
from quotas.terms import Rulebook
from tests import engines
from tests.quotas.ledgers import ledger_at


@pytest.fixture
def rulebook() -> Rulebook:
    """The built-in plans."""
    return Rulebook(builtin_policy())


@pytest.fixture(params=["memory", *engines.engines()])
async def ledger(request: pytest.FixtureRequest, stores: engines.Stores) -> AsyncIterator[Ledger]:
    """An empty ledger: the reference, then the one in each store."""
    if request.param == "memory":
        yield MemoryLedger(lambda: 1)
        return
    async with ledger_at(stores.cleared(request.param).url) as ledger:
        yield ledger
