"""Help at a lock, at a screen: whom one can call, an urgent note, and the plan that would let one write now."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.realtime.servers import HereServer, here
from tests.chatserver.terminal.screen import ENTER, at_terminal
from tests.stories.clock import when

POLICY = """
upgrade_url = "https://example.org/plans?to={plan}"

[plans.always_on]
writing = { kind = "always" }
"""


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """A Saturday; mia lives in Norway."""
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY)
    async with here(valkey_url, tmp_path / "data", now=when("saturday", "10:00"), policy=policy) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("mia", PersonDetails("member", "Mia", country="NO"))
        yield server


async def test_a_lock_names_numbers_and_the_plan_that_is_open(server: HereServer) -> None:
    async with at_terminal(server, "mia") as mia:
        mia.type("It was a long week" + ENTER)
        await mia.sees("Would you like to talk to someone? 113 danger to life, now, 116 123 Mental Helse")
        await mia.sees("On the plan always_on you could write now.")
        await mia.sees("https://example.org/plans?to=always_on")


async def test_danger_shows_all_numbers_and_a_note_reaches_the_mentor(server: HereServer) -> None:
    async with server.device("tora") as tora, at_terminal(server, "mia", "nb") as mia:
        mia.type("Jeg vil dø" + ENTER)
        await mia.sees("Er livet ditt i fare? Ring nå.")
        await mia.sees("22 40 00 40 Kirkens SOS, hele døgnet")
        await mia.sees("/urgent TEKST sender én hastemelding")
        mia.type("\x15")  # takes away what was typed
        mia.type("/urgent Ring meg" + ENTER)
        await mia.sees("Hastemeldingen er sendt")
        assert (await tora.messages(1))[0]["urgent"] is True
        mia.type("/urgent Ring meg igjen" + ENTER)
        await mia.sees("Du har sendt en hastemelding.")


async def test_a_mentors_own_lock_names_whom_the_member_can_call(server: HereServer) -> None:
    await server.change("c1", status="ended")
    async with at_terminal(server, "tora") as tora:
        tora.type("One more thing" + ENTER)
        await tora.sees("Who the member can call: 113 danger to life, now, 116 123 Mental Helse")
