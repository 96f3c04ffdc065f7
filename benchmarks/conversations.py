"""What a conversation takes in the store, and whether a message costs more where there were many before."""

import asyncio
from contextlib import ExitStack

import uvloop
from msgspec.structs import replace

from benchmarks.contenders import CONTENDERS
from benchmarks.filling import Filling
from benchmarks.load import Couple, Outcome
from benchmarks.measure import Load, loaded
from benchmarks.progress import Tell
from benchmarks.provision import ledger_at, rulebook_of
from benchmarks.results import Conversations, Depth, conditions
from benchmarks.servers import Running, running
from quotas.ledger import keys
from quotas.standing import Writer
from quotas.store.link import Link

DEPTHS = (10, 1_000, 100_000)
PAIRS = 10
"""Fewer than elsewhere: the deepest conversations hold a million messages together."""
ROUNDS = 3
MOST_MESSAGES = 3
SAMPLES = 200


def measured(load: Load, tell: Tell) -> Conversations:
    """Raises BenchmarkError."""
    under = conditions()
    product = CONTENDERS["product"]
    tell("bytes of a conversation", 0.0)
    with running(product, SAMPLES, "off") as up:
        sizes = uvloop.run(_sizes(up))
    outcomes: list[list[Outcome]] = [[] for _ in DEPTHS]
    with ExitStack() as stack:
        # All at once, so that they can take turns.
        servers = [stack.enter_context(running(product, PAIRS, "off")) for _ in DEPTHS]
        for each, depth in zip(servers, DEPTHS, strict=True):
            tell(f"writing {depth:,} messages of history", 0.1)
            uvloop.run(_filled(each, depth))
        for round_ in range(ROUNDS):
            for place, depth in enumerate(DEPTHS):
                share = (round_ * len(DEPTHS) + place) / (ROUNDS * len(DEPTHS))
                tell(f"round {round_ + 1}/{ROUNDS} · {depth:,} messages of history", 0.5 + share / 2)
                outcomes[place].append(loaded(product, uvloop.run(_resumed(servers[place])), load))
    tell("done", 1.0)
    return Conversations(under, sizes, [Depth(*each) for each in zip(DEPTHS, outcomes, strict=True)])


async def _resumed(up: Running) -> Running:
    """The same, with the seq that each conversation has come to."""
    async with ledger_at(up.site.redis_url) as (_, ledger):
        found = [(couple, await ledger.standing(couple.conversation)) for couple in up.couples]
    couples = [replace(couple, seq=standing.last_seq) for couple, standing in found if standing]
    return Running(up.site, up.server_pid, up.store_pid, couples)


async def _sizes(up: Running) -> list[int]:
    """Bytes of a conversation with no message, one, two, …; the mean of all."""
    sizes = []
    async with ledger_at(up.site.redis_url) as (link, _):
        for messages in range(MOST_MESSAGES + 1):
            if messages:
                await _filled(up, 1, f"s{messages}.")
            total = sum(await asyncio.gather(*(_bytes_of(link, couple) for couple in up.couples)))
            sizes.append(round(total / len(up.couples)))
    return sizes


async def _bytes_of(link: Link, couple: Couple) -> int:
    """Of every key that is the conversation's own, and of its people's indexes."""
    name = couple.conversation
    own = [keys.conversation(name), keys.log(name), keys.sent(name, 0), keys.sent(name, 1)]
    people = [keys.person(couple.member), keys.person(couple.mentor)]
    return sum([await link.request("MEMORY", "USAGE", key, "SAMPLES", 0) or 0 for key in [*own, *people]])


async def _filled(up: Running, messages: int, prefix: str = "f") -> None:
    """Member and mentor write in turn; the last one is the mentor's, so that nothing waits."""
    rulebook = rulebook_of(up.site.policy)
    async with ledger_at(up.site.redis_url) as (_, ledger):
        lanes = []
        for couple in up.couples:
            standing = await ledger.standing(couple.conversation)
            if standing is None:
                raise LookupError(couple.conversation)
            lanes.append((couple.conversation, standing.settings, standing.terms(rulebook)))
        filling = Filling(ledger)
        for number in range(messages):
            for name, settings, terms in lanes:
                writer: Writer = "mentor" if (messages - number) % 2 else "member"
                await filling.post(name, writer, f"{prefix}{number}", settings, terms)
        await filling.until()
