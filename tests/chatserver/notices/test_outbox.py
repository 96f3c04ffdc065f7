"""What is due is sent once while nobody dies, tried again at its pace, dropped where its reason is gone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable

import pytest

import chatserver.notices.outbox
from chatserver.notices.delivery import Delivered, Delivery, DeliveryResult, NeverDelivered, NotNow, NotWanted
from chatserver.notices.outbox import LEASE
from chatserver.notices.rows.queue import ToSend
from chatserver.notices.sending import LONGEST_WISH, OURS_AGAIN, key_of, pause_after
from chatserver.notices.sending_room import CHANNEL_AT_ONCE, ENDPOINT_AT_ONCE
from chatserver.records.database import Database, DatabaseError
from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.store.errors import StoreError
from tests.chatserver.notices.outboxes import PAUSES, Post, Receiver, opened
from tests.engines import StoreProcess


@pytest.fixture
def mail() -> Receiver:
    return Receiver()


@pytest.fixture
async def post(database: Database, valkey_url: str, mail: Receiver) -> AsyncIterator[Post]:
    async with opened(database, valkey_url, [mail]) as post:
        yield post


async def due(post: Post, *keys: str, **more: object) -> None:
    """Mails that are due now, one for each key, each to a person of its own."""
    now = await post.ledger.now()
    await post.put(
        *(ToSend(**{"key": key, "channel": "mail", "person": key, "due_at": now} | more) for key in keys)  # type: ignore[arg-type]
    )


async def until(found: Callable[[], object], said: str) -> None:
    for _ in range(500):
        if found():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(said)


async def test_what_is_due_is_sent_once_and_kept(post: Post, mail: Receiver) -> None:
    now = await post.ledger.now()
    notice = await post.noted()
    await post.put(
        ToSend(key="b", channel="mail", person="mia", notice=notice.id, due_at=now - 2),
        ToSend(key="a", channel="mail", person="tom", due_at=now - 3),
        ToSend(key="later", channel="mail", person="mia", due_at=now + HOUR),
        ToSend(key="elsewhere", channel="push", person="mia", endpoint="phone", due_at=now - 1),
    )
    await due(post, "a")
    await post.settle()
    await post.settle()
    assert mail.keys == ["a", "b"], "the longest due first; what other processes send is left to them"
    assert [each.notices for each in mail.tried] == [(), (notice,)]
    rows = await post.rows()
    assert [(key, row.outcome) for key, row in rows.items()] == [
        ("a", "sent"),
        ("b", "sent"),
        ("elsewhere", None),
        ("later", None),
    ]
    assert rows["a"].attempts == 1
    assert rows["a"].done_at is not None
    assert rows["a"].leased_until is None
    assert post.metrics.outbox == {("mail", "sent"): 2}
    assert await post.outbox.next_due() == now + HOUR


async def test_two_outboxes_send_each_row_once(post: Post, mail: Receiver) -> None:
    other = post.beside("second", [mail])
    await due(post, *(f"m{number}" for number in range(120)))
    await asyncio.gather(post.settle(), other.settle(), post.settle())
    assert Counter(mail.keys) == Counter(f"m{number}" for number in range(120))
    assert {outcome for outcome, _ in (await post.outcomes()).values()} == {"sent"}
    assert post.metrics.outbox["mail", "sent"] + other.metrics.outbox["mail", "sent"] == 120


async def test_what_a_process_that_died_was_sending_is_sent_when_its_lease_is_over(post: Post) -> None:
    hanging, heir = Receiver(), Receiver()
    hanging.held = {"a": asyncio.Event()}
    dying, living = post.beside("dying", [hanging]), post.beside("living", [heir])
    await due(post, "a")
    dying.outbox.work()
    await until(lambda: hanging.tried, "it is not sent")
    await living.settle()
    assert heir.keys == []
    await living.later(LEASE)
    await living.settle()
    assert heir.keys == ["a"]
    hanging.held["a"].set()
    await dying.settle()
    assert (await post.outcomes()) == {"a": ("sent", None)}


async def test_who_is_sending_something_does_not_send_it_again_when_the_clock_is_moved(
    post: Post, mail: Receiver
) -> None:
    mail.held = {"a": asyncio.Event()}
    await due(post, "a")
    post.outbox.work()
    await until(lambda: mail.tried, "it is not sent")
    await post.later(DAY)
    await due(post, "b")
    post.outbox.work()
    await until(lambda: len(mail.tried) > 1, "it is not sent")
    mail.held["a"].set()
    await post.settle()
    assert mail.keys == ["a", "b"]


async def test_what_is_not_taken_for_now_is_tried_again_at_its_pace_and_given_up(post: Post, mail: Receiver) -> None:
    mail.answer = lambda delivery: NotNow(f"452 try {delivery.attempts}")
    await due(post, "a")
    for attempt, pause in enumerate(PAUSES):
        await post.settle()
        [row] = (await post.rows()).values()
        assert (row.outcome, row.reason, row.attempts) == (None, f"452 try {attempt}", attempt + 1)
        ahead = row.due_at - await post.ledger.now()
        assert 0.8 * pause - SECOND <= ahead <= 1.2 * pause
        await post.later(ahead - 5 * SECOND)
        await post.settle()
        assert len(mail.tried) == attempt + 1, "before its time"
        await post.later(5 * SECOND)
    await post.settle()
    [row] = (await post.rows()).values()
    assert (row.outcome, row.reason, row.attempts) == ("failed", "452 try 2", 3)
    assert post.metrics.outbox == {("mail", "postponed"): 2, ("mail", "failed"): 1}
    assert [each.key for each in mail.tried] == ["a"] * 3


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (NeverDelivered("550 unknown"), ("failed", "550 unknown")),
        (NotWanted("the device has gone"), ("dropped", "the device has gone")),
        (NeverDelivered("long" * 100), ("failed", "long" * 50)),
    ],
)
async def test_what_no_other_try_would_change_is_tried_once(
    post: Post, mail: Receiver, result: DeliveryResult, outcome: tuple[str, str]
) -> None:
    mail.answer = lambda delivery: result
    await due(post, "a")
    await post.settle()
    assert await post.outcomes() == {"a": outcome}


async def test_a_receiver_may_wish_for_a_later_try(post: Post, mail: Receiver) -> None:
    mail.answer = lambda delivery: NotNow("429", HOUR)
    await due(post, "a")
    await post.settle()
    now = await post.ledger.now()
    assert HOUR - 5 * SECOND < (await post.rows())["a"].due_at - now <= HOUR


async def test_who_was_not_asked_was_not_tried(post: Post, mail: Receiver) -> None:
    mail.answer = lambda delivery: NotNow("others come first", counts=False)
    await due(post, "a")
    await post.settle()
    row = (await post.rows())["a"]
    assert (row.attempts, row.reason, row.done_at) == (0, "others come first", None)
    assert OURS_AGAIN <= row.due_at - row.created_at < OURS_AGAIN + MINUTE


@pytest.mark.parametrize("fault", [StoreError("gone"), DatabaseError("gone")])
async def test_a_fault_of_our_own_is_no_try(post: Post, mail: Receiver, fault: Exception) -> None:
    def fail(delivery: Delivery) -> DeliveryResult:
        raise fault

    mail.answer = fail
    await due(post, "a")
    await post.settle()
    [row] = (await post.rows()).values()
    assert (row.outcome, row.attempts) == (None, 0)
    assert row.due_at - await post.ledger.now() <= OURS_AGAIN


async def test_an_error_in_a_channel_is_logged_and_tried_again(
    post: Post, mail: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(delivery: Delivery) -> DeliveryResult:
        raise ValueError("odd")

    mail.answer = fail
    await due(post, "a")
    await post.settle()
    [row] = (await post.rows()).values()
    assert (row.outcome, row.attempts, row.reason) == (None, 1, "a fault of this server; its log says more")
    assert "something could not be sent" in caplog.text


async def test_what_has_no_reason_any_more_is_dropped_before_each_try(post: Post, mail: Receiver) -> None:
    first, second = await post.noted("mia"), await post.noted("tom")
    await due(post, "a", notice=first.id)
    await due(post, "b", notice=second.id)
    await due(post, "c", notice=999)
    post.gone[first.id] = "answered meanwhile"
    mail.answer = lambda delivery: NotNow("452")
    await post.settle()
    assert mail.keys == ["b"]
    post.gone[second.id] = "the session was moved"
    await post.later(2 * MINUTE)
    await post.settle()
    assert mail.keys == ["b"]
    assert await post.outcomes() == {
        "a": ("dropped", "answered meanwhile"),
        "b": ("dropped", "the session was moved"),
        "c": ("dropped", "the notice is gone"),
    }


async def test_what_was_held_for_a_person_goes_out_as_one(post: Post, mail: Receiver) -> None:
    notices = [await post.noted("mia", f"m{number}") for number in range(4)]
    other = await post.noted("tom")
    for number, notice in enumerate(notices):
        await due(post, f"h{number}", person="mia", held=True, notice=notice.id)
    await due(post, "now", person="mia", notice=notices[0].id)
    await due(post, "tom", held=True, notice=other.id)
    post.gone[notices[1].id] = "read meanwhile"
    mail.answer = lambda delivery: NotNow("452") if delivery.person == "mia" else Delivered()
    await post.settle()
    by_person = {(each.person, len(each.notices)) for each in mail.tried}
    assert by_person == {("mia", 1), ("mia", 3), ("tom", 1)}
    rows = await post.rows()
    assert rows["h1"].outcome == "dropped"
    assert rows["h0"].due_at == rows["h2"].due_at == rows["h3"].due_at, "they stay together"
    mail.answer, mail.tried = lambda delivery: Delivered(), []
    await post.later(2 * MINUTE)
    await post.settle()
    [summary] = [each for each in mail.tried if len(each.notices) > 1]
    assert [each.id for each in summary.notices] == [notices[0].id, notices[2].id, notices[3].id]
    assert {row.outcome for key, row in (await post.rows()).items() if key in ("h0", "h2", "h3")} == {"sent"}


async def test_a_summary_is_one_processs(post: Post, mail: Receiver) -> None:
    others = [post.beside(f"p{number}", [mail]) for number in range(4)]
    for person in range(10):
        for number in range(5):
            await due(post, f"{person}.{number}", person=f"p{person}", held=True)
    await asyncio.gather(*(each.settle() for each in (post, *others)))
    assert Counter(each.person for each in mail.tried) == Counter(f"p{person}" for person in range(10))


async def test_the_key_of_a_summary_names_what_is_in_it(post: Post) -> None:
    await due(post, "a", "b", "c")
    rows = list((await post.rows()).values())
    assert key_of(rows[:1]) == "a"
    assert key_of(rows[:2]) == key_of(rows[:2])
    assert len({key_of(rows[:2]), key_of(rows), key_of(rows[::2]), "a"}) == 4


async def test_a_channel_or_endpoint_that_hangs_keeps_no_other_waiting(post: Post, mail: Receiver) -> None:
    hooks = Receiver("webhook")
    stuck = asyncio.Event()
    hooks.held = {"dead": stuck}
    mail.held = {f"m{number}": stuck for number in range(50)}
    both = post.beside("both", [mail, hooks])
    await due(post, *mail.held)
    now = await post.ledger.now()
    await post.put(
        *(ToSend(key=f"d{number}", channel="webhook", endpoint="dead", due_at=now - 1) for number in range(200)),
        *(ToSend(key=f"w{number}", channel="webhook", endpoint="well", due_at=now) for number in range(20)),
    )
    both.outbox.work()
    await until(lambda: sum(each.endpoint == "well" for each in hooks.tried) == 20, "others wait")
    assert sum(each.endpoint == "dead" for each in hooks.tried) == ENDPOINT_AT_ONCE
    assert len(mail.tried) == CHANNEL_AT_ONCE
    stuck.set()
    await both.settle()
    assert len(mail.tried) + len(hooks.tried) == 270


async def test_any_number_of_slow_endpoints_leaves_room_for_those_that_answer(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them has a place in the queue before what is for the others, and keeps it for as long as it hangs."""
    monkeypatch.setattr(chatserver.notices.outbox, "SLOW", 0.05)
    hooks = Receiver("webhook")
    first, stuck = asyncio.Event(), asyncio.Event()
    names = [f"slow{number}" for number in range(6)]
    hooks.held = dict.fromkeys(names, first)
    slow = post.beside("slow", [hooks])
    now = await post.ledger.now()
    await post.put(*(ToSend(key=name, channel="webhook", endpoint=name, due_at=now - 2) for name in names))
    slow.outbox.work()
    await until(lambda: len(hooks.tried) == len(names), "they are not tried")
    await asyncio.sleep(0.1)
    first.set()
    await slow.settle()
    hooks.held = dict.fromkeys(names, stuck)
    await post.put(
        *(ToSend(key=f"{a}.{b}", channel="webhook", endpoint=a, due_at=now - 1) for a in names for b in range(20)),
        *(ToSend(key=f"w{number}", channel="webhook", endpoint="well", due_at=now) for number in range(20)),
    )
    slow.outbox.work()
    await until(lambda: sum(each.endpoint == "well" for each in hooks.tried) == 20, "others wait")
    assert len(hooks.tried) == len(names) + CHANNEL_AT_ONCE // 2 + 20
    stuck.set()
    await slow.settle()
    assert {outcome for outcome, _ in (await post.outcomes()).values()} == {"sent"}


async def test_devices_of_the_same_name_are_not_one(post: Post) -> None:
    pushes = Receiver("push")
    stuck = asyncio.Event()
    pushes.held = {"mia": stuck}
    pushing = post.beside("pushing", [pushes])
    now = await post.ledger.now()
    await post.put(
        *(ToSend(key=f"m{n}", channel="push", person="mia", endpoint="phone", due_at=now - 1) for n in range(60)),
        *(ToSend(key=f"t{n}", channel="push", person=f"t{n}", endpoint="phone", due_at=now) for n in range(20)),
    )
    pushing.outbox.work()
    await until(lambda: sum(each.person != "mia" for each in pushes.tried) == 20, "others wait")
    assert sum(each.person == "mia" for each in pushes.tried) == ENDPOINT_AT_ONCE
    stuck.set()
    await pushing.settle()


async def test_a_process_that_stops_lets_its_sends_come_to_an_end_and_begins_none(post: Post, mail: Receiver) -> None:
    held = asyncio.Event()
    mail.held = {f"m{number}": held for number in range(CHANNEL_AT_ONCE)}
    await due(post, *mail.held)
    post.outbox.work()
    await until(lambda: len(mail.tried) == CHANNEL_AT_ONCE, "it is not sent")
    await due(post, "more")
    closing = asyncio.create_task(post.outbox.close())
    await asyncio.sleep(0.1)
    held.set()
    await closing
    outcomes = await post.outcomes()
    assert outcomes.pop("more") == (None, None)
    assert set(outcomes.values()) == {("sent", None)}


def test_pauses_are_jittered_and_end_with_the_last() -> None:
    assert [pause_after((100, 1000), tries, None, chance) for tries in (0, 1, 5) for chance in (0, 0.5, 1)] == [
        80,
        100,
        120,
        800,
        1000,
        1200,
        800,
        1000,
        1200,
    ]
    assert pause_after((100,), 0, 5000, 0.5) == 5000
    assert pause_after((100,), 0, 10**12, 0.5) == LONGEST_WISH
    assert pause_after((), 0, None, 0.5) == 0


async def test_what_was_sent_is_noted_while_the_store_is_gone(database: Database, mail: Receiver) -> None:
    """Nothing else is sent meanwhile: whose it is depends on the store's clock."""
    store = StoreProcess().start()
    try:
        async with opened(database, store.url, [mail]) as post:
            mail.held = {"a": asyncio.Event()}
            await due(post, "a")
            post.outbox.work()
            await until(lambda: mail.tried, "it is not sent")
            await due(post, "b")
            await asyncio.to_thread(store.kill)
            mail.held["a"].set()
            async with asyncio.timeout(60):
                while (await post.rows())["a"].outcome != "sent":  # noqa: ASYNC110 - the database says nothing
                    await asyncio.sleep(0.05)
            assert mail.keys == ["a"]
            row = (await post.rows())["a"]
            assert row.done_at is not None
            assert 0 <= row.done_at - row.created_at < 60 * SECOND
    finally:
        await asyncio.to_thread(store.stop)
