"""Settings of a store that make "accepted" mean less than "kept" are named."""

from chatserver.operating.durability import durability_warnings
from quotas.store.link import Link
from tests.engines import Engine, StoreProcess, engines


async def warnings_of(engine: Engine, *commands: tuple[str, ...], durable: bool = True) -> list[str]:
    """What is said of a store of its own, after some commands."""
    store = StoreProcess(engine, durable=durable).start()
    link = Link(store.url)
    try:
        await link.open()
        for command in commands:
            await link.request(*command)
        return await durability_warnings(link)
    finally:
        link.close()
        store.stop()


async def test_a_durable_store_needs_no_warning() -> None:
    """On every engine; an unlimited memory evicts nothing."""
    for engine in engines():
        assert await warnings_of(engine, ("CONFIG", "SET", "maxmemory-policy", "noeviction")) == []


async def test_no_append_only_file() -> None:
    """Nothing is kept at all."""
    [warning] = await warnings_of("valkey", durable=False)
    assert "keeps no append-only file" in warning
    assert "set appendonly yes" in warning


async def test_flushing_every_second() -> None:
    """The default of both engines."""
    [warning] = await warnings_of("valkey", ("CONFIG", "SET", "appendfsync", "everysec"))
    assert "appendfsync everysec" in warning
    assert "set appendfsync always" in warning


async def test_an_evicting_policy() -> None:
    """Usage and ids could vanish under memory pressure."""
    [warning] = await warnings_of("valkey", ("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"))
    assert "maxmemory-policy allkeys-lru" in warning
    assert "set maxmemory-policy noeviction" in warning


async def test_settings_that_are_not_shown() -> None:
    """As at hosted stores: what is not known is said."""
    [warning] = await warnings_of("valkey", ("ACL", "SETUSER", "default", "-config"))
    assert "CONFIG GET" in warning
