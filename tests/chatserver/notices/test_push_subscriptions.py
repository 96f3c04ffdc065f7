"""Devices that people let us reach: kept sealed, one endpoint for one person, not more than fit."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from chatserver.conversations.requests import Invalid, Missing
from chatserver.notices.push_requests import PushDetails, PushKeys
from chatserver.notices.push_subscriptions import MOST_DEVICES, PushPlace
from chatserver.notices.rows import push_subscriptions
from chatserver.protocol.base64url import base64url_text
from chatserver.records.database import Database
from chatserver.records.tables import PUSH_SUBSCRIPTIONS
from quotas.instant import DAY
from tests.chatserver.notices.browser import Browser
from tests.chatserver.notices.pushing import NOW, Pushing, pushing

ENDPOINT = "https://push.example.net/send/dGhlIGRldmljZQ"


@pytest.fixture
async def pushed(database: Database) -> AsyncIterator[Pushing]:
    """On each kind of database."""
    async with pushing(database) as (place, _, _):
        yield place


async def rows(pushed: Pushing) -> list[Any]:
    async with pushed.database.read() as connection:
        return list(await connection.execute(select(PUSH_SUBSCRIPTIONS).order_by(PUSH_SUBSCRIPTIONS.c.device)))


async def test_the_same_again_changes_nothing(pushed: Pushing) -> None:
    browser = Browser(ENDPOINT)
    place = PushPlace("phone", "push.example.net", NOW, NOW + DAY)
    made = await pushed.subscribe(browser, expiration_time=NOW + DAY)
    assert (made.place, made.created) == (place, True)
    before = await rows(pushed)
    pushed.now += 1000
    again = await pushed.subscribe(browser, expiration_time=NOW + DAY)
    assert (again.place, again.created) == (place, False)
    assert await rows(pushed) == before
    changed = await pushed.subscribe(browser)
    assert changed.place == msgspec.structs.replace(place, expires_at=None)
    assert await pushed.subscriptions.of_person("mia") == [changed.place]


async def test_sealed_at_rest(pushed: Pushing) -> None:
    """Neither the endpoint, which is a secret of the browser, nor its keys are in the records."""
    browser = Browser(ENDPOINT)
    await pushed.subscribe(browser)
    [row] = await rows(pushed)
    for secret in (b"push.example.net", browser.p256dh, browser.auth, base64url_text(browser.auth).encode()):
        assert secret not in row.sealed + row.digest


async def test_a_browser_is_one_persons(pushed: Pushing) -> None:
    """Whoever signs in where somebody else forgot to sign out: what is for the other is not shown there any more."""
    browser = Browser(ENDPOINT)
    await pushed.subscribe(browser, "shared")
    await pushed.subscribe(browser, "family", person="mona")
    assert (await pushed.devices("mia"), await pushed.devices("mona")) == ([], ["family"])
    await pushed.subscribe(browser, "renamed", person="mona")
    assert await pushed.devices("mona") == ["renamed"]


async def test_new_keys_of_a_known_endpoint_count(pushed: Pushing) -> None:
    browser = Browser(ENDPOINT)
    await pushed.subscribe(browser)
    changed = replace(browser, auth=bytes(16))
    assert not (await pushed.subscribe(changed)).created
    async with pushed.database.read() as connection:
        found = await push_subscriptions.find(connection, "mia", "phone")
    assert found is not None
    target = await pushed.subscriptions.opened(found)
    assert target is not None
    assert target.auth == bytes(16)


async def test_two_at_the_same_moment(pushed: Pushing) -> None:
    """The endpoint is one of theirs, and no one hears of a fault."""
    browser = Browser(ENDPOINT)
    people = ["mia", "mona"] * 5
    done = await asyncio.gather(*(pushed.subscribe(browser, f"d{n}", person) for n, person in enumerate(people)))
    assert all(each.created for each in done)
    assert len(await rows(pushed)) == 1


async def test_the_one_that_came_first_gives_way(pushed: Pushing) -> None:
    """Of many; one that has expired goes before any other."""
    for number in range(MOST_DEVICES):
        pushed.now += 1
        expires = NOW + DAY if number == 7 else None
        await pushed.subscribe(Browser(f"{ENDPOINT}/{number}"), f"d{number:02}", expiration_time=expires)
    await pushed.subscribe(Browser(f"{ENDPOINT}/x"), "d03")
    assert len(await pushed.devices()) == MOST_DEVICES
    pushed.now += 1
    await pushed.subscribe(Browser(f"{ENDPOINT}/new"), "new")
    found = await pushed.devices()
    assert len(found) == MOST_DEVICES
    assert found[0] == "new"
    assert "d00" not in found
    pushed.real_now += DAY
    pushed.now += 1
    await pushed.subscribe(Browser(f"{ENDPOINT}/newer"), "newer")
    found = await pushed.devices()
    assert ("d07" in found, "d01" in found) == (False, True)


async def test_forgotten(pushed: Pushing) -> None:
    """What is not there is forgotten already; a person's own only."""
    await pushed.subscribe(Browser(ENDPOINT))
    await pushed.subscriptions.forget("mona", "phone")
    assert await pushed.devices() == ["phone"]
    for _ in range(2):
        await pushed.subscriptions.forget("mia", "phone")
        assert await pushed.devices() == []


async def test_nobody_subscribes_who_is_not_recorded(pushed: Pushing) -> None:
    """Nor who was erased: nothing of them would ever go again."""
    for person in ("gone", "nobody"):
        assert await pushed.subscriptions.put(person, "phone", Browser(ENDPOINT).subscription()) == Missing()
    assert await rows(pushed) == []


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"endpoint": "http://push.example.net/x"}, "endpoint", "must be an https address"),
        ({"endpoint": "http://127.0.0.1/x"}, "endpoint", "must be an https address"),
        ({"endpoint": "https://me:secret@push.example.net/x"}, "endpoint", "without a name, a password"),
        ({"endpoint": "https://push.example.net/x#y"}, "endpoint", "or a #fragment"),
        ({"endpoint": "https://10.0.0.1/x"}, "endpoint", "at a public address: this one is not (private)"),
        ({"endpoint": "https:///x"}, "endpoint", "must be an https address"),
        ({"endpoint": "push"}, "endpoint", "must be an https address"),
        ({"p256dh": base64url_text(bytes(65))}, "keys.p256dh", "must be a point on P-256"),
        ({"p256dh": "no base64!"}, "keys.p256dh", "must be a point on P-256"),
        ({"p256dh": "BÅÅÅ"}, "keys.p256dh", "must be a point on P-256"),
        ({"auth": base64url_text(bytes(15))}, "keys.auth", "must be 16 bytes in base64url"),
        ({"auth": base64url_text(bytes(16)) + "A"}, "keys.auth", "must be 16 bytes in base64url"),
        ({"expiration_time": NOW}, "expiration_time", "is over already"),
    ],
)
async def test_what_cannot_be(pushed: Pushing, change: dict[str, Any], field: str, words: str) -> None:
    right = Browser(ENDPOINT)
    given = {"endpoint": ENDPOINT, "p256dh": base64url_text(right.p256dh), "auth": base64url_text(right.auth)} | change
    keys = PushKeys(given["p256dh"], given["auth"])
    details = PushDetails(given["endpoint"], keys, given.get("expiration_time"))
    refused = await pushed.subscriptions.put("mia", "phone", details)
    assert isinstance(refused, Invalid)
    assert [each.field for each in refused.errors] == [field]
    assert words in refused.errors[0].message
    assert await rows(pushed) == []


async def test_keys_with_padding_are_the_same(pushed: Pushing) -> None:
    browser = Browser(ENDPOINT)
    await pushed.subscribe(browser)
    padded = PushDetails(ENDPOINT, PushKeys(base64url_text(browser.p256dh) + "=", base64url_text(browser.auth) + "=="))
    again = await pushed.subscriptions.put("mia", "phone", padded)
    assert not isinstance(again, Invalid | Missing)
    assert not again.created
