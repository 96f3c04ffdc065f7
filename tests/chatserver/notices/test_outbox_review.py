"""What operators see of the outbox: what waits, what failed and why; what they try anew."""

from collections.abc import AsyncIterator, Mapping

import pytest

from chatserver.notices.delivery import ChannelName, NotNow
from chatserver.notices.outbox_counts import ChannelCount, OutboxCounts
from chatserver.notices.outbox_line import OutboxFilter
from chatserver.notices.rows import outbox_review
from chatserver.notices.rows.queue import ToSend
from chatserver.records.database import Database
from quotas.instant import HOUR, MINUTE
from tests.chatserver.notices.outboxes import PAUSES, Post, Receiver, opened

ANY = OutboxFilter()


@pytest.fixture
def mail() -> Receiver:
    return Receiver()


@pytest.fixture
async def post(database: Database, valkey_url: str, mail: Receiver) -> AsyncIterator[Post]:
    async with opened(database, valkey_url, [mail]) as post:
        yield post


async def given_up(post: Post, mail: Receiver, *people: str) -> None:
    now = await post.ledger.now()
    await post.put(*(ToSend(key=person, channel="mail", person=person, due_at=now) for person in people))
    mail.answer = lambda delivery: NotNow("452 no room")
    for pause in (*PAUSES, 0):
        await post.settle()
        await post.later(2 * pause)
    mail.answer = Receiver().answer


async def test_what_waits_and_what_failed_is_listed(post: Post, mail: Receiver) -> None:
    await given_up(post, mail, "mia", "tom")
    now, notice = await post.ledger.now(), await post.noted("tom")
    await post.put(
        ToSend(key="later", channel="push", person="mia", endpoint="phone", due_at=now + HOUR),
        ToSend(key="soon", channel="mail", person="tom", notice=notice.id, due_at=now + MINUTE),
    )
    async with post.database.read() as connection:
        listed = await outbox_review.queued(connection, ANY, 10)
        assert [(line.person, line.endpoint, line.event) for line in listed] == [
            ("tom", "", "writing.opened"),
            ("mia", "phone", ""),
        ]
        assert [line.person for line in await outbox_review.queued(connection, ANY, 1)] == ["tom"]
        assert [line.person for line in await outbox_review.queued(connection, OutboxFilter("push"), 10)] == ["mia"]
        failed = await outbox_review.failed(connection, ANY, 10)
        assert {(line.person, line.reason, line.attempts) for line in failed} == {
            ("mia", "452 no room", 3),
            ("tom", "452 no room", 3),
        }
        assert [line.person for line in await outbox_review.failed(connection, OutboxFilter(person="tom"), 9)] == [
            "tom"
        ]
        assert await outbox_review.failed(connection, OutboxFilter("push"), 10) == []


async def test_what_failed_or_waits_for_another_try_is_tried_anew(post: Post, mail: Receiver) -> None:
    await given_up(post, mail, "mia", "tom", "liv")
    now = await post.ledger.now()
    await post.put(ToSend(key="later", channel="mail", person="mia", due_at=now + HOUR))
    ids = {key: row.id for key, row in (await post.rows()).items()}
    mail.tried.clear()
    async with post.database.begin() as connection:
        again = await outbox_review.retry(connection, [ids["mia"], ids["later"], 12345], now)
    assert again == sorted([ids["mia"], ids["later"]])
    await post.settle()
    assert sorted(mail.keys) == ["later", "mia"]
    assert {each.attempts for each in mail.tried} == {0}
    async with post.database.begin() as connection:
        assert await outbox_review.retry(connection, [ids["mia"]], now) == [], "it is sent by now"
        assert await outbox_review.retry_failed(connection, OutboxFilter(person="liv"), now) == [ids["liv"]]
        assert await outbox_review.retry_failed(connection, ANY, now) == [ids["tom"]]
    await post.settle()
    assert {outcome for outcome, _ in (await post.outcomes()).values()} == {"sent"}


async def test_what_waits_is_counted_and_a_relay_that_refuses_is_named(post: Post, mail: Receiver) -> None:
    async def counted() -> Mapping[ChannelName, ChannelCount]:
        found = await OutboxCounts(post.database, post.ledger.now).latest()
        assert found is not None
        return found

    assert await counted() == dict.fromkeys(("mail", "push", "webhook"), ChannelCount())
    now = await post.ledger.now()
    await post.put(*(ToSend(key=key, channel="mail", person=key, due_at=now) for key in ("a", "b", "c")))
    await post.put(ToSend(key="w", channel="webhook", endpoint="w", due_at=now + HOUR))
    await post.later(MINUTE)
    found = await counted()
    assert (found["mail"].queued, found["webhook"]) == (3, ChannelCount(1))
    assert MINUTE <= found["mail"].late < 2 * MINUTE
    assert found["mail"].refusal == ""
    mail.answer = lambda delivery: NotNow("the relay refuses the login")
    await post.settle()
    assert (await counted())["mail"].refusal == "the relay refuses the login"
    said = await OutboxCounts(post.database, post.ledger.now).unsent()
    assert said == "no mail is taken: the relay refuses the login; it is tried again"
    mail.answer = Receiver().answer
    await post.put(ToSend(key="d", channel="mail", person="d", due_at=now))
    await post.settle()
    assert (await counted())["mail"].refusal == "", "it has just taken something"
