"""What is posted later than it was written: its id is held until then, and it answers only what it can know of."""

import pytest

from quotas.admission import Answered
from quotas.instant import DAY, HOUR
from quotas.ledger.base import IDEMPOTENCY_PERIOD, Ledger, Posted, PostRefused, Reused, StandIn, Unknown
from quotas.terms import Rulebook
from tests.quotas.ledger.desk import Desk, digest_of
from tests.quotas.moments import oslo

MONDAY = oslo("2026-01-05T08:00:00")
TEXT, OTHER = digest_of("text"), digest_of("another text")


@pytest.fixture
async def desk(ledger: Ledger, rulebook: Rulebook) -> Desk:
    """A Light conversation in Oslo, opened on a Monday morning."""
    return await Desk(ledger, rulebook).opened(MONDAY, "light")


async def test_an_id_is_taken_while_it_is_held(desk: Desk) -> None:
    assert await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY) is None
    assert await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY) is None
    assert await desk.ledger.hold("c", "member", "x", OTHER, at=MONDAY) == Reused()
    assert await desk.member(MONDAY, "text", id="x") == Reused()
    assert isinstance(await desk.mentor(MONDAY, "text", id="x"), Posted)  # ids count per side
    assert await desk.ledger.hold("nowhere", "member", "x", TEXT, at=MONDAY) == Unknown()


async def test_it_is_posted_once_under_the_id_that_was_held(desk: Desk) -> None:
    await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY)
    first = await desk.later("member", MONDAY + HOUR, "text", "x", written_at=MONDAY)
    again = await desk.later("member", MONDAY + HOUR, "text", "x", written_at=MONDAY)
    assert isinstance(first, Posted)
    assert isinstance(again, Posted)
    assert (first.first, first.seq, again.first, again.seq) == (True, 1, False, 1)
    held = await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY + HOUR)
    assert isinstance(held, Posted)
    assert (held.first, held.seq, held.at) == (False, 1, MONDAY + HOUR)
    await desk.ledger.release("c", "member", "x")
    assert isinstance(await desk.member(MONDAY + HOUR, "text", id="x"), Posted)
    assert (await desk.standing(MONDAY)).last_seq == 1


async def test_the_rules_of_the_moment_hold(desk: Desk) -> None:
    await desk.member(MONDAY, "1")
    await desk.member(MONDAY + DAY, "2")
    await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY)
    refused = await desk.later("member", MONDAY + 2 * DAY, "text", "x", written_at=MONDAY)
    assert isinstance(refused, PostRefused)
    assert (refused.reason, refused.first) == ("quota_used", True)
    again = await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY + 2 * DAY)
    assert isinstance(again, PostRefused)
    assert (again.reason, again.first) == ("quota_used", False)


async def test_an_id_that_was_let_go_is_free(desk: Desk) -> None:
    await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY)
    await desk.ledger.release("c", "member", "x")
    await desk.ledger.release("elsewhere", "member", "x")
    assert isinstance(await desk.member(MONDAY, "another text", id="x"), Posted)


async def test_held_again_it_is_held_for_longer(desk: Desk) -> None:
    for days in range(12):
        assert await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY + days * DAY) is None
        await desk.mentor(MONDAY + days * DAY, "text", id=f"{days}")
    assert await desk.member(MONDAY + 11 * DAY + IDEMPOTENCY_PERIOD, "text", id="x") == Reused()


async def test_after_a_change_of_key_it_is_held_for_any_text(desk: Desk) -> None:
    await desk.ledger.hold("c", "member", "x", TEXT, at=MONDAY)
    await desk.configure(MONDAY, key=2)
    assert await desk.member(MONDAY, "text", id="x") == Reused()
    assert await desk.ledger.hold("c", "member", "x", OTHER, at=MONDAY) is None


async def test_a_mentors_ends_only_waits_that_began_before_it_was_written(desk: Desk) -> None:
    await desk.member(MONDAY, "question")
    later = await desk.later("mentor", MONDAY + HOUR, "good morning", "x", written_at=MONDAY)
    assert isinstance(later, Posted)
    assert (later.answered, later.usage.waiting_since) == (None, MONDAY)
    answer = await desk.later("mentor", MONDAY + 2 * HOUR, "answer", "y", written_at=MONDAY + 1)
    assert isinstance(answer, Posted)
    assert (answer.answered, answer.usage.waiting_since) == (Answered(2 * HOUR, late=False), 0)


async def test_whoever_stands_in_has_ids_of_their_own_and_answers_only_what_came_before(desk: Desk) -> None:
    ledger = desk.ledger
    ulf = StandIn("ulf", MONDAY, MONDAY + 3 * HOUR)
    assert await ledger.hold("c", "mentor", "x", TEXT, substitute="ulf", at=MONDAY) is None
    assert await desk.later("mentor", MONDAY, "another text", "x", written_at=MONDAY) != Reused()
    await desk.member(MONDAY + HOUR, "question")
    early = await desk.later("mentor", MONDAY + 2 * HOUR, "text", "x", written_at=MONDAY, stand_in=ulf)
    assert isinstance(early, Posted)
    assert (early.first, early.answered, early.usage.waiting_since) == (True, None, MONDAY + HOUR)
    await ledger.hold("c", "mentor", "y", TEXT, substitute="ulf", at=MONDAY + 2 * HOUR)
    since = MONDAY + 2 * HOUR
    assert await desk.later("mentor", MONDAY + 3 * HOUR, "text", "y", written_at=since, stand_in=ulf) == Unknown()
    held = await ledger.hold("c", "mentor", "y", OTHER, substitute="ulf", at=MONDAY + 3 * HOUR)
    assert held == Reused()
    await ledger.release("c", "mentor", "y")
    assert await ledger.hold("c", "mentor", "y", OTHER, substitute="ulf", at=MONDAY + 3 * HOUR) == Reused()
    await ledger.release("c", "mentor", "y", substitute="ulf")
    assert await ledger.hold("c", "mentor", "y", OTHER, substitute="ulf", at=MONDAY + 3 * HOUR) is None
