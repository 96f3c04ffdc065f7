"""The ledger made anew from the records."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.provisioning import Restorer, settings_of
from chatserver.conversations.rebuild import BATCH, Rebuilt, rebuild, rules_problem
from chatserver.conversations.rows import conversations, people
from chatserver.messages.restore import ArchiveRestorer
from chatserver.records.database import Database
from chatserver.sessions.appointments import BookedSessions
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.redis import RedisLedger
from quotas.plans import Policy
from quotas.policy_file import builtin_policy
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.heard import session_log_on
from tests.quotas.ledgers import link_to

RULEBOOK = Rulebook(builtin_policy())
PLANS = sorted(builtin_policy().plans)


@pytest.fixture
async def restorer(database: Database, ledger: RedisLedger, valkey_url: str) -> AsyncIterator[ArchiveRestorer]:
    """Of an archive that has nothing."""
    async with link_to(valkey_url) as link:
        yield ArchiveRestorer(database, ledger, LedgerArchive(link, ledger, 0))


def nothing(done: int, total: int) -> None:
    """Progress that nobody watches."""


async def recorded(database: Database, number: int) -> list[ConversationRecord]:
    """That many conversations, each with a member of its own, all with one mentor."""
    async with database.begin() as connection:
        await people.create(connection, PersonRecord("tom", "mentor", "Tom", "Europe/Oslo", "nb", None, 1, 1))
        made = []
        for each in range(number):
            member = PersonRecord(f"m{each:04}", "member", "M", "Europe/Oslo", "nb", None, 1, 1)
            await people.create(connection, member)
            made.append(
                ConversationRecord(
                    f"c{each:04}", member.id, "tom", PLANS[each % len(PLANS)], "Europe/Oslo", "NO", "open", 3, 1, 1
                )
            )
            await conversations.create(connection, made[-1])
    return made


async def test_an_empty_store_learns_everything(database: Database, store_url: str) -> None:
    """More than a batch: settings and everybody's conversations are there again, and progress is told."""
    made = await recorded(database, BATCH + 20)
    link = Link(store_url)
    await link.open()
    ledger = RedisLedger(link)
    await ledger.load()
    seen: list[tuple[int, int]] = []
    counts = await rebuild(
        database,
        ledger,
        ArchiveRestorer(database, ledger, LedgerArchive(link, ledger, 0)),
        RULEBOOK,
        BookedSessions(database, ledger.now, session_log_on(database)),
        lambda done, total: seen.append((done, total)),
    )
    assert counts == Rebuilt(conversations=BATCH + 20, restored=0, ahead=0)
    assert seen == [(0, BATCH + 20), (BATCH, BATCH + 20), (BATCH + 20, BATCH + 20)]
    assert await ledger.conversations_of("tom") == [conversation.id for conversation in made]
    assert await ledger.conversations_of("m0007") == ["c0007"]
    for conversation in (made[0], made[BATCH], made[-1]):
        standing = await ledger.standing(conversation.id)
        assert standing is not None
        assert standing.settings == settings_of(conversation)
    link.close()


async def test_what_the_ledger_counts_stays(database: Database, ledger: RedisLedger, restorer: Restorer) -> None:
    """Beside a running server: a second run changes nothing, a live chat goes on."""
    await recorded(database, 3)
    await rebuild(
        database, ledger, restorer, RULEBOOK, BookedSessions(database, ledger.now, session_log_on(database)), nothing
    )
    before = await ledger.start_live("c0001", 60_000)
    assert await rebuild(
        database, ledger, restorer, RULEBOOK, BookedSessions(database, ledger.now, session_log_on(database)), nothing
    ) == Rebuilt(conversations=3, restored=0, ahead=0)
    after = await ledger.standing("c0001")
    assert before is not None
    assert after is not None
    assert (after.usage, after.settings) == (before.usage, before.settings)


async def test_records_restored_from_a_backup(
    database: Database, ledger: RedisLedger, restorer: ArchiveRestorer
) -> None:
    """A ledger with a newer or an equal revision takes the records' word, and later changes reach it again."""
    newer, equal, ended = await recorded(database, 3)
    await ledger.configure(newer.id, replace(settings_of(newer), plan="video", revision=9))
    await ledger.configure(equal.id, replace(settings_of(equal), zone="UTC"))
    await ledger.configure(ended.id, replace(settings_of(ended), status="ended"))
    assert await rebuild(
        database, ledger, restorer, RULEBOOK, BookedSessions(database, ledger.now, session_log_on(database)), nothing
    ) == Rebuilt(conversations=3, restored=0, ahead=2)
    for conversation, revision in ((newer, 10), (equal, 4)):
        standing = await ledger.standing(conversation.id)
        assert standing is not None
        assert standing.settings == replace(settings_of(conversation), revision=revision)
        async with database.read() as connection:
            assert await conversations.find(connection, conversation.id) == replace(conversation, revision=revision)
    still_ended = await ledger.standing(ended.id)
    assert still_ended is not None
    assert still_ended.settings.status == "ended"
    assert await rebuild(
        database, ledger, restorer, RULEBOOK, BookedSessions(database, ledger.now, session_log_on(database)), nothing
    ) == Rebuilt(conversations=3, restored=0, ahead=0)


async def test_a_policy_without_a_plan_in_use(
    database: Database, ledger: RedisLedger, restorer: ArchiveRestorer
) -> None:
    """It is said which plans are lacking and how many hold them, before anything is told to the ledger."""
    assert await rules_problem(database, RULEBOOK) is None
    await recorded(database, len(PLANS) + 1)
    assert await rules_problem(database, RULEBOOK) is None
    policy = builtin_policy()
    poorer = Rulebook(Policy(policy.calendar, {"light": policy.plans["light"]}))
    sentence = await rules_problem(database, poorer)
    assert sentence is not None
    assert "basic (2), guest (1), live (1), live+ (1), trial (1), video (1); it has light; add them" in sentence
    with pytest.raises(LookupError, match="the policy lacks plans"):
        await rebuild(
            database, ledger, restorer, poorer, BookedSessions(database, ledger.now, session_log_on(database)), nothing
        )
    assert await ledger.conversations_of("tom") == []


async def test_an_ended_subscription_is_not_in_use(database: Database) -> None:
    """Only the plan that is held now counts, and only while the conversation has not ended."""
    (conversation,) = await recorded(database, 1)
    async with database.begin() as connection:
        await conversations.change(connection, replace(conversation, plan="video", updated_at=2))
        assert await conversations.in_use(connection, "plan") == {"video": 1}
        await conversations.change(connection, replace(conversation, plan="video", status="ended", updated_at=2))
        for what in ("plan", "zone", "holidays"):
            assert await conversations.in_use(connection, what) == {}
