"""Who hears of the steps of an escalation: those that it names, and a substitute only where one stands in."""

from collections.abc import AsyncIterator

import pytest

from chatserver.conversations import absences
from chatserver.conversations.absence import AbsenceRecord
from chatserver.conversations.requests import PersonDetails, Written
from chatserver.notices.rows import notices
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.replies.recorder import ReplyRecords
from quotas.instant import HOUR
from quotas.plans import EscalationStep, OpenDays, Plan, Policy, ReplyPromise
from quotas.policy_file import builtin_policy
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.heard import noting_on
from tests.chatserver.messages.past import PastDesk, oslo

MONDAY = oslo("2026-01-05T09:00")
PROMISE = ReplyPromise(
    escalation=(
        EscalationStep(("mentor",), before_hours=4),
        EscalationStep(("mentor", "substitute"), before_hours=2),
        EscalationStep(("substitute",), before_hours=1),
        EscalationStep(("support",), before_hours=0),
        EscalationStep(("substitute", "support"), after_hours=48),
    )
)
RULEBOOK = Rulebook(Policy(builtin_policy().calendar, {"basic": Plan(OpenDays(), reply=PROMISE)}))


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[PastDesk]:
    """On each kind of database, with sara of support and ann, who may stand in for tom."""
    link = Link(valkey_url)
    await link.open()
    desk = PastDesk(link, database)
    desk.records = ReplyRecords(
        store=link,
        ledger=desk.ledger,
        waits=desk.waits,
        database=database,
        rulebook=RULEBOOK,
        noting=noting_on(database, desk.heard),
        clock=desk.ledger.now,
        name="escalating",
        metrics=Metrics(),
    )
    await desk.ledger.load()
    await desk.open("c1")
    for person, details in (("sara", PersonDetails("support", "Sara")), ("ann", PersonDetails("mentor", "Ann"))):
        assert isinstance(await desk.provisioning.put_person(person, details), Written)
    yield desk
    link.close()


async def all_steps(desk: PastDesk) -> dict[str, list[str]]:
    """What each hears of them, the last one first, when all have gone out at their time."""
    due_at = (await desk.write("c1", "member", MONDAY)).usage.due_at
    for hours in (4, 2, 1):
        await desk.waits.note_warning("c1", due_at, hours, due_at - hours * HOUR)
    await desk.waits.note_miss("c1", due_at, due_at + 1)
    await desk.waits.note_overtime("c1", MONDAY, 48, MONDAY + 48 * HOUR)
    await desk.record()
    async with desk.database.read() as connection:
        return {
            name: [each.event for each in await notices.page(connection, name, None, 100)]
            for name in ("mia", "tom", "ann", "sara")
        }


async def away(desk: PastDesk, substitute: str | None, since: int = MONDAY - HOUR) -> None:
    absence = AbsenceRecord("tom", "flu", since, MONDAY + 90 * HOUR, substitute, set_at=since)
    async with desk.database.begin() as connection:
        await absences.put(connection, absence)


WITHOUT = {
    "mia": [],
    "tom": ["reply.warning", "reply.warning"],
    "ann": [],
    "sara": ["reply.overtime", "reply.missed"],
}


async def test_a_substitute_without_an_absence_is_passed_over(desk: PastDesk) -> None:
    await away(desk, "ann", MONDAY + 89 * HOUR)
    assert await all_steps(desk) == WITHOUT


async def test_nobody_stands_in(desk: PastDesk) -> None:
    await away(desk, None)
    assert await all_steps(desk) == WITHOUT


async def test_the_substitute_hears_as_the_mentor_does(desk: PastDesk) -> None:
    await away(desk, "ann")
    heard = await all_steps(desk)
    assert heard == WITHOUT | {"ann": ["reply.overtime", "reply.warning", "reply.warning"]}
    async with desk.database.read() as connection:
        [overtime, *_] = await notices.page(connection, "ann", None, 1)
    assert (overtime.data["role"], overtime.data["hours"], overtime.conversation) == ("mentor", 48, "c1")
