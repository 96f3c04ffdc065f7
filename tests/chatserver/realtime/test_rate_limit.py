"""Floods: what a person or an address does too fast is refused for the moment, and nothing of it is lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from chatserver.access.rate_limit import SWEEP_FROM, RateLimit
from chatserver.client import ChatClient
from chatserver.protocol.events import Accepted
from chatserver.realtime.connection import PATIENCE
from chatserver.setting_values import READERS, Rate
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here, token

RATE = Rate(20, "minute", 5)
"""Five at once, then one every three seconds: also a slow machine writes faster than that."""


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """As the others' server, with a low limit."""
    async with here(valkey_url, tmp_path, rate_limit=RATE) as server:
        await server.conversation("c1", "basic")
        yield server


async def flood(device: Device, count: int) -> list[dict[str, object]]:
    """Write as fast as can be; the answers in the order of the messages."""
    for n in range(count):
        await device.say("send", conversation="c1", id=f"{device.encoding} {n}", body=f"{n}")
    return [await device.answer(f"{device.encoding} {n}") for n in range(count)]


# The bucket


def test_a_bucket_holds_a_burst_and_fills_at_its_rate() -> None:
    limit = RateLimit(Rate(60, "minute", 3))
    assert [limit.delay("mia", 100.0) for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]
    assert limit.delay("mia", 100.25) == 0.75
    assert limit.delay("mia", 101.0) == 0.0
    assert limit.delay("mia", 101.0) == 1.0
    assert limit.delay("ola", 101.0) == 0.0, "each has a bucket of their own"
    assert [limit.delay("mia", 1_000.0) for _ in range(4)] == [0.0, 0.0, 0.0, 1.0], "no more than a burst is saved up"


def test_over_a_long_time_the_rate_is_kept() -> None:
    limit = RateLimit(Rate(100, "minute", 30))
    admitted = sum(limit.delay("mia", step / 100) == 0.0 for step in range(60 * 100))
    assert admitted in (129, 130), "a burst, and a minute's messages"


def test_ten_small_things_cost_as_much_as_a_message() -> None:
    limit = RateLimit(Rate(60, "minute", 1))
    assert [limit.delay("mia", 5.0, 0.1) for _ in range(10)] == [0.0] * 10
    assert limit.delay("mia", 5.0, 0.1) == pytest.approx(0.1)


def test_buckets_that_are_full_again_are_forgotten() -> None:
    limit = RateLimit(Rate(60, "second", 1))
    for n in range(20 * SWEEP_FROM):
        assert limit.delay(f"person {n}", float(n)) == 0.0
    assert len(limit._full_at) <= SWEEP_FROM + 1


def test_off_limits_nothing() -> None:
    limit = RateLimit(READERS["rate_limit"]("off"))
    assert not any(limit.delay("mia", 1.0) for _ in range(10_000))


@pytest.mark.parametrize(
    ("given", "rate", "shown"),
    [
        ("100/minute burst 30", Rate(100, "minute", 30), "100/minute burst 30"),
        ("5/second", Rate(5, "second", 5), "5/second burst 5"),
        (" 1/hour burst 2 ", Rate(1, "hour", 2), "1/hour burst 2"),
        ("off", Rate(0, "minute", 0), "off"),
    ],
)
def test_how_a_rate_is_written(given: str, rate: Rate, shown: str) -> None:
    assert READERS["rate_limit"](given) == rate
    assert str(rate) == shown


@pytest.mark.parametrize(
    "given", ["", "0/minute", "100", "100/day", "1.5/second", "-1/minute", "100/minute burst 0", 100]
)
def test_what_is_no_rate_is_said(given: object) -> None:
    with pytest.raises(ValueError, match="must be `off` or such as `100/minute burst 30`"):
        READERS["rate_limit"](given)


# A person


async def test_a_flood_is_refused_with_when_to_come_again(server: HereServer) -> None:
    """The burst gets through, the rest is told when; nothing is written, and readers hear nothing of it."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        answers = await flood(mia, 15)
        assert [answer["type"] for answer in answers] == ["accepted"] * 5 + ["error"] * 10
        for error in answers[5:]:
            assert (error["code"], error["temporary"], error["conversation"]) == ("rate_limited", True, "c1")
            assert isinstance(error["retry_after"], float)
            assert 0 < error["retry_after"] <= 3.0
        assert len(await tora.messages(5)) == 5
        assert server.parts.metrics.rate_limited["person"] == 10


async def test_the_same_id_again_is_stored_once(server: HereServer) -> None:
    """What was refused for its speed was not remembered: the same id is accepted when there is room."""
    async with server.device("mia") as mia:
        refused = (await flood(mia, 6))[5]
        await asyncio.sleep(float(str(refused["retry_after"])))
        again = await mia.write("5", id="json 5")
        assert (again["type"], again["seq"]) == ("accepted", 6)


async def test_the_limit_is_the_persons_not_the_connections(server: HereServer) -> None:
    """Two devices share it; another person has their own."""
    async with (
        server.device("mia") as one,
        server.device("mia", encoding="msgpack") as other,
        server.device("tora") as tora,
    ):
        await flood(one, 5)
        assert [answer["type"] for answer in await flood(other, 2)] == ["error", "error"]
        assert (await tora.write("calm"))["type"] == "accepted"


async def test_other_commands_count_less(server: HereServer) -> None:
    """Fifty at once here; they too are told when to come again."""
    async with server.device("mia") as mia:
        for _ in range(300):
            await mia.say("check", conversation="c1")
        composers, refused = 0, set[str]()
        while composers < 50 or not refused:
            for event in await mia.silence(0.5):
                composers += event["type"] == "composer"
                refused |= {event["code"]} if event["type"] == "error" else set()
        assert composers < 300
        assert refused == {"rate_limited"}


async def test_who_does_not_stop_is_read_more_slowly(server: HereServer) -> None:
    """TCP holds them back, so a flood costs the server little; they are heard again when they are calm."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        sent = 0
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline or sent < 20 * PATIENCE:
            for _ in range(PATIENCE):
                await mia.say("send", conversation="c1", id=f"{sent}", body="x" * 2_000)
                sent += 1
            await asyncio.sleep(0)
        refused = server.parts.metrics.rate_limited["person"]
        assert refused < sent / 2, f"{refused} of {sent} were answered"
        assert (await tora.write("unaffected"))["type"] == "accepted"


async def test_the_client_waits_and_loses_nothing(server: HereServer) -> None:
    """Two messages more than are taken at once: each is stored once, in order."""
    async with ChatClient(server.http, token("mia")) as mia:
        answers = [await mia.send("c1", f"{n}") for n in range(7)]
    assert [answer.seq for answer in answers if isinstance(answer, Accepted)] == list(range(1, 8))
    assert server.parts.metrics.rate_limited["person"] >= 2


# An address


async def test_handshakes_of_an_address_are_bounded(
    valkey_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """HTTP 429 says when to come again; who is there already is not touched, and the log has no fault."""
    async with here(valkey_url, tmp_path, rate_limit=Rate(1, "minute", 1)) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            url = f"ws://127.0.0.1:{server.port}/v1/chat"
            for _ in range(9):
                await (await connect(url, proxy=None)).close()
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, proxy=None)
            assert refused.value.response.status_code == 429
            assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 6
            assert server.parts.metrics.rate_limited["address"] == 1
            assert await mia.is_alive()
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
