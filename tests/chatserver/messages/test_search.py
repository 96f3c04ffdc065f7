"""Searches through texts as they are kept, in the archive and in the ledger."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.messages import search as searching
from chatserver.messages.lane import sealed_post
from chatserver.messages.log import MessageLog
from chatserver.messages.rows import messages
from chatserver.messages.rows.messages import MessageRow
from chatserver.messages.search import MessageSearch, Scope, Spot, TooManySearchesError
from chatserver.messages.search_query import SearchQuery
from chatserver.records.database import Database
from quotas.ledger.base import Posted, posted
from quotas.ledger.redis import RedisLedger
from quotas.policy_file import builtin_policy
from quotas.standing import ConversationSettings
from quotas.terms import Rulebook
from tests.chatserver.keys.making import conversation_keys


class Shelves:
    """Conversations with texts in the archive, and in the ledger."""

    def __init__(self, database: Database, ledger: RedisLedger) -> None:
        self.database = database
        self.ledger = ledger
        self.keys: ConversationKeys = conversation_keys(database)
        self.search = MessageSearch(database, MessageLog(database, ledger, self.keys), self.keys)

    async def archive(
        self, conversation: str, *texts: str | None, first: int = 1, at: int = 1_000, key: int = 1
    ) -> None:
        """These texts from the seq `first` on, a second after another; None was erased."""
        seal = (await self.keys.current(conversation, key)).seal
        rows = [
            MessageRow(
                conversation_id=conversation,
                seq=seq,
                at=1_000 + 1_000 * seq,
                sender="mia",
                role="member",
                message_id=b"%d" % seq,
                sealed=None if text is None else seal(msgspec.json.encode(text)),
                kind="text",
                event=None,
            )
            for seq, text in enumerate(texts, first)
        ]
        async with self.database.begin() as connection:
            await messages.store(connection, rows)

    async def write(self, conversation: str, *texts: str) -> None:
        """These go into the ledger."""
        settings = ConversationSettings("mia", "tom", "basic", "Europe/Oslo", "")
        standing = await self.ledger.configure(conversation, settings)
        key = await self.keys.current(conversation, 1)
        for text in texts:
            post = sealed_post(key, "mentor", "tom", text, text, "test")
            written = await posted(self.ledger, post, standing.settings, standing.terms(Rulebook(builtin_policy())))
            assert isinstance(written, Posted)

    async def places(
        self, query: str, *scopes: Scope, before: Spot | None = None, limit: int = 50
    ) -> tuple[list[tuple[str, int]], bool]:
        texts, more = await self.search.search("mia", SearchQuery(query), scopes, before, limit)
        return [(each.spot.conversation, each.spot.seq) for each in texts], more


@pytest.fixture
async def shelves(database: Database, ledger: RedisLedger) -> AsyncIterator[Shelves]:
    yield Shelves(database, ledger)


async def test_the_newest_come_first_and_the_rest_page_by_page(shelves: Shelves) -> None:
    await shelves.archive("c1", *(f"text {number}" for number in range(1, 1_101)))
    scope = Scope("c1", 1_100)
    before, found = None, []
    while True:
        texts, more = await shelves.search.search("mia", SearchQuery("TÉXT"), [scope], before, 50)
        found += [each.spot.seq for each in texts]
        if not more:
            break
        before = texts[-1].spot
    assert found == list(range(1_100, 0, -1))


async def test_one_among_many_says_where_it_stands(shelves: Shelves) -> None:
    texts = [f"text {number}" for number in range(1, 1_101)]
    texts[6] = "Her er nåla 👍"
    await shelves.archive("c1", *texts)
    [found], more = await shelves.search.search("mia", SearchQuery("nal"), [Scope("c1", 1_100)], None, 20)
    assert (found.spot, found.sender, found.role, more) == (Spot(8_000, "c1", 7), "mia", "member", False)
    assert found.snippet == ["Her er ", "nål", "a 👍"]


async def test_several_conversations_are_one_list(shelves: Shelves) -> None:
    for conversation in ("c1", "c2", "c3"):
        await shelves.archive(conversation, *["the same words"] * 40)
    scopes = [Scope(name, 40) for name in ("c2", "c1", "c3")]
    found: list[tuple[str, int]] = []
    before, more = None, True
    while more:
        places, more = await shelves.places("same", *scopes, before=before, limit=7)
        before = Spot(1_000 + 1_000 * places[-1][1], *places[-1])
        found += places
    assert found == [(name, seq) for seq in range(40, 0, -1) for name in ("c3", "c2", "c1")]


async def test_what_is_in_the_ledger_only_is_found_too(shelves: Shelves) -> None:
    await shelves.write("c1", *(f"word {number}" for number in range(130)))
    assert await shelves.places('"word 7"', Scope("c1", 130)) == ([("c1", 8)], False)
    await shelves.archive("c1", *(f"word {number}" for number in range(100)))
    places, more = await shelves.places("word", Scope("c1", 130), limit=200)
    assert ([seq for _, seq in places], more) == (list(range(130, 0, -1)), False)


async def test_only_what_the_scope_holds(shelves: Shelves) -> None:
    await shelves.archive("c1", *["word"] * 20)
    await shelves.archive("c2", "word")
    places, _ = await shelves.places("word", Scope("c1", 15, first_seq=8, until=13_000))
    assert places == [("c1", seq) for seq in range(12, 7, -1)]
    assert await shelves.places("word") == ([], False)
    assert await shelves.places("word", Scope("c1", 3, first_seq=4)) == ([], False)


async def test_what_was_erased_is_not_there(shelves: Shelves) -> None:
    await shelves.archive("c1", "word", None, "word")
    await shelves.archive("c1", "word", first=4, key=2)
    assert await shelves.places("word", Scope("c1", 4)) == ([("c1", 4), ("c1", 3), ("c1", 1)], False)
    await shelves.keys.destroy("c1", 2)
    assert await shelves.places("word", Scope("c1", 4)) == ([("c1", 4)], False)


async def test_one_person_has_one_at_a_time_and_others_are_not_kept(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelves.archive("c1", *["word"] * 200)
    query, scopes = SearchQuery("nothing"), [Scope("c1", 200)]
    monkeypatch.setattr(searching, "MOST_WAITING", 2)
    async with shelves.search._turn_of("mia"):
        waiting = [asyncio.create_task(shelves.search.search("mia", query, scopes, None, 1)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(TooManySearchesError):
            await shelves.search.search("mia", query, scopes, None, 1)
        waiting.pop().cancel()
        await asyncio.sleep(0)
        assert await shelves.search.search("ola", query, scopes, None, 1) == ([], False)
        assert not waiting[0].done()
    assert await waiting[0] == ([], False)


async def test_one_that_is_cancelled_leaves_nothing_behind(shelves: Shelves) -> None:
    await shelves.archive("c1", *[f"word {number}" for number in range(3_000)])
    tasks = asyncio.all_tasks()
    for pauses in range(0, 40, 3):
        task = asyncio.create_task(shelves.places("nothing", Scope("c1", 3_000)))
        for _ in range(pauses):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks
    assert await shelves.places('"word 2999"', Scope("c1", 3_000)) == ([("c1", 3_000)], False)
