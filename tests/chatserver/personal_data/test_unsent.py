"""What was written and not sent: an export has it, an erasure takes it, and leaves what others have written."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from chatserver.keys.sealing import number_of
from chatserver.protocol.entry import More
from chatserver.records.database import Database
from chatserver.records.tables import DRAFTS, LATER_MESSAGES
from chatserver.unsent.draft_book import DraftBook
from chatserver.unsent.later import LaterMessage
from chatserver.unsent.later_book import LaterBook, WantedLater
from chatserver.unsent.unsent_news import UnsentNews
from chatserver.unsent.unsent_texts import UnsentTexts
from quotas.attachments import AttachmentPolicy
from quotas.instant import HOUR
from quotas.ledger.timers import Timers
from quotas.standing import Writer
from tests.chatserver.messages.shelf import Shelf, shelf_at
from tests.chatserver.personal_data.test_erasure import erase, write_all
from tests.chatserver.personal_data.test_export import Outline, exported

CANARY = "canary of mia"


class Unsent:
    """The books on a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        texts, news = UnsentTexts(shelf.database, shelf.ledger, shelf.keys), UnsentNews(shelf.link)
        timers = Timers(shelf.link, shelf.ledger)
        self.later = LaterBook(
            database=shelf.database,
            ledger=shelf.ledger,
            timers=timers,
            texts=texts,
            news=news,
            policy=AttachmentPolicy(),
            clock=shelf.ledger.now,
        )
        self.drafts = DraftBook(database=shelf.database, ledger=shelf.ledger, texts=texts, news=news)

    async def write(self, side: Writer, person: str, text: str) -> None:
        at = await self.shelf.ledger.now() + HOUR
        wanted = WantedLater("c1", side, person, f"{person} later", f"{text}, later", at, More(reply_to=1))
        assert isinstance(await self.later.schedule(wanted), LaterMessage)
        assert await self.drafts.put("c1", side, person, f"{text}, a draft", 0) is not None

    async def bodies(self, person: str) -> list[str]:
        later = [each.body for each in await self.later.of_person(person, None)]
        return later + [each.body for each in await self.drafts.of_person(person)]

    async def rows(self) -> list[dict[str, Any]]:
        async with self.shelf.database.read() as connection:
            return [
                dict(row)
                for table in (LATER_MESSAGES, DRAFTS)
                for row in (await connection.execute(select(table))).mappings()
            ]


@pytest.fixture
async def unsent(valkey_url: str, database: Database) -> AsyncIterator[Unsent]:
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        await write_all(shelf)
        unsent = Unsent(shelf)
        await unsent.write("member", "mia", CANARY)
        await unsent.write("mentor", "tom", "Dear Mia")
        yield unsent


async def test_an_export_has_ones_own_and_no_others(unsent: Unsent) -> None:
    document, page = await exported(unsent.shelf)
    [later] = document["person"]["records"]["later_messages"]
    assert (later["message_id"], later["body"], later["state"]) == ("mia later", f"{CANARY}, later", "waiting")
    assert (later["reply_to"], later["attachments"]) == (1, [])
    [draft] = document["person"]["records"]["drafts"]
    assert (draft["conversation_id"], draft["body"]) == ("c1", f"{CANARY}, a draft")
    text = Outline(page).text
    assert f"{CANARY}, later" in text
    assert f"{CANARY}, a draft" in text
    assert "Dear Mia" not in text


async def test_an_erasure_takes_theirs_and_leaves_the_others(unsent: Unsent) -> None:
    await erase(unsent.shelf)
    assert await unsent.bodies("mia") == []
    assert await unsent.bodies("tom") == ["Dear Mia, later", "Dear Mia, a draft"]
    rows = await unsent.rows()
    assert [row["person_id"] for row in rows] == ["tom", "tom"]
    standing = await unsent.shelf.ledger.standing("c1")
    assert standing is not None
    assert {number_of(row["sealed"]) for row in rows} == {standing.settings.key}
    more, same = More(reply_to=1), "Dear Mia, later"
    digest = await UnsentTexts(unsent.shelf.database, unsent.shelf.ledger, unsent.shelf.keys).digest(
        "c1", standing.settings.key, same, more
    )
    assert rows[0]["digest"] == digest  # said again, it is the same message


async def test_no_draft_is_kept_with_a_key_that_is_gone(unsent: Unsent) -> None:
    """Written while somebody is erased: it is there afterwards, or its writer is erased."""
    erasing = asyncio.create_task(erase(unsent.shelf))
    number = 0
    while not erasing.done():
        number += 1
        assert await unsent.drafts.put("c1", "mentor", "tom", f"draft {number}", 0) is not None
    await erasing
    assert await unsent.bodies("tom") == ["Dear Mia, later", f"draft {number}"]
