"""What every room stands on: records and store, opened, the policy, timers, and what is kept of messages."""

from uuid import uuid4

from msgspec import Struct

from chatserver.messages.log import KeptMessages
from chatserver.messages.restore import ArchiveRestorer
from chatserver.operating.metrics import Metrics
from chatserver.operating.presence_leases import Leases
from chatserver.records.database import Database
from chatserver.sessions.attendance import Connected
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.waits import Waits
from quotas.store.port import Store
from quotas.terms import Rulebook


class Ground(Struct, frozen=True, kw_only=True):
    """The store's clock is `ledger.now`."""

    node: str
    """This process's name among those on the store."""
    rulebook: Rulebook
    metrics: Metrics
    database: Database
    store: Store
    ledger: RedisLedger
    ledger_archive: LedgerArchive
    waits: Waits
    timers: Timers
    restorer: ArchiveRestorer
    messages: KeptMessages
    who_is_there: Connected


def ground_on(rulebook: Rulebook, database: Database, store: Store, ledger: RedisLedger) -> Ground:
    """On records and store that are open already."""
    node = uuid4().hex[:12]
    ledger_archive = LedgerArchive(store, ledger, ledger.shift)
    leases = Leases(store, node)

    async def who_is_there(conversation: str) -> frozenset[str]:
        return await leases.holders(conversation, await ledger.time())

    return Ground(
        node=node,
        rulebook=rulebook,
        metrics=Metrics(),
        database=database,
        store=store,
        ledger=ledger,
        ledger_archive=ledger_archive,
        waits=Waits(store, ledger, ledger.shift),
        timers=Timers(store, ledger),
        restorer=ArchiveRestorer(database, ledger, ledger_archive),
        messages=KeptMessages(database, ledger),
        who_is_there=who_is_there,
    )
