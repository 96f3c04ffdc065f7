"""The stores and databases of the test suite are what they say."""

import pytest
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.engines import Engine, StoreProcess, engines


def test_each_test_finds_its_store_empty(store_url: str) -> None:
    with Redis.from_url(store_url) as client:
        assert client.dbsize() == 0
        client.set("{1}a", "kept until the next test")


def test_a_cluster_refuses_keys_of_different_slots(store: StoreProcess) -> None:
    with Redis.from_url(store.url) as client:
        if store.engine == "cluster":
            with pytest.raises(ResponseError, match="same slot"):
                client.mset({"{1}a": 1, "{2}a": 2})
        else:
            client.mset({"{1}a": 1, "{2}a": 2})
        client.mset({"{1}a": 1, "{1}b": 2})


@pytest.mark.parametrize("engine", engines())
def test_a_durable_store_keeps_what_it_acknowledged_when_killed(engine: Engine) -> None:
    store = StoreProcess(engine, durable=True).start()
    try:
        with Redis.from_url(store.url) as client:
            client.set("a", "1")
        store.kill()
        with Redis.from_url(store.url) as client, pytest.raises(RedisError):
            client.ping()
        store.restart()
        with Redis.from_url(store.url) as client:
            assert client.get("a") == b"1"
    finally:
        store.stop()


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_finds_its_database_empty(database_url: str, turn: int) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE once (a INTEGER)"))
    await engine.dispose()
