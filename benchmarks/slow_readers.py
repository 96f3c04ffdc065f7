"""`python -m benchmarks.slow_readers`: what others notice of many readers that do not read.

Pairs write at a steady pace, and their latency is measured twice: alone, and while one conversation's messages go to
hundreds of connections that never read. Each of those must be closed with 4001, or cut where it does not read that.
"""

import asyncio
import socket
import sys
import time
from typing import Annotated

import msgspec
import uvloop
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console

from benchmarks.contenders import CONTENDERS
from benchmarks.cpu import cpu_micros
from benchmarks.load import Couple
from benchmarks.mutations import HANDSHAKE, frame
from benchmarks.servers import running
from benchmarks.wire import ClientSocket
from chatserver.protocol.codes import Close

EVERY = 0.1
"""Seconds between two messages of a pair."""
FEED_EVERY = 0.2
FEED_BYTES = 16_000
FED = 2 * 1024 * 1024
"""Bytes for each slow reader: what the server keeps for it, what the system keeps, and some more."""

app = App(name="slow_readers", help="The latency of others beside readers that do not read.")
console = Console()


class _Event(msgspec.Struct):
    type: str
    id: str | None = None
    code: str | None = None


_read = msgspec.json.Decoder(_Event).decode


class Pace:
    """One pair: the member writes, the mentor reads. Latencies in seconds."""

    def __init__(self, couple: Couple) -> None:
        self.couple = couple
        self.acks: list[float] = []
        self.deliveries: list[float] = []
        self.faults: list[str] = []
        self._sent: dict[str, float] = {}
        self._number = 0

    async def open(self, url: str) -> None:
        self.member = ClientSocket(url, self._member_hears, self.faults.append)
        self.mentor = ClientSocket(url, self._mentor_hears, self.faults.append)
        loop = asyncio.get_running_loop()
        for side, token in ((self.member, self.couple.member_token), (self.mentor, self.couple.mentor_token)):
            port = int(url.rpartition(":")[2].partition("/")[0])
            await loop.create_connection(lambda side=side: side, "127.0.0.1", port)  # type: ignore[misc]  # bound above
            await side.opened
            side.send_text(msgspec.json.encode({"type": "hello", "token": token}))

    async def write(self, seconds: float, body: str, every: float) -> None:
        """At a steady pace, whatever the answers do."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self._number += 1
            id = str(self._number)
            command = {"type": "send", "conversation": self.couple.conversation, "id": id, "body": body}
            self._sent[id] = time.perf_counter()
            self.member.send_text(msgspec.json.encode(command))
            await asyncio.sleep(every)

    def _member_hears(self, payload: bytes) -> None:
        event = _read(payload)
        if event.type == "accepted" and event.id in self._sent:
            self.acks.append(time.perf_counter() - self._sent[event.id])
        elif event.type in ("error", "refused"):
            self.faults.append(f"{event.type} {event.code}")

    def _mentor_hears(self, payload: bytes) -> None:
        event = _read(payload)
        if event.type == "message" and event.id in self._sent:
            self.deliveries.append(time.perf_counter() - self._sent[event.id])

    def forget(self) -> None:
        self.acks.clear()
        self.deliveries.clear()


def deaf(port: int, token: str) -> socket.socket:
    """A welcomed connection with little room, which will not be read."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    sock.settimeout(10)
    sock.connect(("127.0.0.1", port))
    sock.sendall(HANDSHAKE)
    while not sock.recv(4_096).endswith(b"\r\n\r\n"):
        pass
    sock.sendall(frame(1, msgspec.json.encode({"type": "hello", "token": token})))
    if b'"welcome"' not in sock.recv(4_096):
        raise SystemExit("a slow reader was not welcomed")
    return sock


def close_code(sock: socket.socket) -> int:
    """Read at last: how it ended. 0 where it is still open, 1006 where it was cut."""
    last = b""
    sock.settimeout(1)
    try:
        while data := sock.recv(1024 * 1024):
            last = (last + data)[-200:]
    except TimeoutError:
        return 0
    except ConnectionResetError:
        return 1006
    finally:
        sock.close()
    reason = b"reader too slow"
    at = last.rfind(reason)
    return int.from_bytes(last[at - 2 : at]) if at >= 2 else 1006


def shown(name: str, paces: list[Pace]) -> tuple[float, float]:
    """Print percentiles in milliseconds; the median and 99th of deliveries."""
    out = []
    for what, latencies in (
        ("ack", [x for p in paces for x in p.acks]),
        ("delivery", [x for p in paces for x in p.deliveries]),
    ):
        ordered = sorted(latencies)
        p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
        out.append(f"{what} p50 {p50:.2f} p99 {p99:.2f} worst {ordered[-1] * 1000:.1f} ms")
    console.print(f"{name}: {', '.join(out)} ({len(ordered)} messages)", highlight=False)
    return p50, p99


def memory(pid: int) -> float:
    """Resident MiB."""
    with open(f"/proc/{pid}/statm") as file:  # noqa: PTH123 - one line
        return int(file.read().split()[1]) * 4096 / 2**20


async def measure(port: int, pid: int, couples: list[Couple], readers: int, seconds: float) -> bool:
    """Whether all was well."""
    feed, *others = [Pace(couple) for couple in couples]
    url = f"ws://127.0.0.1:{port}/v1/chat"
    for pace in (feed, *others):
        await pace.open(url)
    await asyncio.sleep(0.5)

    async def paced(length: float, *more: Pace) -> None:
        await asyncio.gather(
            *(pace.write(length, "x" * 120, EVERY) for pace in others),
            *(pace.write(length, "x" * FEED_BYTES, FEED_EVERY) for pace in more),
        )

    await paced(2)
    for pace in others:
        pace.forget()
    await paced(seconds, feed)
    shown("alone", others)
    slow = [deaf(port, feed.couple.mentor_token) for _ in range(readers)]
    console.print(f"{readers} slow readers are connected; the server holds {memory(pid):.0f} MiB")
    for pace in others:
        pace.forget()
    before, most = cpu_micros(pid), 0.0
    started = time.perf_counter()
    length = max(seconds, FEED_EVERY * FED / FEED_BYTES)
    work = asyncio.create_task(paced(length, feed))
    while not work.done():
        most = max(most, memory(pid))
        await asyncio.sleep(0.2)
    await work
    share = (cpu_micros(pid) - before) / 1e4 / (time.perf_counter() - started)
    shown("beside them", others)
    console.print(f"the server used {share:.0f} % of a core and at most {most:.0f} MiB")
    codes = [await asyncio.to_thread(close_code, sock) for sock in slow]
    ended = sum(code == Close.TOO_SLOW for code in codes)
    cut = codes.count(1006)
    console.print(f"closed: {ended} have read 4001 in time, {cut} were cut when they had not after 10 seconds")
    console.print(f"still open: {codes.count(0)}")
    faults = [fault for pace in (feed, *others) for fault in pace.faults]
    for fault in faults[:10]:
        console.print(f"[red]{fault}[/red]")
    for pace in (feed, *others):
        pace.member.close()
        pace.mentor.close()
    return not faults and ended + cut == readers


@app.default
def main(
    *,
    readers: Annotated[int, Parameter(validator=Number(gte=1, lte=5_000))] = 500,
    pairs: Annotated[int, Parameter(validator=Number(gte=1, lte=500))] = 20,
    seconds: Annotated[float, Parameter(validator=Number(gt=0, lte=600))] = 10.0,
) -> None:
    """Measure the latency of pairs alone, and beside slow readers. Exit status 1 where a slow reader stayed.

    Parameters
    ----------
    readers
        Connections that never read.
    pairs
        Pairs that write ten messages a second each.
    seconds
        Length of the first part; the second lasts until the slow readers have been given more than 2 MiB.
    """
    with running(CONTENDERS["product"], pairs + 1, "off") as up:
        well = uvloop.run(measure(up.port, up.server_pid, up.couples, readers, seconds))
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    app()
