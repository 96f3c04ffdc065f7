"""What comes by itself: writing opens and closes, the mentor owes or not, a conversation appears or changes."""

from pathlib import Path

import pytest

from chatserver.protocol.codec import Encoding
from quotas import instant
from quotas.instant import HOUR, MINUTE, SECOND
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import TUESDAY, HereServer, here
from tests.chatserver.realtime.test_clock_moves import move

FRIDAY = "2026-01-09T20:00:00.000Z"
SATURDAY = "2026-01-09T23:00:00.000Z"
SUNDAY = "2026-01-11T20:00:00.000Z"
MONDAY = "2026-01-11T23:00:00.000Z"


async def move_before(store_url: str, to: str) -> None:
    """Two seconds before that: it comes by itself, however long servers and devices took to start."""
    await move(store_url, instant.text(instant.parse(to) - 2 * SECOND))


async def composer(device: Device) -> Event:
    """The next composer that is pushed."""
    pushed: Event = (await device.hears("composer"))["composer"]
    return pushed


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_weekend_begins(valkey_url: str, tmp_path: Path, encoding: Encoding) -> None:
    """Both are told, at the instant and not before; the next message is refused with the same words."""
    async with here(valkey_url, tmp_path, now=FRIDAY) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia", encoding=encoding) as mia, server.device("tora", encoding=encoding) as tora:
            assert mia.welcome["conversations"][0]["composer"]["open"] is True
            await move_before(valkey_url, SATURDAY)
            pushed = await composer(mia)
            assert (pushed["open"], pushed["reason"], pushed["opens_at"]) == (False, "closed", MONDAY)
            assert await composer(tora) == pushed
            assert await server.parts.ledger.now() >= instant.parse(SATURDAY)
            refused = await mia.write("too late")
            assert (refused["reason"], refused["composer"]) == ("closed", pushed)
            assert not [event for event in await mia.silence(0.2) if event["type"] not in ("presence", "clock")]


async def test_the_weekend_ends(valkey_url: str, tmp_path: Path) -> None:
    """Writing opens by itself, and at once it is open."""
    async with here(valkey_url, tmp_path, now=SUNDAY) as server:
        await server.conversation("c1", "light")
        async with server.device("mia") as mia:
            assert mia.welcome["conversations"][0]["composer"]["opens_at"] == MONDAY
            await move_before(valkey_url, MONDAY)
            pushed = await composer(mia)
            assert (pushed["open"], pushed["reason"], pushed["windows_left"]) == (True, None, 2)
            assert (await mia.write("good morning"))["type"] == "accepted"


async def test_a_window_runs_out(valkey_url: str, tmp_path: Path) -> None:
    """After 24 hours; the second one is still there, so writing stays open."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "light")
        async with server.device("mia") as mia:
            accepted = await mia.write("first")
            ends_at = accepted["composer"]["window_ends_at"]
            assert instant.parse(ends_at) == instant.parse(accepted["at"]) + 24 * HOUR
            assert accepted["composer"]["windows_left"] == 1
    before = instant.text(instant.parse(ends_at) - HOUR)
    async with here(valkey_url, tmp_path, now=before) as server, server.device("mia") as mia:
        assert mia.welcome["conversations"][0]["composer"]["window_ends_at"] == ends_at
        await move_before(valkey_url, ends_at)
        pushed = await composer(mia)
        assert (pushed["open"], pushed["window_ends_at"], pushed["windows_left"]) == (True, None, 1)
        second = await mia.write("second")
        assert second["composer"]["windows_left"] == 0
    ends_at = instant.text(instant.parse(second["at"]) + 24 * HOUR)
    before = instant.text(instant.parse(ends_at) - HOUR)
    async with here(valkey_url, tmp_path, now=before) as server, server.device("mia") as mia:
        assert mia.welcome["conversations"][0]["composer"]["open"] is True
        await move_before(valkey_url, ends_at)
        pushed = await composer(mia)
        assert (pushed["open"], pushed["reason"], pushed["opens_at"]) == (False, "quota_used", MONDAY)


async def test_a_message_changes_what_the_others_see(server: HereServer) -> None:
    """The writer knows from the answer; the other device and the mentor are told, once."""
    await server.change("c1", plan="light")
    async with server.device("mia") as mia, server.device("mia") as laptop, server.device("tora") as tora:
        accepted = await mia.write("opens a window")
        assert await composer(laptop) == accepted["composer"]
        assert await composer(tora) == accepted["composer"]
        await mia.write("changes nothing")
        for device in (mia, laptop, tora):
            assert not [event for event in await device.silence(0.3) if event["type"] == "composer"]


async def test_a_suspension_is_told_to_both_and_refuses_both(server: HereServer) -> None:
    """At once; the text comes back, nothing is owed, and lifting it opens what the rules allow."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("unanswered")
        await server.change("c1", status="suspended")
        for device in (mia, tora):
            told = (await device.hears("conversation"))["conversation"]
            assert (told["status"], told["composer"]["reason"], told["composer"]["opens_at"]) == (
                *("suspended", "suspended"),
                None,
            )
            assert told["reply"]["waiting_since"] is None
        for device in (mia, tora):
            refused = await device.write("not now")
            assert (refused["type"], refused["reason"], refused["body"]) == ("refused", "suspended", "not now")
            assert refused["opens_at"] is None
        assert (await mia.check())["reason"] == "suspended"
        await server.change("c1", status="open")
        for device in (mia, tora):
            told = (await device.hears("conversation"))["conversation"]
            assert (told["status"], told["composer"]["open"], told["reply"]["waiting_since"]) == ("open", True, None)
        assert (await mia.write("again"))["type"] == "accepted"
        assert (await tora.write("me too"))["type"] == "accepted"


async def test_a_change_of_plan_is_told_and_felt(server: HereServer) -> None:
    """By HTTP while both are connected: the conversation, its composer, and the very next message."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await server.change("c1", plan="light")
        for device in (mia, tora):
            changed = (await device.hears("conversation"))["conversation"]
            assert (changed["id"], changed["plan"], changed["composer"]["windows_left"]) == ("c1", "light", 2)
        accepted = await mia.write("on light")
        assert accepted["composer"]["windows_left"] == 1
        await server.change("c1", plan="basic")
        assert (await mia.hears("conversation"))["conversation"]["plan"] == "basic"
        kept = await mia.check()
        assert kept["window_ends_at"] == accepted["composer"]["window_ends_at"]
        assert kept["windows_left"] is None


async def test_pause_and_end_are_told(server: HereServer) -> None:
    """The wait is dropped when the conversation ends, and the mentor hears it."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("anyone?")
        assert (await tora.hears("reply"))["reply"]["waiting_since"] is not None
        for status, is_open, reason in (("paused", False, "paused"), ("open", True, None), ("ended", False, "ended")):
            await server.change("c1", status=status)
            for device in (mia, tora):
                assert (await device.hears("conversation"))["conversation"]["status"] == status
                pushed = await composer(device)
                assert (pushed["open"], pushed["reason"], pushed["opens_at"]) == (is_open, reason, None)
        owed = (await tora.hears("reply"))["reply"]
        assert owed == {"waiting_since": None, "due_at": None, "overdue": False}


async def test_what_is_owed_is_told_to_the_mentor_only(server: HereServer) -> None:
    """A wait begins with the first message, its deadline moves with the last, and the answer ends it."""
    async with server.device("mia") as mia, server.device("tora") as tora, server.device("sara", {"c1": 0}) as sara:
        first = await mia.write("one")
        owed = (await tora.hears("reply"))["reply"]
        assert owed == {
            "waiting_since": first["at"],
            "due_at": instant.text(instant.parse(first["at"]) + 24 * HOUR),
            "overdue": False,
        }
        assert (await sara.hears("reply"))["reply"] == owed
        last = await mia.write("two")
        moved = (await tora.hears("reply"))["reply"]
        assert moved["waiting_since"] == first["at"]
        assert instant.parse(moved["due_at"]) == instant.parse(last["at"]) + 24 * HOUR
        await tora.write("here")
        assert (await tora.hears("reply"))["reply"] == {"waiting_since": None, "due_at": None, "overdue": False}
        assert not [event for event in await mia.silence(0.3) if event["type"] == "reply"]


async def test_overdue_comes_by_itself(valkey_url: str, tmp_path: Path) -> None:
    """A millisecond after the deadline; writing again does not heal it."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            written = instant.parse((await mia.write("anyone?"))["at"])
    due = written + 24 * HOUR
    async with (
        here(valkey_url, tmp_path, now=instant.text(due - 2_000)) as server,
        server.device("tora") as tora,
        server.device("mia") as mia,
    ):
        assert tora.welcome["conversations"][0]["reply"]["overdue"] is False
        owed = (await tora.hears("reply"))["reply"]
        assert (owed["overdue"], owed["due_at"]) == (True, instant.text(due))
        assert await server.parts.ledger.now() > due
        await mia.write("hello?")
        assert not [event for event in await tora.silence(0.3) if event["type"] == "reply"]


async def test_a_live_chat_opens_writing_and_ends_by_itself(valkey_url: str, tmp_path: Path) -> None:
    """On a Saturday, for its time."""
    async with here(valkey_url, tmp_path, now="2026-01-10T12:00:00Z") as server:
        await server.conversation("c1", "live")
        async with server.device("mia") as mia:
            assert mia.welcome["conversations"][0]["composer"]["reason"] == "closed"
            await server.parts.ledger.start_live("c1", 2 * SECOND)
            pushed = await composer(mia)
            assert (pushed["open"], pushed["reason"]) == (True, None)
            assert pushed["live_until"] is not None
            assert (await mia.write("in the session"))["type"] == "accepted"
            pushed = await composer(mia)
            assert (pushed["open"], pushed["reason"], pushed["live_until"]) == (False, "closed", None)


async def test_a_new_conversation_appears_and_works(server: HereServer) -> None:
    """For both while they are connected, on every device; others hear nothing of it."""
    async with (
        server.device("mia") as mia,
        server.device("tora") as desk,
        server.device("tora", encoding="msgpack") as pocket,
        server.device("ola") as ola,
    ):
        assert ola.welcome["conversations"] == []
        await server.conversation("c2", "light", member="ola")
        for device in (desk, pocket, ola):
            added = (await device.hears("conversation"))["conversation"]
            assert (added["id"], added["member"], added["last_seq"]) == ("c2", "ola", 0)
        assert (await ola.write("hello", conversation="c2"))["seq"] == 1
        for device in (desk, pocket):
            [message] = await device.messages(1)
            assert (message["conversation"], message["body"]) == ("c2", "hello")
        await ola.hears("presence", user="tora", online=True)
        assert not [event for event in await mia.silence(0.2) if event.get("conversation") == "c2"]


async def test_the_clock_of_the_tests_is_a_tuesday(server: HereServer) -> None:
    """The shift reaches the ledger, the welcome and what is stored."""
    async with server.device("mia") as mia:
        written = instant.parse((await mia.write("now"))["at"])
        assert 0 <= written - instant.parse(TUESDAY) < 10 * MINUTE
