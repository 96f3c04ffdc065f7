"""Pages of history: as many messages as were asked for, as far as they fit."""

from collections.abc import AsyncIterator

import pytest

from chatserver.messages.history import MAX_PAGE_BYTES, HistoryPart, history
from chatserver.messages.lane import sealed_post
from chatserver.messages.log import MessageLog
from chatserver.protocol.commands import MAX_BODY_BYTES
from chatserver.records.database import Database
from quotas.ledger.base import Posted, posted
from quotas.ledger.redis import RedisLedger
from quotas.policy_file import builtin_policy
from quotas.standing import ConversationSettings
from quotas.terms import Rulebook
from tests.chatserver.keys.making import conversation_keys

LONG = "x" * MAX_BODY_BYTES
COUNT = 40


@pytest.fixture
async def filled(ledger: RedisLedger, database: Database) -> AsyncIterator[MessageLog]:
    """A conversation of `COUNT` texts, each as long as a text may be."""
    standing = await ledger.configure("c1", ConversationSettings("mia", "tom", "basic", "Europe/Oslo", ""))
    terms = standing.terms(Rulebook(builtin_policy()))
    keys = conversation_keys(database)
    key = await keys.current("c1", 1)
    for number in range(COUNT):
        post = sealed_post(key, "mentor", "tom", str(number), LONG, "test")
        assert isinstance(await posted(ledger, post, standing.settings, terms), Posted)
    yield MessageLog(database, ledger, keys)


async def test_a_page_of_long_texts_is_cut_to_what_fits_and_says_that_there_are_more(filled: MessageLog) -> None:
    part = await history(filled, "c1", COUNT + 1, COUNT)
    messages, more = part.messages, part.more
    assert 0 < len(messages) <= MAX_PAGE_BYTES // MAX_BODY_BYTES
    assert more
    assert messages[-1].seq == COUNT


async def test_pages_together_hold_everything_once(filled: MessageLog) -> None:
    seqs: list[int] = []
    before, more = COUNT + 1, True
    while more:
        part = await history(filled, "c1", before, COUNT)
        seqs = [message.seq for message in part.messages] + seqs
        before, more = part.first, part.more
    assert seqs == list(range(1, COUNT + 1))


async def test_a_page_asked_to_begin_at_the_first_message_knows_that_it_does(filled: MessageLog) -> None:
    part = await history(filled, "c1", 3, 2)
    assert ([message.seq for message in part.messages], part.first, part.more) == ([1, 2], 1, False)
    assert await history(filled, "c1", 1, 2) == HistoryPart([], 1, False)
