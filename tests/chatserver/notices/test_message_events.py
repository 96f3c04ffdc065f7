"""Messages come to endpoints out of the archive, and what was erased does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select

from chatserver.messages.archive import Archive
from chatserver.messages.lane import sealed_post
from chatserver.notices.message_events import MessageEvents
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.records.tables import OUTBOX, WEBHOOK_EVENTS
from chatserver.settings import Settings
from quotas.ledger.archive import Keep
from quotas.ledger.base import Posted, posted
from tests.chatserver.messages.shelf import RULEBOOK, Shelf, shelf_at
from tests.chatserver.notices.hooks import Hooks, hooks_at, verified
from tests.chatserver.personal_data.test_erasure import erase
from tests.http_endpoint import HttpEndpoint, http_endpoint

ALL = Keep(messages=500, age=10**15)


class Line:
    """From a conversation to an endpoint that wants messages with their texts."""

    def __init__(self, shelf: Shelf, hooks: Hooks, endpoint: HttpEndpoint) -> None:
        self.shelf = shelf
        self.hooks = hooks
        self.endpoint = endpoint
        self.secret = ""
        self.events = MessageEvents(shelf.database, hooks)
        self.archive = Archive(
            store=shelf.link,
            ledger=shelf.ledger,
            ledger_archive=shelf.ledger_archive,
            database=shelf.database,
            settings=Settings(archive_after=0),
            metrics=Metrics(),
            name="first",
            listener=self.events,
        )

    async def texts(self) -> list[tuple[int, str | None]]:
        """What the endpoint was told, with each message's seq."""
        bodies = [verified(self.secret, each)["data"] for each in self.endpoint.received]
        return sorted((body["seq"], body["text"]) for body in bodies)


@asynccontextmanager
async def line_at(store_url: str, database: Database) -> AsyncIterator[Line]:
    async with shelf_at(store_url, database) as shelf, hooks_at(database, store_url) as hooks:
        await shelf.open()
        async with http_endpoint() as endpoint:
            yield Line(shelf, hooks, endpoint)


@pytest.fixture
async def line(database: Database, valkey_url: str) -> AsyncIterator[Line]:
    async with line_at(valkey_url, database) as line:
        line.secret = await line.hooks.hook("shop", line.endpoint, "message", "person.erased", with_text=True)
        yield line


async def test_each_message_comes_once(line: Line) -> None:
    """Also where two archives store it."""
    for body in ("good", "morning"):
        await line.shelf.write("member", body)
    await line.archive.archive(["c1"], ALL)
    await line.hooks.settle()
    await line.shelf.write("mentor", "yes?")
    # Two processes read the same, and both store it.
    await asyncio.gather(*(line.archive.archive(["c1"], ALL) for _ in range(2)))
    await line.hooks.settle()
    assert await line.texts() == [(1, "good"), (2, "morning"), (3, "yes?")]


async def test_a_text_that_was_erased_on_its_way_is_told_nobody(line: Line) -> None:
    await line.shelf.write("member", "of mia")
    await line.shelf.write("mentor", "of tom")
    await line.archive.archive(["c1"], ALL)
    await erase(line.shelf, "mia")
    await line.hooks.settle()
    told = {}
    for each in line.endpoint.received:
        body = verified(line.secret, each)
        told[body["type"], body["data"].get("seq")] = body["data"].get("text")
    assert told == {("message", 1): None, ("message", 2): "of tom", ("person.erased", None): None}


async def test_no_text_lies_in_the_database(line: Line) -> None:
    shelf = line.shelf
    standing = await shelf.standing()
    key = await shelf.keys.current("c1", standing.settings.key)
    post = sealed_post(key, "member", "mia", "m1", "a secret of mia", "test")
    assert isinstance(await posted(shelf.ledger, post, standing.settings, standing.terms(RULEBOOK)), Posted)
    await line.archive.archive(["c1"], ALL)
    async with shelf.database.read() as connection:
        data = list(await connection.scalars(select(WEBHOOK_EVENTS.c.data)))
        keys = list(await connection.scalars(select(OUTBOX.c.key)))
    assert len(data) == 1
    assert all("secret of" not in each for each in (*data, *keys))


async def test_where_nobody_wants_messages_none_are_kept(database: Database, valkey_url: str) -> None:
    async with line_at(valkey_url, database) as line:
        assert not await line.events.is_waiting()
        await line.shelf.write("member", "good morning")
        await line.archive.archive(["c1"], ALL)
        async with database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(WEBHOOK_EVENTS)) == 0
        await line.hooks.hook("shop", line.endpoint, "*")
        assert await line.events.is_waiting()
