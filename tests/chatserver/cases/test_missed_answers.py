"""A missed answer opens its case once, and the answer ends it, whoever records that, and however often."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from chatserver.cases.case_events import CasePublisher
from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_record import KeptCase
from chatserver.cases.missed_answers import MissedAnswers
from chatserver.cases.own_cases import OwnCases
from chatserver.cases.rows import case_entries, cases
from chatserver.conversations.records import locked
from chatserver.conversations.requests import ConversationChange
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.records.tables import CASES
from chatserver.replies.recorder import ReplyRecords
from quotas import instant
from quotas.case_policy import CasePolicy
from quotas.cases.facts import CaseFacts
from quotas.instant import DAY, HOUR
from quotas.ledger import keys
from quotas.ledger.timers import Timers
from quotas.policy_file import builtin_policy
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.heard import noting_on
from tests.chatserver.messages.past import PastDesk, oslo

MONDAY = oslo("2026-01-05T09:00")
DUE = MONDAY + DAY
"""When the answer to what is written on Monday is due."""


class MissingDesk(PastDesk):
    """Misses open cases on the plans that the policy names."""

    opens: bool | tuple[str, ...] = True

    def recorder(self, name: str) -> ReplyRecords:
        rulebook = Rulebook(replace(builtin_policy(), cases=CasePolicy(reply_missed=self.opens)))
        noting = noting_on(self.database, self.heard)
        self.own = OwnCases(CaseLog(rulebook, noting, CasePublisher(self.link)))
        timers = Timers(self.link, self.ledger)
        return ReplyRecords(
            store=self.link,
            ledger=self.ledger,
            waits=self.waits,
            database=self.database,
            rulebook=rulebook,
            noting=noting,
            clock=self._clock,
            name=name,
            metrics=Metrics(),
            listeners=[MissedAnswers(self.database, self.own, timers, rulebook.policy.cases)],
        )

    async def miss(self, id: str = "c1", written: int = MONDAY) -> int:
        """A message that is not answered in time; its deadline. Nobody has recorded it yet."""
        due_at = (await self.write(id, "member", written)).usage.due_at
        await self.waits.note_miss(id, due_at, due_at + 1)
        return due_at

    async def recorded(self) -> list[str]:
        """Kind, state and history of each case, as what happened is recorded."""
        await self.record()
        return [
            " ".join([each.case.kind, each.case.state, *(await self.history(each.case.id))])
            for each in await self.all_cases()
        ]

    async def all_cases(self) -> list[KeptCase]:
        async with self.database.read() as connection:
            found = await cases.page(connection, [CASES.c.ref > ""], "", 100)
        return sorted(found, key=lambda each: each.case.opened_at)

    async def history(self, ref: str) -> list[str]:
        async with self.database.read() as connection:
            entries = await case_entries.of_case(connection, ref)
        return [f"{each.entry.did}@{instant.text(each.entry.at)[5:16]}" for each in entries]


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[MissingDesk]:
    """On each kind of database."""
    link = Link(valkey_url)
    await link.open()
    desk = MissingDesk(link, database)
    await desk.ledger.load()
    await desk.open("c1")
    yield desk
    link.close()


async def test_a_miss_opens_a_case_and_the_answer_ends_it(desk: MissingDesk) -> None:
    """As of the deadline, with its timer; nobody has to have been awake at it."""
    await desk.miss()
    desk.now = DUE + 2 * HOUR
    assert await desk.recorded() == ["reply_missed open opened@01-06T08:00"]
    [kept] = await desk.all_cases()
    assert (kept.case.opened_at, kept.case.facts) == (DUE, CaseFacts(waiting_since=MONDAY))
    assert (kept.case.opener.id, kept.due_at) == ("", DUE + DAY)
    timer = await desk.link.request("ZSCORE", keys.timers(keys.partition("c1")), f"case:{kept.case.id}")
    assert int(timer) == DUE + DAY
    await desk.write("c1", "mentor", DUE + 3 * HOUR)
    assert await desk.recorded() == ["reply_missed answered opened@01-06T08:00 answered@01-06T11:00"]


async def test_an_answer_that_comes_after_its_due_comes_after_what_support_was_told(desk: MissingDesk) -> None:
    """Also where nothing was recorded before all of it was over."""
    await desk.exchange("c1", MONDAY, DUE + 2 * DAY)
    desk.now = DUE + 3 * DAY
    expected = "reply_missed answered opened@01-06T08:00 overdue@01-07T08:00 answered@01-08T08:00"
    assert await desk.recorded() == [expected]


async def test_only_where_the_policy_says_so(database: Database, valkey_url: str) -> None:
    link = Link(valkey_url)
    await link.open()
    desk = MissingDesk(link, database)
    await desk.ledger.load()
    for opens, expected in ((False, []), (("basic",), ["c2"])):
        desk.opens = opens
        desk.records = desk.recorder("first")
        for id, plan in (("c1", "light"), ("c2", "basic")):
            await desk.open(id, plan)
            await desk.miss(id, MONDAY if not opens else MONDAY + DAY)
            await desk.write(id, "mentor", MONDAY + 10 * DAY)
        await desk.record()
        assert [each.case.conversation for each in await desk.all_cases()] == expected
    link.close()


async def test_a_wait_that_is_dropped_leaves_nothing_to_answer(desk: MissingDesk) -> None:
    await desk.miss()
    await desk.record()
    await desk.change("c1", ConversationChange(status="suspended"))
    [case] = await desk.recorded()
    assert case.startswith("reply_missed overtaken opened@01-06T08:00 ")


async def test_a_conversation_that_ended_opens_none(desk: MissingDesk) -> None:
    """Its last wait may have been missed; nobody is to answer any more."""
    await desk.write("c1", "member", MONDAY)
    desk.now = DUE + HOUR
    await desk.change("c1", ConversationChange(status="ended"))
    assert await desk.recorded() == []


async def test_another_answer_does_not_end_it(desk: MissingDesk) -> None:
    """What a restored ledger tells once more belongs to a wait before this one."""
    await desk.exchange("c1", MONDAY, DUE + HOUR)
    again = await desk.left()
    await desk.record()
    await desk.miss(written=MONDAY + 7 * DAY)
    await desk.record()
    partition = again[0].partition
    tell = f"answered c1 {MONDAY} {DUE} {DUE + HOUR}"
    await desk.link.request("XADD", keys.events(partition), "*", "e", tell)
    tell = f"missed c1 {MONDAY} {DUE} {DUE}"
    await desk.link.request("XADD", keys.events(partition), "*", "e", tell)
    assert [each.split()[1] for each in await desk.recorded()] == ["answered", "open"]


async def test_one_that_support_opened_is_ended_by_the_answer_too(desk: MissingDesk) -> None:
    """And a miss while it is open is noted in it."""
    await desk.write("c1", "member", MONDAY)
    async with desk.database.begin() as connection:
        conversation = (await locked(connection, ["c1"]))["c1"]
        by_hand = CaseFacts()
        await desk.own.open_one(connection, conversation, "reply_missed", "by hand", by_hand, MONDAY + 5 * HOUR, MONDAY)
    await desk.waits.note_miss("c1", DUE, DUE + 1)
    desk.now = DUE + HOUR
    await desk.record()
    await desk.write("c1", "mentor", DUE + 2 * HOUR)
    [case] = await desk.recorded()
    assert case.split()[1:] == ["answered", "opened@01-05T13:00", "again@01-06T08:00", "answered@01-06T10:00"]


async def test_two_recorders_at_once_open_each_once(desk: MissingDesk) -> None:
    names = [f"m{number}" for number in range(12)]
    for name in names:
        await desk.open(name)
        await desk.miss(name)
    other = desk.recorder("second")
    await asyncio.gather(desk.records.sweep(), other.sweep(), desk.records.sweep())
    assert sorted(each.case.conversation for each in await desk.all_cases()) == sorted(names)
    assert len(await desk.recorded()) == len(names)
