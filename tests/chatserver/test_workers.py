"""`chatserver serve --workers`: one chat on several processes, started, watched and stopped as one."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from chatserver.api.worker_numbers import Seat
from chatserver.protocol.codes import Close
from chatserver.server import listening_socket, listening_sockets
from chatserver.settings import Settings
from chatserver.workers import Job, job_of
from tests.chatserver.api.test_exposition import Samples, of, samples
from tests.chatserver.realtime.devices import Device, bodies
from tests.chatserver.realtime.servers import TUESDAY, ProgramServer, here, program, token
from tests.chatserver.test_cli import run, sentence
from tests.engines import StoreProcess
from tests.plain_http import http_client
from tests.worker_processes import holder, is_worker, workers_of

WITHIN = 60.0

pytestmark = pytest.mark.timeout(240)


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something to become so."""
    try:
        async with asyncio.timeout(WITHIN):
            while not condition():  # noqa: ASYNC110 - another process changes it
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not within {WITHIN:.0f} s: {what}") from None


def pid_of(server: ProgramServer, device: Device) -> int:
    """The worker that serves a device."""
    return holder(workers_of(server.process.pid), server.port, device.socket.local_address[1])


async def device_elsewhere(stack: AsyncExitStack, server: ProgramServer, person: str, other: Device) -> Device:
    """A device of that person which another worker serves."""
    while True:
        device = await stack.enter_async_context(server.device(person))
        if pid_of(server, device) != pid_of(server, other):
            return device


async def test_people_on_two_workers_chat(valkey_url: str, tmp_path: Path) -> None:
    """Both ways, and the numbers are those of both, whichever worker is asked."""
    with program(tmp_path, "--workers", "2", "--now", TUESDAY, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        async with AsyncExitStack() as stack:
            mia = await stack.enter_async_context(server.device("mia"))
            tora = await device_elsewhere(stack, server, "tora", mia)
            for n in range(5):
                assert (await mia.write(f"question {n}"))["type"] == "accepted"
                assert (await tora.write(f"answer {n}"))["type"] == "accepted"
            assert bodies(await tora.messages(5)) == [f"question {n}" for n in range(5)]
            assert bodies(await mia.messages(5)) == [f"answer {n}" for n in range(5)]
            sara = await device_elsewhere(stack, server, "sara", mia)
            await sara.say("follow", conversation="c1", resume=8)
            assert (await sara.hears("following"))["conversation"]["last_seq"] == 10
            assert bodies(await sara.messages(2)) == ["question 4", "answer 4"]
            await mia.write("and now?")
            answered_by: set[int] = set()
            while len(answered_by) < 2:
                found, pid = await asked(server)
                answered_by.add(pid)
                assert of(found, "workers") == 2
                assert of(found, "messages_total", outcome="accepted", reason="") == 11
                assert of(found, "ack_seconds_count") == 11
                assert of(found, "ack_seconds_bucket", le="+Inf") == 11
                assert of(found, "connections", role="member", encoding="json") == 1
                assert of(found, "connections", role="mentor", encoding="json") >= 1
                assert of(found, "open_waits") == 1
                assert (of(found, "store_up"), of(found, "ready")) == (1, 1)


async def test_a_notice_reaches_the_devices_on_both_workers(valkey_url: str, tmp_path: Path) -> None:
    """Once each, whichever worker booked the session; what is read on one is read on the other."""
    with program(tmp_path, "--workers", "2", "--now", TUESDAY, store_url=valkey_url) as server:
        await server.conversation("c1", "live")
        async with AsyncExitStack() as stack:
            phone = await stack.enter_async_context(server.device("mia"))
            laptop = await device_elsewhere(stack, server, "mia", phone)
            booking = {"conversation": "c1", "service": "live_chat", "starts_at": TUESDAY[:8] + "13T10:00:00Z"}
            async with http_client(server.http, headers={"Authorization": f"Bearer {token('tora')}"}) as api:
                made = await api.put("/v1/bookings/b1", json={**booking, "minutes": 30})
            assert made.status_code == 201, made.text
            came = await phone.hears("notice")
            assert (came["notice"]["event"], came["notice"]["booking"]) == ("booking.booked", "b1")
            assert (await laptop.hears("notice")) == came
            await laptop.say("notices_read", upto=came["notice"]["id"])
            assert (await phone.hears("notices_read"))["unread"] == 0
            for device in (phone, laptop):
                assert not [each for each in await device.silence() if each["type"] == "notice"]


async def asked(server: ProgramServer) -> tuple[Samples, int]:
    """The numbers, and the worker that gave them."""
    async with http_client(server.http) as http:
        async with http.stream("GET", "/livez") as answer:  # The connection stays for the next request.
            client = answer.extensions["network_stream"].get_extra_info("client_addr")
            pid = holder(workers_of(server.process.pid), server.port, client[1])
            await answer.aread()
        return await samples(server, http), pid


async def test_what_was_counted_stays_counted_when_a_worker_is_killed(valkey_url: str, tmp_path: Path) -> None:
    """Its successor counts on, and the clock that the server was started with is not set back."""
    with program(tmp_path, "--workers", "2", "--now", TUESDAY, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        before = workers_of(server.process.pid)
        for pid in before:
            async with server.device("mia") as mia:
                assert (await mia.write(f"before {pid} is gone"))["type"] == "accepted"
            found = await samples(server)
            os.kill(pid, signal.SIGKILL)
            told = server.log.read_text().count("a worker serves again")
            await until(lambda told=told: server.log.read_text().count("a worker serves again") > told, "it is back")  # type: ignore[misc]  # a lambda's defaults have no types
            later = await samples(server)
            assert of(later, "workers") == 2
            for name in ("messages_total", "welcomes_total", "ack_seconds_count"):
                assert total(later, name) == total(found, name) > 0
        assert not set(workers_of(server.process.pid)) & set(before)
        assert "Traceback" not in server.log.read_text()


IMPATIENT = "from chatserver import workers; workers.PATIENCE = 10.0; from chatserver.cli import main; main()"


async def test_a_worker_that_hangs_is_killed_and_started_again(valkey_url: str, tmp_path: Path) -> None:
    """Its apps are let go and find another one; nobody need look for it."""
    words = (sys.executable, "-c", IMPATIENT)
    with program(tmp_path, "--workers", "2", "--now", TUESDAY, store_url=valkey_url, words=words) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("before it hangs")
            hung = pid_of(server, mia)
            os.kill(hung, signal.SIGSTOP)
            await until(lambda: not is_worker(hung), "it is killed")
            await mia.end()
        await until(lambda: len(workers_of(server.process.pid)) == 2, "there are two again")
        async with server.device("mia", {"c1": 0}) as again:
            assert bodies(await again.messages(1)) == ["before it hangs"]
            assert (await again.write("after it"))["type"] == "accepted"
        assert "a worker gives no sign of life and is killed" in server.log.read_text()


def total(found: Samples, name: str) -> float:
    """All that a counter has, over its labels."""
    return sum(value for (each, _), value in found.items() if each == f"chatserver_{name}")


async def test_sigterm_drains_every_worker(valkey_url: str, tmp_path: Path) -> None:
    """Whoever is connected is told to come back; the server ends with 0, and so do the workers."""
    with program(tmp_path, "--workers", "2", "--now", TUESDAY, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        workers = workers_of(server.process.pid)
        async with AsyncExitStack() as stack:
            mia = await stack.enter_async_context(server.device("mia"))
            tora = await device_elsewhere(stack, server, "tora", mia)
            await mia.say("send", conversation="c1", id="last", body="last words")
            await tora.hears("message")
            server.terminate()
            assert (await mia.end())[0] == Close.RESTARTING
            assert (await tora.end())[0] == Close.RESTARTING
            assert [event["id"] for event in mia.waiting if event["type"] == "accepted"] == ["last"]
        assert await asyncio.to_thread(server.process.wait, WITHIN) == 0
        assert not any(is_worker(pid) for pid in workers)


async def test_workers_end_with_the_server_that_was_killed(valkey_url: str, tmp_path: Path) -> None:
    """They drain: nobody would start them again, and the port is wanted."""
    with program(tmp_path, "--workers", "2", "--now", TUESDAY, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        workers = workers_of(server.process.pid)
        async with server.device("mia") as mia:
            server.kill()
            assert (await mia.end())[0] == Close.RESTARTING
        await until(lambda: not any(is_worker(pid) for pid in workers), "the workers are gone")
        listening_socket("127.0.0.1", server.port).close()


def test_a_port_that_other_workers_have_is_taken() -> None:
    """Although sockets that share a port could share it with them."""
    mine = listening_sockets("127.0.0.1", 0, 2)
    try:
        port = mine[0].getsockname()[1]
        for sock in mine:
            assert sock.getsockname()[1] == port
            sock.listen()
        for number in ("1", "2"):
            said = sentence(run("serve", "--port", str(port), "--workers", number, cwd=Path("/")))
            assert f"port {port} on 127.0.0.1 cannot be used" in said
    finally:
        for sock in mine:
            sock.close()


async def test_a_worker_that_cannot_start_ends_all_with_its_sentence(valkey_url: str, tmp_path: Path) -> None:
    """One sentence, not one for each."""
    file = tmp_path / "policy.toml"
    file.write_text('[plans.evening]\nwriting = { kind = "messages", per_week = 3 }\n')
    async with here(valkey_url, tmp_path, policy=file) as server:
        await server.conversation("c1", "evening")
    flags = ("--port", "0", "--workers", "2", "--data-dir", str(tmp_path), "--redis-url", valkey_url)
    said = sentence(await asyncio.to_thread(run, "serve", *flags, cwd=tmp_path))
    assert "the policy lacks plans that members hold: evening" in said


async def test_a_worker_that_cannot_start_again(tmp_path: Path) -> None:
    """While another serves it is tried again until it can; where none does, the server ends with its sentence."""
    store = StoreProcess("valkey", durable=True).start()
    try:
        with program(tmp_path, "--workers", "2", store_url=store.url) as server:
            store.kill()
            os.kill(workers_of(server.process.pid)[0], signal.SIGKILL)
            await until(lambda: "a worker cannot start; the others go on" in server.log.read_text(), "it is told")
            await asyncio.to_thread(store.start)
            await until(lambda: "a worker serves again" in server.log.read_text(), "it serves")
            store.kill()
            for pid in workers_of(server.process.pid):
                os.kill(pid, signal.SIGKILL)
            assert await asyncio.to_thread(server.process.wait, WITHIN) == 1
            assert "chatserver: the store cannot be reached" in server.log.read_text().splitlines()[-1]
    finally:
        store.stop()


def test_a_job_arrives_as_it_was_sent(tmp_path: Path) -> None:
    """Settings hold paths, rates and lists."""
    settings = Settings(data_dir=tmp_path, policy=Path("p.toml"), allowed_origins=("https://a.example",), traces=0.5)
    job = Job(settings, "unix:///run/v.sock", 7, Seat(1, 2, tmp_path))
    assert job_of(job.line()) == job
    assert job.line().count(b"\n") == 1


async def test_the_demo_works_with_workers(tmp_path: Path) -> None:
    """Everybody's token opens a chat, and Ctrl-C stops all."""
    from tests.test_docs import demo

    with demo(tmp_path, "--workers", "2") as url:
        async with http_client(url) as http:
            assert (await http.get("/readyz")).status_code == 200
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0
