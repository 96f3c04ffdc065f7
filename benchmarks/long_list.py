"""`python -m benchmarks.long_list`: how soon a mentor with many conversations has the first page of them, how large.

One mentor, 300 conversations of 100 messages each, of which a third waits for an answer; one server, one Valkey.
"""

import asyncio
import sys
import time
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec import Struct
from rich.console import Console
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.contenders import CONTENDERS, BenchmarkError, Site
from benchmarks.cpu import cpu_micros
from benchmarks.filling import Filling
from benchmarks.load import Couple
from benchmarks.provision import ledger_at, over_http, rulebook_of
from benchmarks.servers import ground, serving
from chatserver.client.chat import ChatClient
from chatserver.client.link import LARGEST_EVENT_BYTES, SUBPROTOCOLS
from chatserver.protocol.codec import Encoding
from quotas.standing import Writer
from quotas.store.errors import StoreError

MENTOR = "tora"
AT_ONCE = 20
"""Members who write their last message at the same time."""
LAST = "I tried what we talked about on Tuesday, and it went better than I had feared. Can I tell you on Thursday?"
ANSWERED = 2, 3
"""Of so many conversations so many do not wait for an answer."""
GOAL_MS = 50.0
GOAL_BYTES = 64 * 1024
WARM_UP = 3

app = App(name="benchmarks.long_list", help="How soon a mentor with many conversations sees the first page of them.")
console = Console()


class Greeted(Struct, frozen=True):
    """One connection: ms from hello to the welcome, and to the last page; the welcome's bytes and conversations."""

    welcome: float
    whole: float
    bytes: int
    conversations: int
    all_bytes: int
    cpu: float
    """ms of the server until the list was whole and its rooms were open."""


async def fill(site: Site, couples: list[Couple], messages: int) -> None:
    """All but the last message of each go straight into the ledger. Raises BenchmarkError, StoreError."""
    rulebook = rulebook_of(site.policy)
    async with ledger_at(site.redis_url) as (_, ledger):
        filling = Filling(ledger)
        for couple in couples:
            standing = await ledger.standing(couple.conversation)
            if standing is None:
                raise BenchmarkError(f"{couple.conversation} is not there")
            terms = standing.terms(rulebook)
            for number in range(messages - 1):
                writer: Writer = "mentor" if number % 2 else "member"
                await filling.post(couple.conversation, writer, f"f{number}", standing.settings, terms)
        await filling.until()
    for start in range(0, len(couples), AT_ONCE):
        await asyncio.gather(*(_write(site, number, couples[number]) for number in _numbers(start, len(couples))))


def _numbers(start: int, end: int) -> range:
    return range(start, min(end, start + AT_ONCE))


async def _write(site: Site, number: int, couple: Couple) -> None:
    """The last message, which the server itself has sealed: two of three are the mentor's."""
    is_answered = number % ANSWERED[1] < ANSWERED[0]
    token = site.token(MENTOR, "mentor") if is_answered else couple.member_token
    async with ChatClient(f"http://127.0.0.1:{site.port}", token, follow=False) as chat:
        await chat.send(couple.conversation, LAST)


async def greeted(site: Site, server: int, encoding: Encoding) -> Greeted:
    """Connect as the mentor, say hello, and ask for the rest of the list as far as the server knows of pages."""
    async with connect(
        f"ws://127.0.0.1:{site.port}/v1/chat",
        subprotocols=[SUBPROTOCOLS[encoding]],
        max_size=LARGEST_EVENT_BYTES,
        compression=None,
        proxy=None,
    ) as socket:
        spent, began = cpu_micros(server), time.perf_counter()
        await _say(socket, encoding, {"type": "hello", "token": site.token(MENTOR, "mentor")})
        welcome, size = await _heard(socket, encoding, "welcome")
        first = (time.perf_counter() - began) * 1000
        page, all_bytes = welcome, size
        while page.get("more"):
            after = page["conversations"][-1]["id"]
            await _say(socket, encoding, {"type": "conversations", "after": after})
            page, more = await _heard(socket, encoding, "conversations")
            all_bytes += more
        whole = (time.perf_counter() - began) * 1000
        await asyncio.sleep(0.3)
        cpu = (cpu_micros(server) - spent) / 1000
    return Greeted(first, whole, size, len(welcome["conversations"]), all_bytes, cpu)


async def _say(socket: ClientConnection, encoding: Encoding, command: dict[str, object]) -> None:
    if encoding == "json":
        await socket.send(msgspec.json.encode(command), text=True)
    else:
        await socket.send(msgspec.msgpack.encode(command))


async def _heard(socket: ClientConnection, encoding: Encoding, kind: str) -> tuple[dict[str, Any], int]:
    """The next event of that kind, and its bytes."""
    decode = msgspec.json.decode if encoding == "json" else msgspec.msgpack.decode
    while True:
        frame = await socket.recv(decode=False)
        event = decode(frame)
        if event["type"] == kind:
            return event, len(frame)


@app.default
def main(
    *,
    conversations: Annotated[int, Parameter(validator=Number(gte=1, lte=5_000))] = 300,
    messages: Annotated[int, Parameter(validator=Number(gte=1, lte=10_000))] = 100,
    times: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000))] = 30,
    encoding: Encoding = "json",
    compiled: bool = False,
) -> None:
    """Measure. Exit status 1 where the median of the first pages comes later than it should, or one is too large.

    Parameters
    ----------
    conversations
        Of the one mentor.
    messages
        In each of them.
    times
        How often the mentor connects.
    encoding
        `json` or `msgpack`.
    compiled
        The installed server, as the table measures it; else this checkout's.
    """
    contender = CONTENDERS["product" if compiled else "not compiled"]
    try:
        with ground("off") as (site, _):
            couples = [msgspec.structs.replace(site.couple(number), mentor=MENTOR) for number in range(conversations)]
            with serving(contender, site):
                over_http(site, couples, "bench")
                asyncio.run(fill(site, couples, messages))
            with serving(contender, site) as server:
                cold = asyncio.run(greeted(site, server.pid, encoding))
                found = [asyncio.run(greeted(site, server.pid, encoding)) for _ in range(WARM_UP + times)][WARM_UP:]
    except (BenchmarkError, StoreError) as error:
        sys.exit(str(error))
    _tell("the first after the server's start", [cold])
    _tell(f"{times} others, each with no room open", found)
    waited = sorted(each.welcome for each in found)
    sys.exit(waited[len(waited) // 2] > GOAL_MS or any(each.bytes > GOAL_BYTES for each in found))


def _tell(what: str, found: list[Greeted]) -> None:
    waited, whole = (sorted(values) for values in ([each.welcome for each in found], [each.whole for each in found]))
    p50, p99 = (waited[int(len(waited) * share)] for share in (0.5, 0.99))
    last, middle = found[-1], len(found) // 2
    console.print(
        f"{what}: welcome p50 {p50:.1f} ms, p99 {p99:.1f} ms, {last.bytes / 1024:.1f} KiB, {last.conversations} "
        f"conversations; the whole list p50 {whole[middle]:.1f} ms, {last.all_bytes / 1024:.1f} KiB; "
        f"{sorted(each.cpu for each in found)[middle]:.1f} ms CPU of the server",
        highlight=False,
    )


if __name__ == "__main__":
    app()
