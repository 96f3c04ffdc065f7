"""Who stands in for a mentor: what they read and write, and that it comes and goes by itself, also on open sockets."""

from pathlib import Path

import pytest

from chatserver.protocol.codec import Encoding
from chatserver.realtime import board_watch, standing_in
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from tests.chatserver.realtime.devices import Device, Event, bodies, seqs
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when

MONDAY, TUESDAY, WEDNESDAY, FRIDAY = (when(day, "09:00") for day in ("monday", "tuesday", "wednesday", "friday"))


async def away(server: HereServer, since: str, until: str, substitute: str | None = "ulf", id: str = "flu") -> None:
    written = await server.parts.absences.put("tora", id, AbsenceDetails(since, until, substitute))
    assert isinstance(written, AbsenceWritten), written


async def prepared(server: HereServer) -> None:
    """Tora's conversation with Mia, and one of Ulf's own, who may stand in."""
    await server.conversation("c1", "basic")
    await server.conversation("c2", "basic", member="uma", mentor="ulf")


async def exchanged(server: HereServer, pairs: int) -> None:
    """Questions and answers, from seq 1 on."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        for number in range(pairs):
            await mia.write(f"question {number}")
            await tora.write(f"answer {number}")


async def page(device: Device, **fields: object) -> Event:
    """A page of the history."""
    await device.say("history", conversation="c1", **{"before": None, "limit": 100} | fields)
    return await device.hears("history")


def names(device: Device) -> list[str]:
    """The conversations of a welcome."""
    return sorted(each["id"] for each in device.welcome["conversations"])


def view_of(device: Device, conversation: str = "c1") -> Event:
    """One of them."""
    views: list[Event] = device.welcome["conversations"]
    [view] = [each for each in views if each["id"] == conversation]
    return view


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_substitute_finds_what_waits_and_twenty_messages_before_it(
    store_url: str, tmp_path: Path, encoding: Encoding
) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await exchanged(server, 15)
        async with server.device("mia") as mia, server.device("ulf") as before:
            await mia.write("who waits")
            await mia.write("waits on")
            assert names(before) == ["c2"]
            await before.say("history", conversation="c1", before=None, limit=100)
            await before.error("not_found")
            await away(server, MONDAY, FRIDAY)
            async with server.device("ulf", encoding=encoding) as ulf:
                assert names(ulf) == ["c1", "c2"]
                view = view_of(ulf)
                assert (view["mentor"], view["reads_from"], view["last_seq"]) == ("tora", 11, 32)
                assert view["reply"]["waiting_since"] is not None
                assert view["away"] == {"until": FRIDAY, "substitute": "ulf"}
                found = await page(ulf)
                assert (seqs(found["messages"]), found["more"]) == (list(range(11, 33)), False)
                assert (await page(ulf, before=11))["messages"] == []
                some = await page(ulf, limit=5)
                assert (seqs(some["messages"]), some["more"]) == ([28, 29, 30, 31, 32], True)


async def test_they_answer_in_their_own_name(store_url: str, tmp_path: Path) -> None:
    """The wait ends, and the member and the mentor see whose answer it is; the mentor has read nothing by it."""
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("question")
            assert (await tora.hears("reply"))["reply"]["waiting_since"] is not None
            await away(server, MONDAY, FRIDAY)
            async with server.device("ulf") as ulf, server.device("ulf") as phone:
                await ulf.say("typing", conversation="c1")
                assert (await mia.hears("typing"))["from"] == "ulf"
                accepted = await ulf.write("answer")
                assert (accepted["type"], accepted["seq"]) == ("accepted", 2)
                for device in (mia, tora, phone):
                    heard = await device.hears("message", body="answer")
                    assert (heard["from"], heard["role"], heard["seq"]) == ("ulf", "mentor", 2)
                assert await tora.hears("reply", reply={"waiting_since": None, "due_at": None, "overdue": False})
                again = await ulf.write("answer")
                assert (again["type"], again["seq"]) == ("accepted", 2)
                own = await tora.write("mine too", "answer")
                assert (own["type"], own["seq"]) == ("accepted", 3)
                await ulf.say("read", conversation="c1", seq=3)
                assert await phone.hears("read", seq=3) == {
                    "type": "read",
                    "conversation": "c1",
                    "from": "ulf",
                    "seq": 3,
                }
                assert [event for event in await mia.silence() if event["type"] == "read"] == []
        async with server.device("mia") as mia, server.device("ulf") as ulf, server.device("tora") as tora:
            assert mia.welcome["conversations"][0]["peer_read_seq"] == 0
            assert tora.welcome["conversations"][0]["read_seq"] == 0
            assert view_of(ulf)["read_seq"] == 3


async def test_nobody_waits_so_there_is_nothing_to_read(store_url: str, tmp_path: Path) -> None:
    """Until a member writes: then the substitute has their message at once, and 20 before it."""
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await exchanged(server, 15)
        await away(server, MONDAY, FRIDAY)
        async with server.device("ulf") as ulf, server.device("mia") as mia, server.device("tora") as tora:
            assert view_of(ulf)["reads_from"] == 31
            assert (await page(ulf))["messages"] == []
            await tora.write("a word before I leave")
            await mia.write("question")
            view = (await ulf.hears("conversation"))["conversation"]
            assert (view["id"], view["reads_from"]) == ("c1", 12)
            heard = await ulf.hears("message")
            assert (heard["body"], heard["seq"]) == ("question", 32)
            assert seqs((await page(ulf))["messages"]) == list(range(12, 33))
            await ulf.write("answer")
            await mia.write("thanks")
            assert bodies([await ulf.hears("message")]) == ["thanks"]


async def test_it_comes_and_goes_by_the_clock_on_two_servers(store_url: str, tmp_path: Path) -> None:
    """What is written at the last millisecond is theirs; at the end the conversation is theirs no longer."""
    async with here(store_url, tmp_path, now=MONDAY) as one, here(store_url, tmp_path, now=None) as other:
        await prepared(one)
        await away(one, TUESDAY, FRIDAY)
        async with one.device("mia") as mia, other.device("ulf") as ulf, one.device("uma") as uma:
            assert names(ulf) == ["c2"]
            await mia.write("question")
            assert (await ulf.write("early"))["code"] == "not_found"
            await move_clock(store_url, TUESDAY)
            view = (await ulf.hears("conversation"))["conversation"]
            assert (view["id"], view["reads_from"], view["read_seq"]) == ("c1", 1, 0)
            assert (await ulf.write("answer"))["type"] == "accepted"
            assert (await mia.hears("message"))["from"] == "ulf"
            await mia.write("thanks")
            assert (await ulf.hears("message"))["body"] == "thanks"
            await move_clock(store_url, FRIDAY)
            assert await ulf.hears("unfollowed") == {"type": "unfollowed", "conversation": "c1", "ask": None}
            assert (await ulf.write("late"))["code"] == "not_found"
            await mia.write("anybody there?")
            assert [event for event in await ulf.silence() if event["type"] == "message"] == []
            async with other.device("ulf") as again:
                assert names(again) == ["c2"]
            assert [event["type"] for event in uma.waiting if event["type"] == "conversation"] == []


async def test_an_absence_that_is_changed_or_taken_back_changes_who_stands_in(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await server.conversation("c3", "basic", member="ola", mentor="tora")
        async with server.device("ulf") as ulf:
            await away(server, MONDAY, FRIDAY)
            assert [(await ulf.hears("conversation"))["conversation"]["id"] for _ in range(2)] == ["c1", "c3"]
            await away(server, MONDAY, FRIDAY, None)
            assert [(await ulf.hears("unfollowed"))["conversation"] for _ in range(2)] == ["c1", "c3"]
            await away(server, MONDAY, FRIDAY)
            await ulf.hears("conversation")
            assert await server.parts.absences.remove("tora", "flu") is None
            assert (await ulf.hears("unfollowed"))["conversation"] in ("c1", "c3")


async def test_conversations_that_are_new_meanwhile_come_too(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a minute: who stands in is looked at again."""
    monkeypatch.setattr(standing_in, "LOOK_EVERY", 0.05)
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await away(server, MONDAY, FRIDAY)
        async with server.device("ulf") as ulf:
            await server.conversation("c3", "basic", member="ola", mentor="tora")
            assert (await ulf.hears("conversation"))["conversation"]["id"] == "c3"


async def test_sessions_are_no_substitutes(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await server.conversation("c1", "live")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        await away(server, MONDAY, FRIDAY)
        async with server.device("ulf") as ulf, server.device("tora") as tora:
            [view] = tora.welcome["conversations"]
            assert view["credits"] is not None
            assert (view_of(ulf)["credits"], view["reads_from"]) == (None, None)
            await ulf.say("join", conversation="c1", booking="b1")
            await ulf.error("read_only")


async def test_a_member_or_support_stands_in_for_nobody(store_url: str, tmp_path: Path) -> None:
    """By the role of the token, too."""
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await away(server, MONDAY, FRIDAY)
        async with server.device("ulf", role="member") as ulf:
            assert names(ulf) == []


async def test_what_was_missed_is_replayed_from_where_they_may_read(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await exchanged(server, 15)
        async with server.device("mia") as mia:
            await mia.write("question")
            await away(server, MONDAY, FRIDAY)
            async with server.device("ulf", {"c1": 29}) as ulf:
                assert seqs(await ulf.messages(2)) == [30, 31]
            async with server.device("ulf", {"c1": 3}) as ulf:
                assert await ulf.hears("gap") == {"type": "gap", "conversation": "c1", "after": 3}
                assert seqs(await ulf.messages(21)) == list(range(11, 32))


async def test_the_board_says_who_stands_in(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a snapshot, and by itself once an absence has begun or ended, though no wait has changed."""
    monkeypatch.setattr(board_watch, "LOOK_EVERY", 0.05)
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        async with server.device("mia") as mia, server.device("sara") as sara:
            await mia.write("question")
            await sara.say("watch", replies=True)
            [row] = (await sara.hears("replies"))["rows"]
            assert (row["mentor"], row["substitute"]) == ("tora", None)
            await away(server, MONDAY, FRIDAY)
            [row] = (await sara.hears("replies"))["rows"]
            assert (row["mentor"], row["substitute"]) == ("tora", "ulf")
            async with http_client(server.http, headers={"Authorization": f"Bearer {token('sara')}"}) as api:
                [found] = (await api.get("/v1/replies")).json()["replies"]
            assert (found["mentor"], found["substitute"]) == ("tora", "ulf")
            await away(server, MONDAY, FRIDAY, None)
            [row] = (await sara.hears("replies"))["rows"]
            assert row["substitute"] is None
