"""«skal få beskjed»: a mentor who is away hears of a message by mail, once, and not in the night."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from chatserver.conversations.requests import PersonDetails, Written
from chatserver.records.tables import OUTBOX
from tests.chatserver.realtime.servers import HereServer
from tests.stories.clock import Scene, Story


@pytest.fixture
def basic(valkey_url: str, tmp_path: Path) -> Story:
    """A member on Basic."""
    return Story(valkey_url, tmp_path / "data", "basic")


async def reachable(server: HereServer) -> None:
    details = PersonDetails("mentor", "Tora Dahl", email="tora@example.org", locale="en")
    assert isinstance(await server.parts.provisioning.put_person("tora", details), Written)


def mails(folder: Path) -> int:
    return len(list((folder / "data" / "mail").glob("[!.]*.eml")))


async def outcomes(scene: Scene) -> list[tuple[str | None, str | None]]:
    """What became of what was to be sent, the first one first."""
    async with scene.server.parts.database.read() as connection:
        rows = await connection.execute(select(OUTBOX.c.outcome, OUTBOX.c.reason).order_by(OUTBOX.c.id))
        return [(outcome, reason) for outcome, reason in rows]


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await reached():  # noqa: ASYNC110 - a mail is sent beside it all
            await asyncio.sleep(0.05)


async def test_a_mentor_who_is_away_hears_once(basic: Story, tmp_path: Path) -> None:
    """Of two messages in one mail, and not of the third, as they have not read the first."""
    async with basic.at("tuesday", "10:00") as scene:
        await reachable(scene.server)
        await scene.mia.write("first")
        await scene.mia.write("second")
        await scene.comes_to("2026-01-06T09:04:00Z")
        assert mails(tmp_path) == 0
        await scene.comes_to("2026-01-06T09:06:00Z")

        async def has_come() -> bool:
            return mails(tmp_path) == 1

        await until(has_come)
        [mail] = (tmp_path / "data" / "mail").glob("[!.]*.eml")
        assert "Subject: Mia has written to you" in mail.read_text()
        await scene.mia.write("third")
        await scene.comes_to("2026-01-06T11:00:00Z")
        assert await outcomes(scene) == [("sent", None)]


async def test_a_night_is_quiet_and_who_reads_early_needs_no_mail(basic: Story, tmp_path: Path) -> None:
    async with basic.at("tuesday", "21:58") as scene:
        await reachable(scene.server)
        await scene.mia.write("late")
        await scene.comes_to("2026-01-06T21:10:00Z")

        async def is_held() -> bool:
            return await outcomes(scene) == [(None, None)]

        await until(is_held)
        await scene.tora.say("read", conversation="c1", seq=1)
        await scene.mia.hears("read")
        await scene.comes_to("2026-01-07T06:00:01Z")

        async def is_done() -> bool:
            return await outcomes(scene) == [("dropped", "read meanwhile")]

        await until(is_done)
        assert mails(tmp_path) == 0
