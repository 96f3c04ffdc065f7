"""Urgent notes: while a member may not write they reach mentor and support at once, marked, once a lock."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chatserver.client import ChatClient, ChatError
from chatserver.conversations.requests import PersonDetails
from chatserver.protocol.codec import Encoding
from chatserver.protocol.commands import MAX_NOTE
from chatserver.protocol.events import Accepted, Refused
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when

SATURDAY = when("saturday", "10:00")


async def note(device: Device, body: str = "Please call me", id: str = "n1") -> dict[str, Any]:
    """`accepted`, `refused` or `error`."""
    await device.say("urgent", conversation="c1", id=id, body=body)
    return await device.answer(id)


async def cases(server: HereServer, person: str = "sara") -> list[dict[str, Any]]:
    async with http_client(server.http, headers={"Authorization": f"Bearer {token(person)}"}) as api:
        found: list[dict[str, Any]] = (await api.get("/v1/cases?kind=urgent_note")).json()["cases"]
        return found


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_it_reaches_both_at_once_on_every_server(store_url: str, tmp_path: Path, encoding: Encoding) -> None:
    """The mentor as a message, support as a case, also where they are on another server; the rest stays as it was."""
    async with here(store_url, tmp_path, now=SATURDAY) as one, here(store_url, tmp_path, now=None) as other:
        await one.conversation("c1", "basic")
        await one.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            one.device("mia", encoding=encoding) as mia,
            other.device("mia", encoding=encoding) as phone,
            other.device("tora", encoding=encoding) as tora,
            other.device("sara", encoding=encoding) as sara,
        ):
            assert mia.welcome["conversations"][0]["composer"]["urgent_note"] is True
            accepted = await note(mia)
            assert (accepted["type"], accepted["seq"]) == ("accepted", 1)
            assert accepted["composer"]["urgent_note"] is False
            for device in (phone, tora):
                [message] = await device.messages(1)
                assert (message["body"], message["urgent"], message["from"]) == ("Please call me", True, "mia")
            assert (await phone.hears("composer"))["composer"]["urgent_note"] is False
            case = (await sara.hears("case"))["case"]
            assert (case["kind"], case["conversation"], case["state"]) == ("urgent_note", "c1", "open")
            standing = await one.parts.ledger.standing("c1")
            assert standing is not None
            assert (standing.usage.waiting_since, standing.unread("mentor")) == (0, 1)


async def test_one_a_lock(valkey_url: str, tmp_path: Path) -> None:
    """From Friday to Monday is one; the same id again is answered as it was."""
    async with here(valkey_url, tmp_path, now=SATURDAY) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            first = await note(mia)
            assert (await note(mia))["seq"] == first["seq"]
            assert (await note(mia, "Another", "n2"))["code"] == "note_sent"
            await move_clock(valkey_url, when("monday", "10:00", weeks=1))
            await mia.hears_composer(open=True)
            assert (await note(mia, "Another", "n3"))["code"] == "not_locked"
            mia.waiting.clear()
            await move_clock(valkey_url, when("saturday", "10:00", weeks=1))
            assert (await mia.hears_composer(open=False))["urgent_note"] is True
            assert (await note(mia, "Another", "n4"))["type"] == "accepted"


async def test_who_may_and_what(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=SATURDAY) as server:
        await server.conversation("c1", "basic")
        async with (
            server.device("mia") as mia,
            server.device("tora") as tora,
            server.device("ola") as ola,
            server.device("sara", {"c1": 0}) as sara,
        ):
            assert (await note(tora))["code"] == "not_allowed"
            assert (await note(ola))["code"] == "not_found"
            assert (await note(sara))["code"] == "read_only"
            assert (await note(mia, "x" * (MAX_NOTE + 1)))["code"] == "text_too_long"
            assert (await note(mia, "  "))["code"] == "text_empty"
            assert (await note(mia, "x" * MAX_NOTE))["type"] == "accepted"
            await server.change("c1", status="ended")
            refused = await note(mia, "Is anybody there?", "n2")
            assert (refused["type"], refused["reason"], refused["body"]) == ("refused", "ended", "Is anybody there?")


async def test_also_while_the_conversation_is_suspended(server: HereServer) -> None:
    await server.change("c1", status="suspended")
    async with server.device("mia") as mia, server.device("tora") as tora:
        assert (await note(mia))["type"] == "accepted"
        assert (await tora.messages(1))[0]["urgent"] is True


async def test_a_policy_may_have_none(valkey_url: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[help]\nurgent_note = false\n")
    async with here(valkey_url, tmp_path / "data", now=SATURDAY, policy=policy) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            assert mia.welcome["conversations"][0]["composer"]["urgent_note"] is False
            assert (await note(mia))["code"] == "not_allowed"


async def test_its_case_is_open_until_the_mentor_reads_it(valkey_url: str, tmp_path: Path) -> None:
    """Support and the mentor have a notice at once."""
    async with here(valkey_url, tmp_path, now=SATURDAY) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with server.device("mia") as mia, server.device("tora") as tora, server.device("sara") as sara:
            await note(mia)
            for device in (tora, sara):
                notice = (await device.hears("notice"))["notice"]
                assert (notice["event"], notice["data"]["state"]) == ("case.urgent", "open")
            await sara.hears("case")
            [case] = await cases(server)
            assert (case["facts"]["messages"], case["state"]) == (["n1"], "open")
            await tora.say("read", conversation="c1", seq=1)
            assert (await sara.hears("case"))["case"]["state"] == "seen"


async def test_it_stays_marked_in_history_and_archive(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=SATURDAY, archive_after=1, archive_keep_messages=1) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            await note(mia)
            for number in range(3):
                await tora.write(f"{number}")
            while await server.parts.archive.sweep():
                pass
            await tora.say("history", conversation="c1", before=2, limit=9)
            [message] = (await tora.hears("history"))["messages"]
            assert (message["body"], message["urgent"]) == ("Please call me", True)


async def test_it_stays_as_it_was_sent(valkey_url: str, tmp_path: Path) -> None:
    """Somebody may be acting on it. Reacting to it is as with any message."""
    async with here(valkey_url, tmp_path, now=SATURDAY) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            seq = (await note(mia))["seq"]
            for kind, more in (("edit", {"body": "Never mind"}), ("delete", {})):
                await mia.say(kind, conversation="c1", id=kind, about=seq, **more)
                assert (await mia.answer(kind))["code"] == "not_allowed"
            await tora.say("react", conversation="c1", id="r", about=seq, emoji="❤️")
            assert (await tora.answer("r"))["type"] == "accepted"


async def test_the_client_sends_one(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=SATURDAY) as server:
        await server.conversation("c1", "basic")
        async with ChatClient(server.http, token("mia")) as mia:
            await mia.online()
            assert isinstance(await mia.urgent("c1", "Please call me"), Accepted)
            with pytest.raises(ChatError, match="has had its urgent note"):
                await mia.urgent("c1", "Once more")
            await server.change("c1", status="ended")
            assert isinstance(await mia.urgent("c1", "Once more"), Refused)


async def test_it_reaches_whoever_stands_in_for_the_mentor(store_url: str, tmp_path: Path) -> None:
    """They are told, have it at once though nobody waits for an answer, also on the next connection, and can end it."""
    async with here(store_url, tmp_path, now=SATURDAY) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        details = AbsenceDetails(when("friday", "09:00"), when("monday", "09:00", weeks=1), "ulf")
        assert isinstance(await server.parts.absences.put("tora", "flu", details), AbsenceWritten)
        async with server.device("mia") as mia, server.device("ulf") as ulf:
            await note(mia)
            heard = await ulf.hears("message")
            assert (heard["body"], heard["urgent"], heard["seq"]) == ("Please call me", True, 1)
            notice = (await ulf.hears("notice"))["notice"]
            assert (notice["event"], notice["conversation"]) == ("case.urgent", "c1")
            async with server.device("ulf") as phone:
                view = next(each for each in phone.welcome["conversations"] if each["id"] == "c1")
                assert (view["reads_from"], view["unread"]) == (1, 1)
            await ulf.say("read", conversation="c1", seq=1)
            async with asyncio.timeout(60):
                while (await cases(server))[0]["state"] != "seen":  # noqa: ASYNC110 - the recorder does it
                    await asyncio.sleep(0.05)
