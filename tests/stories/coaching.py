"""A coaching platform by its policy as it ships: what people ask of it over HTTP, while its clock moves ahead."""

import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from chatserver.replies.clock_move import ClockMove
from quotas import instant
from quotas.instant import DAY
from quotas.zones import zone_of
from tests.chatserver.realtime.servers import ROLES, HereServer, here, token
from tests.http_endpoint import HttpEndpoint
from tests.plain_http import http_client

POLICY = Path(__file__).parents[2] / "deploy" / "policies" / "coaching.toml"
NEW_YORK = zone_of("America/New_York")
LONG = 30 * DAY // 1000
"""Seconds: tokens expire by the real clock."""
MONTHLY = {"renewal": "monthly", "price": {"amount": 24_000, "currency": "USD"}, "payer": "consumer"}
ANNUAL = {"renewal": "annual", "price": {"amount": 259_200, "currency": "USD"}, "payer": "consumer"}

Answer = dict[str, Any]


def clock(text: str) -> str:
    """What clocks in New York show, as an instant: `clock("2026-01-05 09:00")`."""
    return instant.text(instant.of(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)))


class Platform:
    """Mia, ola and uma are members, tora and ulf mentors, sara is support, robot the platform's own program."""

    def __init__(self, server: HereServer, api: httpx.AsyncClient, began: str) -> None:
        self.server = server
        self._began = began
        self._api = api

    async def asks(self, person: str, method: str, path: str, body: object = None) -> httpx.Response:
        """What the server answers."""
        headers = {"Authorization": f"Bearer {token(person, seconds=LONG)}"}
        return await self._api.request(method, f"/v1{path}", json=body, headers=headers)

    async def asks_with(self, headers: dict[str, str], method: str, path: str) -> httpx.Response:
        """As `asks`, with a token that was given before."""
        return await self._api.request(method, f"/v1{path}", headers=headers)

    async def told(self, person: str, method: str, path: str, body: object = None) -> Answer:
        """What it answers to what must work."""
        answer = await self.asks(person, method, path, body)
        assert answer.is_success, answer.text
        found: Answer = answer.json()
        return found

    async def comes_to(self, text: str) -> None:
        """Time passes until clocks in New York show that; everything in between happens at its instant."""
        parts = self.server.parts

        async def unexpected(partitions: Collection[int]) -> None:
            raise AssertionError("the server is running")

        move = ClockMove(parts.ledger, parts.waits, parts.watch.kinds, unexpected)
        await move.to(instant.parse(clock(text)))

    # People and what they agree on

    async def matched(self, id: str = "c1", member: str = "mia", mentor: str = "tora", **more: object) -> None:
        """A conversation of two people, on the plan of coaching unless another one is named."""
        for person in (member, mentor):
            known = {"role": ROLES[person], "name": person.title(), "zone": NEW_YORK.key, "locale": "en"}
            await self.told("robot", "PUT", f"/people/{person}", known)
        body = {"member": member, "mentor": mentor, "plan": "coaching"} | more
        await self.told("robot", "PUT", f"/conversations/{id}", body)

    async def pays(self, started_on: str, terms: Answer = MONTHLY, *, member: str = "mia") -> Answer:
        """From that day on, for meeting every two weeks."""
        body = {"started_on": started_on, "cadence": "every_two_weeks"} | terms
        return await self.told("robot", "PUT", f"/people/{member}/membership", body)

    async def membership(self, member: str = "mia") -> Answer:
        return await self.told(member, "GET", f"/people/{member}/membership")

    async def meets(self, first: str, *, conversation: str = "c1", mentor: str = "tora", weeks: int = 2) -> Answer:
        """A series of one-to-ones."""
        body = {"conversation": conversation, "service": "video_call", "first": clock(first), "minutes": 45}
        return await self.told(mentor, "PUT", f"/series/{conversation}-series", body | {"every_weeks": weeks})

    async def bookings(self, conversation: str = "c1") -> list[Answer]:
        """All of the story's first year, by their starts."""
        listed = await self.told("sara", "GET", f"/conversations/{conversation}/bookings?from={self._began}")
        found: list[Answer] = listed["bookings"]
        return found

    async def conversation(self, id: str = "c1") -> Answer:
        return await self.told("robot", "GET", f"/conversations/{id}")

    async def hooks(self, endpoint: HttpEndpoint, *events: str) -> None:
        """A program of the platform's hears of these events."""
        body = {"url": f"http://127.0.0.1:{endpoint.port}/hooks", "events": events}
        await self.told("robot", "PUT", "/webhooks/shop", body)

    # Cases

    async def opens(self, person: str, /, id: str, kind: str, note: str = "", **facts: object) -> Answer:
        """A case of the conversation c1, as the one who opens it sees it."""
        return await self.opens_in("c1", person, id, kind, note, **facts)

    async def opens_in(
        self, conversation: str, person: str, /, id: str, kind: str, note: str = "", **facts: object
    ) -> Answer:
        body = {"kind": kind, "conversation": conversation, "note": note, "facts": facts}
        return await self.told(person, "PUT", f"/cases/{id}", body)

    async def acts(self, person: str, id: str, action: str, note: str = "", **more: object) -> Answer:
        """An action that must work; `facts` and `for` stand in `more`."""
        return await self.told(person, "POST", f"/cases/{id}/{action}", {"note": note} | more)

    async def case(self, person: str, id: str) -> Answer:
        return await self.told(person, "GET", f"/cases/{id}")

    async def finds(self, person: str, id: str) -> bool:
        """Whether there is such a case for them; no list of theirs has it either where there is none."""
        answer = await self.asks(person, "GET", f"/cases/{id}")
        listed = await self.told(person, "GET", "/cases?limit=100")
        is_there = answer.status_code == 200
        assert is_there == (id in {each["id"] for each in listed["cases"]}), (answer.text, listed)
        return is_there

    async def heard(self, person: str, event: str) -> list[Answer]:
        """The notices of theirs that are about that, the latest first."""
        listed = await self.told(person, "GET", f"/people/{person}/notices?limit=100")
        return [each for each in listed["notices"] if each["event"] == event]


def did(case: Answer) -> list[str]:
    """What its history says, in order."""
    return [line["did"] for line in case["history"]]


def notes(case: Answer) -> list[str]:
    """What was written, in order."""
    return [line["note"] for line in case["history"] if line["note"]]


def at(text: str) -> str:
    """An instant of an answer, on New York's clocks."""
    return f"{datetime.fromisoformat(text).astimezone(NEW_YORK):%Y-%m-%d %H:%M}"


def hooked(endpoint: HttpEndpoint) -> list[Answer]:
    """What the program of the platform's was told of, in the order of the instants."""
    return sorted((json.loads(each.body) for each in endpoint.received), key=lambda body: str(body["timestamp"]))


def as_json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False)


@asynccontextmanager
async def platform(store_url: str, folder: Path, now: str) -> AsyncIterator[Platform]:
    """Its clock begins where clocks in New York show that."""
    async with (
        here(store_url, folder, now=clock(now), policy=POLICY, webhook_networks=("127.0.0.0/8",)) as server,
        http_client(server.http) as api,
    ):
        place = Platform(server, api, clock(now))
        await place.told("robot", "PUT", "/people/sara", {"role": "support", "name": "Sara", "locale": "en"})
        yield place
