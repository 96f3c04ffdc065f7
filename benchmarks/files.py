"""What memory a server takes while files come and go: `python -m benchmarks.files [--bucket] [--size MIB]`.

A server of its own takes one file of that size, and gives it back, three times; before that a small one, so that what
is loaded once is there. Its highest resident set is compared with what it had before. What a picture
needs is in a process of its own, and not among it.
"""

import argparse
import asyncio
import os
import re
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.chatserver.attachments.bucket import seaweed
from tests.chatserver.realtime.servers import program, token
from tests.plain_http import http_client

MIB = 1024 * 1024


def kib_of(pid: int, name: str) -> int:
    """A figure of /proc/PID/status, in KiB."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def forget_peak(pid: int) -> None:
    """From here on the highest resident set counts anew (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


async def provision(http: httpx.AsyncClient) -> None:
    service = {"Authorization": f"Bearer {token('robot')}"}
    for person, role in (("mia", "member"), ("tora", "mentor")):
        made = await http.put(f"/v1/people/{person}", json={"role": role, "name": person.title()}, headers=service)
        made.raise_for_status()
    body = {"member": "mia", "mentor": "tora", "plan": "basic"}
    (await http.put("/v1/conversations/c1", json=body, headers=service)).raise_for_status()


async def moved(http: httpx.AsyncClient, id: str, content: bytes) -> tuple[float, float]:
    """Seconds up and down."""
    headers, params = {"Authorization": f"Bearer {token('mia')}"}, {"conversation": "c1"}
    began = time.perf_counter()
    (await http.put(f"/v1/attachments/{id}", params=params, content=content, headers=headers)).raise_for_status()
    there = time.perf_counter()
    async with http.stream("GET", f"/v1/attachments/{id}", params=params, headers=headers) as answer:
        size = 0
        async for part in answer.aiter_raw():
            size += len(part)
    assert size == len(content)
    return there - began, time.perf_counter() - there


async def measure(url: str, pid: int, size: int) -> None:
    async with http_client(url, timeout=300.0) as http:
        await provision(http)
        await moved(http, "small", b"%PDF-1.7\n" + os.urandom(MIB))
        for number in range(3):
            before = kib_of(pid, "VmRSS")
            forget_peak(pid)
            up, down = await moved(http, f"f{number}", b"%PDF-1.7\n" + os.urandom(size - 9))
            more = (kib_of(pid, "VmHWM") - before) / 1024
            print(f"{size / MIB:.0f} MiB: up {up:.2f} s, down {down:.2f} s, at most {more:.1f} MiB more than before")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bucket", action="store_true", help="keep them in a bucket instead of a folder")
    asked.add_argument("--size", type=float, default=25.0, help="MiB of one file")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        variables = {}
        if given.bucket:
            variables["CHATSERVER_ATTACHMENTS_URL"] = stack.enter_context(seaweed(Path(folder) / "bucket"))
        server = stack.enter_context(program(Path(folder) / "data", **variables))
        asyncio.run(measure(server.http, server.process.pid, round(given.size * MIB)))


if __name__ == "__main__":
    main()
