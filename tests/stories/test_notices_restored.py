"""A restored backup sends what was queued in it, and nothing that had been sent; keys and links are what they were."""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.chatserver.realtime.servers import ProgramServer, program, token
from tests.chatserver.test_cli import run
from tests.plain_http import http_client

TUESDAY = "2026-01-06T09:00:00.000Z"
AFTER_QUIET_HOURS = "2026-01-06T11:00:01.000Z"
POLICY = """
[notices]
quiet_hours = ["09:00", "12:00"]

[notices.events."booking.booked"]
member = { essential = false }

[notices.events."booking.moved"]
member = { quiet = "hold" }
"""
"""It is 10 in Oslo: bookings are told at once, and the member hears of a move at 12. Mails about bookings can be
turned off."""
WITHIN = 60.0
QUIET = 2.0
"""Seconds in which whatever would be sent twice is sent twice."""


def mails(data: Path) -> dict[str, EmailMessage]:
    """Those in the folder, by reader and in their order: `mia 1` is her first."""
    found: dict[str, EmailMessage] = {}
    for file in sorted((data / "mail").glob("[!.]*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        reader = re.search(r"<?(\w+)@example", str(mail["To"]))
        assert reader is not None
        key = f"{reader[1]} {len([each for each in found if each.startswith(reader[1])]) + 1}"
        found[key] = mail
    return found


async def until(data: Path, count: int) -> dict[str, EmailMessage]:
    async with asyncio.timeout(WITHIN):
        while len(mails(data)) < count:  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(0.05)
    return mails(data)


def api(server: ProgramServer) -> httpx.AsyncClient:
    return http_client(server.http, headers={"Authorization": f"Bearer {token('robot')}"})


async def book_and_move(server: ProgramServer, data: Path) -> None:
    """The move once the booking has been told: else nobody would be told of the first start."""
    await server.conversation("c1", "live")
    async with api(server) as asked:
        for person, role in (("mia", "member"), ("tora", "mentor")):
            body = {"role": role, "name": person.title(), "email": f"{person}@example.org", "locale": "en"}
            assert (await asked.put(f"/v1/people/{person}", json=body)).is_success
        booking = {"conversation": "c1", "service": "video_call", "starts_at": "2026-01-13T09:00:00Z", "minutes": 30}
        assert (await asked.put("/v1/bookings/b1", json=booking)).is_success
        await until(data, 2)
        moved = await asked.patch("/v1/bookings/b1", json={"starts_at": "2026-01-14T09:00:00Z"})
        assert moved.is_success, moved.text


async def push_key(server: ProgramServer) -> str:
    async with http_client(server.http, headers={"Authorization": f"Bearer {token('mia')}"}) as asked:
        answer = await asked.get("/v1/push/key")
    assert answer.is_success, answer.text
    return answer.text


async def unsubscribed(server: ProgramServer, mail: EmailMessage) -> None:
    """By the link of a mail from before, as a mail program follows it."""
    link = urlsplit(str(mail["List-Unsubscribe"]).strip("<>")).path
    async with http_client(server.http) as asked:
        answer = await asked.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, answer.text
    async with api(server) as asked:
        topics = (await asked.get("/v1/people/mia/notice-settings")).json()["topics"]
    assert [each["mail"] for each in topics if each["topic"] == "sessions"] == [False]


@pytest.mark.timeout(240)
def test_a_restored_backup_sends_what_waits_and_nothing_twice(tmp_path: Path) -> None:
    """A booking was told to both, and its move to the mentor; the member is to hear of that when quiet hours end."""
    data, backup, again = tmp_path / "data", tmp_path / "backup", tmp_path / "again"
    rules = tmp_path / "policy.toml"
    rules.write_text(POLICY)
    with program(data, "--now", TUESDAY, "--policy", str(rules)) as server:
        asyncio.run(book_and_move(server, data))
        sent = asyncio.run(until(data, 3))
        assert sorted(sent) == ["mia 1", "tora 1", "tora 2"]
        key = asyncio.run(push_key(server))
        done = run("backup", backup, "--data-dir", data, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert run("restore", backup, "--data-dir", again, cwd=tmp_path).returncode == 0
    assert not (again / "mail").exists()
    assert run("rebuild", "--data-dir", again, "--policy", rules, cwd=tmp_path).returncode == 0
    with program(again, "--now", AFTER_QUIET_HOURS, "--policy", str(rules)) as restored:
        [[reader, mail]] = asyncio.run(until(again, 1)).items()
        assert reader == "mia 1"
        assert "14 January" in str(mail["Subject"])
        assert mail["Message-ID"] not in {each["Message-ID"] for each in sent.values()}
        assert asyncio.run(push_key(restored)) == key
        asyncio.run(unsubscribed(restored, sent["mia 1"]))
        asyncio.run(asyncio.sleep(QUIET))
        assert list(mails(again)) == ["mia 1"]
