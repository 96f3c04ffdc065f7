"""What reaches people tells nobody else: no text of theirs is in it, and after an erasure no name or address."""

import asyncio
from pathlib import Path

import pytest

from tests.chatserver.realtime.servers import TUESDAY, ProgramServer, program, token
from tests.chatserver.test_cli import run
from tests.plain_http import http_client
from tests.stories.test_canary import files_with, until

LATER = "2026-01-06T09:06:00.000Z"
"""When a message of TUESDAY has been unread for long enough."""
TEXTS = ["a-private-text-of-mia", "a-private-text-of-tora"]
NAME, ADDRESS = "Miacanary", "miacanary@example.org"


async def happen(server: ProgramServer) -> None:
    """Both write, and have a session; both have an address. An endpoint, which does not answer, asks for texts."""
    await server.conversation("c1", "live")
    async with http_client(server.http, headers={"Authorization": f"Bearer {token('robot')}"}) as api:
        for person, role, name, email in (
            ("mia", "member", f"{NAME} Family", ADDRESS),
            ("tora", "mentor", "Tora", "tora@example.org"),
        ):
            body = {"role": role, "name": name, "email": email, "locale": "en"}
            assert (await api.put(f"/v1/people/{person}", json=body)).is_success
        hook = {"url": "https://hooks.invalid/all", "events": ["*"], "with_text": True}
        assert (await api.put("/v1/webhooks/all", json=hook)).is_success
        booking = {"conversation": "c1", "service": "live_chat", "starts_at": "2026-01-13T09:00:00Z", "minutes": 30}
        assert (await api.put("/v1/bookings/b1", json=booking)).is_success
    for person, text in zip(("mia", "tora"), TEXTS, strict=True):
        async with server.device(person) as device:
            assert (await device.write(text, id=f"of-{person}"))["type"] == "accepted"


async def told(server: ProgramServer) -> str:
    """What the server says of itself."""
    async with http_client(server.http, headers={"Authorization": f"Bearer {token('robot')}"}) as api:
        said = [(await api.get(path)).text for path in ("/metrics", "/readyz")]
        assert "chatserver_" in said[0]
    return "\n".join(said)


def mails(data: Path) -> int:
    return len(list((data / "mail").glob("[!.]*.eml")))


@pytest.mark.timeout(240)
async def test_notices_hold_no_text_and_after_an_erasure_no_name(tmp_path: Path) -> None:
    """In store, database, mails, log and metrics, with the level `debug`; and what is there of the mentor stays."""
    data, log = tmp_path / "data", tmp_path / "elsewhere"
    log.mkdir()
    config = tmp_path / "chat.toml"
    config.write_text('log_level = "debug"\narchive_after = 1\n')
    with program(data, "--config", str(config), "--now", TUESDAY) as server:
        await happen(server)
        await until(lambda: mails(data) == 2)
        moved = await asyncio.to_thread(run, "clock", "--to", LATER, "--data-dir", data, cwd=tmp_path)
        assert moved.returncode == 0, moved.stderr
        await until(lambda: mails(data) == 3)
        assert files_with(data / "mail", NAME), "the mentor's are about her"
        said = await told(server)
        for text in TEXTS:
            assert not files_with(data, text)
            assert text not in said
        for of_mia in (NAME, ADDRESS):
            assert of_mia not in said
            assert of_mia not in server.log.read_text()
        done = await asyncio.to_thread(run, "erase", "mia", "--yes", "--data-dir", data, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        for gone in (NAME, ADDRESS, "Family", *TEXTS):
            assert not files_with(data, gone), gone
        assert mails(data) == 0
        assert files_with(data, "tora@example.org")
        assert NAME not in await told(server)
    assert not files_with(data, NAME)
