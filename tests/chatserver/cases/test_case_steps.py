"""What falls due in cases: once, in its order, however late; and what is to do because of it."""

import asyncio
from typing import Any

import pytest

from chatserver.cases.case_requests import CaseSeen
from chatserver.cases.effects import EffectImpossible
from chatserver.conversations.requests import PersonDetails, Written
from chatserver.notices.rows import notices
from chatserver.records.database import DatabaseError
from quotas import instant
from quotas.cases.record import Case
from quotas.instant import HOUR
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk, did
from tests.chatserver.sessions.desk import TUESDAY


def lines(seen: CaseSeen | None) -> list[tuple[str, str, str]]:
    """What happened, when it was due, and when it was noted."""
    assert seen is not None
    return [(each.did, instant.text(each.at)[:10], instant.text(each.noted_at)[:10]) for each in seen.case.history]


async def test_a_ghosting_churns_after_three_months_of_silence(desk: CaseDesk) -> None:
    """Noted long after, at the instants at which it fell due; looked at again, nothing more happens."""
    asked: list[tuple[str, str]] = []

    async def ended(case: Case, at: int) -> str:
        asked.append((case.state, instant.text(at)))
        return "b1 b2"

    desk.effects["end_conversation"] = ended
    ref = (await desk.opened("g", "ghosting", TOM)).case.id
    await desk.show("2026-07-01T12:00:00+02:00")
    for _ in range(2):
        await desk.ring(ref)
    assert lines(await desk.seen(ref, SARA)) == [
        ("opened", "2026-01-06", "2026-01-06"),
        ("support_trying", "2026-02-05", "2026-07-01"),
        ("reminder", "2026-03-29", "2026-07-01"),
        ("churned", "2026-04-05", "2026-07-01"),
        ("effect:end_conversation", "2026-04-05", "2026-07-01"),
        ("by_hand:stop_renewal", "2026-04-05", "2026-07-01"),
    ]
    assert asked == [("churned", "2026-04-05T22:00:00.000Z")]
    assert await desk.timer(ref) == ""
    assert did(await desk.seen(ref, TOM)) == ["opened", "support_trying", "reminder", "churned"]


async def test_many_who_look_at_once_write_each_step_once(desk: CaseDesk) -> None:
    ref = (await desk.opened("g", "ghosting", TOM)).case.id
    await desk.show("2026-07-01T12:00:00+02:00")
    await asyncio.gather(*(desk.ring(ref) for _ in range(6)))
    assert did(await desk.seen(ref, SARA)) == [
        "opened",
        "support_trying",
        "reminder",
        "churned",
        "by_hand:end_conversation",
        "by_hand:stop_renewal",
    ]


async def test_what_could_not_be_done_is_done_later(desk: CaseDesk) -> None:
    """A fault keeps what is to do; what can never be done is left to support."""
    fails = [DatabaseError("gone"), None]

    async def once(case: Case, at: int) -> str:
        if (fault := fails.pop(0)) is not None:
            raise fault
        return ""

    async def never(case: Case, at: int) -> str:
        raise EffectImpossible("it has no membership")

    desk.effects.update({"end_conversation": once, "stop_renewal": never})
    ref = (await desk.opened("g", "ghosting", TOM)).case.id
    await desk.show("2026-07-01T12:00:00+02:00")
    with pytest.raises(DatabaseError):
        await desk.ring(ref)
    assert await desk.steps.arm(0) == 1
    assert await desk.timer(ref) == "2026-07-01T10:00:00.000Z"
    await desk.ring(ref)
    seen = await desk.seen(ref, SARA)
    assert did(seen)[-2:] == ["effect:end_conversation", "by_hand:stop_renewal"]
    assert seen is not None and seen.case.history[-1].because == "it has no membership"


async def test_cases_of_a_conversation_go_in_the_order_of_their_instants(desk: CaseDesk) -> None:
    """Also where one timer alone rings."""
    ghosting = (await desk.opened("g", "ghosting", TOM)).case.id
    await desk.later(60)
    question = (await desk.opened("q", "question", TOM)).case.id
    order: list[Any] = []
    change = desk.case_log.change

    async def told(connection: Any, before: Any, case: Case, *more: Any, **named: Any) -> Any:
        order.extend((case.kind, entry.did) for entry in case.history)
        return await change(connection, before, case, *more, **named)

    desk.case_log.change = told  # type: ignore[method-assign]
    await desk.show("2026-02-20T12:00:00+01:00")
    await desk.ring(ghosting)
    assert order == [("question", "overdue"), ("ghosting", "support_trying")]
    assert await desk.timer(question) == ""
    assert await desk.timer(ghosting) == "2026-03-29T22:00:00.000Z"


async def test_timers_that_the_store_lost_are_set_again(desk: CaseDesk) -> None:
    ref = (await desk.opened("q", "question", MIA)).case.id
    await desk.store.request("FLUSHALL")
    assert await desk.steps.arm(1) == 0
    assert await desk.steps.arm(0) == 0
    await desk.show("2026-01-08T09:00:00+01:00")
    assert await desk.steps.arm(0) == 1
    assert await desk.timer(ref) == "2026-01-08T09:00:00.000Z"


async def test_support_hears_once_of_what_has_not_come(supplied: CaseDesk) -> None:
    """And nobody else: a case may be about one of the two."""
    desk = supplied
    support = PersonDetails("support", "Sara")
    assert isinstance(await desk.provisioning.put_person("sara", support), Written)
    ref = (await desk.opened("r", "misconduct", MIA, "he shouts", person="tom")).case.id
    await desk.later(61)
    for _ in range(2):
        await desk.ring(ref)
    async with desk.database.read() as connection:
        heard = {person: await notices.page(connection, person, None, 10) for person in ("sara", "mia", "tom")}
    assert [(each.event, each.at, each.data["case"]) for each in heard["sara"]] == [
        ("case.urgent", TUESDAY + HOUR, ref),
        ("case.urgent", TUESDAY, ref),
    ]
    assert heard["mia"] == heard["tom"] == []
