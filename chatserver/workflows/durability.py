"""What of the store's settings makes "accepted" mean less than "kept"."""

from quotas.ledger.base import LedgerError
from quotas.ledger.link import Link


async def durability_warnings(link: Link) -> list[str]:
    """A sentence for each setting that can lose an acknowledged message; empty where all is well."""
    try:
        found = await link.request("CONFIG", "GET", "append*", "maxmemory*")
        state = await link.request("INFO", "persistence")
    except LedgerError:
        return ["the store does not show its settings (CONFIG GET): whether accepted messages are kept is not known"]
    config = {_text(name): _text(value) for name, value in _pairs(found)}
    warnings = []
    if b"aof_last_write_status:err" in state:
        warnings.append("the store could not write to its disk: nothing is accepted until it can; free some space")
    if config.get("appendonly") != "yes":
        warnings.append("the store keeps no append-only file: a crash loses accepted messages; set appendonly yes")
    elif config.get("appendfsync") != "always":
        warnings.append(
            f"the store flushes with appendfsync {config.get('appendfsync')}: a crash of its machine can lose the last "
            "second of accepted messages; set appendfsync always"
        )
    if config.get("maxmemory-policy") != "noeviction":
        warnings.append(
            f"the store evicts keys when its memory is full (maxmemory-policy {config.get('maxmemory-policy')}): "
            "accepted messages and usage can vanish; set maxmemory-policy noeviction"
        )
    return warnings


def _pairs(found: dict[bytes, bytes] | list[bytes]) -> list[tuple[bytes, bytes]]:
    if isinstance(found, dict):
        return list(found.items())
    return list(zip(found[::2], found[1::2], strict=True))


def _text(value: bytes) -> str:
    return value.decode()
