"""Whether the store accepts messages at this moment, and why not: it may answer every question and take no write."""

from quotas.store.errors import StoreError
from quotas.store.port import Store

_PROBE = ("EVAL", "#!lua\nreturn 1", 0)
"""A script that may write, and does not: a store that would refuse the functions of the ledger refuses it."""
_NO_REPLICA = b"\r\nconnected_slaves:0\r\n"


async def why_refused(store: Store) -> str | None:
    """A sentence without addresses, where a node takes no writes; None where all do. Raises StoreError."""
    try:
        await store.everywhere(*_PROBE)
    except StoreError as error:
        word, _, said = str(error).partition(" ")
        match word:
            case "OOM":
                return (
                    "the store's memory is full (maxmemory), no message is accepted: give it more, or let the archive "
                    "keep less in it"
                )
            case "MISCONF":
                return f"the store cannot write to its disk ({_disk_fault(said)}), no message is accepted: make room"
            case "READONLY":
                return "the store is a replica, no message is accepted: name its master in `redis_url`"
            case "NOREPLICAS":
                return (
                    "the store has fewer replicas than its min-replicas-to-write, no message is accepted until it has"
                )
            case "NOPERM" | "ERR":  # Scripts are not for this user: whether it takes writes is not known.
                await store.everywhere("PING")
            case _:
                raise
    if store.replicated and any(_NO_REPLICA in state for state in await store.everywhere("INFO", "replication")):
        return "the store has no replica and `durability` is replicated: no message is accepted until one is connected"
    return None


def _disk_fault(said: str) -> str:
    """`Errors writing to the AOF file: No space left on device`, or a long sentence about snapshots."""
    reason = said.rpartition("AOF file: ")[2].strip() if "AOF file: " in said else "a snapshot failed, see its log"
    return reason[:1].lower() + reason[1:]
