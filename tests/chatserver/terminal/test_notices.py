"""Notices at a screen, on a real server: a line for each new one, the bell, the list, and what is wanted."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from msgspec.structs import replace

from chatserver.client import ChatClient
from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices as rows
from quotas import instant
from quotas.phrases import Language
from tests.chatserver.client.peer import eventually
from tests.chatserver.realtime.servers import TUESDAY, HereServer, here, token
from tests.chatserver.terminal.screen import ENTER, Terminal, terminal_of
from tests.stories.clock import move_clock, when

NOW = instant.parse(TUESDAY)


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """The conversations c1 of mia and tora, and c2 of mia and ulf."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", mentor="ulf")
        yield server


def at_terminal(
    server: HereServer, person: str = "mia", conversation: str | None = None, language: Language = "en"
) -> AbstractAsyncContextManager[Terminal]:
    return terminal_of(ChatClient(server.http, token(person)), conversation, language=language)


def a_notice(number: int, conversation: str = "c1", person: str = "mia") -> Notice:
    data = {
        "role": "member",
        "service": "live_chat",
        "starts_at": "2026-01-08T17:00:00.000Z",
        "minutes": 30,
    }
    return Notice(0, person, "booking.booked", f"b{number}", conversation, f"b{number}", data, NOW + number, NOW)


async def noted(server: HereServer, *notices: Notice) -> None:
    for notice in notices:
        async with server.parts.database.begin() as connection:
            [new] = await rows.append(connection, [notice])
            unread = await rows.unread_of(connection, notice.person)
        await server.parts.notice_publisher.publish(new, unread)


async def test_a_new_notice_is_one_line_and_the_bell_counts(server: HereServer) -> None:
    """But in the conversation that it is about, and where it is known to be read; the list is read once it is shown."""
    async with at_terminal(server, conversation="c1") as mia, server.device("mia") as phone:
        await mia.sees("online")
        first = replace(a_notice(1, "c2"), data={**a_notice(1).data, "first": True})
        await noted(server, first)
        await mia.sees("◦ Your live chat with Ulf is booked for Thursday 8 January at 18:00, 30 minutes.")
        await mia.sees("You get this because")
        await mia.sees("1 new notice · /notices")
        mia.forget()
        await noted(server, a_notice(2), replace(a_notice(3, "c2"), read_at=NOW))
        await mia.sees("2 new notices · /notices")
        assert "with Tora" not in mia.drawn
        mia.type("/notices" + ENTER)
        await mia.sees("• Tue 06 Jan 10:00 Your live chat with Ulf")
        await mia.sees("• Tue 06 Jan 10:00 Your live chat with Tora")
        await phone.hears("notices_read", unread=0)
        await mia.shows("new notices", False)
        mia.type("/notices 1" + ENTER)
        await mia.sees("/notices N shows up to 100.")
        mia.type("/notices 101" + ENTER)
        await mia.sees("/notices takes a number from 1 to 100.")


async def test_what_stands_in_no_entry_is_told_in_the_open_conversation_too(server: HereServer) -> None:
    """In full, and to a mentor with the command that they need then."""
    call = {"service": "video_call", "starts_at": "2026-01-05T17:00:00.000Z", "minutes": 30}
    missed = replace(a_notice(1), event="session.mentor_absent", data={"role": "member", **call})
    over = replace(a_notice(2, person="tora"), event="session.close_reminder", data={"role": "mentor", **call})
    async with at_terminal(server, conversation="c1") as mia, at_terminal(server, "tora", "c1") as tora:
        await mia.sees("online")
        await tora.sees("online")
        await noted(server, missed, over)
        await mia.sees("It costs you nothing; please book a new time.")
        await tora.sees("Close it when you are done. · /finish")


async def test_of_a_muted_conversation_the_bell_alone_tells(server: HereServer) -> None:
    await server.parts.preferences.mute("mia", "c2", muted=True)
    async with at_terminal(server, conversation="c1") as mia:
        await mia.sees("online")
        await noted(server, a_notice(1, "c2"))
        await mia.sees("1 new notice · /notices")
        assert "with Ulf" not in mia.drawn


async def test_what_is_read_on_another_device_is_read_here(server: HereServer) -> None:
    await noted(server, a_notice(1), a_notice(2))
    async with at_terminal(server) as mia, server.device("mia") as phone:
        await mia.sees("2 new notices · /notices")
        await phone.say("notices_read", upto=10**6)
        await mia.shows("/notices", False)


async def test_a_conversation_is_muted_and_writing_waited_for(server: HereServer) -> None:
    async with at_terminal(server, conversation="c1") as mia:
        await mia.sees("online")
        mia.type("/mute" + ENTER)
        await mia.sees("Tora is muted: notices stand in /notices alone.")
        await mia.shows("· muted", True)
        mia.type("/unmute" + ENTER)
        await mia.sees("Notices of Tora come again.")
        await mia.shows("· muted", False)
        mia.type("/remind" + ENTER)
        await mia.sees("You may write now: there is nothing to wait for.")
        await server.change("c1", status="paused")
        mia.type("/remind" + ENTER)
        await mia.sees("You will hear when you may write again; nobody knows yet when that is.")
        await server.change("c1", status="ended")
        mia.type("/remind" + ENTER)
        await mia.sees("The conversation has ended: writing does not open again.")


async def test_a_member_hears_when_writing_opens(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=when("saturday", "10:00")) as server:
        await server.conversation("c1", "light")
        async with at_terminal(server, language="nb") as mia:
            await mia.sees("låst")
            mia.type("/remind" + ENTER)
            await mia.sees("Du får beskjed når du kan skrive igjen: man 12. jan 00:00.")
            await move_clock(valkey_url, "2026-01-11T23:00:00Z")
            await mia.sees("1 nytt varsel · /notices")
            mia.type("/notices" + ENTER)
            await mia.sees("Du kan skrive til Tora igjen")


async def test_it_is_said_in_danish_too(server: HereServer) -> None:
    await noted(server, a_notice(1))
    async with at_terminal(server, language="da") as mia:
        await mia.sees("1 ny notifikation")
        mia.type("/notices" + ENTER)
        await mia.sees("torsdag 8. januar kl. 18.00")
        mia.type("/mute" + ENTER)
        await mia.sees("Åbn en samtale først")


async def test_others_are_told_that_it_is_not_for_them(server: HereServer) -> None:
    """Support has notices and mutes nothing; a mentor waits for nothing; /help offers to each what is theirs."""
    async with at_terminal(server, "sara") as sara:
        await sara.sees("online")
        sara.type("/notices" + ENTER)
        await sara.sees("There are no notices.")
        sara.type("/follow c1" + ENTER)
        await sara.sees("reading only")
        sara.type("/mute" + ENTER)
        await sara.sees("That is for one's own conversations.")
        sara.type("/help" + ENTER)
        await sara.sees("/quit")
        assert "/notices N" in sara.drawn
        assert "/unmute" not in sara.drawn
    async with at_terminal(server, "tora", "c1") as tora:
        await tora.sees("online")
        tora.type("/remind" + ENTER)
        await tora.sees("That is for members.")


async def test_the_client_keeps_count(server: HereServer) -> None:
    """Through what comes, what is read here, and what is read elsewhere."""
    await noted(server, a_notice(1), a_notice(2))
    async with (
        ChatClient(server.http, token("mia")) as chat,
        ChatClient(server.http, token("mia"), encoding="msgpack") as other,
        ChatClient(server.http, token("robot")) as robot,
    ):
        await chat.online()
        await other.online()
        await robot.online()
        assert (chat.unread_notices, other.unread_notices, robot.unread_notices) == (2, 2, None)
        await noted(server, a_notice(3))
        await eventually(lambda: chat.unread_notices == other.unread_notices == 3)
        page = await chat.notices(limit=2)
        assert (len(page.notices), page.more) == (2, True)
        assert await other.read_notices(ids=[page.notices[0].id]) == 2
        await eventually(lambda: chat.unread_notices == 2)
        assert await chat.read_notices(upto=page.notices[0].id) == 0
        await eventually(lambda: other.unread_notices == 0)
