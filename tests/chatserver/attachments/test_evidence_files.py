"""Files of reported messages: kept while the case keeps the messages, whatever becomes of these; then swept."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import update

from chatserver import keyed
from chatserver.backup.making import Backup
from chatserver.cases.rows import cases
from chatserver.conversations.requests import PersonDetails, Written
from chatserver.keyed import export_of
from chatserver.personal_data.files import write_into
from chatserver.records.tables import ATTACHMENTS
from chatserver.settings import Settings
from tests.chatserver.attachments.files import CANARY, as_, download, pdf, upload
from tests.chatserver.realtime.servers import SECRET, HereServer, here
from tests.plain_http import http_client

THREAT, PLAIN = pdf(1_500_000, CANARY), pdf(70_000)
UNTIL = "2026-07-01"


class Case:
    """Mia's report of what Tora sent to c1, and a conversation with both a file of hers (`f1`) and of mia's (`f2`)."""

    def __init__(self, server: HereServer, http: httpx.AsyncClient, data: Path, settings: Settings) -> None:
        self.server = server
        self.http = http
        self.data = data
        self.settings = settings

    async def sends(self, person: str, file: str, content: bytes) -> None:
        """A message with that file, which has its id."""
        assert (await upload(self.http, person, file, content, f"{CANARY.decode()}.pdf")).status_code == 201
        async with self.server.device(person) as device:
            await device.say("send", conversation="c1", id=file, body="", attachments=[file])
            assert (await device.answer(file))["type"] == "accepted"

    async def deletes(self, person: str, seq: int) -> None:
        """What they wrote there, and all that can be swept."""
        async with self.server.device(person) as device:
            await device.say("delete", conversation="c1", id=f"delete {seq}", about=seq)
            assert (await device.answer(f"delete {seq}"))["type"] == "accepted"
        await self.sweep()

    async def sweep(self) -> None:
        """Twice, as it goes on: what one sweep lets go the next one may remove."""
        for _ in range(2):
            await self.server.parts.attachment_sweep.sweep()

    async def report(self, *messages: str) -> str:
        """Mia reports these of Tora's; the case's id."""
        facts = {"person": "tora", "messages": messages}
        body = {"kind": "misconduct", "conversation": "c1", "facts": facts}
        opened = await self.http.put(f"/v1/cases/{time.monotonic_ns()}", json=body, headers=as_("mia"))
        assert opened.status_code == 201, opened.text
        ref: str = opened.json()["id"]
        return ref

    async def act(self, id: str, action: str, **facts: str) -> None:
        done = await self.http.post(
            f"/v1/cases/{id}/{action}", json={"note": "it may come to court", "facts": facts}, headers=as_("sara")
        )
        assert done.is_success, done.text

    async def read(self, id: str) -> list[dict[str, Any]]:
        """The reported messages, as support reads them."""
        found = await self.http.get(f"/v1/cases/{id}/evidence", headers=as_("sara"))
        assert found.is_success, found.text
        messages: list[dict[str, Any]] = found.json()["messages"]
        return messages

    async def file(self, person: str, id: str, file: str, **headers: str) -> httpx.Response:
        return await self.http.get(f"/v1/cases/{id}/evidence/{file}", headers=as_(person) | headers)

    def kept(self) -> int:
        """How many files are on the disk, of whatever size."""
        return len({path.parent for path in (self.data / "attachments").rglob("*") if path.is_file()})

    def without_canaries(self) -> None:
        """Neither content nor name lies open anywhere."""
        for path in self.data.rglob("*"):
            assert not path.is_file() or CANARY not in path.read_bytes(), path


@asynccontextmanager
async def conversation(valkey_url: str, data: Path, database_url: str | None = None) -> AsyncIterator[Case]:
    """Tora has sent f1 and mia f2."""
    settings = Settings(data_dir=data, jwt_secret=SECRET, database_url=database_url)
    async with here(valkey_url, data, database_url=database_url) as server, http_client(server.http) as http:
        await server.conversation("c1", "basic")
        assert isinstance(await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara")), Written)
        case = Case(server, http, data, settings)
        await case.sends("tora", "f1", THREAT)
        await case.sends("mia", "f2", PLAIN)
        yield case


async def test_who_deletes_the_message_takes_no_file_from_the_case(
    valkey_url: str, tmp_path: Path, records_url: str
) -> None:
    """Support opens it, which is noted; nobody else does, nor is anything else than without a case. Then it goes."""
    async with conversation(valkey_url, tmp_path / "data", records_url) as case:
        r1 = await case.report("f1")
        assert [[each["name"] for each in one["files"]] for one in await case.read(r1)] == [
            [f"{CANARY.decode()}.pdf"],
            [f"{CANARY.decode()}.pdf"],
        ]
        await case.deletes("tora", 1)
        assert case.kept() == 2
        case.without_canaries()
        reported = (await case.read(r1))[0]
        assert (reported["reported"], reported["deleted"], reported["text"]) == (True, False, "")
        assert reported["files"] == [
            {"id": "f1", "name": f"{CANARY.decode()}.pdf", "type": "application/pdf", "bytes": len(THREAT)}
            | {"seconds": None, "width": None, "height": None}
        ]
        opened = await case.file("sara", r1, "f1")
        assert (opened.status_code, opened.content) == (200, THREAT)
        assert opened.headers["content-disposition"].startswith("attachment;")
        assert opened.headers["content-security-policy"].startswith("sandbox;")
        part = await case.file("sara", r1, "f1", range="bytes=1000000-1000009")
        assert (part.status_code, part.content) == (206, THREAT[1_000_000:1_000_010])
        assert (await case.file("sara", r1, "absent")).status_code == 404
        for person in ("mia", "tora", "robot"):
            assert (await case.file(person, r1, "f1")).status_code == 403
        for person in ("mia", "tora", "sara"):
            assert (await download(case.http, person, "f1")).status_code == 404
        # As where there is no case: its id is free again, and what is kept is not counted.
        assert (await upload(case.http, "tora", "f1", PLAIN)).status_code == 201
        assert (await case.file("sara", r1, "f1")).content == THREAT
        assert await write_into(tmp_path / "export", export_of(case.server.parts).files("mia")) == 1
        assert await case.server.parts.attachment_sweep.sweep_orphans(time.time() + 60) == 0

        noted = await case.http.get("/v1/audit", params={"did": "evidence.read"}, headers=as_("sara"))
        files = [each["details"].get("file") for each in noted.json()["lines"]]
        assert (files.count("f1"), len(files)) == (3, 5)
        readings = "/v1/conversations/c1/readings"
        assert (await case.http.get(readings, headers=as_("tora"))).json()["read_at"] == []
        await case.act(r1, "dismissed")
        assert len((await case.http.get(readings, headers=as_("tora"))).json()["read_at"]) > 0
        assert (await case.file("sara", r1, "f1")).status_code == 404
        await case.sweep()
        assert case.kept() == 2  # mia's, and what tora has just uploaded
        assert (await download(case.http, "tora", "f2")).content == PLAIN
        assert (await download(case.http, "tora", "f1")).content == PLAIN
        await case.deletes("mia", 2)
        assert case.kept() == 1


async def test_one_that_two_cases_keep_stays_until_both_have_ended(
    valkey_url: str, tmp_path: Path, records_url: str
) -> None:
    async with conversation(valkey_url, tmp_path / "data", records_url) as case:
        r1 = await case.report("f1")
        await case.act(r1, "warned", evidence_until=UNTIL)
        r2 = await case.report("f1")
        await case.deletes("tora", 1)
        await case.act(r2, "dismissed")
        await case.sweep()
        assert (await case.file("sara", r1, "f1")).content == THREAT
        assert case.kept() == 2
        await until_its_day(case, r1)
        assert case.kept() == 1


async def until_its_day(case: Case, id: str) -> None:
    """What its timer does on the day that support named."""
    parts = case.server.parts
    async with parts.database.read() as connection:
        kept = await cases.find(connection, id)
    assert kept is not None
    await parts.case_effects["drop_evidence"](kept.case, kept.case.since)
    await case.sweep()


async def test_an_erasure_spares_what_is_kept_with_a_reason(valkey_url: str, tmp_path: Path, records_url: str) -> None:
    """The reported one's file outlasts them and the conversation's keys; on its day it goes, with what opened it."""
    async with conversation(valkey_url, tmp_path / "data", records_url) as case:
        r1 = await case.report("f1")
        await case.act(r1, "warned", evidence_until=UNTIL)
        async with keyed.erasing(case.settings, valkey_url) as erasure:
            await erasure.erase("tora", lambda done, total: None)
        await case.sweep()
        assert case.kept() == 2
        assert (await download(case.http, "mia", "f1")).status_code == 404
        assert (await download(case.http, "mia", "f2")).content == PLAIN
        assert (await case.file("sara", r1, "f1")).content == THREAT
        assert await case.server.parts.attachment_sweep.sweep_orphans(time.time() + 60) == 0
        await until_its_day(case, r1)
        assert case.kept() == 1
        assert (await case.file("sara", r1, "f1")).status_code == 404
        case.without_canaries()


async def test_an_erasure_takes_what_is_not(valkey_url: str, tmp_path: Path, records_url: str) -> None:
    """At once, also while the case is open."""
    async with conversation(valkey_url, tmp_path / "data", records_url) as case:
        r1 = await case.report("f1")
        async with keyed.erasing(case.settings, valkey_url) as erasure:
            await erasure.erase("tora", lambda done, total: None)
        assert case.kept() == 1
        assert (await case.file("sara", r1, "f1")).status_code == 404
        assert (await case.file("sara", r1, "f2")).content == PLAIN
        case.without_canaries()


async def test_what_was_deleted_or_refused_before_is_not_kept(
    valkey_url: str, tmp_path: Path, records_url: str
) -> None:
    """Nobody gets what the virus scanner refused, however it came to be so, and no case brings back what is gone."""
    async with conversation(valkey_url, tmp_path / "data", records_url) as case:
        async with case.server.parts.database.begin() as connection:
            await connection.execute(update(ATTACHMENTS).where(ATTACHMENTS.c.id == "f2").values(state="refused"))
        await case.deletes("tora", 1)
        r1 = await case.report("f1", "f2")
        assert [(each["deleted"], each["files"]) for each in await case.read(r1)] == [(True, []), (False, [])]
        for file in ("f1", "f2"):
            assert (await case.file("sara", r1, file)).status_code == 404
        assert case.kept() == 1


async def test_a_backup_has_it(valkey_url: str, tmp_path: Path) -> None:
    async with conversation(valkey_url, tmp_path / "data") as case:
        await case.report("f1")
        await case.deletes("tora", 1)
        backup = Backup(case.settings, None, lambda done, total: None)
        made = await asyncio.to_thread(backup.make, tmp_path / "backup", with_secrets=True)
        copied = {Path(name).parent for name in made.files if name.startswith("attachments/")}
        assert len(copied) == 2
        with closing(sqlite3.connect(tmp_path / "backup" / "records.db")) as records:
            [(ref,)] = records.execute("SELECT ref FROM held_files WHERE id = 'f1'").fetchall()
        assert ref in {each.name for each in copied}
