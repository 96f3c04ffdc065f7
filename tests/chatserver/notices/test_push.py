"""Pushes to a push service of the tests, over TLS: what it was sent, and what becomes of its answers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from chatserver.notices.delivery import Delivered, NeverDelivered, NotNow, NotWanted
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.notice import Notice
from chatserver.notices.push import PushChannel
from chatserver.notices.rows import wishes
from chatserver.notices.rows.push_subscriptions import PushDevice
from chatserver.records.database import Database
from chatserver.records.tables import NOTICES, PEOPLE, PUSH_SUBSCRIPTIONS
from quotas.instant import DAY, MINUTE, SECOND
from tests.certificates import trusting
from tests.chatserver.notices.browser import Browser
from tests.chatserver.notices.pushing import NOW, Pushing, answered, pushing
from tests.chatserver.notices.test_vapid import claims_in
from tests.http_endpoint import HttpEndpoint, answer

Place = tuple[Pushing, HttpEndpoint, Browser]


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Place]:
    """On each kind of database."""
    async with pushing(database) as found:
        yield found


async def test_the_browser_reads_what_was_sent(place: Place) -> None:
    """Nobody on the way does; the push service knows who sent it."""
    pushed, service, browser = place
    await pushed.subscribe(browser)
    [notice, _] = await pushed.noted(answered(), answered("2"))
    assert await pushed.send(notice) == Delivered()
    [came] = service.received
    assert came.line == "POST /push/1 HTTP/1.1"
    said = browser.opened(came.body)
    assert (said["title"], said["body"]) == ("Mona has answered", "Mona has answered you.")
    assert (said["event"], said["conversation"], said["notice"]) == ("reply.answered", "c1", notice.id)
    assert (said["unread"], said["tag"]) == (2, came.headers["topic"])
    assert "Berg" not in str(said)
    assert b"Mona" not in came.body
    assert came.headers["content-encoding"] == "aes128gcm"
    assert (came.headers["ttl"], came.headers["urgency"]) == ("86400", "normal")
    claims = claims_in(came.headers["authorization"], f"https://127.0.0.1:{service.port}")
    assert claims["sub"] == "mailto:chat@example.org"
    assert 0 < claims["exp"] - NOW / 1000 <= 24 * 3600
    assert came.headers["authorization"].endswith(f"k={await pushed.vapid.public_key()}")


async def test_in_the_persons_language_of_now(place: Place) -> None:
    pushed, service, browser = place
    await pushed.subscribe(browser)
    async with pushed.database.begin() as connection:
        await connection.execute(update(PEOPLE).values(locale="nb"))
    assert await pushed.send(*await pushed.noted(answered())) == Delivered()
    assert browser.opened(service.received[0].body)["title"] == "Mona har svart"


async def test_several_are_one_summary(place: Place) -> None:
    pushed, service, browser = place
    await pushed.subscribe(browser)
    later = replace(answered("2"), event="writing.opened", at=NOW + 1)
    told = await pushed.noted(later, answered())
    assert await pushed.send(*told) == Delivered()
    said = browser.opened(service.received[0].body)
    assert (said["count"], said["event"]) == (2, "writing.opened")
    assert said["body"] == "You can write to Mona again.\nMona has answered you."


async def test_the_badge_counts_what_is_unread(place: Place) -> None:
    pushed, service, browser = place
    await pushed.subscribe(browser)
    told = await pushed.noted(answered(), answered("2"), answered("3"))
    async with pushed.database.begin() as connection:
        await connection.execute(update(NOTICES).where(NOTICES.c.id == told[1].id).values(read_at=NOW))
    await pushed.send(told[0])
    assert browser.opened(service.received[0].body)["unread"] == 2


async def test_about_nobody_else(place: Place) -> None:
    """A membership is nobody's conversation."""
    pushed, service, browser = place
    await pushed.subscribe(browser)
    notice = Notice(0, "mia", "membership.renewed", "1", "", "", {"role": "member"}, NOW, NOW)
    assert await pushed.send(*await pushed.noted(notice)) == Delivered()
    assert browser.opened(service.received[0].body)["conversation"] == ""
    assert service.received[0].headers["urgency"] == "low"


async def test_a_later_one_replaces_what_did_not_arrive_yet(place: Place) -> None:
    """By its topic; and not what is about somebody else, or goes to somebody else."""
    pushed, service, browser = place
    await pushed.subscribe(browser)
    await pushed.subscribe(Browser(f"{browser.endpoint}0"), person="mona")
    for notice in (answered(), answered("2"), replace(answered("3"), conversation="c2")):
        await pushed.send(notice)
    await pushed.send(replace(answered("4"), person="mona"), person="mona")
    first, second, elsewhere, of_mona = (each.headers["topic"] for each in service.received)
    assert first == second
    assert len({first, elsewhere, of_mona}) == 3


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_taken(place: Place, status: int) -> None:
    pushed, service, browser = place
    await pushed.subscribe(browser)
    service.otherwise = answer(status)
    assert await pushed.send(answered()) == Delivered()


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_has_ended_is_forgotten(place: Place, status: int) -> None:
    """It alone; nobody is asked again."""
    pushed, service, browser = place
    await pushed.subscribe(browser)
    await pushed.subscribe(Browser(f"{browser.endpoint}0"), "laptop")
    service.answers.append(answer(status))
    result = await pushed.send(answered())
    assert result == NotWanted(f"the push service answered {status}: the subscription has ended")
    assert await pushed.devices() == ["laptop"]
    assert await pushed.send(answered()) == NotWanted("the device is not subscribed any more")
    assert len(service.received) == 1


async def test_who_subscribed_anew_meanwhile_stays(place: Place) -> None:
    """The 410 is about the subscription that was."""
    pushed, service, browser = place
    await pushed.subscribe(browser)
    async with pushed.database.read() as connection:
        [row] = await connection.execute(PUSH_SUBSCRIPTIONS.select())
    await pushed.subscribe(Browser(f"{browser.endpoint}0"))
    await pushed.subscriptions.forget_as_it_was(PushDevice(**row._mapping))
    assert await pushed.devices() == ["phone"]
    assert await pushed.send(answered()) == Delivered()
    assert service.received[0].line == "POST /push/10 HTTP/1.1"


async def test_an_expired_one_is_forgotten_and_not_asked(place: Place) -> None:
    """By the real time: the store's is shifted here."""
    pushed, service, browser = place
    await pushed.subscribe(browser, expiration_time=NOW + MINUTE)
    pushed.now += 365 * DAY
    assert await pushed.send(answered()) == Delivered()
    pushed.real_now += MINUTE
    assert await pushed.send(answered()) == NotWanted("the subscription has expired, or cannot be read any more")
    assert (await pushed.devices(), len(service.received)) == ([], 1)


async def test_one_that_does_not_open_is_forgotten(place: Place) -> None:
    pushed, service, browser = place
    await pushed.subscribe(browser)
    async with pushed.database.begin() as connection:
        await connection.execute(update(PUSH_SUBSCRIPTIONS).values(sealed=b"changed"))
    assert [each.host for each in await pushed.subscriptions.of_person("mia")] == [None]
    assert isinstance(await pushed.send(answered()), NotWanted)
    assert (await pushed.devices(), service.received) == ([], [])


@pytest.mark.parametrize("status", [429, 503])
async def test_later_when_it_says(place: Place, status: int) -> None:
    pushed, service, browser = place
    await pushed.subscribe(browser)
    service.answers.append(answer(status, Retry_After="120"))
    assert await pushed.send(answered()) == NotNow(f"the push service answered {status}", 120 * SECOND)
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    service.answers.append(answer(status, Retry_After=at))
    later = await pushed.send(answered())
    assert isinstance(later, NotNow)
    assert later.retry_after is not None
    assert 290 * SECOND < later.retry_after <= 300 * SECOND
    service.answers.append(answer(status))
    assert await pushed.send(answered()) == NotNow(f"the push service answered {status}", None)
    assert await pushed.devices() == ["phone"]


@pytest.mark.parametrize("status", [500, 502, 408])
async def test_later_at_its_own_pace(place: Place, status: int) -> None:
    pushed, service, browser = place
    await pushed.subscribe(browser)
    service.answers.append(answer(status))
    assert await pushed.send(answered()) == NotNow(f"the push service answered {status}")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (413, ": the message is too large for it"),
        (400, ""),
        (401, ": it does not take our key, or this machine's clock is wrong"),
        (403, ": it does not take our key, or this machine's clock is wrong"),
        (301, ""),
    ],
)
async def test_never(place: Place, status: int, why: str) -> None:
    """No other try would do better; it is shown among what failed, and no redirect is followed."""
    pushed, service, browser = place
    await pushed.subscribe(browser)
    service.answers.append(answer(status, Location=browser.endpoint))
    assert await pushed.send(answered()) == NeverDelivered(f"the push service answered {status}{why}")
    assert (await pushed.devices(), len(service.received)) == (["phone"], 1)


async def test_nobody_is_there(place: Place) -> None:
    pushed, _, _ = place
    await pushed.subscribe(Browser("https://127.0.0.1:1/x"))
    assert await pushed.send(answered()) == NotNow("nobody listens there")


async def test_a_private_place_is_never_asked(place: Place) -> None:
    """Where the operator's networks are not named, as on every real server."""
    pushed, service, browser = place
    await pushed.subscribe(browser)
    http = GuardedHttp(tls=trusting())
    channel = PushChannel(pushed.database, pushed.subscriptions, pushed.vapid, http)
    pushed.channel = channel
    result = await pushed.send(answered())
    assert isinstance(result, NeverDelivered)
    assert "127.0.0.1" not in result.reason
    assert service.received == []
    await http.close()


async def test_nothing_goes_to_who_is_not_there_any_more(place: Place) -> None:
    pushed, service, browser = place
    assert await pushed.send(answered()) == NotWanted("the device is not subscribed any more")
    await pushed.subscribe(browser)
    async with pushed.database.begin() as connection:
        await connection.execute(update(PEOPLE).where(PEOPLE.c.id == "mia").values(erased_at=NOW))
    assert isinstance(await pushed.send(answered()), NotWanted)
    assert service.received == []


def test_it_is_tried_again_for_some_hours(place: Place) -> None:
    pauses = place[0].channel.pauses
    assert list(pauses) == sorted(pauses)
    assert sum(pauses) < DAY


async def test_what_was_turned_off_or_muted_meanwhile_is_not_pushed(place: Place) -> None:
    """Of a summary the rest is."""
    pushed, service, browser = place
    await pushed.subscribe(browser)
    opened = replace(answered(), event="writing.opened")
    late = replace(answered("2"), event="session.late")
    told = await pushed.noted(opened, late)
    async with pushed.database.begin() as connection:
        await wishes.turn_off(connection, "mia", "push", "openings", 1)
    assert await pushed.send(*told) == Delivered()
    assert browser.opened(service.received[0].body)["event"] == "session.late"
    async with pushed.database.begin() as connection:
        await wishes.mute(connection, "mia", "c1", 1)
    assert await pushed.send(*told) == NotWanted("turned off meanwhile")
    assert len(service.received) == 1
