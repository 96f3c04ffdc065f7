"""The store's append-only file has every write until it is written anew from what there is."""

import asyncio

from chatserver.operating.durability import facts_of
from quotas.store.errors import StoreError
from quotas.store.port import Store
from quotas.store.wire import LinkDownError

REWRITTEN_WITHIN = 900.0
"""Seconds."""
LOOK_EVERY = 0.5
NOT_ALLOWED = (
    "the store does not let the server write its append-only file anew (BGREWRITEAOF): the bytes of deleted messages "
    "stay in it until somebody does so each day, see docs/operations.md"
)

NOT_SHOWN = (
    "the store does not show whether the server may write its append-only file anew (ACL DRYRUN): else the bytes of "
    "deleted messages stay in it until somebody does so each day, see docs/operations.md"
)


async def rewriting_warnings(store: Store) -> list[str]:
    """Whether a node is known to refuse it, as a sentence. Raises LinkDownError."""
    try:
        known = await store.everywhere("COMMAND", "INFO", "BGREWRITEAOF")
        if any(not each or not each[0] for each in known):
            return [NOT_ALLOWED]
        me = await store.everywhere("ACL", "WHOAMI")
        for user in set(me):
            answers = await store.everywhere("ACL", "DRYRUN", user, "BGREWRITEAOF")
            if any(answer != b"OK" for answer in answers):
                return [NOT_ALLOWED]
    except LinkDownError:
        raise
    except StoreError as error:
        # One that is older has no DRYRUN.
        return [NOT_SHOWN] if str(error).startswith("NOPERM") else []
    return []


async def rewritten(store: Store) -> str | None:
    """Write it anew on every node that takes writes; a sentence where that was not done. Raises StoreError.

    Where a node keeps none, nothing is to be done.
    """
    if not await _is_idle(store):
        return "the append-only file was being written all the time"
    states = [facts_of(each) for each in await store.everywhere("INFO", "persistence")]
    if all(each.get("aof_enabled") == "0" for each in states):
        return None
    try:
        await store.everywhere("BGREWRITEAOF")
    except LinkDownError:
        raise
    except StoreError as error:
        return NOT_ALLOWED if str(error).startswith(("NOPERM", "ERR unknown")) else f"the store says: {error}"
    if not await _is_idle(store):
        return "the append-only file is still being written"
    states = [facts_of(each) for each in await store.everywhere("INFO", "persistence")]
    if any(each.get("aof_last_bgrewrite_status") == "err" for each in states):
        return "the store could not write its append-only file anew; its log says why"
    return None


async def _is_idle(store: Store) -> bool:
    """Whether no node is writing it any more, in time."""
    loop = asyncio.get_running_loop()
    until = loop.time() + REWRITTEN_WITHIN
    while loop.time() < until:
        states = [facts_of(each) for each in await store.everywhere("INFO", "persistence")]
        if all(
            each.get(name, "0") == "0"
            for each in states
            for name in ("aof_rewrite_in_progress", "aof_rewrite_scheduled")
        ):
            return True
        await asyncio.sleep(LOOK_EVERY)
    return False
