"""No lock without help: whom one can call in the member's country stands in every composer that is closed."""

from pathlib import Path

import pytest
from httpx import AsyncClient

from chatserver.conversations.requests import ConversationDetails, PersonDetails
from chatserver.protocol.codec import Encoding
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client
from tests.stories.clock import when

NORWAY = ["113", "116 117", "116 123", "22 40 00 40"]


def numbers(composer: dict[str, object]) -> list[str] | None:
    lines = composer["help"]
    return [line["number"] for line in lines] if isinstance(lines, list) else None


def asking(server: HereServer, person: str) -> AsyncClient:
    return http_client(server.http, headers={"Authorization": f"Bearer {token(person)}"})


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_every_lock_and_every_refusal_has_lines(valkey_url: str, tmp_path: Path, encoding: Encoding) -> None:
    """By the member's country in the list, the answer to a check, a refusal, and over HTTP."""
    async with here(valkey_url, tmp_path, now=when("saturday", "10:00")) as server:
        await server.conversation()
        await server.parts.provisioning.put_person("mia", PersonDetails("member", "Mia", country="DK"))
        async with server.device("mia", encoding=encoding) as mia:
            [view] = mia.welcome["conversations"]
            assert view["country"] == "DK"
            assert view["composer"]["help"] == [
                {"number": "112", "kind": "emergency", "name": "", "hours": ""},
                {"number": "70 201 201", "kind": "talk", "name": "Livslinien", "hours": "11–05"},
            ]
            assert numbers(await mia.check()) == ["112", "70 201 201"]
            assert numbers((await mia.write("Is anybody there?"))["composer"]) == ["112", "70 201 201"]
        async with asking(server, "mia") as api:
            for path in ("/v1/conversations/c1", "/v1/conversations/c1/why"):
                assert numbers((await api.get(path)).json()["composer"]) == ["112", "70 201 201"]


async def test_while_writing_is_open_there_are_none(server: HereServer) -> None:
    async with server.device("mia") as mia, asking(server, "mia") as api:
        assert mia.welcome["conversations"][0]["composer"]["help"] is None
        assert (await api.get("/v1/conversations/c1")).json()["composer"]["help"] is None


async def test_the_holidays_say_the_country_where_the_member_does_not(server: HereServer) -> None:
    """Else the general line; and what becomes known of them is told at once."""
    provisioning = server.parts.provisioning
    await server.change("c1", status="paused")
    async with server.device("mia") as mia:
        assert numbers(mia.welcome["conversations"][0]["composer"]) == ["112"]
        await provisioning.put_conversation("c1", ConversationDetails("mia", "tora", "light", holidays="NO"))
        view = (await mia.hears("conversation"))["conversation"]
        assert (view["country"], numbers(view["composer"])) == ("NO", NORWAY)
        await provisioning.put_person("mia", PersonDetails("member", "Mia", country="SE"))
        view = (await mia.hears("conversation"))["conversation"]
        assert (view["country"], numbers(view["composer"])) == ("SE", ["112", "90101"])


async def test_apps_are_told_lines_and_words(server: HereServer) -> None:
    """Whoever has a token: what a country has, and what suggests danger to life."""
    for person in ("mia", "tora", "sara", "robot"):
        async with asking(server, person) as api:
            said = (await api.get("/v1/help")).json()
            assert [line["number"] for line in said["lines"]["NO"]] == NORWAY
            assert said["urgent_note"] is True
            assert {"selvmord*", "want* to die", "tag* livet af mig"} <= {*said["danger"]}
