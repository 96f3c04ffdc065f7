"""Who stands in for a mentor writes as they do, for a time, and in their own name: on each ledger."""

from collections.abc import AsyncIterator

import pytest

from quotas.admission import Answered
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.base import Ledger, Posted, PostRefused, Reused, StandIn, Unknown
from quotas.ledger.redis import RedisLedger
from quotas.ledger.state import State
from quotas.ledger.waits import Waits
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.quotas.ledger.desk import Desk
from tests.quotas.ledgers import link_to
from tests.quotas.moments import oslo

MONDAY = oslo("2026-01-05T08:00:00")
ULF = StandIn("ulf", MONDAY, MONDAY + 2 * DAY)


@pytest.fixture
async def desk(ledger: Ledger, rulebook: Rulebook) -> Desk:
    """A Basic conversation in Oslo, opened on a Monday morning."""
    return await Desk(ledger, rulebook).opened(MONDAY, "basic")


async def test_their_answer_ends_the_wait(desk: Desk) -> None:
    await desk.member(MONDAY, "question")
    answer = await desk.substitute(MONDAY + HOUR, "answer", ULF)
    assert isinstance(answer, Posted)
    assert (answer.answered, answer.usage.waiting_since, answer.usage.due_at) == (Answered(HOUR, late=False), 0, 0)
    late = await desk.member(MONDAY + HOUR, "question")
    assert isinstance(late, Posted)
    assert late.usage.due_at == MONDAY + HOUR + DAY  # the deadline is as it would be with the mentor


async def test_they_write_from_the_beginning_until_before_the_end(desk: Desk) -> None:
    assert await desk.substitute(ULF.since - 1, "early", ULF) == Unknown()
    assert isinstance(await desk.substitute(ULF.since, "hello", ULF), Posted)
    assert isinstance(await desk.substitute(ULF.until - 1, "goodbye", ULF), Posted)
    assert await desk.substitute(ULF.until, "late", ULF) == Unknown()
    assert (await desk.standing(MONDAY)).last_seq == 2


async def test_ids_count_per_person(desk: Desk) -> None:
    ann = StandIn("ann", ULF.since, ULF.until)
    first = await desk.substitute(MONDAY, "from ulf", ULF, id="x")
    own = [await desk.mentor(MONDAY, "from tora", id="x"), await desk.substitute(MONDAY, "from ann", ann, id="x")]
    assert [posted.seq for posted in (first, *own) if isinstance(posted, Posted) and posted.first] == [1, 2, 3]
    longer = StandIn("ulf", ULF.since, ULF.until + DAY)
    again = await desk.substitute(MONDAY + HOUR, "from ulf", longer, id="x")
    assert isinstance(again, Posted)
    assert (again.first, again.seq, again.at) == (False, 1, MONDAY)
    assert await desk.substitute(MONDAY + HOUR, "another text", ULF, id="x") == Reused()


async def test_they_write_while_paused_and_not_once_it_is_over(desk: Desk) -> None:
    await desk.configure(MONDAY, status="paused")
    assert isinstance(await desk.substitute(MONDAY, "take care", ULF), Posted)
    await desk.configure(MONDAY + 1, status="suspended")
    refused = await desk.substitute(MONDAY + 2, "text", ULF)
    assert isinstance(refused, PostRefused)
    assert refused.reason == "suspended"


async def test_their_mark_is_their_own(desk: Desk) -> None:
    await desk.member(MONDAY, "question")
    assert await desk.ledger.mark_read_standing_in("c", "ulf", 2, "o") is None
    assert await desk.ledger.mark_read_standing_in("c", "ulf", 1, "o") is True
    assert await desk.ledger.mark_read_standing_in("c", "ulf", 1, "o") is False
    standing = await desk.standing(MONDAY)
    assert (standing.mentor_read, standing.substitutes_read) == (0, {"ulf": 1})


@pytest.fixture
async def link(store_url: str) -> AsyncIterator[Link]:
    async with link_to(store_url) as link:
        yield link


async def test_who_answered_is_told_and_no_day_of_writing_is_the_mentors(link: Link, rulebook: Rulebook) -> None:
    ledger = RedisLedger(link)
    await ledger.load()
    desk = await Desk(ledger, rulebook).opened(MONDAY, "basic")
    await desk.member(MONDAY, "question")
    await desk.substitute(MONDAY + MINUTE, "answer", ULF, id="x")
    await desk.member(MONDAY + HOUR, "another")
    await desk.mentor(MONDAY + 2 * HOUR, "answer")
    events = await Waits(link, ledger, 0).events(keys.partition("c"), 9)
    assert [(event.kind, event.answered_by, event.at) for event in events] == [
        ("answered", "ulf", MONDAY + MINUTE),
        ("answered", None, MONDAY + 2 * HOUR),
        ("wrote", None, MONDAY + 2 * HOUR),
    ]


async def test_the_mentor_has_not_read_by_what_they_write(link: Link, rulebook: Rulebook) -> None:
    """The timer that looks whether the mentor has read stays, and so does that the mentor was told."""
    ledger = RedisLedger(link)
    await ledger.load()
    desk = await Desk(ledger, rulebook).opened(MONDAY, "basic")
    await desk.member(MONDAY, "question")
    name = keys.conversation("c")
    told = State.unpacked(await link.request("HGET", name, "state"))
    assert told.unread == 4
    before = {each: getattr(told, each) for each in State.__struct_fields__}
    await link.request("HSET", name, "state", State(**(before | {"unread": 8})).packed())
    await desk.substitute(MONDAY + MINUTE, "answer", ULF)
    assert State.unpacked(await link.request("HGET", name, "state")).unread == 8 + 1
    await desk.mentor(MONDAY + HOUR, "answer")
    assert State.unpacked(await link.request("HGET", name, "state")).unread == 1
