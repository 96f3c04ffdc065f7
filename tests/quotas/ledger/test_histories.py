"""Random histories give the same answers on both ledgers. The long run is `python -m tests.quotas.equality`."""

import asyncio

from quotas.ledger.base import (
    Acknowledged,
    Again,
    Changed,
    ChangeRefused,
    ChangeResult,
    Deleted,
    OtherKey,
    Otherwise,
    Posted,
    PostRefused,
    PostResult,
    Reused,
    Stale,
    TooLate,
)
from quotas.ledger.memory import MemoryLedger
from tests.quotas.equality import compare
from tests.quotas.histories import Configure, History, happen, rulebooks
from tests.quotas.ledgers import ledger_at

CONVERSATIONS, EVENTS = 30, 150


async def test_random_histories_give_the_same_answers_on_both_ledgers(store_url: str) -> None:
    books, reference = rulebooks(), MemoryLedger(lambda: 0)
    async with ledger_at(store_url) as ledger:
        histories = [History(f"7-{number}", books) for number in range(CONVERSATIONS)]
        differences = await asyncio.gather(*(compare(history, reference, ledger, EVENTS) for history in histories))
    assert not "\n".join(str(difference) for difference in differences if difference)


async def test_a_difference_is_found_and_shown_with_its_history() -> None:
    """Two reference ledgers, one of which is ahead by a message."""
    history, ahead = History("8", rulebooks()), MemoryLedger(lambda: 0)
    opening = next(history.events(1))
    assert isinstance(opening, Configure)
    await ahead.configure("8", opening.settings, at=opening.at)
    await ahead.start_live("8", 1, at=opening.at)
    difference = await compare(history, MemoryLedger(lambda: 0), ahead, 50)
    assert difference is not None
    assert difference.history[0] == opening
    assert str(difference).startswith("8\n1: Configure(")


async def test_histories_meet_every_kind_of_answer() -> None:
    """What is compared must happen: refusals for every reason, ids used again, terms out of date."""
    books, reference = rulebooks(), MemoryLedger(lambda: 0)
    answers: list[PostResult] = []
    changes: list[ChangeResult] = []
    others: list[object] = []
    for number in range(CONVERSATIONS):
        history = History(f"9-{number}", books)
        for event in history.events(EVENTS):
            answer = await happen(reference, history.name, event)
            history.saw(answer)
            if isinstance(answer, PostResult):
                answers.append(answer)
            elif isinstance(answer, ChangeResult):
                changes.append(answer)
            else:
                others.append(answer)
    reasons = {answer.reason for answer in answers if isinstance(answer, PostRefused)}
    assert reasons == {"closed", "quota_used", "messages_used", "paused", "suspended", "ended"}
    assert {type(answer) for answer in answers} == {Posted, PostRefused, Again, Reused, Stale}
    assert {answer.first for answer in answers if isinstance(answer, Posted | PostRefused)} == {True, False}
    assert {type(answer) for answer in changes} == {Changed, ChangeRefused, TooLate, Deleted, OtherKey}
    assert {answer.first for answer in changes if isinstance(answer, Changed)} == {True, False}
    assert {type(answer) for answer in others} >= {Acknowledged, Otherwise}
    waits = [answer.answered for answer in answers if isinstance(answer, Posted) and answer.answered]
    assert {wait.late for wait in waits} == {True, False}
