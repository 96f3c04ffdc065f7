"""Devices that push reaches people on, over HTTP: each person's own."""

from typing import Any

import httpx
import msgspec
import pytest

from chatserver.protocol.base64url import base64url_text
from chatserver.records.database import Database
from tests.chatserver.api.asking import NOW, as_, fields
from tests.chatserver.api.serving import SERVICE, Served, served
from tests.chatserver.api.test_requests import problem
from tests.chatserver.notices.browser import Browser
from tests.chatserver.notices.test_push_message import raw
from tests.databases import ON_EACH
from tests.plain_http import http_client

BROWSER = Browser("https://push.example.net/send/abc")
BODY: dict[str, Any] = msgspec.to_builtins(BROWSER.subscription())
PHONE = "/v1/people/kari/push-subscriptions/phone"
ALL = "/v1/people/kari/push-subscriptions"


async def test_a_device_comes_and_goes(anyone: httpx.AsyncClient, monday: Served) -> None:
    """The same again changes nothing; what is a secret of the browser's is never said again."""
    at = 4_102_444_800_000
    made = await anyone.put(PHONE, json=BODY | {"expiration_time": at}, headers=as_("kari"))
    assert made.status_code == 201
    assert made.json() == {
        "device": "phone",
        "host": "push.example.net",
        "subscribed_at": made.json()["subscribed_at"],
        "expires_at": "2100-01-01T00:00:00.000Z",
    }
    assert made.json()["subscribed_at"].startswith("2026-03-02T08:0")
    again = await anyone.put(PHONE, json=BODY | {"expiration_time": at}, headers=as_("kari"))
    assert (again.status_code, again.json()) == (200, made.json())
    listed = await anyone.get(ALL, headers=as_("kari"))
    assert listed.json() == {"subscriptions": [made.json()]}
    for secret in ("send/abc", BODY["keys"]["auth"], BODY["keys"]["p256dh"]):
        assert secret not in listed.text
    for _ in range(2):
        gone = await anyone.delete(PHONE, headers=as_("kari"))
        assert (gone.status_code, gone.content) == (204, b"")
        assert (await anyone.get(ALL, headers=as_("kari"))).json() == {"subscriptions": []}


async def test_only_ones_own(anyone: httpx.AsyncClient, monday: Served) -> None:
    """Not even support sees where somebody is reached; services have no devices."""
    await anyone.put(PHONE, json=BODY, headers=as_("kari"))
    for person, status in (("ola", 404), ("tom", 404), ("support", 404), ("service", 403)):
        for method, path, body in (("PUT", PHONE, BODY), ("DELETE", PHONE, None), ("GET", ALL, None)):
            answer = await anyone.request(method, path, json=body, headers=as_(person))
            assert answer.status_code == status, (method, person)
    assert len((await anyone.get(ALL, headers=as_("kari"))).json()["subscriptions"]) == 1


async def test_nobody_who_is_not_recorded(anyone: httpx.AsyncClient, monday: Served) -> None:
    """sara has a token of support, and no record."""
    answer = await anyone.put("/v1/people/sara/push-subscriptions/phone", json=BODY, headers=as_("support"))
    assert problem(answer) == (404, "not-found")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"endpoint": "http://push.example.net/x"}, {"endpoint": "must be an https address"}),
        ({"endpoint": "https://[::1]/x"}, {"endpoint": "at a public address: this one is not"}),
        (
            {"endpoint": "https://push.example.net/" + "x" * 2_000},
            {"endpoint": "the https address of the push service"},
        ),
        (
            {"keys": {"p256dh": "BA", "auth": "AA"}},
            {"keys.p256dh": "a point on P-256", "keys.auth": "must be 16 bytes"},
        ),
        ({"keys": {"p256dh": base64url_text(BROWSER.p256dh)}}, {"keys.auth": "is missing"}),
        ({"keys": "BA"}, {"keys": "must be an object"}),
        ({"expiration_time": 1_000}, {"expiration_time": "is over already"}),
        ({"expiration_time": "soon"}, {"expiration_time": "a whole number"}),
        ({"expiration_time": -1}, {"expiration_time": "a whole number"}),
        ({"topic": "x"}, {"topic": "there is no such field"}),
    ],
)
async def test_wrong_fields(
    anyone: httpx.AsyncClient, monday: Served, change: dict[str, Any], wrong: dict[str, str]
) -> None:
    found = fields(await anyone.put(PHONE, json=BODY | change, headers=as_("kari")))
    assert found.keys() == wrong.keys()
    for name, message in wrong.items():
        assert message in found[name]


@pytest.mark.parametrize("device", ["x" * 65, "a%20b", "%C3%A5"])
async def test_wrong_devices(anyone: httpx.AsyncClient, monday: Served, device: str) -> None:
    for method, body in (("PUT", BODY), ("DELETE", None)):
        found = fields(await anyone.request(method, f"{ALL}/{device}", json=body, headers=as_("kari")))
        assert found.keys() == {"device"}


async def test_the_key_is_the_same_for_everybody(anyone: httpx.AsyncClient, monday: Served) -> None:
    keys = {
        (await anyone.get("/v1/push/key", headers=as_(person))).json()["key"] for person in ("kari", "tom", "service")
    }
    assert [len(raw(key)) for key in keys] == [65]


@ON_EACH
async def test_on_each_database(database: Database, valkey_url: str) -> None:
    """The same key after a restart, and a browser that changes hands."""
    keys = set()
    for person in ("kari", "ola"):
        async with served(database, valkey_url, now=NOW) as server, http_client(server.url, headers=SERVICE) as http:
            await http.put(f"/v1/people/{person}", json={"role": "member", "name": person.title()})
            keys.add((await http.get("/v1/push/key")).json()["key"])
            path = f"/v1/people/{person}/push-subscriptions"
            made = await http.put(f"{path}/phone", json=BODY, headers=as_(person))
            assert made.status_code == 201
    async with served(database, valkey_url) as server, http_client(server.url) as http:
        counts = [
            len(
                (await http.get(f"/v1/people/{person}/push-subscriptions", headers=as_(person))).json()["subscriptions"]
            )
            for person in ("kari", "ola")
        ]
    assert (len(keys), counts) == (1, [0, 1])
