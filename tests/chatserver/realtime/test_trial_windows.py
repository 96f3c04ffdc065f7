"""Two trials of one member have one number of writing windows, where the policy gives trials some."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.conversations.choosing import Chosen
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import ROLES, HereServer, here, token
from tests.plain_http import http_client

POLICY = '[plans.trial]\nwriting = { kind = "windows", per_week = 2, hours = 24 }\n'


async def try_out(server: HereServer, id: str, mentor: str) -> None:
    """A trial of mia's."""
    for person in ("mia", mentor):
        await server.parts.provisioning.put_person(person, PersonDetails(ROLES[person], person.title()))
    details = ConversationDetails("mia", mentor, "trial", trial=True, chosen_plan="light")
    assert isinstance(await server.parts.provisioning.put_conversation(id, details), Written)


async def left(device: Device, conversation: str, count: int) -> None:
    """The device hears that so many windows are left there."""
    while True:
        heard = await device.hears("composer")
        if heard["conversation"] == conversation and heard["composer"]["windows_left"] == count:
            return


def welcomed(device: Device) -> dict[str, int]:
    """How many windows are left, by conversation."""
    return {each["id"]: each["composer"]["windows_left"] for each in device.welcome["conversations"]}


@pytest.fixture
async def pair(valkey_url: str, tmp_path: Path) -> AsyncIterator[tuple[HereServer, HereServer]]:
    """Two processes of a chat."""
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY)
    async with (
        here(valkey_url, tmp_path, policy=policy) as first,
        here(valkey_url, tmp_path, now=None, policy=policy) as second,
    ):
        yield first, second


async def test_windows_count_for_both_together(pair: tuple[HereServer, HereServer]) -> None:
    """What is left is told on every server; a window that is open goes on where it was opened."""
    one, other = pair
    await try_out(one, "t1", "tora")
    await try_out(one, "t2", "ulf")
    async with one.device("mia") as mia, other.device("mia") as elsewhere:
        assert welcomed(mia) == {"t1": 2, "t2": 2}
        assert (await mia.write("to tora", conversation="t1"))["composer"]["windows_left"] == 1
        await asyncio.gather(left(mia, "t2", 1), left(elsewhere, "t2", 1))
        assert (await elsewhere.write("to ulf", conversation="t2"))["composer"]["windows_left"] == 0
        await asyncio.gather(left(mia, "t1", 0), left(elsewhere, "t1", 0))
        assert (await mia.write("and more", conversation="t1"))["type"] == "accepted"
    async with http_client(one.http, headers={"Authorization": f"Bearer {token('mia')}"}) as api:
        steps = (await api.get("/v1/conversations/t1/why", headers={"Accept-Language": "en"})).json()["steps"]
    said = [each["sentence"] for each in steps]
    assert "Windows of this week that were used with another mentor count here too: 1." in said
    assert not [each for each in steps if each["step"]["kind"] == "unexplained"]
    async with other.device("mia") as mia:
        assert welcomed(mia) == {"t1": 0, "t2": 0}


async def test_a_trial_that_comes_later_has_what_is_left(pair: tuple[HereServer, HereServer]) -> None:
    """As has one whose count a process could not tell before it ended. Who has chosen has windows of the plan."""
    one, other = pair
    await try_out(one, "t1", "tora")
    async with one.device("mia") as mia:
        await mia.write("to tora", conversation="t1")
    await try_out(one, "t2", "ulf")
    async with other.device("ulf") as ulf:
        assert welcomed(ulf) == {"t2": 1}
    assert isinstance(await one.parts.choosing.choose("t2"), Chosen)
    async with one.device("mia") as mia:
        assert welcomed(mia)["t2"] == 1
        await mia.write("to ulf", conversation="t2")
    standing = await one.parts.ledger.standing("t1")
    assert standing is not None
    assert standing.usage.windows_used == 1


async def test_conversations_by_a_plan_count_for_themselves(pair: tuple[HereServer, HereServer]) -> None:
    one, _ = pair
    await one.conversation("c1", "light")
    await one.conversation("c2", "light", mentor="ulf")
    async with one.device("mia") as mia:
        await mia.write("to tora", conversation="c1")
    async with one.device("mia") as mia:
        assert welcomed(mia) == {"c1": 1, "c2": 2}
