"""Webhooks of a whole server: what happens in it comes to an endpoint; and the commands about them."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatserver.client.http import WITHIN
from chatserver.client.webhooks import PING_WITHIN
from chatserver.notices.guarded_http import ANSWER_WITHIN
from tests.chatserver.notices.hooks import verified
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.test_cli import run, sentence
from tests.http_endpoint import HttpEndpoint, answer, http_endpoint
from tests.plain_http import http_client

DOCS = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


class Platform:
    """A server with one conversation, and a program of the platform that hears of it."""

    def __init__(self, server: HereServer, api: httpx.AsyncClient, endpoint: HttpEndpoint) -> None:
        self.server = server
        self.api = api
        self.endpoint = endpoint
        self.secret = ""

    async def hook(self, *events: str, with_text: bool = False, id: str = "shop") -> None:
        body = {"url": f"http://127.0.0.1:{self.endpoint.port}/hooks", "events": events, "with_text": with_text}
        answered = await self.api.put(f"/v1/webhooks/{id}", json=body)
        assert answered.status_code == 201, answered.text
        self.secret = answered.json()["secret"]

    async def told(self, count: int) -> list[dict[str, Any]]:
        """What the program was told of, in the order of its types."""
        await self.endpoint.until(count)
        bodies = [verified(self.secret, each) for each in self.endpoint.received]
        return sorted(bodies, key=lambda body: (body["type"], body["timestamp"]))

    async def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        given = {"cwd": Path.cwd(), "CHATSERVER_TOKEN": token("sara")}
        return await asyncio.to_thread(run, "webhooks", *words, "--url", self.server.http, **given)  # type: ignore[arg-type]


@asynccontextmanager
async def platform(store_url: str, folder: Path, archive_after: int = 60) -> AsyncIterator[Platform]:
    headers = {"Authorization": f"Bearer {token('robot')}"}
    async with (
        http_endpoint() as endpoint,
        here(store_url, folder, webhook_networks=("127.0.0.0/8",), archive_after=archive_after) as server,
        http_client(server.http, headers=headers) as api,
    ):
        await server.conversation("c1", "live")
        yield Platform(server, api, endpoint)


@pytest.fixture
async def shop(valkey_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    async with platform(valkey_url, tmp_path) as shop:
        yield shop


# What happens in it


async def test_a_message_comes_soon_and_without_its_text(valkey_url: str, tmp_path: Path) -> None:
    """Though it comes by way of the archive, which else takes it much later."""
    async with platform(valkey_url, tmp_path, archive_after=3_600) as shop:
        await shop.hook("message")
        async with shop.server.device("mia") as mia:
            await mia.write("first")
            await shop.endpoint.until(1)
            await mia.write("second")
            bodies = await shop.told(2)
    assert [body["data"]["seq"] for body in bodies] == [1, 2]
    data = bodies[0]["data"]
    assert (data["conversation"], data["from"], data["role"], data["text"]) == ("c1", "mia", "member", None)


async def test_texts_come_where_they_are_asked_for(shop: Platform) -> None:
    await shop.hook("message", with_text=True)
    async with shop.server.device("mia") as mia:
        await mia.write("Grüße, Tora")
    [body] = await shop.told(1)
    assert body["data"]["text"] == "Grüße, Tora"


async def test_bookings_memberships_and_refusals_come(shop: Platform) -> None:
    await shop.hook("booking.*", "membership.changed", "message.refused")
    booking = {"conversation": "c1", "service": "video_call", "starts_at": "2026-01-13T09:00:00.000Z", "minutes": 30}
    membership = {
        "renewal": "monthly",
        "started_on": "2026-01-05",
        "price": {"amount": 100_000, "currency": "NOK"},
        "payer": "consumer",
    }
    assert (await shop.api.put("/v1/bookings/b1", json=booking)).status_code == 201
    moved = {"starts_at": "2026-01-14T09:00:00.000Z"}
    assert (await shop.api.patch("/v1/bookings/b1", json=moved)).status_code == 200
    assert (await shop.api.post("/v1/bookings/b1/cancel", json={})).status_code == 200
    assert (await shop.api.put("/v1/people/mia/membership", json=membership)).status_code == 201
    assert (await shop.api.patch("/v1/conversations/c1", json={"status": "paused"})).status_code == 200
    async with shop.server.device("mia") as mia:
        await mia.say("send", conversation="c1", id="m1", body="too late")
        await mia.hears("refused")
    told = {body["type"]: body["data"] for body in await shop.told(5)}
    assert told["booking.booked"] == {
        "conversation": "c1",
        "booking": "b1",
        "member": "mia",
        "mentor": "tora",
        "service": "video_call",
        "starts_at": "2026-01-13T09:00:00.000Z",
        "minutes": 30,
        "by": "service",
        "moved_from": None,
        "late": None,
        "counts": None,
        "series": None,
    }
    assert told["booking.moved"]["moved_from"] == "2026-01-13T09:00:00.000Z"
    assert told["booking.cancelled"]["late"] is False
    assert (told["membership.changed"]["member"], told["membership.changed"]["amount"]) == ("mia", 100_000)
    assert told["message.refused"]["reason"] == "paused"


async def test_nothing_is_told_to_other_places(shop: Platform) -> None:
    for url in ("ftp://example.org/", "https://10.0.0.1/", "https://localhost.example.org/#x", "https://[::1]/"):
        refused = await shop.api.put("/v1/webhooks/shop", json={"url": url, "events": ["*"]})
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == ["url"]
    wrong = {"url": "https://example.org/", "events": ["booking.*", "booking", "nothing.*"]}
    refused = await shop.api.put("/v1/webhooks/shop", json=wrong)
    assert [each["field"] for each in refused.json()["errors"]] == ["events[1]", "events[2]"]


async def test_a_secret_is_shown_once(shop: Platform) -> None:
    await shop.hook("*")
    hook = {"url": f"http://127.0.0.1:{shop.endpoint.port}/hooks", "events": ["*"]}
    again = await shop.api.put("/v1/webhooks/shop", json=hook)
    one, all_of_them = await shop.api.get("/v1/webhooks/shop"), await shop.api.get("/v1/webhooks")
    for answered in (again, one, all_of_them):
        assert answered.status_code == 200
        assert "secret" not in answered.text
        assert "whsec" not in answered.text
    rotated = await shop.api.post("/v1/webhooks/shop/rotate")
    assert rotated.json()["secret"] != shop.secret
    assert rotated.json()["both_sign_until"] is not None
    assert (await shop.api.delete("/v1/webhooks/shop")).status_code == 204
    assert (await shop.api.get("/v1/webhooks/shop")).status_code == 404


# The commands


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.stderr == ""
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


async def test_the_commands(shop: Platform) -> None:
    assert lines(await shop.command()) == ["There are no webhooks. PUT /v1/webhooks/ID makes one."]
    await shop.hook("booking.*")
    listed = json.loads((await shop.command("--json")).stdout)
    assert [(each["id"], each["events"], each["disabled"]) for each in listed["webhooks"]] == [
        ("shop", ["booking.*"], None)
    ]
    assert lines(await shop.command("log", "shop")) == ["It was told of nothing in the last 30 days."]
    pinged = await shop.command("ping", "shop")
    assert pinged.returncode == 0
    assert re.fullmatch(r"shop: 204 after [0-9]+ ms\.", lines(pinged)[0])
    shop.endpoint.answers.append(answer(500))
    pinged = await shop.command("ping", "shop")
    assert pinged.returncode == 1
    assert lines(pinged)[0].startswith("shop: it answered 500 after ")
    booking = {"conversation": "c1", "service": "video_call", "starts_at": "2026-01-13T09:00:00.000Z", "minutes": 30}
    await shop.api.put("/v1/bookings/b1", json=booking)
    await shop.endpoint.until(3)
    async with asyncio.timeout(60):
        while not (log := lines(await shop.command("log", "shop")))[2:] or " sent " not in log[2]:
            pass
    assert log[0] == "Deliveries (times in UTC)"
    assert log[1] == "happened event state tries last try id"
    assert re.fullmatch(r"Tue 06 Jan [0-9:]{8} booking.booked sent 1 204 after [0-9]+ ms evt_[0-9a-f]*", log[2])
    logged = json.loads((await shop.command("log", "shop", "--json")).stdout)["deliveries"]
    event = logged[0]["event_id"]
    assert lines(await shop.command("replay", "shop", event)) == ["On their way once more: 1 event."]
    await shop.endpoint.until(4)
    assert len({each.headers["webhook-id"] for each in shop.endpoint.received[2:]}) == 1
    ranged = await shop.command("replay", "shop", "--from", "2026-01-06T00:00:00Z")
    assert lines(ranged) == ["On their way once more: 1 event."]
    for words, said in (
        (("ping", "nowhere"), "there is no webhook 'nowhere'"),
        (("replay", "shop"), "name either an `event`, or a time by `from` and `until`"),
        (("replay", "shop", "evt_0"), "there is no such event, or no longer"),
    ):
        failed = await shop.command(*words)
        assert said in sentence(failed)


def test_a_ping_is_waited_for() -> None:
    """Longer than the server waits for the endpoint, which is longer than for other answers."""
    assert WITHIN < ANSWER_WITHIN < PING_WITHIN


# What the documentation says receivers do

CHECKS = {
    "python": (
        [sys.executable, "-c"],
        "import json, sys\nsecret, headers, body = json.load(sys.stdin)\n"
        "print(is_genuine(secret, headers, body.encode()))",
    ),
    "js": (
        ["node", "-e"],
        'const [secret, headers, body] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));\n'
        "console.log(isGenuine(secret, headers, body));",
    ),
}


@pytest.mark.parametrize("language", ["python", *(["js"] if shutil.which("node") else [])])
async def test_what_the_documentation_checks_by_hand_is_right(shop: Platform, language: str) -> None:
    await shop.hook("*")
    await shop.api.post("/v1/webhooks/shop/rotate")
    await shop.api.post("/v1/webhooks/shop/ping")
    [received] = shop.endpoint.received
    [code] = re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)
    program, then = CHECKS[language]
    body = received.body.decode()
    late = {**received.headers, "webhook-timestamp": "1"}
    for given, said in (
        ((shop.secret, received.headers, body), "true"),
        ((shop.secret, received.headers, body + " "), "false"),
        ((shop.secret, late, body), "false"),
        (("whsec_AAAA", received.headers, body), "false"),
    ):
        command = [*program, code + then]
        done = await asyncio.to_thread(
            subprocess.run, command, input=json.dumps(given), text=True, capture_output=True, check=True
        )
        assert done.stdout.strip().lower() == said
