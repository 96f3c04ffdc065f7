"""Edits, deletions and reactions: entries that everyone gets, and messages as they stand after them."""

from pathlib import Path
from typing import Any

import pytest

from chatserver.protocol.codec import Encoding
from chatserver.realtime.change_desk import DELETE_WITHIN, MOST_EDITS, MOST_REACTIONS
from quotas.instant import MINUTE
from quotas.ledger import keys
from quotas.ledger.archive import Keep
from quotas.ledger.base import Change
from quotas.standing import ChangeKind
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client

Pair = tuple[HereServer, HereServer]
ENCODINGS: list[Encoding] = ["json", "msgpack"]
CANARY = "a sentence that was taken back"


async def change(device: Device, kind: str, about: int, **fields: Any) -> Event:
    """Say it, and wait for its answer."""
    id = fields.pop("id", f"{kind} {about} {fields}"[:64])
    await device.say(kind, conversation="c1", id=id, about=about, **fields)
    return await device.answer(id)


async def history(device: Device, limit: int = 50) -> list[Event]:
    """All messages as they stand."""
    await device.say("history", conversation="c1", limit=limit)
    page = await device.hears("history")
    messages: list[Event] = page["messages"]
    return messages


async def archive(server: HereServer) -> None:
    """Move all of it out of the store's log."""
    while await server.parts.store.request("XLEN", keys.log("c1")):
        await server.parts.archive.archive(["c1"], Keep(0, 0))


async def play(mia: Device, tora: Device) -> None:
    """Four messages; the first is edited twice and has reactions, the second is edited and deleted."""
    for number in range(1, 4):
        await mia.write(f"text {number}")
    await tora.write("answer")
    for body in ("edited once", "edited twice"):
        assert (await change(mia, "edit", 1, body=body))["type"] == "accepted"
    await change(mia, "edit", 2, body=CANARY)
    await change(tora, "react", 1, emoji="👍")
    await change(tora, "react", 1, emoji="❤️")
    await change(mia, "react", 1, emoji="👍")
    await change(mia, "react", 4, emoji="👍")
    await change(mia, "react", 4, emoji=None)
    assert (await change(mia, "delete", 2))["seq"] == 13


STANDING = [
    ("edited twice", False, [{"emoji": "❤️", "people": ["tora"]}, {"emoji": "👍", "people": ["mia"]}]),
    ("", True, []),
    ("text 3", False, []),
    ("answer", False, []),
]


def standing(messages: list[Event]) -> list[tuple[str, bool, list[Event]]]:
    return [(each["body"], each.get("deleted", False), each.get("reactions", [])) for each in messages]


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_everyone_gets_each_change_in_its_place_and_history_has_what_stands(
    servers: Pair, encoding: Encoding
) -> None:
    one, other = servers
    async with one.device("mia") as mia, other.device("tora", encoding=encoding) as tora:
        await play(mia, tora)
        heard = await tora.messages(10)
        assert [each.get("kind", "text") for each in heard] == ["text"] * 3 + ["edit"] * 3 + ["reaction"] * 3 + [
            "deletion"
        ]
        edit = heard[3]
        assert (edit["about"], edit["body"], edit["from"]) == (1, "edited once", "mia")
        assert (heard[-1]["about"], heard[-1]["body"], "erased" in heard[-1]) == (2, "", False)
        assert standing(await history(tora)) == standing(await history(mia)) == STANDING
        first = (await history(mia))[0]
        assert (first["as_of"], first["edited_at"] > first["at"]) == (10, True)
    # Whoever comes later, by resume: the same entries, without what was deleted.
    async with one.device("tora", {"c1": 0}, encoding=encoding) as later:
        entries = await later.messages(13)
        assert [each["seq"] for each in entries] == list(range(1, 14))
        assert [each["seq"] for each in entries if each.get("deleted")] == [2, 7]
        assert not [each for each in entries if CANARY in each["body"] or each["body"] == "text 2"]


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_out_of_the_archive_and_after_a_rebuild_it_stands_the_same(
    server: HereServer, encoding: Encoding
) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await play(mia, tora)
    await archive(server)
    async with server.device("tora", {"c1": 0}, encoding=encoding) as tora:
        entries = await tora.messages(13)
        assert [each["seq"] for each in entries if each.get("deleted")] == [2, 7]
        assert standing(await history(tora)) == STANDING
        assert (await change(tora, "edit", 4, body="another answer"))["type"] == "accepted"
        assert standing(await history(tora))[3][0] == "another answer"
    async with server.parts.database.read() as connection:
        for row in await connection.exec_driver_sql("SELECT seq FROM messages WHERE deleted ORDER BY seq"):
            assert row[0] in (2, 7)


async def test_what_was_archived_is_unreadable_as_soon_as_it_is_deleted(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write(CANARY, id="own")
        await change(mia, "edit", 1, body=f"{CANARY}, edited", id="edit")
        await archive(server)
        await change(mia, "delete", 1)
        assert standing(await history(tora)) == [("", True, [])]
        async with server.device("tora", {"c1": 0}) as later:
            assert not [each for each in await later.messages(3) if CANARY in each["body"]]
        await archive(server)
        async with server.device("tora", {"c1": 0}) as later:
            assert [each.get("deleted", False) for each in await later.messages(3)] == [True, True, False]
    async with http_client(server.http, headers={"Authorization": f"Bearer {token('mia')}"}) as api:
        answer = await api.get("/v1/conversations/c1/messages")
    assert CANARY not in answer.text


async def test_a_deleted_message_takes_no_changes_when_the_store_has_forgotten_it(server: HereServer) -> None:
    """The archive says it then. What was said before it was deleted is answered as it was."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("own")
        await change(tora, "react", 1, emoji="👍", id="thumb")
        assert (await change(mia, "delete", 1, id="gone"))["seq"] == 3
        await archive(server)
        assert not await server.parts.ledger.deleted("c1")
        for kind, fields in (("edit", {"body": "again"}), ("delete", {}), ("react", {"emoji": "👍"})):
            assert (await change(mia, kind, 1, **fields))["code"] == "deleted"
        assert (await change(mia, "delete", 1, id="gone"))["seq"] == 3
        assert (await change(tora, "react", 1, emoji="👍", id="thumb"))["seq"] == 2


async def test_whose_it_is_and_how_long(server: HereServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora, server.device("sara", {"c1": 0}) as sara:
        await mia.write("mine")
        await tora.write("hers")
        for kind, fields in (("edit", {"body": "other"}), ("delete", {})):
            assert (await change(tora, kind, 1, **fields))["code"] == "not_yours"
            assert (await change(sara, kind, 1, **fields))["code"] == "read_only"
            assert (await change(mia, kind, 9, **fields))["code"] == "seq_unknown"
        assert (await change(mia, "edit", 1, body=" "))["code"] == "text_empty"
        assert (await change(mia, "react", 2, emoji="ok"))["code"] == "no_emoji"
        await change(mia, "react", 2, emoji="👍", id="thumb")
        assert (await change(mia, "edit", 3, body="no text"))["code"] == "seq_unknown"
        assert (await change(mia, "react", 2, emoji="👍", id="thumb"))["seq"] == 3
        assert (await change(mia, "react", 2, emoji="❤️", id="thumb"))["code"] == "id_reused"
        await change(mia, "delete", 1)
        for kind, fields in (("edit", {"body": "again"}), ("delete", {"id": "twice"}), ("react", {"emoji": "👍"})):
            assert (await change(mia, kind, 1, **fields))["code"] == "deleted"


async def test_each_has_its_time(server: HereServer) -> None:
    """By the store's clock: to the millisecond."""
    ledger = server.parts.ledger
    async with server.device("mia") as mia:
        at = (await mia.write("text"))["seq"]
        room = next(iter(server.parts.hub.rooms()))
        [message] = await ledger.messages("c1", 0, 2, 1)
        times: list[tuple[ChangeKind, int]] = [("edit", 15 * MINUTE), ("deletion", DELETE_WITHIN)]
        for kind, lasts in times:
            desk_change = _change(room.lane.key.number, kind, at, message.at + lasts)
            late = await ledger.change(desk_change, at=message.at + lasts + 1)
            assert type(late).__name__ == "TooLate"
            assert type(await ledger.change(desk_change, at=message.at + lasts)).__name__ == "Changed"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("policy", "minutes"), [("", 15), ("[messages]\nedit_minutes = 0\n", 0)])
async def test_the_welcome_says_how_long_one_may_edit(
    valkey_url: str, tmp_path: Path, encoding: Encoding, policy: str, minutes: int
) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(policy)
    async with here(valkey_url, tmp_path / "data", policy=file) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora", encoding=encoding) as tora:
            assert tora.welcome["edit_minutes"] == minutes
            await tora.write("mine")
            answer = await change(tora, "edit", 1, body="other")
            assert answer.get("code", "accepted") == ("accepted" if minutes else "not_allowed")


def _change(key: int, kind: ChangeKind, about: int, until: int) -> Change:
    entry = b'{"from":"mia","role":"member","id":"x","kind":"%b","about":1}\n' % kind.encode()
    return Change("c1", "member", kind, kind.encode()[:8].ljust(8), entry, "o", kind, about, "member", key, until)


async def test_one_may_not_change_a_message_for_ever(server: HereServer) -> None:
    async with server.device("mia") as mia:
        await mia.write("text")
        for number in range(MOST_EDITS):
            assert (await change(mia, "edit", 1, body=f"edit {number}"))["type"] == "accepted"
        assert (await change(mia, "edit", 1, body="one more"))["code"] == "too_many_changes"
        for number in range(MOST_REACTIONS):
            emoji = "👍" if number % 2 else "❤️"
            assert (await change(mia, "react", 1, emoji=emoji, id=f"r{number}"))["type"] == "accepted"
        assert (await change(mia, "react", 1, emoji="👍", id="more"))["code"] == "too_many_changes"
        [message] = await history(mia, 200)
        assert (message["body"], message["reactions"]) == ("edit 19", [{"emoji": "👍", "people": ["mia"]}])


async def test_a_deletion_of_the_only_unanswered_messages_ends_the_wait(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("question")
        await mia.write("and another")
        assert (await tora.hears("reply"))["reply"]["waiting_since"] is not None
        await change(mia, "delete", 1)
        await tora.silence(0.3)
        async with server.device("tora") as later:
            assert later.welcome["conversations"][0]["reply"]["waiting_since"] is not None
            assert later.welcome["conversations"][0]["unread"] == 1
        await change(mia, "delete", 2)
        assert (await tora.hears("reply"))["reply"]["waiting_since"] is None
        async with server.device("tora") as later:
            assert later.welcome["conversations"][0]["unread"] == 0


async def test_support_sees_what_it_said_before(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("sara", {"c1": 0}) as sara:
        await mia.write("first")
        await change(mia, "edit", 1, body="second")
        [message] = await history(sara)
        assert [each["body"] for each in message["earlier"]] == ["first"]
        assert "earlier" not in (await history(mia))[0]


async def test_an_ended_conversation_is_changed_no_more(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("text")
        await server.change("c1", status="paused")
        assert (await change(mia, "edit", 1, body="while locked"))["type"] == "accepted"
        await server.change("c1", status="ended")
        refused = await change(mia, "edit", 1, body="too late")
        assert (refused["type"], refused["reason"], refused["body"]) == ("refused", "ended", "too late")
        assert (await change(tora, "react", 1, emoji="👍"))["reason"] == "ended"


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_a_message_says_what_it_answers(server: HereServer, encoding: Encoding) -> None:
    async with server.device("mia", encoding=encoding) as mia, server.device("tora", encoding=encoding) as tora:
        await mia.say("send", conversation="c1", id="m", body="answer", reply_to=1)
        assert "has none yet" in (await mia.answer("m"))["message"]
        await mia.write("question")
        await tora.say("send", conversation="c1", id="a", body="answer", reply_to=1)
        assert (await tora.answer("a"))["seq"] == 2
        assert (await mia.messages(1))[0]["reply_to"] == 1
        await tora.say("send", conversation="c1", id="b", body="answer", reply_to=9)
        unknown = await tora.answer("b")
        assert (unknown["code"], "those from 1 to 2" in unknown["message"]) == ("seq_unknown", True)
        await tora.say("send", conversation="c1", id="a", body="answer")
        assert (await tora.answer("a"))["code"] == "id_reused"
        await archive(server)
        assert (await history(tora))[1]["reply_to"] == 1


async def test_the_last_one_that_is_allowed_may_be_said_again(server: HereServer) -> None:
    """Its answer may have been lost: the same id gets it again, another one is one too many."""
    async with server.device("mia") as mia:
        await mia.write("text")
        for number in range(MOST_EDITS):
            last = await change(mia, "edit", 1, id=f"e{number}", body=f"{number}")
        again = await change(mia, "edit", 1, id=f"e{MOST_EDITS - 1}", body=f"{MOST_EDITS - 1}")
        assert (again["type"], again["seq"]) == ("accepted", last["seq"])
        assert (await change(mia, "edit", 1, id="more", body="more"))["code"] == "too_many_changes"


async def test_a_storm_from_several_devices_passes_no_bound(servers: tuple[HereServer, HereServer]) -> None:
    """Each of them counts what the others have done meanwhile, on whichever server."""
    one, other = servers
    async with one.device("mia") as phone, one.device("mia") as tablet, other.device("mia") as laptop:
        await phone.write("text")
        for kind, most in (("edit", MOST_EDITS), ("react", MOST_REACTIONS)):
            fields = {"body": "new"} if kind == "edit" else {"emoji": "👍"}
            ids = [[f"{kind} {device} {number}" for number in range(most)] for device in range(3)]
            devices = list(zip((phone, tablet, laptop), ids, strict=True))
            answers: list[Event] = []
            for device, own in devices:
                for id in own:
                    await device.say(kind, conversation="c1", id=id, about=1, **fields)
            for device, own in devices:
                answers += [await device.answer(id) for id in own]
            assert sum(each["type"] == "accepted" for each in answers) == most
            assert {each["code"] for each in answers if each["type"] == "error"} == {"too_many_changes"}
