"""Messages that go out later: kept for who wrote them, sent at their time by the rules of that moment, once."""

import asyncio
from pathlib import Path

from chatserver.conversations.records import record
from chatserver.unsent.later import LATER
from chatserver.unsent.later_delivery import OF_ALL
from quotas import instant
from quotas.instant import DAY, HOUR
from quotas.ledger import keys
from quotas.ledger.archive import Keep
from quotas.ledger.waits import REPLY
from quotas.sending_later import LONGEST_AHEAD, MOST_WAITING
from tests.chatserver.moving import move
from tests.chatserver.realtime.devices import Device, Event, bodies
from tests.chatserver.realtime.servers import TUESDAY, HereServer, here, token
from tests.engines import Stores
from tests.plain_http import http_client

Pair = tuple[HereServer, HereServer]
NOW = instant.parse(TUESDAY)
KINDS = (REPLY, LATER)


def after(hours: float) -> str:
    return instant.text(NOW + round(hours * HOUR))


async def later(device: Device, body: str, at: str, id: str = "", conversation: str = "c1") -> Event:
    """Send it for later; what is answered."""
    await device.say("send", conversation=conversation, id=id or body, body=body, at=at)
    return await device.answer(id or body)


async def listed(device: Device, conversation: str | None = "c1") -> list[Event]:
    await device.say("scheduled", conversation=conversation, ask="list")
    found: list[Event] = (await device.hears("scheduled_list", ask="list"))["messages"]
    return found


async def test_it_is_kept_and_sent_at_its_second(server: HereServer, valkey_url: str) -> None:
    async with server.device("mia") as mia, server.device("tora", encoding="msgpack") as tora:
        answer = await later(mia, "good morning", after(3), id="x")
        assert (answer["type"], answer["at"]) == ("scheduled", after(3))
        assert await later(mia, "good morning", after(3), id="x") == answer
        [waiting] = await listed(mia)
        assert (waiting["id"], waiting["body"], waiting["state"]) == ("x", "good morning", "waiting")
        await move(valkey_url, after(2), KINDS)
        assert await listed(tora) == []
        assert not [event for event in await tora.silence(0.1) if event["type"] == "message"]
        await move(valkey_url, after(4), KINDS)
        heard = await tora.hears("message")
        assert (heard["body"], heard["from"], heard["id"]) == ("good morning", "mia", "x")
        assert heard["written_at"] == answer["written_at"]
        assert 0 <= instant.parse(heard["at"]) - NOW - 3 * HOUR < HOUR, "when it was due, not where the clock went"
        assert (await mia.hears("message"))["id"] == "x"  # their own device did not send it
        sent = (await mia.hears("later"))["message"]
        assert (sent["id"], sent["state"], sent["seq"]) == ("x", "sent", 1)
        assert await listed(mia) == []
        again = await later(mia, "good morning", after(3), id="x")
        assert (again["type"], again["seq"], again["at"]) == ("accepted", 1, heard["at"])


async def test_its_id_is_taken_while_it_waits(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await later(mia, "text", after(3), id="x")
        assert (await mia.write("text", id="x"))["code"] == "id_reused"
        assert (await later(mia, "another text", after(3), id="x"))["code"] == "id_reused"
        assert (await later(mia, "text", after(4), id="x"))["code"] == "id_reused"
        assert (await tora.write("text", id="x"))["type"] == "accepted"
        await mia.say("unschedule", conversation="c1", id="x")
        gone = (await mia.hears("later"))["message"]
        assert (gone["state"], gone["body"]) == ("gone", "text")
        assert (await mia.write("another text", id="x"))["type"] == "accepted"
        assert (await later(mia, "yet another", after(3), id="x"))["code"] == "id_reused"


async def test_what_the_rules_refuse_then_is_told_and_kept(server: HereServer, valkey_url: str) -> None:
    """Tuesday's text is due on Saturday."""
    saturday = instant.text(NOW + 4 * DAY)
    async with server.device("mia") as mia:
        await later(mia, "too late", saturday, id="x")
        await move(valkey_url, instant.text(NOW + 4 * DAY + HOUR), KINDS)
        refused = (await mia.hears("later"))["message"]
        assert (refused["state"], refused["reason"], refused["body"]) == ("refused", "closed", "too late")
        assert refused["opens_at"] == "2026-01-11T23:00:00.000Z"
        notice = (await mia.hears("notice"))["notice"]
        assert (notice["event"], notice["conversation"]) == ("message.not_sent", "c1")
        assert [(each["id"], each["state"]) for each in await listed(mia)] == [("x", "refused")]
        again = await later(mia, "too late", saturday, id="x")
        assert (again["type"], again["reason"], again["body"]) == ("refused", "closed", "too late")
        await mia.say("reschedule", conversation="c1", id="x", at=after(24 * 6))
        await mia.error("not_found")
        new = await later(mia, "too late", "2026-01-12T07:00:00.000Z", id="y")
        assert new["type"] == "scheduled"
        await mia.say("unschedule", conversation="c1", id="x")
        assert (await mia.hears("later"))["message"]["body"] == "too late"
        await move(valkey_url, "2026-01-12T08:00:00.000Z", KINDS)
        assert (await mia.hears("message"))["body"] == "too late"
        assert await listed(mia) == []


async def test_another_time_and_another_text(server: HereServer, valkey_url: str) -> None:
    async with server.device("mia") as mia, server.device("mia") as laptop, server.device("tora") as tora:
        await later(mia, "one", after(10), id="x")
        assert (await laptop.hears("later"))["message"]["body"] == "one"
        await laptop.say("reschedule", conversation="c1", id="x", at=after(2), ask="a")
        assert (await laptop.hears("scheduled", ask="a"))["at"] == after(2)
        assert (await mia.hears("later"))["message"]["at"] == after(2)
        await mia.say("reschedule", conversation="c1", id="x", body="two")
        assert (await mia.hears("scheduled"))["at"] == after(2)
        assert (await laptop.hears("later"))["message"]["body"] == "two"
        await mia.say("reschedule", conversation="c1", id="x")
        await mia.error("invalid_field")
        await mia.say("reschedule", conversation="c1", id="x", at=TUESDAY)
        await mia.error("invalid_field")
        await tora.say("reschedule", conversation="c1", id="x", body="three")
        await tora.error("not_found")
        await move(valkey_url, after(3), KINDS)
        assert (await tora.hears("message"))["body"] == "two"


async def test_they_go_out_in_the_order_of_their_times(servers: Pair, store_url: str) -> None:
    one, other = servers
    async with one.device("mia") as mia, other.device("tora") as tora:
        for number in (3, 1, 2, 5, 4):
            await later(mia, f"{number}", after(1 + number / 3600))
        await later(tora, "mine", after(1))
        assert await listed(mia) == await listed(mia, None)
        assert [each["body"] for each in await listed(mia)] == list("12345")
        await move(store_url, after(2), KINDS)
        assert bodies(await tora.messages(6)) == ["mine", *"12345"]


async def test_only_who_may_write_may_write_later(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("sara") as sara, server.device("uma") as uma:
        assert (await later(uma, "text", after(1)))["code"] == "not_found"
        await sara.say("follow", conversation="c1")
        await sara.hears("following")
        assert (await later(sara, "text", after(1)))["code"] == "read_only"
        await sara.say("scheduled")
        await sara.error("not_allowed")
        assert (await later(mia, "text", TUESDAY))["code"] == "invalid_field"
        far = instant.text(NOW + LONGEST_AHEAD + HOUR)
        assert "90 days" in (await later(mia, "text", far))["message"]
        assert (await later(mia, "text", "tomorrow"))["code"] == "invalid_field"
        assert (await later(mia, " ", after(1), id="blank"))["code"] == "text_empty"
        for number in range(MOST_WAITING):
            assert (await later(mia, f"{number}", after(1)))["type"] == "scheduled"
        assert (await later(mia, "one more", after(1)))["code"] == "too_many_waiting"
        await mia.say("unschedule", conversation="c1", id="0")
        await mia.hears("later")
        assert (await later(mia, "one more", after(1)))["type"] == "scheduled"
        await server.change("c1", status="ended")
        await mia.hears("conversation")
        ended = await later(mia, "after the end", after(1))
        assert (ended["type"], ended["reason"], ended["body"]) == ("refused", "ended", "after the end")


async def test_a_mentors_ends_no_wait_that_began_since_it_was_written(server: HereServer, valkey_url: str) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await later(tora, "good morning", after(2), id="x")
        await mia.write("question")
        await tora.hears("reply")
        await move(valkey_url, after(3), KINDS)
        assert (await mia.hears("message"))["body"] == "good morning"
        standing = await server.parts.ledger.standing("c1")
        assert standing is not None
        assert standing.usage.waiting_since > 0
        async with http_client(server.http, headers={"Authorization": f"Bearer {token('tora')}"}) as api:
            why = (await api.get("/v1/conversations/c1/why")).json()
        assert why["reply"]["waiting_since"] is not None
        assert not [step for step in why["steps"] if step["step"] == "unexplained"], why["steps"]


async def test_it_may_answer_a_message(server: HereServer, valkey_url: str) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await tora.write("question")
        fields = {"conversation": "c1", "id": "x", "body": "answer", "at": after(1)}
        await mia.say("send", **fields, reply_to=2)
        assert (await mia.answer("x"))["code"] == "seq_unknown"
        await mia.say("send", **fields, reply_to=1)
        assert (await mia.answer("x"))["type"] == "scheduled"
        await move(valkey_url, after(2), KINDS)
        assert (await tora.hears("message"))["reply_to"] == 1
        await server.parts.archive.archive(["c1"], Keep(messages=0, age=0))
        await mia.say("history", conversation="c1")
        answer = (await mia.hears("history"))["messages"][1]
        assert (answer["reply_to"], "written_at" in answer) == (1, True)


async def test_what_waits_survives_a_store_that_lost_everything(
    valkey_url: str, tmp_path: Path, stores: Stores
) -> None:
    """Its timer is set again, and its id is held again."""
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await later(mia, "text", after(30), id="x")
    stores.cleared("valkey")  # while nobody serves: what a server writes there at once has no shifted clock
    async with here(valkey_url, tmp_path / "data") as again:
        parts = again.parts
        async with parts.database.read() as connection:
            found = await record(connection, "c1")
        assert found is not None
        await parts.provisioning.project(found)
        while not await parts.timers.is_set(OF_ALL, LATER, OF_ALL):  # noqa: ASYNC110 - it arms its timers by itself
            await asyncio.sleep(0.02)
        await parts.watch.settle_due([keys.partition("c1")])
        async with again.device("mia") as mia:
            assert (await mia.write("text", id="x"))["code"] == "id_reused"
            await move(valkey_url, after(31), KINDS)
            assert (await mia.hears("message"))["body"] == "text"


async def test_two_devices_change_it_at_once(servers: Pair) -> None:
    """One its text, the other its time: it has both then."""
    one, other = servers
    async with one.device("mia") as phone, other.device("mia") as laptop:
        for number in range(5):
            id = f"x{number}"
            await later(phone, "old", after(3), id=id)
            await asyncio.gather(
                phone.say("reschedule", conversation="c1", id=id, body="new", ask="body"),
                laptop.say("reschedule", conversation="c1", id=id, at=after(5), ask="at"),
            )
            await phone.hears("scheduled", ask="body")
            await laptop.hears("scheduled", ask="at")
            [kept] = [each for each in await listed(phone) if each["id"] == id]
            assert (kept["body"], kept["at"]) == ("new", after(5))


async def test_the_same_id_at_two_times_on_two_servers_at_once(servers: Pair) -> None:
    """One is kept, and stays taken; the other is told so, also where its time cannot be."""
    one, other = servers
    async with one.device("mia") as phone, other.device("mia") as laptop:
        for number in range(8):
            id, times = f"n{number}", (after(1), after(2) if number % 2 else after(-1))
            answers = await asyncio.gather(
                *(later(device, "same", at, id) for device, at in zip((phone, laptop), times, strict=True))
            )
            kept = [each for each in answers if each["type"] == "scheduled"]
            codes = {each["code"] for each in answers if each["type"] == "error"}
            assert len(kept) == 1
            assert codes <= {"id_reused", "invalid_field"}
            assert (await later(phone, "same", kept[0]["at"], id))["at"] == kept[0]["at"]
            await phone.say("send", conversation="c1", id=id, body="another")
            assert (await phone.answer(id))["code"] == "id_reused"
