"""The outbox is woken in time: by whoever notes something, and by its own look where that one died."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatserver.notices import outbox_timer
from chatserver.notices.delivery import NotNow
from chatserver.notices.outbox import KIND, OWNER, TIMER
from chatserver.notices.outbox_timer import FORGET_FAILED, FORGET_NOTICES, FORGET_SENT, WAIT_WITHIN
from chatserver.notices.rows import notices
from chatserver.notices.rows.queue import ToSend
from chatserver.operating.timer_watch import LEASE
from chatserver.records.database import Database
from quotas.instant import HOUR, MINUTE, SECOND
from quotas.ledger import keys
from tests.chatserver.notices.outboxes import PAUSES, WITHIN, Post, Receiver, opened

PARTITION = keys.partition(OWNER)


@pytest.fixture
def mail() -> Receiver:
    return Receiver()


@pytest.fixture
async def post(database: Database, valkey_url: str, mail: Receiver) -> AsyncIterator[Post]:
    async with opened(database, valkey_url, [mail]) as post:
        yield post


async def rings_at(post: Post) -> float | None:
    score = await post.link.request("ZSCORE", keys.timers(PARTITION), keys.timer(KIND, TIMER))
    return None if score is None else float(score)


async def put(post: Post, key: str, ahead: int) -> int:
    at = await post.ledger.now() + ahead
    await post.put(ToSend(key=key, channel="mail", person="mia", due_at=at))
    return at


async def test_what_is_noted_is_sent_when_it_is_due(post: Post, mail: Receiver) -> None:
    far, near = await put(post, "far", HOUR), await put(post, "near", MINUTE)
    await post.outbox.ring(far)
    await post.outbox.ring(near)
    await post.outbox.ring(None)
    assert await rings_at(post) == near
    await post.watch.sweep()
    assert mail.keys == []
    await post.later(MINUTE)
    await post.watch.sweep()
    assert mail.keys == ["near"]
    assert await rings_at(post) == far
    await post.later(HOUR)
    while await post.watch.sweep():
        pass
    assert mail.keys == ["near", "far"]
    assert await rings_at(post) is None


async def test_what_a_process_committed_that_died_is_found_within_a_minute(post: Post, mail: Receiver) -> None:
    await put(post, "a", 0)
    assert await rings_at(post) is None
    heir = post.beside("heir", [mail])
    await heir.watch.sweep()
    assert mail.keys == ["a"], "the first look of a process is at its start"
    await put(post, "b", 0)
    await heir.watch.settle_due([PARTITION])
    assert mail.keys == ["a", "b"]


async def test_what_is_tried_again_has_its_timer(post: Post, mail: Receiver) -> None:
    mail.answer = lambda delivery: NotNow("452")
    await post.outbox.ring(await put(post, "a", 0))
    await post.watch.sweep()
    [row] = (await post.rows()).values()
    assert await rings_at(post) == row.due_at


async def test_what_comes_up_while_it_is_sent_rings_too(post: Post, mail: Receiver) -> None:
    mail.held = {"mia": asyncio.Event()}
    await post.outbox.ring(await put(post, "a", 0))
    watching = asyncio.create_task(post.watch.sweep())
    await asyncio.wait_for(mail.begun.wait(), WITHIN)
    await post.outbox.ring(await put(post, "b", 0))
    mail.held["mia"].set()
    await watching
    await post.outbox.settled(WITHIN)
    while await post.watch.sweep():
        pass
    assert mail.keys == ["a", "b"]


async def test_something_that_hangs_lets_the_clock_go_on_and_the_watch(post: Post, mail: Receiver) -> None:
    """The sweep comes to its end before the receiver does: the clock is kept waiting for less than a timer's lease."""
    assert WAIT_WITHIN * SECOND < LEASE
    mail.held = {"mia": asyncio.Event()}
    await post.outbox.ring(await put(post, "a", 0))
    await post.watch.sweep()
    await asyncio.wait_for(mail.begun.wait(), WITHIN)
    assert post.outbox.is_busy
    assert await rings_at(post) is not None, "whoever is left looks after it"
    mail.held["mia"].set()
    assert await post.outbox.settled(WITHIN)


async def test_on_a_real_clock_the_watch_waits_for_nobody(
    post: Post, mail: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long a shifted one would: the sweep comes to its end while the receiver hangs."""
    monkeypatch.setattr(outbox_timer, "WAIT_WITHIN", None)
    real = post.beside("real", [mail], is_shifted=False)
    mail.held = {"mia": asyncio.Event()}
    await post.outbox.ring(await put(post, "a", 0))
    await real.watch.sweep()
    assert real.outbox.is_busy
    mail.held["mia"].set()
    assert await real.outbox.settled(WITHIN)
    assert mail.keys == ["a"]


async def test_old_rows_are_forgotten_the_failed_ones_later(post: Post, mail: Receiver) -> None:
    mail.answer = lambda delivery: NotNow("452")
    await put(post, "failed", 0)
    for pause in (*PAUSES, 0):
        await post.settle()
        await post.later(2 * pause)
    mail.answer = Receiver().answer
    await put(post, "sent", 0)
    await post.settle()
    await post.later(FORGET_SENT - MINUTE)
    await post.beside("young", [mail]).timer.arm(PARTITION)
    assert set(await post.rows()) == {"failed", "sent"}
    await post.later(2 * MINUTE)
    await post.beside("older", [mail]).timer.arm(PARTITION)
    assert set(await post.rows()) == {"failed"}
    await post.later(FORGET_FAILED - FORGET_SENT + SECOND)
    await post.beside("oldest", [mail]).timer.arm(PARTITION)
    assert await post.rows() == {}


async def test_a_notice_is_forgotten_after_a_year_and_a_month(post: Post, mail: Receiver) -> None:
    old = await post.noted(mark="old")
    await post.later(FORGET_NOTICES)
    young = await post.noted(mark="young")
    await post.later(MINUTE)
    await post.beside("housekeeper", [mail]).timer.arm(PARTITION)
    async with post.database.read() as connection:
        assert await notices.by_id(connection, [old.id, young.id]) == {young.id: young}
