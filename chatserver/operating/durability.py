"""What of the store's settings makes "accepted" mean less than "kept"."""

from collections.abc import Iterator

from quotas.store.errors import StoreError
from quotas.store.port import Store
from quotas.store.wire import LinkDownError, StoreAnswer


async def durability_warnings(store: Store) -> list[str]:
    """A sentence for each setting that can lose an acknowledged message; empty where all is well on every node.

    Raises LinkDownError.
    """
    try:
        settings = await store.everywhere("CONFIG", "GET", "append*", "maxmemory*")
        states = await store.everywhere("INFO", "persistence", "replication")
        waits = await store.everywhere("COMMAND", "INFO", "WAITAOF")
    except LinkDownError:
        raise
    except StoreError:
        return ["the store does not show its settings (CONFIG GET): whether accepted messages are kept is not known"]
    found: dict[str, None] = {}
    for config, state, wait in zip(settings, states, waits, strict=True):
        facts = facts_of(state)
        names = {_text(name): _text(value) for name, value in _pairs(config)}
        on_two_disks = store.replicated and bool(wait[0])
        found |= dict.fromkeys([*_disk(names, facts, on_two_disks), *_replicas(facts, store.replicated)])
    return list(found)


def _disk(config: dict[str, str], facts: dict[str, str], on_two_disks: bool) -> Iterator[str]:
    if facts.get("aof_last_write_status") == "err":
        yield "the store could not write to its disk: nothing is accepted until it can; free some space"
    if config.get("appendonly") != "yes":
        yield "the store keeps no append-only file: a crash loses accepted messages; set appendonly yes"
    elif config.get("appendfsync") != "always" and not on_two_disks:
        yield (
            f"the store flushes with appendfsync {config.get('appendfsync')}: a crash of its machine can lose the last "
            "second of accepted messages; set appendfsync always"
        )
    if config.get("maxmemory-policy") != "noeviction":
        yield (
            f"the store evicts keys when its memory is full (maxmemory-policy {config.get('maxmemory-policy')}): "
            "accepted messages and usage can vanish; set maxmemory-policy noeviction"
        )


def _replicas(facts: dict[str, str], replicated: bool) -> Iterator[str]:
    replicas = int(facts.get("connected_slaves", "0"))
    if replicated and not replicas:
        yield "the store has no replica and `durability` is replicated: nothing is accepted until one is connected"
    elif replicas and not replicated:
        yield (
            "the store has a replica and `durability` is local: a failover can lose the last accepted messages; set "
            "durability to replicated"
        )


def facts_of(state: bytes) -> dict[str, str]:
    """What INFO says, by name."""
    return dict(line.split(":", 1) for line in state.decode(errors="replace").splitlines() if ":" in line)


def _pairs(found: StoreAnswer) -> list[tuple[bytes, bytes]]:
    if isinstance(found, dict):
        return list(found.items())
    return list(zip(found[::2], found[1::2], strict=True))


def _text(value: bytes) -> str:
    return value.decode()
