"""Records and store, opened: by the settings, or by an address alone."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from chatserver.access.revocation import Revocations
from chatserver.operating.clock_shift import settle_shift, shown_by
from chatserver.private_files import tighten
from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from chatserver.settings import Settings
from chatserver.sign_ins.sign_in_links import SignInLinks
from quotas.cases.policy import case_policy_problem
from quotas.ledger.redis import RedisLedger
from quotas.plans import Policy
from quotas.policy_file import PolicyError, builtin_policy, load_policy
from quotas.store.port import Store
from quotas.store.stores import store_at

logger = logging.getLogger(__name__)


class StartError(Exception):
    """The server, or what works on its data, cannot start; one sentence that says why and what to do."""


def policy_of(settings: Settings) -> Policy:
    """The policy that the settings name. Raises PolicyError."""
    if not settings.policy:
        return builtin_policy()
    policy = load_policy(settings.policy)
    if problem := case_policy_problem(policy.cases):
        raise PolicyError(f"{settings.policy}: {problem}")
    return policy


@contextlib.asynccontextmanager
async def linked(store_url: str, *, replicated: bool = False) -> AsyncIterator[Store]:
    """The store, connected and left as it is. Raises StoreError."""
    store = store_at(store_url, replicated=replicated)
    await store.open()
    try:
        yield store
    finally:
        store.close()


@contextlib.asynccontextmanager
async def connected(settings: Settings, store_url: str) -> AsyncIterator[tuple[Store, RedisLedger]]:
    """The store, connected, and the ledger on it, with the clock as the store says. Raises StoreError, ClockShiftError.

    From then on the store's clock counts as real or as shifted.
    """
    async with linked(store_url, replicated=settings.durability == "replicated") as store:
        ledger = RedisLedger(store, await settle_shift(store, settings.now))
        await ledger.load()
        store.on_up = ledger.load_at
        yield store, ledger


@contextlib.asynccontextmanager
async def bare_ledger(store_url: str) -> AsyncIterator[RedisLedger]:
    """A ledger on a store that is no server's: whether its clock is shifted stays open. Raises StoreError."""
    async with linked(store_url) as store:
        ledger = RedisLedger(store)
        await ledger.load()
        yield ledger


async def clock_of(store_url: str) -> int:
    """What the store's clock shows, in ms: everything is by that, and a demo's is shifted. Raises StoreError."""
    async with linked(store_url) as store:
        return await shown_by(store)


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database as it is: not brought up to date."""
    database = Database(settings.records_url)
    try:
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def migrated(settings: Settings) -> AsyncIterator[Database]:
    """The database, brought up to date. Raises DatabaseError."""
    await asyncio.to_thread(tighten, settings.data_dir)
    async with opened(settings) as database:
        if revisions := await migrate(database):
            # One line, also where a new database takes every step.
            logger.info("migrated", extra={"revision": revisions[-1], "steps": len(revisions)})
        yield database


@contextlib.asynccontextmanager
async def revoking(store_url: str) -> AsyncIterator[Revocations]:
    """What revokes tokens, without records. Raises StoreError."""
    async with linked(store_url) as store:
        yield Revocations(store)


@contextlib.asynccontextmanager
async def inviting(settings: Settings) -> AsyncIterator[SignInLinks]:
    """What makes links that sign in, beside a server. Raises DatabaseError."""
    async with migrated(settings) as database:
        yield SignInLinks(database, settings.outside_url)
