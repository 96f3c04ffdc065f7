"""A policy's lengths of states hold for what comes into them while it does."""

from msgspec.structs import replace

from chatserver.records.database import Database
from quotas import instant
from quotas.case_policy import CasePolicy, CaseWait
from quotas.plans import Policy
from tests.chatserver.cases.case_desk import SARA, TOM, case_desk, did
from tests.chatserver.sessions.coaching import COACHED
from tests.chatserver.sessions.desk import TUESDAY


def lasting(**ghosting: CaseWait) -> Policy:
    return replace(COACHED, cases=CasePolicy(dues={"ghosting": ghosting}))


async def test_states_wait_as_the_policy_says(database: Database, valkey_url: str) -> None:
    policy = lasting(mentor_trying=CaseWait(days=3), support_trying=CaseWait(days=10, reminder_days=2))
    async with case_desk(database, valkey_url, policy=policy) as desk:
        ref = (await desk.opened("g", "ghosting", TOM)).case.id
        assert await desk.timer(ref) == "2026-01-09T09:00:00.000Z"
        await desk.show("2026-02-01T12:00:00+01:00")
        await desk.ring(ref)
        seen = await desk.seen(ref, SARA)
    assert seen is not None
    assert [(each.did, instant.text(each.at)[:10]) for each in seen.case.history[:4]] == [
        ("opened", "2026-01-06"),
        ("support_trying", "2026-01-09"),
        ("reminder", "2026-01-17"),
        ("churned", "2026-01-19"),
    ]


async def test_what_waits_already_keeps_its_due(database: Database, valkey_url: str) -> None:
    """Whatever the policy says when it is looked at again."""
    async with case_desk(database, valkey_url) as desk:
        ref = (await desk.opened("g", "ghosting", TOM)).case.id
    later = TUESDAY + 60_000
    async with case_desk(database, valkey_url, later, lasting(mentor_trying=CaseWait(days=3))) as desk:
        await desk.acted(ref, "note", SARA, "She has moved.")
        assert await desk.timer(ref) == "2026-02-05T23:00:00.000Z"
        await desk.acted(ref, "support_trying", SARA)
        seen = await desk.seen(ref, SARA)
    assert did(seen)[-1] == "support_trying"
