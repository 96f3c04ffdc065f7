"""Endpoints are told of events: signed, tried again, and left alone when they are gone."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, update
from standardwebhooks.webhooks import WebhookVerificationError

from chatserver.conversations.requests import Missing
from chatserver.notices import guarded_http, sending
from chatserver.notices.outbox import OWNER
from chatserver.notices.outbox_timer import FORGET_SENT
from chatserver.notices.webhook_book import Replayed, WebhookWritten
from chatserver.notices.webhook_requests import ReplayWish, WebhookDetails
from chatserver.notices.webhooks import PAUSES
from chatserver.records.database import Database
from chatserver.records.tables import OUTBOX, WEBHOOK_ATTEMPTS, WEBHOOK_EVENTS, WEBHOOKS
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.ledger import keys
from tests.chatserver.notices.hooks import Hooks, hooks_at, verified
from tests.http_endpoint import HttpEndpoint, answer, http_endpoint


@pytest.fixture
async def hooks(database: Database, valkey_url: str) -> AsyncIterator[Hooks]:
    """On each kind of database."""
    async with hooks_at(database, valkey_url) as hooks:
        yield hooks


@pytest.fixture
async def endpoint() -> AsyncIterator[HttpEndpoint]:
    async with http_endpoint() as endpoint:
        yield endpoint


# What comes


async def test_an_endpoint_gets_what_it_can_check(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    secret = await hooks.hook("shop", endpoint, "reply.*")
    await hooks.note("booking.booked", "b1")
    due = instant.parse("2026-01-07T11:00:00Z")
    await hooks.note(
        "reply.missed", "c1 4", waiting_since=instant.text(due - DAY), due_at=instant.text(due), secret="kept"
    )
    await hooks.settle()
    [received] = endpoint.received
    assert received.line == "POST /shop HTTP/1.1"
    body = verified(secret, received)
    assert body["type"] == "reply.missed"
    assert body["data"] == {
        "conversation": "c1",
        "member": "mia",
        "mentor": "tom",
        "waiting_since": "2026-01-06T11:00:00.000Z",
        "due_at": "2026-01-07T11:00:00.000Z",
        "answered_at": None,
        "waited_ms": None,
        "in_time": None,
        "answered_by": None,
        "ended_at": None,
    }
    [logged] = await hooks.log("shop")
    assert instant.parse(body["timestamp"]) == logged.delivery.at
    assert received.headers["webhook-id"] == logged.delivery.event_id
    assert received.headers["content-type"] == "application/json"
    assert logged.delivery.outcome == "sent"
    [attempt] = logged.attempts
    assert (attempt.status, attempt.error) == (204, None)


async def test_the_timestamp_is_real_also_under_a_shifted_clock(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    secret = await hooks.hook("shop", endpoint)
    await hooks.post.later(400 * DAY)
    await hooks.note("reply.missed", "c1 4")
    await hooks.settle()
    assert abs(int(endpoint.received[0].headers["webhook-timestamp"]) - time.time()) < 30
    verified(secret, endpoint.received[0])


async def test_nobody_else_can_sign(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint)
    other = await hooks.hook("other", endpoint, "message")
    await hooks.note("reply.missed", "c1 4")
    await hooks.settle()
    with pytest.raises(WebhookVerificationError):
        verified(other, endpoint.received[0])


async def test_while_a_secret_changes_both_sign(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    first = await hooks.hook("shop", endpoint)
    rotated = await hooks.book.rotate("shop")
    assert isinstance(rotated, WebhookWritten)
    second = rotated.secret or ""
    await hooks.note("reply.missed", "c1 1")
    await hooks.settle()
    for secret in (first, second):
        assert verified(secret, endpoint.received[0])["type"] == "reply.missed"
    await hooks.post.later(DAY)
    await hooks.note("reply.missed", "c1 2")
    await hooks.settle()
    verified(second, endpoint.received[1])
    with pytest.raises(WebhookVerificationError):
        verified(first, endpoint.received[1])


async def test_of_three_secrets_the_last_two_sign(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    first = await hooks.hook("shop", endpoint)
    for _ in range(2):
        await hooks.book.rotate("shop")
    await hooks.note("reply.missed", "c1 1")
    await hooks.settle()
    assert endpoint.received[0].headers["webhook-signature"].count("v1,") == 2
    with pytest.raises(WebhookVerificationError):
        verified(first, endpoint.received[0])


async def test_two_endpoints_hear_the_same_id(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    for id in ("one", "two"):
        await hooks.hook(id, endpoint)
    await hooks.note("reply.missed", "c1 4")
    await hooks.settle()
    assert len({each.headers["webhook-id"] for each in endpoint.received}) == 1
    assert {each.line.split()[1] for each in endpoint.received} == {"/one", "/two"}


async def test_secrets_are_sealed(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    secret = await hooks.hook("shop", endpoint)
    async with hooks.database.read() as connection:
        kept = await connection.scalar(select(WEBHOOKS.c.secret))
    assert kept is not None
    assert secret.removeprefix("whsec_").encode() not in kept
    async with hooks.database.begin() as connection:
        await connection.execute(update(WEBHOOKS).values(secret=kept[:-1] + bytes([kept[-1] ^ 1])))
    await hooks.note("reply.missed", "c1 4")
    await hooks.settle()
    assert endpoint.received == []
    [logged] = await hooks.log("shop")
    assert (logged.delivery.outcome, logged.delivery.reason) == (
        "failed",
        "its secret cannot be read any more; rotate it",
    )


# What fails


async def test_it_is_tried_ten_times_in_three_days(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint)
    endpoint.otherwise = answer(500)
    await hooks.note("reply.missed", "c1 4")
    await hooks.settle()
    for number, pause in enumerate(PAUSES, start=1):
        assert len(endpoint.received) == number
        await hooks.later(round(pause * 0.7))
        assert len(endpoint.received) == number
        await hooks.later(round(pause * 0.6))
    assert len(endpoint.received) == 10
    assert 75 * HOUR < sum(PAUSES) < 76 * HOUR
    assert len({each.headers["webhook-id"] for each in endpoint.received}) == 1
    assert len({each.body for each in endpoint.received}) == 1
    [logged] = await hooks.log("shop")
    assert (logged.delivery.outcome, logged.delivery.reason) == ("failed", "it answered 500")
    assert [each.status for each in logged.attempts] == [500] * 10


@pytest.mark.parametrize(
    ("said", "why"),
    [(answer(302, Location="/"), "it answered 302; redirects are not followed"), (answer(404), "it answered 404")],
)
async def test_whatever_is_no_success_is_tried_again(
    hooks: Hooks, endpoint: HttpEndpoint, said: bytes, why: str
) -> None:
    await hooks.hook("shop", endpoint)
    endpoint.answers.append(said)
    await hooks.note("reply.missed", "c1 4")
    await hooks.settle()
    [logged] = await hooks.log("shop")
    assert (logged.delivery.outcome, logged.delivery.reason) == (None, why)
    await hooks.later(PAUSES[0] * 2)
    assert await hooks.outcomes("shop") == ["sent"]
    [logged] = await hooks.log("shop")
    assert [each.error for each in logged.attempts] == [why, None]


async def test_retry_after_is_waited_for(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint)
    endpoint.answers.append(answer(503, Retry_After="600"))
    await hooks.note("reply.missed", "c1 4")
    await hooks.settle()
    await hooks.later(9 * MINUTE)
    assert len(endpoint.received) == 1
    await hooks.later(5 * MINUTE)
    assert len(endpoint.received) == 2


async def test_410_ends_it(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    """What else is on its way is dropped; support hears of it once, and so do other endpoints."""
    await hooks.hook("shop", endpoint)
    async with http_endpoint() as other:
        secret = await hooks.hook("other", other, "webhook.disabled")
        endpoint.otherwise = answer(410)
        for number in range(8):
            await hooks.note("reply.missed", f"c1 {number}")
        await hooks.settle()
        assert 1 <= len(endpoint.received) <= 3
        record = await hooks.book.find("shop")
        assert record is not None
        assert (record.disabled_for, record.disabled_at is None) == ("gone", False)
        outcomes = await hooks.outcomes("shop")
        assert outcomes.count("failed") == len(endpoint.received)
        assert set(outcomes) == {"failed", "dropped"}
        await hooks.note("reply.missed", "c1 9")
        await hooks.settle()
        assert len(await hooks.outcomes("shop")) == 8
        [received] = other.received
        assert verified(secret, received)["data"] == {"webhook": "shop", "reason": "gone"}


async def test_an_endpoint_that_fails_for_five_days_is_disabled(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint)
    endpoint.otherwise = answer(500)
    for day in range(6):
        await hooks.note("reply.missed", f"c1 {day}")
        await hooks.settle()
        record = await hooks.book.find("shop")
        assert record is not None
        assert record.disabled_for == ("failing" if day == 5 else None)
        await hooks.post.later(DAY)
    count = len(endpoint.received)
    await hooks.later(3 * DAY)
    assert len(endpoint.received) == count


async def test_failures_with_nothing_tried_in_between_do_not_add_up(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint)
    endpoint.answers += [answer(500), answer(500)]
    await hooks.note("reply.missed", "c1 1")
    await hooks.settle()
    async with hooks.database.begin() as connection:
        await connection.execute(update(OUTBOX).values(done_at=1, outcome="failed"))
    await hooks.post.later(6 * DAY)
    await hooks.note("reply.missed", "c1 2")
    await hooks.settle()
    record = await hooks.book.find("shop")
    assert record is not None
    assert record.disabled_at is None
    await hooks.later(MINUTE)
    record = await hooks.book.find("shop")
    assert record is not None
    assert record.failing_since is None


async def test_a_success_ends_the_count(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint)
    for day in range(12):
        endpoint.otherwise = answer(500) if day != 4 else answer(200)
        await hooks.note("reply.missed", f"c1 {day}")
        await hooks.settle()
        record = await hooks.book.find("shop")
        assert record is not None
        assert (record.disabled_at is not None) == (day >= 10)
        await hooks.post.later(DAY)


async def test_an_enabled_one_is_told_of_what_it_missed(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint, "reply.*")
    endpoint.answers.append(answer(410))
    since = instant.text(await hooks.post.ledger.now())
    for mark in ("c1 1", "c1 2"):
        await hooks.note("reply.missed", mark)
        await hooks.settle()
    assert len(endpoint.received) == 1
    replay = ReplayWish(since=since)
    assert not isinstance(await hooks.book.replay("shop", replay), Replayed)
    enabled = await hooks.book.enable("shop")
    assert isinstance(enabled, WebhookWritten)
    assert enabled.record.disabled_at is None
    await hooks.post.later(SECOND)
    assert await hooks.book.replay("shop", replay) == Replayed(2, None)
    await hooks.settle()
    assert await hooks.outcomes("shop") == ["sent", "sent"]
    assert len({each.headers["webhook-id"] for each in endpoint.received}) == 2


async def test_a_slow_endpoint_slows_nobody(
    hooks: Hooks, endpoint: HttpEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are told before it has answered, or was given up."""
    monkeypatch.setattr(guarded_http, "ANSWER_WITHIN", 600.0)
    monkeypatch.setattr(sending, "TRY_WITHIN", 600.0)
    async with http_endpoint() as slow:
        slow.delay = 600
        await hooks.hook("slow", slow, "reply.missed")
        await hooks.hook("shop", endpoint, "reply.answered")
        for number in range(20):
            await hooks.note("reply.missed", f"c1 {number}")
        hooks.post.outbox.work()
        await slow.until(3)
        await hooks.note("reply.answered", "c1 1")
        hooks.post.outbox.work()
        await endpoint.until(1)
        assert len(slow.received) == 3


# Once more


async def test_one_event_is_replayed_with_its_id(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    secret = await hooks.hook("shop", endpoint)
    await hooks.note("reply.missed", "c1 4")
    await hooks.settle()
    [logged] = await hooks.log("shop")
    assert await hooks.book.replay("shop", ReplayWish(event=logged.delivery.event_id)) == Replayed(1, None)
    await hooks.settle()
    first, second = (verified(secret, each) for each in endpoint.received)
    assert first == second
    assert len({each.headers["webhook-id"] for each in endpoint.received}) == 1
    [logged] = await hooks.log("shop")
    assert len(logged.attempts) == 2


async def test_what_is_on_its_way_is_not_sent_twice(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint)
    await hooks.note("reply.missed", "c1 4")
    [logged] = await hooks.log("shop")
    for _ in range(3):
        await hooks.book.replay("shop", ReplayWish(event=logged.delivery.event_id))
    await hooks.settle()
    assert len(endpoint.received) == 1


async def test_an_endpoint_that_is_new_gets_what_was_before(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    """Of what another one wanted."""
    await hooks.hook("shop", endpoint)
    since = await hooks.post.ledger.now()
    for number in range(5):
        await hooks.note("reply.missed", f"c1 {number}")
        await hooks.note("booking.booked", f"b{number}", service="video_call")
        await hooks.post.later(HOUR)
    await hooks.settle()
    async with http_endpoint() as other:
        await hooks.hook("new", other, "reply.missed")
        wish = ReplayWish(since=instant.text(since + HOUR // 2), until=instant.text(since + 3 * HOUR + HOUR // 2))
        assert await hooks.book.replay("new", wish) == Replayed(3, None)
        await hooks.settle()
        assert len(other.received) == 3


async def test_a_long_time_is_replayed_in_parts(
    hooks: Hooks, endpoint: HttpEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatserver.notices.webhook_book.REPLAYED_AT_ONCE", 2)
    await hooks.hook("shop", endpoint)
    since: int | None = await hooks.post.ledger.now()
    for number in range(5):
        await hooks.note("reply.missed", f"c1 {number}")
        await hooks.post.later(HOUR)
    counts = []
    while since is not None:
        replayed = await hooks.book.replay("shop", ReplayWish(since=instant.text(since)))
        assert isinstance(replayed, Replayed)
        counts.append(replayed.count)
        since = replayed.rest_from
    assert counts == [2, 2, 1]


@pytest.mark.parametrize(
    "wish",
    [
        ReplayWish(),
        ReplayWish(event="evt_0", since="2026-01-01T00:00:00Z"),
        ReplayWish(event="evt_0"),
        ReplayWish(since="yesterday"),
        ReplayWish(since="2026-01-01T00:00:00Z", until="soon"),
    ],
)
async def test_what_cannot_be_replayed(hooks: Hooks, endpoint: HttpEndpoint, wish: ReplayWish) -> None:
    await hooks.hook("shop", endpoint)
    assert not isinstance(await hooks.book.replay("shop", wish), Replayed)
    assert isinstance(await hooks.book.replay("nowhere", ReplayWish(since="2026-01-01T00:00:00Z")), Missing)


async def test_a_ping_goes_at_once_and_is_not_kept(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    secret = await hooks.hook("shop", endpoint, "booking.*")
    outcome = await hooks.book.ping("shop")
    assert not isinstance(outcome, Missing)
    assert (outcome.status, outcome.error) == (204, None)
    body = verified(secret, endpoint.received[0])
    assert (body["type"], body["data"]) == ("ping", {"webhook": "shop"})
    assert await hooks.log("shop") == []
    endpoint.otherwise = answer(500)
    outcome = await hooks.book.ping("shop")
    assert not isinstance(outcome, Missing)
    assert (outcome.status, outcome.error) == (500, "it answered 500")
    assert isinstance(await hooks.book.ping("nowhere"), Missing)


# Around it


async def test_a_webhook_that_is_removed_gets_nothing(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    """Another one of its name begins anew."""
    first = await hooks.hook("shop", endpoint)
    await hooks.note("reply.missed", "c1 4")
    assert await hooks.book.remove("shop")
    assert not await hooks.book.remove("shop")
    await hooks.settle()
    second = await hooks.hook("shop", endpoint)
    assert endpoint.received == []
    assert second not in ("", first)
    assert await hooks.log("shop") == []


async def test_the_same_again_keeps_the_secret(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    secret = await hooks.hook("shop", endpoint, "reply.*")
    before = await hooks.book.find("shop")
    assert await hooks.hook("shop", endpoint, "reply.*", "reply.*") == ""
    assert await hooks.book.find("shop") == before
    assert await hooks.hook("shop", endpoint, "booking.*") == ""
    await hooks.note("booking.booked", "b1")
    await hooks.settle()
    verified(secret, endpoint.received[0])


async def test_there_is_a_bound(hooks: Hooks, endpoint: HttpEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatserver.notices.webhook_book.MOST_WEBHOOKS", 1)
    await hooks.hook("shop", endpoint)
    url = f"http://127.0.0.1:{endpoint.port}/"
    assert not isinstance(await hooks.book.put("other", WebhookDetails(url, ["*"])), WebhookWritten)
    assert await hooks.hook("shop", endpoint, "message") == ""


async def test_old_tries_and_events_are_forgotten(
    hooks: Hooks, endpoint: HttpEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the only endpoint is disabled, so that nothing is sent any more."""
    monkeypatch.setattr("chatserver.notices.outbox_timer.FORGET_AT_ONCE", 2)
    endpoint.otherwise = answer(410)
    await hooks.hook("shop", endpoint)
    for number in range(5):
        await hooks.note("reply.missed", f"c1 {number}")
    await hooks.settle()
    await hooks.post.later(FORGET_SENT + HOUR)
    await hooks.note("reply.missed", "c1 young")
    await hooks.settle()
    await hooks.post.timer.arm(keys.partition(OWNER))
    async with hooks.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(WEBHOOK_ATTEMPTS)) == 0
        assert await connection.scalar(select(func.count()).select_from(WEBHOOK_EVENTS)) == 1


async def test_what_a_place_says_that_was_left_meanwhile_is_nothing_about_the_new_one(
    hooks: Hooks, endpoint: HttpEndpoint
) -> None:
    """It answers 410 after the address was changed: the event goes to the new one, which is not disabled."""
    await hooks.hook("shop", endpoint)
    endpoint.otherwise = answer(500)
    await hooks.note("reply.missed", "c1 1")
    await hooks.settle()
    found = await hooks.book.find("shop")
    assert found is not None
    assert found.failing_since is not None
    endpoint.otherwise, endpoint.delay = answer(410), 0.5
    await hooks.note("reply.missed", "c1 2")
    hooks.post.outbox.work()
    await endpoint.until(2)
    async with http_endpoint() as new:
        await hooks.hook("shop", new)
        await hooks.settle()
        found = await hooks.book.find("shop")
        assert found is not None
        assert (found.disabled_at, found.failing_since) == (None, None)
        await hooks.later(HOUR)
        assert len(new.received) == 2
    assert await hooks.outcomes("shop") == ["sent", "sent"]


async def test_what_was_sent_by_a_process_that_died_is_sent_again_with_its_id(
    hooks: Hooks, endpoint: HttpEndpoint
) -> None:
    """It died after the endpoint had answered, before that was noted."""
    secret = await hooks.hook("shop", endpoint)
    endpoint.delay = 0.2
    await hooks.note("reply.missed", "c1 4")
    hooks.post.outbox.work()
    await endpoint.until(1)
    work = hooks.post.outbox._work
    assert work is not None
    for task in (work, *hooks.post.outbox._tasks):
        task.cancel()
    await asyncio.gather(work, return_exceptions=True)
    beside = Hooks(hooks.database, hooks.post.link, hooks.post.ledger.shift + 2 * MINUTE, "second")
    await beside.settle()
    await beside.http.close()
    await beside.post.outbox.close()
    assert len(endpoint.received) == 2
    assert len({each.headers["webhook-id"] for each in endpoint.received}) == 1
    assert verified(secret, endpoint.received[0]) == verified(secret, endpoint.received[1])
    assert await hooks.outcomes("shop") == ["sent"]


async def test_no_text_and_no_name_is_in_the_outbox(hooks: Hooks, endpoint: HttpEndpoint) -> None:
    await hooks.hook("shop", endpoint)
    await hooks.note("message", "c1 1", seq=1, id="m1", role="member", **{"from": "mia"})
    await hooks.settle()
    assert json.loads(endpoint.received[0].body)["data"] == {
        "conversation": "c1",
        "seq": 1,
        "id": "m1",
        "from": "mia",
        "role": "member",
        "text": None,
    }
