"""Plans, zones and holidays that the rules no longer have: who needs them keeps the server from starting, nobody else.

What has ended cannot be changed any more. So it must not need anything that could only be changed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from chatserver.composition.opening import StartError
from chatserver.conversations.rebuild import rebuild
from chatserver.conversations.rows import conversations
from chatserver.keyed import export_of
from chatserver.messages.restore import ArchiveRestorer
from chatserver.personal_data.json_file import JsonFile
from chatserver.personal_data.page import ExportPage
from chatserver.replies.rows import waits as reply_waits
from quotas.ledger.archive import LedgerArchive
from tests.chatserver.realtime.devices import bodies
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client

GOLD = '[plans.gold]\nwriting = { kind = "windows", per_week = 2 }\nreply = { target_hours = 24 }\nbanner = "video"\n'
C1 = {"member": "mia", "mentor": "tora", "plan": "gold"}


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A policy with one plan more."""
    file = tmp_path / "policy.toml"
    file.write_text(GOLD)
    return file


@asynccontextmanager
async def api(server: HereServer) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token('robot')}"}
    async with http_client(server.http, headers=headers) as client:
        yield client


async def put_aside(server: HereServer, **changed: str) -> None:
    """What an earlier release took, as its records and its store have it."""
    parts = server.parts
    async with parts.database.begin() as connection:
        found = await conversations.find_to_change(connection, "c1")
        assert found is not None
        changed_record = replace(found, revision=found.revision + 1, **changed)
        await conversations.change(connection, changed_record)
    await parts.provisioning.project(changed_record)


async def test_conversations_that_have_ended_need_no_rules(valkey_url: str, tmp_path: Path, gold: Path) -> None:
    """Their plan, zone and holidays may be gone: all that is asked of ended ones is answered."""
    data = tmp_path / "data"
    async with here(valkey_url, data, policy=gold) as server:
        await server.conversation("c1", "gold")
        async with server.device("mia") as mia:
            await mia.write("Hello")
        await server.change("c1", status="ended")
        await put_aside(server, zone="localtime", holidays="XX")
    async with here(valkey_url, data, now=None) as server:
        async with server.device("mia") as mia, server.device("sara", {"c1": 0}) as sara:
            [view] = mia.welcome["conversations"]
            assert (view["plan"], view["status"], view["banner"]) == ("gold", "ended", None)
            assert view["composer"]["reason"] == "ended"
            assert (await mia.check())["reason"] == "ended"
            assert bodies(await sara.messages(1)) == ["Hello"]
            await mia.say("send", conversation="c1", id="more", body="More")
            assert (await mia.hears("refused"))["reason"] == "ended"
        async with api(server) as http:
            for path in ("", "/messages"):
                assert (await http.get(f"/v1/conversations/c1{path}")).status_code == 200
            reasons = (await http.get("/v1/conversations/c1/why?language=en")).json()
            assert reasons["zone"] == "UTC"
            assert "Writing is locked for good: the conversation has ended." in [
                step["sentence"] for step in reasons["steps"]
            ]
            assert (await http.get("/v1/replies")).json()["replies"] == []
            assert (await http.get("/v1/replies/report?by=plan&from=2026-01-05")).status_code == 200
            # What is written again changes nothing, and what is new meets the end and not a plan that would be refused.
            assert (await http.patch("/v1/conversations/c1", json={"status": "ended"})).status_code == 200
            same = C1 | {"zone": "localtime", "holidays": "XX"}
            assert (await http.put("/v1/conversations/c1", json=same)).status_code == 200
            assert (await http.put("/v1/conversations/c1", json=C1)).status_code == 409
            assert (await http.patch("/v1/conversations/c1", json={"plan": "silver"})).status_code == 409
        parts = server.parts
        async with asyncio.timeout(60):
            while True:
                async with parts.database.read() as connection:
                    if waits := await reply_waits.waits_in(connection, "c1"):
                        break
                await asyncio.sleep(0.05)
        assert [(wait.plan, wait.dropped_at is not None) for wait in waits] == [("gold", True)]
        data_file, page = StringIO(), StringIO()
        exporting = export_of(parts)
        sinks = (JsonFile(data_file), ExportPage(page))
        assert (await exporting.write(await exporting.find("mia"), sinks, lambda *_: None)).messages == 1
        restorer = ArchiveRestorer(parts.database, parts.ledger, LedgerArchive(parts.store, parts.ledger, parts.shift))
        assert (
            await rebuild(parts.database, parts.ledger, restorer, parts.rulebook, parts.appointments, lambda *_: None)
        ).conversations == 1


@pytest.mark.parametrize("status", ["open", "paused"])
async def test_what_goes_on_needs_its_calendar(valkey_url: str, tmp_path: Path, status: str) -> None:
    """One sentence names what is lacking, and says what to do."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        await put_aside(server, zone="localtime", holidays="XX", status=status)
    with pytest.raises(StartError) as refused:
        async with here(valkey_url, tmp_path, now=None):
            pass
    remedy = "with the server that ran before (PUT /v1/conversations/{id})"
    assert refused.value.args[0] == (
        "conversations are in time zones that the installed package tzdata does not list: localtime (1); upgrade "
        f"tzdata, or give these conversations another zone first, {remedy}; "
        "and conversations have holidays that the installed package holidays does not know: XX (1); upgrade "
        f"holidays, or give these conversations others first, {remedy}"
    )


async def test_a_plan_that_goes_on_is_named(valkey_url: str, tmp_path: Path, gold: Path) -> None:
    """Only those who still hold it are counted, and whom the guard tells to move can be moved."""
    data = tmp_path / "data"
    async with here(valkey_url, data, policy=gold) as server:
        await server.conversation("c1", "gold")
        await server.conversation("c2", "gold")
        await server.change("c2", status="ended")
    with pytest.raises(StartError, match=r"^the policy lacks plans that members hold: gold \(1\); it has basic, "):
        async with here(valkey_url, data, now=None):
            pass
    async with here(valkey_url, data, now=None, policy=gold) as server:
        await server.change("c1", plan="light")
    async with here(valkey_url, data, now=None):
        pass
