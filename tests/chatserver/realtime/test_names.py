"""Views say how people are called, also when that changes while they are open."""

from pathlib import Path

import pytest

from chatserver.client import ChatClient
from chatserver.conversations.requests import PersonDetails
from chatserver.protocol.codec import Encoding
from chatserver.sessions.absence_requests import AbsenceDetails
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.stories.clock import when


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_both_sides_and_support_are_told_both_names(server: HereServer, encoding: Encoding) -> None:
    async with (
        server.device("mia", encoding=encoding) as mia,
        server.device("tora", encoding=encoding) as tora,
        server.device("sara", {"c1": 0}, encoding=encoding) as sara,
    ):
        for each in (mia, tora, sara):
            assert each.welcome["conversations"][0]["names"] == {"mia": "Mia", "tora": "Tora"}


async def test_a_new_name_is_told_on_every_server(servers: tuple[HereServer, HereServer]) -> None:
    one, other = servers
    async with one.device("mia") as mia, other.device("tora") as tora:
        await one.parts.provisioning.put_person("mia", PersonDetails("member", "Mia Holm"))
        for each in (mia, tora):
            view = (await each.hears("conversation"))["conversation"]
            assert view["names"] == {"mia": "Mia Holm", "tora": "Tora"}
        await one.parts.provisioning.put_person("mia", PersonDetails("member", "Mia Holm"))  # changes nothing
        assert [event for event in await tora.silence() if event["type"] == "conversation"] == []


async def test_whoever_stands_in_has_a_name_too(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=when("tuesday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        details = AbsenceDetails(when("monday", "09:00"), when("friday", "09:00"), "ulf")
        await server.parts.absences.put("tora", "flu", details)
        async with server.device("mia") as mia:
            assert mia.welcome["conversations"][0]["names"] == {"mia": "Mia", "tora": "Tora", "ulf": "Ulf"}


async def test_the_client_knows_them(server: HereServer) -> None:
    async with ChatClient(server.http, token("mia")) as mia:
        await mia.online()
        assert mia.conversations["c1"].names == {"mia": "Mia", "tora": "Tora"}
