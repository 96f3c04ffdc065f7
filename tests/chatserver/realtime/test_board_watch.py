"""The board over sockets: a snapshot, then changes, a few times a second, for support, services and mentors."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from redis import Redis

from chatserver.protocol.commands import MAX_WATCHED
from chatserver.realtime.board_reader import ROWS_AT_ONCE, ROWS_WITH_STEPS
from chatserver.realtime.board_watch import TELL_EVERY
from quotas.ledger import keys
from quotas.ledger.state import State
from quotas.standing import ConversationSettings
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here
from tests.engines import StoreProcess
from tests.quotas.ledger.waiting import write

Pair = tuple[HereServer, HereServer]
Shown = dict[str, dict[str, Any]]


async def asked(
    server: HereServer, *conversations: str, plan: str = "basic", member: str = "mia", mentor: str = "tora"
) -> None:
    """Conversations whose member has written."""
    ledger = server.parts.ledger
    for conversation in conversations:
        await ledger.configure(conversation, ConversationSettings(member, mentor, plan, "Europe/Oslo", ""))
        await write(ledger, server.parts.rulebook, conversation)


async def answered(server: HereServer, conversation: str) -> None:
    await write(server.parts.ledger, server.parts.rulebook, conversation, writer="mentor")


class Watcher:
    """A device that watches, and the rows as its events leave them."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.rows: Shown = {}
        self.totals: dict[str, int] = {}
        self.events = 0

    async def watch(self, **wanted: object) -> None:
        await self.device.say("watch", replies=True, **wanted)
        more = await self.hears(snapshot=True)
        while more:
            more = await self.hears()

    async def hears(self, *, snapshot: bool = False) -> bool:
        """The next event; whether it says that more follows."""
        event = await self.device.hears("replies")
        assert event["snapshot"] == snapshot, event
        assert len(event["rows"]) + len(event["removed"]) <= ROWS_AT_ONCE
        if snapshot:
            self.rows = {}
        self.rows.update({row["conversation"]: row for row in event["rows"]})
        for conversation in event["removed"]:
            del self.rows[conversation]
        self.totals = event["totals"]
        self.events += 1
        return bool(event["more"])

    async def sees(self, *conversations: str, **totals: int) -> None:
        """Wait until exactly these are shown, with these totals."""
        while set(self.rows) != set(conversations) or not totals.items() <= self.totals.items():
            await self.hears()


async def test_a_snapshot_and_then_what_changes(servers: Pair) -> None:
    """Whichever process the messages came through."""
    one, other = servers
    await asked(one, "b1", "b2")
    async with other.device("sara", encoding="msgpack") as device:
        sara = Watcher(device)
        await sara.watch()
        assert set(sara.rows) == {"b1", "b2"}
        assert sara.totals == {"waiting": 2, "overdue": 0, "missed": 0}
        row = sara.rows["b1"]
        wait = await one.parts.ledger.standing("b1")
        assert wait is not None
        assert {key: row[key] for key in ("member", "mentor", "plan", "overdue", "missed")} == {
            "member": "mia",
            "mentor": "tora",
            "plan": "basic",
            "overdue": False,
            "missed": False,
        }
        assert row["waiting_since"] < row["due_at"]
        await asked(one, "b3")
        await sara.sees("b1", "b2", "b3", waiting=3)
        await answered(one, "b1")
        await sara.sees("b2", "b3", waiting=2)


async def test_changes_come_at_most_four_times_a_second_whatever_happens(server: HereServer) -> None:
    """Never one frame per message."""
    names = [f"b{number}" for number in range(150)]
    async with server.device("sara") as device:
        sara = Watcher(device)
        await sara.watch()
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asked(server, *names)
        for name in names[:50]:
            await answered(server, name)
        await sara.sees(*names[50:], waiting=100)
        assert sara.events <= 3 + (loop.time() - began) / TELL_EVERY
        assert [event for event in await device.silence() if event["type"] == "replies"] == []


async def test_many_rows_come_in_several_events(server: HereServer) -> None:
    """The most urgent first; only the first is a snapshot. So does whatever ends at once."""
    names = [f"b{number}" for number in range(2 * ROWS_AT_ONCE + 1)]
    await asked(server, *names)
    async with server.device("sara") as device:
        sara = Watcher(device)
        await sara.watch(limit=MAX_WATCHED)
        assert set(sara.rows) == set(names)
        assert sara.events == 3
        due = [row["due_at"] for row in sara.rows.values()]
        assert due == sorted(due)
        await asyncio.gather(*(answered(server, name) for name in names))
        await sara.sees(waiting=0)


async def test_rows_have_the_steps_of_their_escalation_where_they_are_asked_for(server: HereServer) -> None:
    """As over HTTP; fewer rows an event then."""
    names = [f"b{number}" for number in range(ROWS_WITH_STEPS + 1)]
    await asked(server, *names)
    await asked(server, "v1", plan="video")
    async with server.device("sara") as device:
        sara = Watcher(device)
        await sara.watch()
        assert {row["steps"] for row in sara.rows.values()} == {None}
        await sara.watch(steps=True)
        assert sara.events == 3
        steps = sara.rows["b1"]["steps"]
        assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
        assert steps[-1] == {
            "at": sara.rows["b1"]["due_at"],
            "to": ["mentor", "support"],
            "before_hours": 0.0,
            "after_hours": None,
            "told": False,
        }
        assert sara.rows["v1"]["steps"] == []


async def test_a_watch_shows_the_first_of_what_it_asks_for(server: HereServer) -> None:
    """Totals count more; a row that leaves makes room for the next."""
    await asked(server, "b1", "b2", "b3")
    await asked(server, "v1", plan="video")
    await asked(server, "s1", mentor="sam")
    async with server.device("robot") as device:
        robot = Watcher(device)
        await robot.watch(limit=2)
        assert set(robot.rows) == {"b1", "b2"}
        assert robot.totals["waiting"] == 5
        await answered(server, "b1")
        await robot.sees("b2", "b3", waiting=4)
        await robot.watch(plan="video")
        assert set(robot.rows) == {"v1"}
        assert robot.rows["v1"]["due_at"] is None
        assert robot.totals["waiting"] == 1
        await robot.watch(mentor="sam")
        assert set(robot.rows) == {"s1"}
        await robot.watch(state="overdue")
        assert robot.rows == {}
        assert robot.totals["waiting"] == 4


async def test_a_plan_that_changes_is_shown(server: HereServer) -> None:
    await asked(server, "b1")
    async with server.device("sara") as device:
        sara = Watcher(device)
        await sara.watch()
        await server.parts.ledger.configure(
            "b1", ConversationSettings("mia", "tora", "live", "Europe/Oslo", "", revision=2)
        )
        while sara.rows["b1"]["plan"] != "live":
            await sara.hears()


async def test_whoever_stops_watching_hears_no_more(server: HereServer) -> None:
    """And with the last one the process stops to listen."""
    async with server.device("sara") as device:
        sara = Watcher(device)
        await sara.watch()
        await device.say("watch", replies=False)
        await asked(server, "b1")
        assert [event for event in await device.silence(2 * TELL_EVERY) if event["type"] == "replies"] == []
        [_, listeners] = await server.parts.store.request("PUBSUB", "SHARDNUMSUB", keys.board(7))
        assert listeners == 0
        await sara.watch()
        assert set(sara.rows) == {"b1"}


@pytest.mark.parametrize(("person", "mentor"), [("mia", None), ("mia", "tora"), ("tora", "sam")])
async def test_who_may_not_watch_is_told_so(server: HereServer, person: str, mentor: str | None) -> None:
    """A member nothing, a mentor nobody else's."""
    async with server.device(person) as device:
        await device.say("watch", replies=True, mentor=mentor)
        assert not (await device.error("not_allowed"))["temporary"]
        assert await device.is_alive()


async def test_a_mentor_watches_their_own(server: HereServer) -> None:
    """As over HTTP: rows and totals are theirs, whether they name themselves or nobody."""
    await server.conversation("b1", "basic", member="mia")
    await server.conversation("b2", "basic", member="ola")
    await asked(server, "s1", member="kari", mentor="sam")
    async with server.device("mia") as mia, server.device("ola") as ola, server.device("tora") as device:
        await mia.write("Hei", conversation="b1")
        tora = Watcher(device)
        await tora.watch()
        assert set(tora.rows) == {"b1"}
        assert tora.totals["waiting"] == 1
        await tora.watch(mentor="tora")
        await asked(server, "s2", member="kari", mentor="sam")
        await ola.write("Hei", conversation="b2")
        await tora.sees("b1", "b2", waiting=2)


async def test_a_plan_that_there_is_not_is_named(server: HereServer) -> None:
    async with server.device("sara") as device:
        await device.say("watch", replies=True, plan="gold")
        assert "basic" in (await device.error("invalid_field"))["message"]


async def test_after_the_store_was_away_the_snapshot_comes_anew(tmp_path: Path) -> None:
    """What happened meanwhile was published to nobody here."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server, server.device("sara") as device:
            await asked(server, "b1", "b2")
            sara = Watcher(device)
            await sara.watch()
            store.restart()
            with Redis.from_url(store.url) as other:
                key = keys.conversation("b1")
                state = State.unpacked(other.hget(key, "state"))
                other.hset(key, "state", replace(state, waiting_since=0, due_at=0).packed())
                other.zrem(keys.waits(int(keys.tag("b1")[1:-1])), "b1")
            await sara.hears(snapshot=True)
            while set(sara.rows) != {"b2"}:
                await sara.hears()
            await asked(server, "b3")
            await sara.sees("b2", "b3", waiting=2)
    finally:
        store.stop()


async def test_two_watchers_each_see_their_own(server: HereServer) -> None:
    async with server.device("sara") as first, server.device("robot") as second:
        sara, robot = Watcher(first), Watcher(second)
        await asyncio.gather(sara.watch(plan="basic"), robot.watch(plan="video"))
        await asked(server, "b1")
        await asked(server, "v1", plan="video")
        await asyncio.gather(sara.sees("b1", waiting=1), robot.sees("v1", waiting=1))
