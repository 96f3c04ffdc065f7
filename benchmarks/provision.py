"""People and conversations for a run: by the product's HTTP interface, or straight into its ledger."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path

import msgspec
from redis import Redis

from benchmarks.contenders import HOST, BenchmarkError, Contender, Site
from benchmarks.load import Couple
from quotas.ledger import keys
from quotas.ledger.base import Settings
from quotas.ledger.link import Link
from quotas.ledger.redis import VERSION, RedisLedger, pack
from quotas.plans import load_policy
from quotas.terms import Rulebook

POLICY = """
[plans.bench]
writing = { kind = "always" }
reply = { target_hours = 24, from = "last", clock = "weekdays", warn_hours = [4, 1] }

[plans.spent]
writing = { kind = "messages", per_week = 1 }
reply = { target_hours = 24, from = "last", clock = "weekdays", warn_hours = [4, 1] }
"""
ZONE = "Europe/Oslo"
FUNCTION = f"post_{VERSION}"
"""The function that a message calls, for the peers that call it too."""


def provision(contender: Contender, site: Site, couples: list[Couple]) -> None:
    """Make the people and conversations of `couples`, in the way of the contender."""
    if contender.provisioning == "http":
        over_http(site, couples, contender.plan)
    elif contender.provisioning == "ledger":
        asyncio.run(_in_the_ledger(site, couples, contender.plan))


def over_http(site: Site, couples: Iterable[Couple], plan: str) -> None:
    """Create everybody with the product's HTTP interface."""
    authorization = {"Authorization": f"Bearer {site.token('bench', 'service')}", "Content-Type": "application/json"}
    connection = HTTPConnection(HOST, site.port, timeout=30)
    known: set[str] = set()
    for path, wanted in _resources(couples, plan):
        if path in known:
            continue
        known.add(path)
        connection.request("PUT", path, msgspec.json.encode(wanted), authorization)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise BenchmarkError(f"PUT {path}: {answer.status} {body[:500].decode(errors='replace')}")
    connection.close()


def _resources(couples: Iterable[Couple], plan: str) -> Iterator[tuple[str, dict[str, str]]]:
    for couple in couples:
        for person, role in ((couple.member, "member"), (couple.mentor, "mentor")):
            yield f"/v1/people/{person}", {"role": role, "name": person, "zone": ZONE}
        yield (
            f"/v1/conversations/{couple.conversation}",
            {"member": couple.member, "mentor": couple.mentor, "plan": plan, "zone": ZONE},
        )


async def _in_the_ledger(site: Site, couples: list[Couple], plan: str) -> None:
    """Load the product's functions and configure the conversations; leave keys and packed terms for the peer."""
    rulebook = rulebook_of(site.policy)
    async with ledger_at(site.redis_url) as (_, ledger):
        lanes: dict[str, list[dict[str, object]]] = {}
        for couple in couples:
            settings = settings_of(couple, plan)
            standing = await ledger.configure(couple.conversation, settings)
            name = couple.conversation
            lane: dict[str, object] = {
                "id": name,
                "channel": keys.feed(name),
                "keys": [
                    keys.conversation(name),
                    keys.log(name),
                    keys.sent(name, 0),
                    keys.sent(name, 1),
                    keys.feed(name),
                ],
                "terms": b64encode(pack(settings.revision, standing.terms(rulebook), 0)).decode(),
            }
            lanes[couple.member] = lanes[couple.mentor] = [lane]
    with Redis.from_url(site.redis_url) as client:
        for person, theirs in lanes.items():
            client.set(f"bench:person:{person}", msgspec.json.encode(theirs))


def settings_of(couple: Couple, plan: str) -> Settings:
    """A conversation as the ledger knows it."""
    return Settings(
        member=couple.member, mentor=couple.mentor, plan=plan, zone=ZONE, holidays="", status="open", revision=1
    )


def rulebook_of(policy: Path) -> Rulebook:
    """The rules of the run."""
    return Rulebook(load_policy(policy))


@asynccontextmanager
async def ledger_at(url: str) -> AsyncIterator[tuple[Link, RedisLedger]]:
    """The product's ledger on that store, with its functions loaded."""
    link = Link(url)
    ledger = RedisLedger(link)
    await link.open()
    try:
        await ledger.load()
        yield link, ledger
    finally:
        link.close()
