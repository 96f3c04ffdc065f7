"""A view says what was written last, to whoever may read it."""

from pathlib import Path
from typing import Any

import pytest

from chatserver.client import ChatClient
from chatserver.protocol.codec import Encoding
from chatserver.protocol.entry import event_entry
from chatserver.protocol.events import Message
from chatserver.sessions.absence_requests import AbsenceDetails
from quotas.ledger import keys
from quotas.ledger.archive import Keep
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.stories.clock import when


def last(device: Device) -> Event | None:
    """What a welcome says of c1."""
    [view] = [each for each in device.welcome["conversations"] if each["id"] == "c1"]
    found: Event | None = view["last"]
    return found


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_beginning_of_the_last_text_or_the_last_event(server: HereServer, encoding: Encoding) -> None:
    """Also of a conversation that was opened before it was written, and of one that is opened after."""
    async with server.device("mia") as mia:
        written = await mia.write("Can we\n\n meet? " + 200 * "x", id="a1")
        async with server.device("tora", encoding=encoding) as tora:
            told = last(tora)
    assert told is not None
    text = ("Can we meet? " + 200 * "x")[:140]
    of = {"seq": 1, "from": "mia", "role": "member", "at": written["at"], "text": text}
    assert told == of
    async with server.device("tora", encoding=encoding) as tora:
        assert last(tora) == of
    await server.parts.ledger.write_event("c1", 1, event_entry(1, "booked", {"minutes": 30}))
    async with server.device("tora", encoding=encoding) as tora:
        told = last(tora)
        assert told is not None
        assert (told["from"], told["text"], told["event"]) == (
            "system",
            "",
            {"name": "booked", "data": {"minutes": 30}},
        )


async def test_nobody_who_stands_in_is_told_what_they_may_not_read(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=when("tuesday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("before")
            await tora.write("answered")
            details = AbsenceDetails(when("monday", "09:00"), when("friday", "09:00"), "ulf")
            await server.parts.absences.put("tora", "flu", details)
            async with server.device("ulf") as ulf:
                views = {each["id"]: each for each in ulf.welcome["conversations"]}
                if "c1" in views and views["c1"]["reads_from"] is None:
                    assert views["c1"]["last"] is None


async def test_the_client_keeps_it_current(server: HereServer) -> None:
    async with ChatClient(server.http, token("mia")) as mia, server.device("tora") as tora:
        await mia.online()
        await tora.write("Good morning")
        async for event in mia.events():
            if getattr(event, "body", "") == "Good morning":
                break
        known = mia.conversations["c1"].last
        assert known is not None
        assert (known.sender, known.text) == ("tora", "Good morning")


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_it_is_the_last_message_as_it_stands(server: HereServer, encoding: Encoding) -> None:
    """Edits and its deletion are in it, and reactions are none; whether its room was open, is opened, or lost it."""
    async with server.device("mia") as mia:
        for body in ("first", "second"):
            await mia.write(body)
        steps: list[tuple[str, dict[str, Any]]] = [
            ("1", {"type": "react", "about": 2, "emoji": "👍"}),
            ("2", {"type": "edit", "about": 1, "body": "another first"}),
            ("3", {"type": "edit", "about": 2, "body": "another\nsecond"}),
            ("4", {"type": "edit", "about": 2, "body": "a third\nsecond"}),
            ("5", {"type": "react", "about": 1, "emoji": "👍"}),
        ]
        at = {}
        for id, fields in steps:
            await mia.say(fields.pop("type"), conversation="c1", id=id, **fields)
            at[id] = (await mia.answer(id))["at"]
        async with server.device("tora", encoding=encoding) as tora:
            while_open = last(tora)
    async with server.device("tora", encoding=encoding) as tora:
        opened = last(tora)
    assert while_open is not None
    assert opened == while_open
    assert (opened["seq"], opened["from"], opened["text"], opened["edited_at"]) == (2, "mia", "a third second", at["4"])
    while await server.parts.store.request("XLEN", keys.log("c1")):
        await server.parts.archive.archive(["c1"], Keep(0, 0))
    async with server.device("tora", encoding=encoding) as tora:
        assert last(tora) == opened
    async with server.device("mia") as mia:
        await mia.say("delete", conversation="c1", id="6", about=2)
        await mia.answer("6")
        async with server.device("tora", encoding=encoding) as tora:
            while_open = last(tora)
    async with server.device("tora", encoding=encoding) as tora:
        assert last(tora) == while_open
    assert while_open is not None
    assert (while_open["seq"], while_open["text"], while_open["deleted"]) == (2, "", True)
    assert "edited_at" not in while_open


async def test_the_client_knows_it_as_it_stands(server: HereServer) -> None:
    async with ChatClient(server.http, token("mia")) as mia, server.device("tora") as tora:
        await mia.online()
        await tora.write("Good morning")
        steps: list[tuple[str, dict[str, str]]] = [
            ("react", {"emoji": "👍"}),
            ("edit", {"body": "Good\nevening"}),
            ("delete", {}),
        ]
        for kind, fields in steps:
            await tora.say(kind, conversation="c1", id=kind, about=1, **fields)
            assert (await tora.answer(kind))["type"] == "accepted"
            async for event in mia.events():
                if isinstance(event, Message) and event.id == kind:
                    break
            known = mia.conversations["c1"].last
            assert known is not None
            assert (known.seq, known.sender) == (1, "tora")
            assert known.text == {"react": "Good morning", "edit": "Good evening", "delete": ""}[kind]
            assert (known.edited_at is not None, known.deleted) == (kind == "edit", kind == "delete")
