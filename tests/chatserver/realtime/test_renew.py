"""A connection goes on with a fresh token; questions have names, which answers and errors say again."""

import time

import pytest

from chatserver.client import ChatClient, ChatError
from chatserver.protocol.codec import Encoding
from chatserver.protocol.codes import Close
from chatserver.protocol.events import FEATURES
from quotas import instant
from tests.chatserver.realtime.servers import HereServer, token


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_renewed_connection_outlives_its_first_token(server: HereServer, encoding: Encoding) -> None:
    async with (
        server.device("mia", seconds=3, encoding=encoding) as renewed,
        server.device("mia", seconds=3) as not_renewed,
    ):
        await renewed.say("renew", token=token("mia", seconds=3600), ask="r1")
        answer = await renewed.hears("renewed", ask="r1")
        assert instant.parse(answer["until"]) > time.time() * 1000 + 3_500_000
        assert (await not_renewed.end())[0] == Close.TOKEN_EXPIRED
        assert await renewed.is_alive()


async def test_a_shorter_token_ends_it_earlier(server: HereServer) -> None:
    async with server.device("mia") as mia:
        await mia.say("renew", token=token("mia", seconds=2))
        await mia.hears("renewed", ask=None)
        assert (await mia.end())[0] == Close.TOKEN_EXPIRED


async def test_only_a_token_of_the_same_person_and_role_renews(server: HereServer) -> None:
    """Whatever is wrong, the connection goes on by the token that it has."""
    async with server.device("mia") as mia:
        for wrong in (token("ola"), token("mia", "mentor"), "nonsense", token("mia", seconds=-60)):
            await mia.say("renew", token=wrong, ask="r")
            assert (await mia.error("token_refused"))["ask"] == "r"
        await server.parts.revocations.revoke("ola", int(time.time() * 1000), int(time.time() * 1000))
        assert await mia.is_alive()


async def test_answers_and_errors_say_the_questions_name(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("sara") as sara:
        for kind, answer in (("check", "composer"), ("history", "history")):
            await mia.say(kind, conversation="c1", ask=kind)
            assert (await mia.hears(answer))["ask"] == kind
            await mia.say(kind, conversation="nowhere", ask=f"{kind} nowhere")
            assert (await mia.error("not_found"))["ask"] == f"{kind} nowhere"
        await mia.say("history", conversation="c1", limit=0, ask="wrong")
        assert (await mia.error("invalid_field"))["ask"] == "wrong"
        await mia.say("notices", ask="bell")
        assert (await mia.hears("notices"))["ask"] == "bell"
        await sara.say("follow", conversation="c1", ask="f")
        assert (await sara.hears("following"))["ask"] == "f"
        await sara.say("unfollow", conversation="c1", ask="u")
        assert (await sara.hears("unfollowed"))["ask"] == "u"
        await sara.say("follow", conversation="nowhere", ask="n")
        assert (await sara.error("not_found"))["ask"] == "n"


async def test_the_welcome_says_ones_own_settings_and_what_the_server_has(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("robot") as robot:
        assert mia.welcome["settings"] == {"name": "Mia", "locale": "nb", "zone": "Europe/Oslo"}
        assert robot.welcome["settings"] is None
        assert mia.welcome["features"] == list(FEATURES)


async def test_the_client_renews(server: HereServer) -> None:
    good = True

    async def fetched() -> str:
        return token("mia") if good else token("ola")

    async with ChatClient(server.http, fetched) as mia:
        assert await mia.renew() > time.time() * 1000
        good = False
        with pytest.raises(ChatError) as refused:
            await mia.renew()
        assert refused.value.code == "token_refused"
