"""Messages carry files: claimed before they are posted, in order, and gone with what was deleted."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chatserver.conversations.requests import ConversationChange, Written
from chatserver.protocol.entry import change_head, joined
from quotas.instant import DAY
from quotas.ledger.archive import Keep
from quotas.ledger.base import Change, Changed
from tests.chatserver.attachments.files import as_, download, pdf, upload
from tests.chatserver.realtime.servers import HereServer, here
from tests.plain_http import http_client


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    async with here(valkey_url, tmp_path) as running:
        await running.conversation(plan="basic")
        yield running


@pytest.fixture
async def http(server: HereServer) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(server.http) as client:
        yield client


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_message_with_files(server: HereServer, http: httpx.AsyncClient, encoding: str) -> None:
    """The other side hears their ids with it, also later in history, and gets them; files alone are a message too."""
    content = pdf()
    for id in ("f1", "f2"):
        await upload(http, "mia", id, content, f"{id}.pdf")
    async with server.device("mia", encoding=encoding) as mia, server.device("tora") as tora:  # type: ignore[arg-type]
        await mia.say("send", conversation="c1", id="m1", body="Look", attachments=["f1"])
        assert (await mia.answer("m1"))["type"] == "accepted"
        await mia.say("send", conversation="c1", id="m2", body="", attachments=["f2"])
        assert (await mia.answer("m2"))["type"] == "accepted"
        heard = [await tora.hears("message"), await tora.hears("message")]
        assert [(each["body"], each["attachments"]) for each in heard] == [("Look", ["f1"]), ("", ["f2"])]
        assert (await download(http, "tora", "f1")).content == content
        listed = await http.get("/v1/conversations/c1/attachments?ids=f1,f2", headers=as_("tora"))
        assert [each["name"] for each in listed.json()["attachments"]] == ["f1.pdf", "f2.pdf"]
        await tora.say("history", conversation="c1")
        page = await tora.hears("history")
        assert [each.get("attachments") for each in page["messages"]] == [["f1"], ["f2"]]
    assert (await download(http, "sara", "f1")).status_code == 200
    for stranger in ("ola", "ulf"):
        assert (await download(http, stranger, "f1")).status_code == 404
    where = {"conversation": "c1"}
    assert (await http.delete("/v1/attachments/f1", params=where, headers=as_("mia"))).status_code == 404


async def test_nothing_overtakes_a_message_with_files(server: HereServer, http: httpx.AsyncClient) -> None:
    """What is said behind it comes behind it."""
    await upload(http, "mia", "f1", pdf())
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.say("send", conversation="c1", id="m1", body="first", attachments=["f1"])
        for number in range(2, 8):
            await mia.say("send", conversation="c1", id=f"m{number}", body=f"{number}")
        heard = [(await tora.hears("message"))["id"] for _ in range(7)]
        assert heard == [f"m{number}" for number in range(1, 8)]


async def test_what_cannot_be_sent(server: HereServer, http: httpx.AsyncClient) -> None:
    """Nobody's, the other side's, of another message, too many; and nothing is written."""
    await server.conversation("c2", member="uma", mentor="ulf")
    await upload(http, "mia", "f1", pdf())
    await upload(http, "tora", "t1", pdf())
    await upload(http, "uma", "u1", pdf(), conversation="c2")
    async with server.device("mia") as mia:
        for number, ids in enumerate((["absent"], ["t1"], ["u1"], ["f1", "absent"], ["no/id"], ["f"] * 11)):
            await mia.say("send", conversation="c1", id=f"m{number}", body="x", attachments=ids)
            refused = await mia.answer(f"m{number}")
            assert (refused["type"], refused["code"]) == ("error", "invalid_field")
        await mia.say("send", conversation="c1", id="empty", body="", attachments=[])
        assert (await mia.answer("empty"))["code"] == "text_empty"
        await mia.say("send", conversation="c1", id="m", body="", attachments=["f1"])
        assert (await mia.answer("m"))["seq"] == 1
        await mia.say("send", conversation="c1", id="m", body="", attachments=["f1"])
        assert (await mia.answer("m"))["seq"] == 1
        await mia.say("send", conversation="c1", id="other", body="", attachments=["f1"])
        assert (await mia.answer("other"))["code"] == "invalid_field"


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_message_stands_by_its_files_without_its_text(
    server: HereServer, http: httpx.AsyncClient, encoding: str
) -> None:
    """An edit may take the text away, and bring another; a message without files needs one, and so does a blank one."""
    await upload(http, "mia", "f1", pdf())
    async with server.device("mia", encoding=encoding) as mia, server.device("tora") as tora:  # type: ignore[arg-type]
        await mia.say("send", conversation="c1", id="m1", body="Look", attachments=["f1"])
        await mia.say("send", conversation="c1", id="m2", body="words alone")
        assert [(await mia.answer(id))["type"] for id in ("m1", "m2")] == ["accepted", "accepted"]
        for id, about, body in (("e1", 2, ""), ("e2", 1, " \u200b")):
            await mia.say("edit", conversation="c1", id=id, about=about, body=body)
            assert (await mia.answer(id))["code"] == "text_empty"
        await mia.say("edit", conversation="c1", id="e3", about=1, body="")
        assert (await mia.answer("e3"))["seq"] == 3
        assert [each["body"] for each in await tora.messages(3)] == ["Look", "words alone", ""]
        await tora.say("history", conversation="c1")
        message = (await tora.hears("history"))["messages"][0]
        assert (message["body"], message["attachments"], "edited_at" in message) == ("", ["f1"], True)
        await tora.say("search", query="Look", ask="s1")
        assert (await tora.hears("search", ask="s1"))["found"] == []
        await mia.say("edit", conversation="c1", id="e4", about=1, body="Look again")
        assert (await mia.answer("e4"))["seq"] == 4


async def test_a_refused_message_gives_its_files_back(server: HereServer, http: httpx.AsyncClient) -> None:
    """They can be sent with the next one that is admitted."""
    change = server.parts.provisioning.change_conversation
    await upload(http, "mia", "f1", pdf())
    assert isinstance(await change("c1", ConversationChange(status="paused")), Written)
    async with server.device("mia") as mia:
        await mia.say("send", conversation="c1", id="m1", body="", attachments=["f1"])
        assert (await mia.answer("m1"))["type"] == "refused"
        assert (await download(http, "tora", "f1")).status_code == 404
        assert isinstance(await change("c1", ConversationChange(status="open")), Written)
        await mia.say("send", conversation="c1", id="m2", body="", attachments=["f1"])
        assert (await mia.answer("m2"))["type"] == "accepted"
    assert (await download(http, "tora", "f1")).status_code == 200


async def test_deleted_with_its_message(server: HereServer, http: httpx.AsyncClient, tmp_path: Path) -> None:
    """Nobody gets it any more, at once; the next sweep removes it from the disk."""
    await upload(http, "mia", "f1", pdf())
    async with server.device("mia") as mia:
        await mia.say("send", conversation="c1", id="m1", body="", attachments=["f1"])
        seq = (await mia.answer("m1"))["seq"]
        assert (await download(http, "tora", "f1")).status_code == 200
        await mia.say("delete", conversation="c1", id="d1", about=seq)
        assert (await mia.answer("d1"))["type"] == "accepted"
        for person in ("mia", "tora", "sara"):
            assert (await download(http, person, "f1")).status_code == 404
    await server.parts.attachment_sweep.sweep()
    assert not [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]


async def test_deleted_where_the_process_died_before_it_noted_so(
    server: HereServer, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    """The archive notes it; whatever is kept of files is empty after the next sweep."""
    parts = server.parts
    await upload(http, "mia", "f1", pdf())
    async with server.device("mia") as mia:
        await mia.say("send", conversation="c1", id="m1", body="", attachments=["f1"])
        seq = (await mia.answer("m1"))["seq"]
    deletion = Change(
        conversation="c1",
        writer="member",
        id="d1",
        digest=bytes(8),
        entry=joined(change_head("mia", "member", "d1", "deletion", seq), b""),
        origin="died",
        kind="deletion",
        about=seq,
        of="member",
        key=1,
    )
    assert isinstance(await parts.ledger.change(deletion), Changed)
    await parts.attachment_sweep.sweep()
    assert [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
    await parts.archive.archive(["c1"], Keep(0, 0))
    await parts.attachment_sweep.sweep()
    assert not [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]


async def test_what_was_sent_stays(server: HereServer, http: httpx.AsyncClient) -> None:
    """Also where whoever sent it died before that was noted: the log says it."""
    await upload(http, "mia", "f1", pdf())
    async with server.device("mia") as mia:
        await mia.say("send", conversation="c1", id="m1", body="", attachments=["f1"])
        assert (await mia.answer("m1"))["type"] == "accepted"
    parts = server.parts
    parts.ledger.hear_shift(parts.ledger.shift + 50 * DAY)
    await parts.attachment_sweep.sweep()
    assert (await download(http, "tora", "f1")).status_code == 200


async def test_the_id_of_another_message_takes_no_files(server: HereServer, http: httpx.AsyncClient) -> None:
    """What was to go with an id that is taken stays its owner's alone, and goes with the next message."""
    for id in ("f1", "f2"):
        await upload(http, "mia", id, pdf())
    async with server.device("mia") as mia:
        await mia.say("send", conversation="c1", id="m1", body="text", attachments=["f1"])
        await mia.say("send", conversation="c1", id="m1", body="text", attachments=["f2"])
        assert (await mia.answer("m1"))["type"] == "accepted"
        assert (await mia.answer("m1"))["code"] == "id_reused"
        assert (await download(http, "tora", "f2")).status_code == 404
        for number in range(100):  # it is free a moment after the answer
            await mia.say("send", conversation="c1", id=f"n{number}", body="text", attachments=["f2"])
            if (await mia.answer(f"n{number}"))["type"] == "accepted":
                break
        assert (await download(http, "tora", "f1")).status_code == 200
        assert (await download(http, "tora", "f2")).status_code == 200
