"""A person's notices on the socket: what a welcome says of them, the list, what is read, and what is new."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import insert

from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices as rows
from chatserver.notices.rows import wishes
from chatserver.protocol.codec import Encoding
from chatserver.records.tables import NOTICES
from quotas import instant
from tests.chatserver.realtime.devices import Device, Event, opened
from tests.chatserver.realtime.servers import TUESDAY, HereServer, here, token
from tests.chatserver.realtime.test_sessions import questions
from tests.engines import StoreProcess

NOW = instant.parse(TUESDAY)


def a_notice(number: int, person: str = "mia", *, conversation: str = "c1") -> Notice:
    data = {"role": "member", "service": "live_chat", "starts_at": instant.text(NOW + number), "minutes": 30}
    return Notice(0, person, "booking.booked", f"b{number}", conversation, f"b{number}", data, NOW + number, NOW)


async def noted(server: HereServer, *notices: Notice) -> list[int]:
    """Keep them, and tell whoever is connected; their ids."""
    async with server.parts.database.begin() as connection:
        new = await rows.append(connection, notices)
    ordered = sorted(new, key=lambda each: each.at)
    for each in ordered:
        async with server.parts.database.read() as connection:
            unread = await rows.unread_of(connection, each.person)
        await server.parts.notice_publisher.publish(each, unread)
    return [each.id for each in ordered]


async def listed(device: Device, **fields: object) -> Event:
    await device.say("notices", **fields)
    return await device.hears("notices")


def ids(page: Event) -> list[int]:
    return [each["id"] for each in page["notices"]]


async def of_notices(device: Device) -> list[str]:
    """The types of what it hears of notices by itself, that nobody has asked for yet."""
    return [kind for each in await device.silence() if (kind := each["type"]).startswith("notice")]


async def lists(device: Device, unread: int, expected: Sequence[int]) -> None:
    page = await listed(device)
    assert (page["unread"], ids(page)) == (unread, list(expected))


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_list_in_pages_and_what_is_read(server: HereServer, encoding: Encoding) -> None:
    """Newest first; instants as everywhere on the wire; the other device hears what was read, the asker is answered."""
    first, second, third = await noted(server, a_notice(1), a_notice(2), a_notice(3))
    async with server.device("mia", encoding=encoding) as phone, server.device("mia") as laptop:
        assert phone.welcome["notices"] == laptop.welcome["notices"] == {"unread": 3}
        page = await listed(phone, limit=2)
        assert (ids(page), page["more"], page["unread"]) == ([third, second], True, 3)
        assert page["notices"][0] == {
            "id": third,
            "event": "booking.booked",
            "conversation": "c1",
            "booking": "b3",
            "data": {"role": "member", "service": "live_chat", "starts_at": instant.text(NOW + 3), "minutes": 30},
            "at": instant.text(NOW + 3),
            "read": False,
        }
        page = await listed(phone, before=second)
        assert (ids(page), page["more"]) == ([first], False)
        await phone.say("notices_read", ids=[second, second, 10**9])
        read = {"type": "notices_read", "upto": None, "ids": [second, 10**9], "unread": 2, "ask": None}
        assert await phone.hears("notices_read") == await laptop.hears("notices_read") == read
        await laptop.say("notices_read", upto=third)
        read = {"type": "notices_read", "upto": third, "ids": [], "unread": 0, "ask": None}
        assert await phone.hears("notices_read") == await laptop.hears("notices_read") == read
        await laptop.say("notices_read", upto=third)  # The same again changes nothing, and is answered.
        assert (await laptop.hears("notices_read"))["unread"] == 0
        assert await of_notices(phone) == await of_notices(laptop) == []
        assert all(each["read"] for each in (await listed(phone))["notices"])


async def test_a_new_notice_reaches_every_device_on_every_server_once(store_url: str, tmp_path: Path) -> None:
    """What was read on one server is so on the other."""
    async with here(store_url, tmp_path) as one, here(store_url, tmp_path, now=None) as other:
        await one.conversation("c1", "basic")
        async with (
            one.device("mia") as phone,
            other.device("mia", encoding="msgpack") as laptop,
            other.device("tora") as tora,
        ):
            [id] = await noted(one, a_notice(1))
            came = await laptop.hears("notice")
            assert await phone.hears("notice") == came
            assert (came["notice"]["id"], came["notice"]["read"], came["unread"]) == (id, False, 1)
            await phone.say("notices_read", upto=id)
            assert (await laptop.hears("notices_read"))["unread"] == 0
            assert await of_notices(phone) == ["notices_read"]
            assert await of_notices(laptop) == await of_notices(tora) == []
            assert tora.welcome["notices"] == {"unread": 0}


async def test_everyone_has_their_own(server: HereServer) -> None:
    """Whoever names another's notice changes nothing; services have none."""
    await noted(server, a_notice(1), a_notice(2))
    [hers] = await noted(server, a_notice(1, "tora"))
    [seen_by_support] = await noted(server, a_notice(1, "sara"))
    async with (
        server.device("mia") as mia,
        server.device("tora") as tora,
        server.device("sara", {"c1": 0}) as sara,
        server.device("robot") as robot,
    ):
        await lists(tora, 1, [hers])
        await lists(sara, 1, [seen_by_support])
        assert (sara.welcome["notices"], robot.welcome["notices"]) == ({"unread": 1}, None)
        await tora.say("notices_read", ids=ids(await listed(mia)))
        assert (await tora.hears("notices_read"))["unread"] == 1
        assert (await listed(mia))["unread"] == 2
        for command in ("notices", "notices_read"):
            await robot.say(command)
            await robot.error("not_allowed")
        await noted(server, a_notice(2, "robot"))
        assert await of_notices(robot) == []


async def test_what_cannot_be_asked_is_refused(server: HereServer) -> None:
    pages: list[dict[str, object]] = [{"limit": 0}, {"limit": 101}, {"before": 0}, {"before": "1"}, {"before": 2**53}]
    marks: list[dict[str, object]] = [{}, {"upto": 1, "ids": [1]}, {"ids": list(range(1, 102))}, {"upto": 0}]
    async with server.device("mia") as mia:
        for fields in pages:
            await mia.say("notices", **fields)
            await mia.error("invalid_field")
        for fields in marks:
            await mia.say("notices_read", **fields)
            await mia.error("invalid_field")
        await lists(mia, 0, [])


async def test_a_notice_that_comes_during_hello_is_counted_or_told(server: HereServer) -> None:
    """And never told before the welcome."""
    for number in range(1, 31):
        async with opened(server.port, "json") as mia:
            greeting = asyncio.create_task(mia.greet(token("mia"), {}))
            await asyncio.sleep(number / 5_000)
            await noted(server, a_notice(number))
            welcome = await greeting
            told = [each["unread"] for each in await mia.silence(0.1) if each["type"] == "notice"]
            assert max([welcome["notices"]["unread"], *told]) == number


async def test_after_the_store_was_away_the_count_is_told_anew(tmp_path: Path) -> None:
    """What came meanwhile was published to nobody; what was muted meanwhile is told too."""
    store = StoreProcess("valkey", durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia, server.device("robot", {"c1": 0}) as robot:
                await asyncio.to_thread(store.kill)
                async with server.parts.database.begin() as connection:
                    await rows.append(connection, [a_notice(1), a_notice(2)])
                    await wishes.mute(connection, "mia", "c1", NOW)
                await asyncio.to_thread(store.restart)
                told = await mia.hears("notices_read")
                assert (told["upto"], told["ids"], told["unread"]) == (None, [], 2)
                view = await mia._first(
                    lambda each: each["type"] == "conversation" and each["conversation"]["muted"], "that it is muted"
                )
                assert view["conversation"]["id"] == "c1"
                assert await of_notices(robot) == []
    finally:
        store.stop()


async def test_a_hello_does_without_what_the_records_do_not_say(server: HereServer) -> None:
    """The chat goes on; the list is asked for again."""
    await noted(server, a_notice(1))
    async with server.device("mia"):  # The keys are at hand from here on.
        pass
    await server.parts.database.close()
    folder = server.parts.database.file
    assert folder is not None
    away = folder.with_suffix(".away")
    folder.rename(away)
    folder.mkdir()
    try:
        async with server.device("mia", encoding="msgpack") as mia:
            assert mia.welcome["notices"] is None
            assert [each["muted"] for each in mia.welcome["conversations"]] == [False]
            await mia.say("notices")
            await mia.error("store_unavailable")
            await mia.say("notices_read", upto=1)
            await mia.error("store_unavailable")
            assert (await mia.write("hello"))["type"] == "accepted"
    finally:
        folder.rmdir()
        away.rename(folder)
    async with server.device("mia") as mia:
        assert mia.welcome["notices"] == {"unread": 1}


async def test_muted_conversations_stand_in_the_views(server: HereServer) -> None:
    """Each for whoever muted it; the change reaches their open devices, and nobody else's."""
    await server.conversation("c2", "basic", mentor="ulf")
    async with server.parts.database.begin() as connection:
        await wishes.mute(connection, "mia", "c1", NOW)
    async with server.device("mia") as mia, server.device("tora") as tora:
        assert {each["id"]: each["muted"] for each in mia.welcome["conversations"]} == {"c1": True, "c2": False}
        assert [each["muted"] for each in tora.welcome["conversations"]] == [False]
        await server.parts.notice_publisher.muted("mia", "c2", muted=True)
        await server.parts.notice_publisher.muted("mia", "c2", muted=True)
        assert (await mia.hears("conversation"))["conversation"]["muted"]
        await server.parts.notice_publisher.muted("mia", "c1", muted=False)
        view = (await mia.hears("conversation"))["conversation"]
        assert (view["id"], view["muted"]) == ("c1", False)
        await server.change("c2", plan="light")
        view = (await mia.hears("conversation"))["conversation"]
        assert (view["id"], view["plan"], view["muted"]) == ("c2", "light", True)
        assert not [each for each in await tora.silence() if each["type"] == "conversation"]


async def test_a_welcome_asks_once_whatever_there_is(server: HereServer) -> None:
    """One question, by an index, however many notices the person has."""
    await _many(server, "mia", 5_000)
    async with server.device("mia"):  # The keys are at hand from here on.
        pass
    with questions("notices", "muted_conversations") as asked:
        async with server.device("mia") as mia:
            assert mia.welcome["notices"] == {"unread": 5_000}
    # Beside what the server does once in a while for nobody in particular.
    [asked_for_mia] = [each for each in asked if "person_id" in each]
    [plan] = [each for each in await _plan(server, asked_for_mia) if "notices" in each]
    assert "ix_notices_unread" in plan
    with questions("notices") as asked:
        async with server.device("mia") as mia:
            page = await listed(mia, before=4_000, limit=100)
            assert (len(page["notices"]), page["more"], page["unread"]) == (100, True, 5_000)
    for statement in (each for each in asked if "person_id" in each):
        assert "USING" in " ".join(await _plan(server, statement)), statement


async def _many(server: HereServer, person: str, count: int) -> None:
    values = {
        "person_id": person,
        "event": "message.unread",
        "conversation_id": "c1",
        "booking_id": "",
        "data": "{}",
        "at": NOW,
        "noted_at": NOW,
    }
    async with server.parts.database.begin() as connection:
        await connection.execute(insert(NOTICES), [{**values, "mark": f"{number}"} for number in range(count)])


async def _plan(server: HereServer, statement: str) -> list[str]:
    """How SQLite goes about it."""
    async with server.parts.database.read() as connection:
        given = ("1",) * statement.count("?")
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return [str(row.detail) for row in rows]
