"""Files of messages that go out later: theirs while they wait, sent with them, and free again where they are not."""

import pytest

from chatserver.protocol.codec import Encoding
from chatserver.unsent.later import LATER
from quotas import instant
from quotas.instant import DAY, HOUR
from quotas.ledger.waits import REPLY
from tests.chatserver.attachments.files import as_, download, pdf
from tests.chatserver.attachments.making import keep_file
from tests.chatserver.moving import move
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer
from tests.chatserver.realtime.test_later import NOW, after, listed
from tests.plain_http import http_client

KINDS = (REPLY, LATER)


async def later(device: Device, id: str, body: str, at: str, *files: str, **more: object) -> Event:
    await device.say("send", conversation="c1", id=id, body=body, at=at, attachments=list(files), **more)
    return await device.answer(id)


async def sweep(server: HereServer) -> None:
    await server.parts.attachment_sweep.sweep()


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_they_wait_with_it_for_weeks_and_go_out_with_it(
    server: HereServer, valkey_url: str, encoding: Encoding
) -> None:
    content = pdf()
    await keep_file(server, "f1", "tora", content)
    async with server.device("mia") as mia, server.device("tora", encoding=encoding) as tora:
        await mia.write("question")
        answer = await later(tora, "x", "", after(24 * 30), "f1", reply_to=1)
        assert answer["type"] == "scheduled"
        assert await later(tora, "x", "", after(24 * 30), "f1", reply_to=1) == answer
        assert (await later(tora, "x", "", after(24 * 30), reply_to=1))["code"] == "text_empty"
        assert (await later(tora, "x", "words", after(24 * 30), "f1", reply_to=1))["code"] == "id_reused"
        [waiting] = await listed(tora)
        assert (waiting["attachments"], waiting["reply_to"], waiting["body"]) == (["f1"], 1, "")
        await move(valkey_url, after(24 * 29), KINDS)
        await sweep(server)
        async with http_client(server.http) as http:
            assert (await download(http, "tora", "f1")).content == content
            assert (await download(http, "mia", "f1")).status_code == 404
            await move(valkey_url, after(24 * 30 + 1), KINDS)
            heard = await mia.hears("message", id="x")
            assert (heard["attachments"], heard["reply_to"], heard["body"]) == (["f1"], 1, "")
            assert await listed(tora) == []
            again = await later(tora, "x", "", after(24 * 30), "f1", reply_to=1)
            assert (again["type"], again["seq"]) == ("accepted", heard["seq"])
            assert (await download(http, "mia", "f1")).content == content
            await move(valkey_url, after(24 * 40), KINDS)
            await sweep(server)
            assert (await download(http, "mia", "f1")).content == content


async def test_they_are_that_messages_alone_while_it_waits(server: HereServer) -> None:
    for id, person in (("f1", "mia"), ("f2", "mia"), ("of tora", "tora")):
        await keep_file(server, id, person)
    async with server.device("mia") as mia, http_client(server.http) as http:
        assert (await later(mia, "x", "one", after(3), "f1"))["type"] == "scheduled"
        for other in (
            await later(mia, "y", "two", after(3), "f1"),
            await later(mia, "y", "two", after(3), "of tora"),
            await later(mia, "y", "two", after(3), "nowhere"),
        ):
            assert (other["code"], "attachments" in other["message"]) == ("invalid_field", True)
        await mia.say("send", conversation="c1", id="z", body="now", attachments=["f1"])
        assert (await mia.answer("z"))["code"] == "invalid_field"
        gone = await http.delete("/v1/attachments/f1", params={"conversation": "c1"}, headers=as_("mia"))
        assert gone.status_code == 404
        assert (await later(mia, "y", "two", after(3), "f2"))["type"] == "scheduled"  # its id was let go of


async def test_what_is_refused_keeps_them_until_it_is_taken_back(server: HereServer, valkey_url: str) -> None:
    await keep_file(server, "f1", "mia")
    async with server.device("mia") as mia, server.device("mia") as laptop, http_client(server.http) as http:
        await later(mia, "x", "text", instant.text(NOW + 4 * DAY), "f1")
        await move(valkey_url, instant.text(NOW + 20 * DAY), KINDS)
        refused = (await mia.hears("later"))["message"]
        assert (refused["state"], refused["reason"], refused["attachments"]) == ("refused", "closed", ["f1"])
        await sweep(server)
        await mia.say("unschedule", conversation="c1", id="x", ask="back")
        gone = (await mia.hears("later", ask="back"))["message"]
        assert (gone["state"], gone["body"], gone["attachments"]) == ("gone", "text", ["f1"])
        told = [(await laptop.hears("later"))["message"] for _ in ("waits", "is refused", "is gone")]
        assert [(each["state"], each["attachments"]) for each in told][:2] == [("waiting", ["f1"]), ("refused", ["f1"])]
        await sweep(server)  # from now on it waits for a day for another message
        assert (await download(http, "mia", "f1")).status_code == 200
        assert (await later(mia, "y", "again", instant.text(NOW + 24 * DAY), "f1"))["type"] == "scheduled"
        await mia.say("unschedule", conversation="c1", id="y", ask="back too")
        await mia.hears("later", ask="back too")
        await move(valkey_url, instant.text(NOW + 21 * DAY + HOUR), KINDS)
        await sweep(server)
        assert (await download(http, "mia", "f1")).status_code == 404


async def test_another_time_text_and_files_at_once(server: HereServer, valkey_url: str) -> None:
    for id, person in (("f1", "tora"), ("f2", "tora"), ("f3", "tora"), ("of mia", "mia")):
        await keep_file(server, id, person)
    async with server.device("tora") as tora, server.device("mia") as mia, server.device("tora") as laptop:
        await later(tora, "x", "one", after(10), "f1", "f2")
        await laptop.hears("later")

        async def change(**fields: object) -> Event:
            await tora.say("reschedule", conversation="c1", id="x", ask="change", **fields)
            return await tora.hears_one_of("scheduled", "error")

        assert (await change(at=after(2), body="two", attachments=["f2", "f3"]))["at"] == after(2)
        view = (await laptop.hears("later"))["message"]
        assert (view["body"], view["attachments"], view["at"]) == ("two", ["f2", "f3"], after(2))
        await tora.say("send", conversation="c1", id="y", body="now", attachments=["f1"])
        assert (await tora.answer("y"))["type"] == "accepted"  # it was let go of
        for wrong in ({"attachments": ["f2", "of mia"]}, {"attachments": ["f1"]}, {"attachments": [], "body": ""}):
            assert (await change(**wrong))["code"] == "invalid_field"
        assert (await change(body=""))["type"] == "scheduled"
        assert (await change(attachments=[]))["code"] == "invalid_field"
        assert (await change())["code"] == "invalid_field"
        [waiting] = await listed(tora)
        assert (waiting["body"], waiting["attachments"]) == ("", ["f2", "f3"])
        await move(valkey_url, after(3), KINDS)
        heard = await mia.hears("message", id="x")
        assert (heard["body"], heard["attachments"]) == ("", ["f2", "f3"])
