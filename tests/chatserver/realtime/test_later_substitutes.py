"""What whoever stands in for a mentor leaves to be sent later: sent in their name while they do, else kept for them."""

from pathlib import Path

from chatserver.unsent.later import LATER
from quotas.ledger.waits import REPLY
from tests.chatserver.attachments.files import as_, download
from tests.chatserver.attachments.making import keep_file
from tests.chatserver.moving import move
from tests.chatserver.realtime.servers import here
from tests.chatserver.realtime.test_later import later, listed
from tests.chatserver.realtime.test_substitutes import FRIDAY, MONDAY, TUESDAY, away, prepared
from tests.plain_http import http_client
from tests.stories.clock import when

KINDS = (REPLY, LATER)
NOON, THURSDAY, SATURDAY = when("tuesday", "12:00"), when("thursday", "09:00"), when("saturday", "09:00")


async def test_it_goes_out_in_their_name_and_answers(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await away(server, MONDAY, FRIDAY)
        async with server.device("mia") as mia, server.device("ulf") as ulf, server.device("tora") as tora:
            await mia.write("question")
            await ulf.hears("message")
            assert (await later(ulf, "good morning", THURSDAY, id="x"))["type"] == "scheduled"
            assert (await ulf.write("another text", id="x"))["code"] == "id_reused"
            assert (await tora.write("mine", id="x"))["type"] == "accepted"  # their ids are their own
            await mia.write("another question")
            assert (await later(ulf, "at noon", NOON, id="y"))["type"] == "scheduled"
            await ulf.say("reschedule", conversation="c1", id="y", body="written since")
            await ulf.hears("scheduled")
            await move(store_url, when("tuesday", "12:01"), KINDS)
            heard = await mia.hears("message", id="y")
            assert (heard["from"], heard["role"], heard["body"]) == ("ulf", "mentor", "written since")
            standing = await server.parts.ledger.standing("c1")
            assert standing is not None
            assert standing.usage.waiting_since == 0
            await mia.write("one more, after the first was written")
            await move(store_url, when("thursday", "09:01"), KINDS)
            assert (await mia.hears("message", body="good morning"))["from"] == "ulf"
            standing = await server.parts.ledger.standing("c1")
            assert standing is not None
            assert standing.usage.waiting_since > 0
            assert await listed(ulf) == []
            async with http_client(server.http, headers=as_("mia")) as http:
                why = (await http.get("/v1/conversations/c1/why")).json()
            assert not [step for step in why["steps"] if step["step"] == "unexplained"], why["steps"]


async def test_what_is_due_when_their_time_is_over_is_kept_and_told(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await away(server, MONDAY, FRIDAY)
        async with server.device("mia") as mia, server.device("ulf") as ulf, http_client(server.http) as http:
            await mia.write("question")
            await ulf.hears("message")
            await keep_file(server, "f1", "ulf")
            at = {"conversation": "c1", "at": SATURDAY}
            await ulf.say("send", **at, id="x", body="how was it?", attachments=["f1"])
            assert (await ulf.answer("x"))["type"] == "scheduled"
            await move(store_url, when("saturday", "09:01"), KINDS)
            await ulf.hears("unfollowed")
            refused = (await ulf.hears("later"))["message"]
            assert await listed(ulf, None) == [refused]
            assert (refused["state"], refused["reason"], refused["opens_at"]) == ("refused", "stand_in_over", None)
            assert (refused["body"], refused["attachments"]) == ("how was it?", ["f1"])
            assert (await ulf.hears("notice"))["notice"]["event"] == "message.not_sent"
            assert not [event for event in await mia.silence(0.1) if event["type"] == "message"]
            await ulf.say("unschedule", conversation="c1", id="x", ask="back")
            assert (await ulf.hears("later", ask="back"))["message"]["body"] == "how was it?"
            assert await listed(ulf, None) == []
            assert (await download(http, "mia", "f1")).status_code == 404


async def test_standing_in_again_they_take_it_back_first(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await away(server, MONDAY, FRIDAY)
        async with server.device("mia") as mia, server.device("ulf") as ulf:
            await mia.write("question")
            await ulf.hears("message")
            await later(ulf, "text", SATURDAY, id="x")
            await move(store_url, when("saturday", "09:01"), KINDS)
            await ulf.hears("notice")
            until = when("tuesday", "09:00", weeks=1)
            await away(server, SATURDAY, until, id="flu again")
            while (await ulf.hears("conversation"))["conversation"]["away"] != {"until": until, "substitute": "ulf"}:
                pass
            assert (await later(ulf, "text", SATURDAY, id="x"))["code"] == "id_reused"
            assert (await later(ulf, "text", when("monday", "09:00", weeks=1), id="y"))["type"] == "scheduled"
            await move(store_url, when("monday", "09:01", weeks=1), KINDS)
            heard = await mia.hears("message", body="text")
            assert (heard["from"], heard["id"]) == ("ulf", "y")
            [kept] = await listed(ulf)
            assert kept["state"] == "refused"
