"""`python -m benchmarks.search`: how soon a search through many sealed texts is answered, and what others feel of it.

A mentor with 300 conversations, and a member with one: each has 100,000 texts in the archive. The rarest word is looked
for, so that every text is opened. Then others write at a steady rate, in turns with and without a mentor who searches
all the time: what they wait for a message to arrive, 99 of 100 of them.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from redis import Redis
from rich.console import Console

from benchmarks.contenders import CONTENDERS, BenchmarkError, Contender, Site
from benchmarks.cpu import cpu_micros
from benchmarks.load import Couple, Latency
from benchmarks.measure import Load, loaded
from benchmarks.provision import over_http
from benchmarks.servers import Running, ground, serving
from chatserver.client.chat import ChatClient
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import master_keys
from chatserver.messages.rows import messages
from chatserver.messages.rows.messages import MessageRow
from chatserver.records.database import Database
from chatserver.settings import Settings

MENTOR = "tora"
TEXT = """
jeg du vi på søndag treningen gikk bra men været var dårlig så måtte øve inne hva synes om planen for neste uke
kanskje kan prøve å snakke sammen ærlig talt når hvordan går det med deg i dag hilsen kjære mentor takk sist
"""
WORDS = TEXT.split()
SHORTEST, LONGEST = 5, 60
"""Words of a text."""
ENDS = "", "", "", ".", "!", " 👍", " – «ja»"
RARE, COMMON = "nålestikk", "søndag"
BATCH = 10_000
GOAL_SECONDS = 1.0
GOAL_RATIO = 2.0
FIRST_OTHER = 1_000
"""The number of the first conversation of those who write meanwhile."""

app = App(name="benchmarks.search", help="How soon a search is answered, and what others feel of it.")
console = Console()


async def fill(data_dir: Path, couples: list[Couple], texts: int) -> None:
    """So many texts in the archive of each, sealed as the server does it; the rare word in the oldest of the last."""
    settings = Settings(data_dir=data_dir)
    database, random = Database(settings.records_url), Random(1)
    keys = ConversationKeys(database, master_keys(settings))
    began = time.time_ns() // 1_000_000 - 366 * 86_400_000
    try:
        for number, couple in enumerate(couples):
            key = await keys.current(couple.conversation, 1)
            rows: list[MessageRow] = []
            for seq in range(1, texts + 1):
                words = random.choices(WORDS, k=random.randint(SHORTEST, LONGEST))
                if seq == 1 and number == len(couples) - 1:
                    words.append(RARE)
                text = " ".join(words).capitalize() + random.choice(ENDS)
                rows.append(
                    MessageRow(
                        conversation_id=couple.conversation,
                        seq=seq,
                        at=began + seq * 300_000 + number,
                        sender=couple.mentor if seq % 2 else couple.member,
                        role="mentor" if seq % 2 else "member",
                        message_id=b"a%d" % seq,
                        sealed=key.seal(msgspec.json.encode(text)),
                        kind="text",
                        event=None,
                    )
                )
            for first in range(0, texts, BATCH):
                async with database.begin() as connection:
                    await messages.store(connection, rows[first : first + BATCH])
    finally:
        await database.close()


def rebuild(site: Site) -> None:
    """The store has nothing, and gets it from the archive. Raises BenchmarkError."""
    with Redis.from_url(site.redis_url) as store:
        store.flushall()
    command = [sys.executable, "-c", "from chatserver.cli import main; main()", "rebuild"]
    where = ["--data-dir", str(site.directory), "--redis-url", site.redis_url, "--policy", str(site.policy)]
    done = subprocess.run([*command, *where], capture_output=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"rebuild failed:\n{done.stderr.decode(errors='replace')}")


async def answered(chat: ChatClient, query: str, times: int) -> list[float]:
    """Seconds until the answer, each time. Raises BenchmarkError where it is not the one that there is."""
    took: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        page = await chat.search(query)
        took.append(time.perf_counter() - began)
        if (query == RARE) != (len(page.found) == 1 and page.next is None):
            raise BenchmarkError(f"{query!r} was found {len(page.found)} times")
    return took


async def answers(up: Running, token: str, times: int, who: str) -> list[float]:
    """How soon the rare and a common word are found by one who is connected."""
    async with ChatClient(f"http://127.0.0.1:{up.port}", token) as chat:
        await asyncio.sleep(2)  # a long list is opened behind the welcome
        [first] = await answered(chat, RARE, 1)
        spent = cpu_micros(up.server_pid)
        rare = await answered(chat, RARE, times)
        cpu = (cpu_micros(up.server_pid) - spent) / 1_000 / times
        common = await answered(chat, COMMON, times)
    console.print(
        f"{who}: a word that is in the oldest text alone {first * 1_000:.0f} ms the first time, then "
        f"{median(rare) * 1_000:.0f} ms (at most {max(rare) * 1_000:.0f}), "
        f"{cpu:.0f} ms CPU of the server; one that is everywhere {median(common) * 1_000:.0f} ms",
        highlight=False,
    )
    return rare


async def beside(
    contender: Contender, up: Running, number: int, load: Load, searcher: str | None
) -> tuple[Latency, list[float]]:
    """Measurement `number`: what others wait for a delivery while somebody searches all the time, or nobody does.

    Second, what that one waits.
    """
    others = replace(up, couples=up.couples[number * load.pairs : (number + 1) * load.pairs])
    writing = asyncio.create_task(asyncio.to_thread(loaded, contender, others, load))
    took: list[float] = []
    if searcher is not None:
        async with ChatClient(f"http://127.0.0.1:{up.port}", searcher) as chat:
            while not writing.done():
                took += await answered(chat, RARE, 1)
    outcome = await writing
    if outcome.faults:
        raise BenchmarkError(f"others were not served: {outcome.faults}")
    return outcome.delivery, took


@contextmanager
def furnished(contender: Contender, conversations: int, texts: int, pairs: int) -> Iterator[tuple[Running, str, str]]:
    """A server with all of it, and the tokens of the mentor and of the member."""
    with ground("off") as (site, store_pid):
        many = [msgspec.structs.replace(site.couple(number), mentor=MENTOR) for number in range(conversations)]
        one = site.couple(FIRST_OTHER - 1)
        others = [site.couple(FIRST_OTHER + number) for number in range(pairs)]
        with serving(contender, site):
            over_http(site, [*many, one, *others], "bench")
        for couples, each in ((many, texts // conversations), ([one], texts)):
            asyncio.run(fill(site.directory, couples, each))
        rebuild(site)
        with serving(contender, site) as server:
            yield Running(site, server.pid, store_pid, others), site.token(MENTOR, "mentor"), one.member_token


@app.default
def main(
    *,
    conversations: Annotated[int, Parameter(validator=Number(gte=1, lte=FIRST_OTHER - 1))] = 300,
    texts: Annotated[int, Parameter(validator=Number(gte=1_000, lte=10_000_000))] = 100_000,
    times: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000))] = 10,
    pairs: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000))] = 20,
    rate: Annotated[float, Parameter(validator=Number(gt=0, lte=100_000))] = 200.0,
    seconds: Annotated[float, Parameter(validator=Number(gt=0, lte=600))] = 8.0,
    rounds: Annotated[int, Parameter(validator=Number(gte=1, lte=100))] = 5,
    compiled: bool = False,
) -> None:
    """Measure. Exit status 1 where a search takes longer than a second, or others wait more than twice as long.

    Parameters
    ----------
    conversations
        Of the mentor.
    texts
        Of the mentor's conversations together, and of the member's one.
    times
        How often each word is looked for.
    pairs
        Who write meanwhile, each to the other.
    rate
        Messages a second of all of these together.
    seconds
        Of a measurement.
    rounds
        Measurements without a search, each with one behind it.
    compiled
        The installed server, as the table measures it; else this checkout's.
    """
    contender = CONTENDERS["product" if compiled else "not compiled"]
    load = Load(pairs=pairs, seconds=seconds, rate=rate)
    try:
        with furnished(contender, conversations, texts, 2 * rounds * pairs) as (up, mentor, member):
            found = asyncio.run(answers(up, mentor, times, f"a mentor, {conversations} conversations"))
            found += asyncio.run(answers(up, member, times, "a member, one conversation"))
            ratios: list[float] = []
            for number in range(rounds):
                quiet, _ = asyncio.run(beside(contender, up, 2 * number, load, None))
                busy, took = asyncio.run(beside(contender, up, 2 * number + 1, load, mentor))
                ratios.append(busy.p99 / quiet.p99)
                console.print(
                    f"deliveries p50 {quiet.p50 / 1_000:.1f} ms, p99 {quiet.p99 / 1_000:.1f} ms; beside searches p50 "
                    f"{busy.p50 / 1_000:.1f} ms, p99 {busy.p99 / 1_000:.1f} ms: {ratios[-1]:.2f} times; "
                    f"{len(took)} searches, {median(took) * 1_000:.0f} ms each",
                    highlight=False,
                )
    except BenchmarkError as error:
        sys.exit(str(error))
    console.print(f"p99 beside searches, median of {rounds}: {median(ratios):.2f} times", highlight=False)
    sys.exit(median(found) > GOAL_SECONDS or median(ratios) > GOAL_RATIO)


if __name__ == "__main__":
    app()
