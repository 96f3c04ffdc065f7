"""People and conversations for a run: by the product's HTTP interface, or straight into its ledger."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import msgspec
from redis import Redis

from benchmarks.contenders import HOST, BenchmarkError, Contender, Site
from benchmarks.load import Couple
from chatserver.keys.sealing import new_secret
from quotas.ledger import keys
from quotas.ledger.library import VERSION
from quotas.ledger.redis import RedisLedger, pack
from quotas.policy_file import load_policy
from quotas.standing import ConversationSettings
from quotas.store.link import Link
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
AT_ONCE = 8
"""Requests on their way at once."""
_NO_TURN = bytes(3 * 8)
"""Behind the terms: in no lane, after nothing."""
FUNCTION = f"post_{VERSION}"
"""The function that a message calls, for the peers that call it too."""

_Wanted = dict[str, str]


def provision(contender: Contender, site: Site, couples: list[Couple]) -> None:
    """Make the people and conversations of `couples`, in the way of the contender."""
    if contender.provisioning == "http":
        over_http(site, couples, contender.plan)
    elif contender.provisioning == "ledger":
        asyncio.run(_in_the_ledger(site, couples, contender.plan))


def over_http(site: Site, couples: Iterable[Couple], plan: str) -> None:
    """Create everybody with the product's HTTP interface."""
    people: dict[str, _Wanted] = {}
    conversations: dict[str, _Wanted] = {}
    for couple in couples:
        for person, role in ((couple.member, "member"), (couple.mentor, "mentor")):
            people[f"/v1/people/{person}"] = {"role": role, "name": person, "zone": ZONE}
        wanted = {"member": couple.member, "mentor": couple.mentor, "plan": plan, "zone": ZONE}
        conversations[f"/v1/conversations/{couple.conversation}"] = wanted
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for resources in (people, conversations):  # whoever is in a conversation is there before it
            paths = list(resources.items())
            list(pool.map(partial(_put, site), [paths[place::AT_ONCE] for place in range(AT_ONCE)]))


def _put(site: Site, resources: list[tuple[str, _Wanted]]) -> None:
    """One after the other, on a connection of their own."""
    authorization = {"Authorization": f"Bearer {site.token('bench', 'service')}", "Content-Type": "application/json"}
    connection = HTTPConnection(HOST, site.port, timeout=30)
    for path, wanted in resources:
        connection.request("PUT", path, msgspec.json.encode(wanted), authorization)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise BenchmarkError(f"PUT {path}: {answer.status} {body[:500].decode(errors='replace')}")
    connection.close()


async def _in_the_ledger(site: Site, couples: list[Couple], plan: str) -> None:
    """Load the product's functions and configure the conversations; leave the peer keys, packed terms and a secret."""
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
                "secret": b64encode(new_secret()).decode(),
                "terms": b64encode(pack(settings.revision, standing.terms(rulebook), 0) + _NO_TURN).decode(),
            }
            lanes[couple.member] = lanes[couple.mentor] = [lane]
    with Redis.from_url(site.redis_url) as client:
        for person, theirs in lanes.items():
            client.set(f"bench:person:{person}", msgspec.json.encode(theirs))


def settings_of(couple: Couple, plan: str) -> ConversationSettings:
    """A conversation as the ledger knows it."""
    return ConversationSettings(
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
