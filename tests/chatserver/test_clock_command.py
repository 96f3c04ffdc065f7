"""`chatserver clock`, as a process: beside servers, beside none, killed, twice at once; and what it refuses."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from tests import programs
from tests.chatserver.realtime.servers import HereServer, environment, here, program
from tests.chatserver.test_cli import run, sentence
from tests.stories.clock import when

FRIDAY = when("friday", "18:00")
TUESDAY = when("tuesday", "09:00", weeks=1)

Found = dict[str, Any]


def moved(store_url: str, folder: Path, to: str, *flags: str) -> Found:
    """Run the command to its end; what it printed as JSON."""
    done = run("clock", "--to", to, "--json", "--redis-url", store_url, "--data-dir", folder, *flags, cwd=folder)
    assert done.returncode == 0, done.stderr
    found: Found = json.loads(done.stdout)
    return found


async def asked(server: HereServer) -> str:
    """Mia writes; the deadline of that."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("question")
        due_at: str = (await tora.hears("reply"))["reply"]["due_at"]
        return due_at


def assert_at_their_instants(notices: list[Found], due_at: str, *wanted: tuple[str, int]) -> None:
    """Each kind, so many ms after the deadline, and noted before anything else could have fallen due."""
    assert [notice["kind"] for notice in notices] == [kind for kind, _ in wanted]
    for notice, (_, after) in zip(notices, wanted, strict=True):
        assert 0 <= instant.parse(notice["at"]) - instant.parse(due_at) - after < 30 * MINUTE
        assert {**notice, "at": "", "kind": ""} == {
            "at": "",
            "kind": "",
            "conversation": "c1",
            "member": "mia",
            "mentor": "tora",
            "due_at": due_at,
        }


pytestmark = pytest.mark.timeout(240)
FIRST, SECOND, MISSED = ("warning", -4 * HOUR), ("warning", -HOUR), ("missed", 0)


async def test_beside_two_servers(store_url: str, tmp_path: Path) -> None:
    """It says what happened in between, whoever did it; what lies before is not said again."""
    async with here(store_url, tmp_path, now=FRIDAY) as one, here(store_url, tmp_path, now=None) as other:
        await one.conversation("c1", "basic")
        due_at = await asked(other)
        monday = when("monday", "14:30", weeks=1)
        first = await asyncio.to_thread(moved, store_url, tmp_path, monday)
        assert FRIDAY <= first["from"] < monday <= first["to"]
        assert_at_their_instants(first["notices"], due_at, FIRST)
        second = await asyncio.to_thread(moved, store_url, tmp_path, TUESDAY)
        assert_at_their_instants(second["notices"], due_at, SECOND, MISSED)
        async with other.device("tora") as tora:
            assert tora.welcome["now"] >= TUESDAY
            assert tora.welcome["conversations"][0]["reply"]["overdue"]


async def test_while_no_server_runs(store_url: str, tmp_path: Path) -> None:
    """The records are the same; a server that starts later finds the clock, and nothing left to do."""
    async with here(store_url, tmp_path, now=FRIDAY) as server:
        await server.conversation("c1", "basic")
        due_at = await asked(server)
    found = await asyncio.to_thread(moved, store_url, tmp_path, TUESDAY)
    assert_at_their_instants(found["notices"], due_at, FIRST, SECOND, MISSED)
    async with here(store_url, tmp_path, now=None) as server:
        async with server.device("tora") as tora:
            assert tora.welcome["now"] >= TUESDAY
            assert tora.welcome["conversations"][0]["reply"]["overdue"]
        later = when("wednesday", "09:00", weeks=1)
        assert (await asyncio.to_thread(moved, store_url, tmp_path, later))["notices"] == []


async def test_a_start_with_a_later_now_moves_the_clock_as_well(valkey_url: str, tmp_path: Path) -> None:
    """What fell due in between happens in its order then, as if the command had been run."""
    async with here(valkey_url, tmp_path, now=FRIDAY) as server:
        await server.conversation("c1", "basic")
        due_at = await asked(server)
    async with here(valkey_url, tmp_path, now=TUESDAY) as server, server.device("tora") as tora:
        assert tora.welcome["now"] >= TUESDAY
        found = await asyncio.to_thread(moved, valkey_url, tmp_path, when("tuesday", "10:00", weeks=1))
        assert found["notices"] == []
        async with server.parts.database.read() as connection:
            rows = await connection.exec_driver_sql("SELECT kind, at FROM reply_notices ORDER BY id")
            noted = [(row.kind, row.at - instant.parse(due_at)) for row in rows]
    assert [kind for kind, _ in noted] == ["warning", "warning", "missed"]
    assert [round(after / HOUR) for _, after in noted] == [-4, -1, 0]


async def test_beside_workers_killed_and_run_again_twice_at_once(valkey_url: str, tmp_path: Path) -> None:
    """Nothing twice, nothing left out, wherever the first one was killed."""
    with program(tmp_path, "--workers", "2", "--now", FRIDAY, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora:
            async with server.device("mia") as mia:
                await mia.write("question")
            due_at = (await tora.hears("reply"))["reply"]["due_at"]
            flags = ("--redis-url", valkey_url, "--data-dir", tmp_path)
            process = programs.start("clock", "--to", TUESDAY, *flags, cwd=tmp_path, env=environment())
            await tora.hears("clock")
            process.kill()
            process.wait()
            both = await asyncio.gather(
                *(
                    asyncio.to_thread(run, "clock", "--to", to, *flags, cwd=tmp_path)
                    for to in (TUESDAY, when("wednesday", "09:00", weeks=1))
                )
            )
            # Where the killed one was quick, the first target has been reached.
            assert both[1].returncode == 0, both[1].stderr
            assert both[0].returncode == 0 or "it only moves ahead" in both[0].stderr
            heard = [event for event in await tora.silence(0.5) if event["type"] == "deadline"]
            assert [(event["kind"], event["hours"]) for event in heard] == [
                ("warning", 4),
                ("warning", 1),
                ("missed", 0),
            ]
            assert {event["due_at"] for event in heard} == {due_at}


async def test_it_says_what_cases_did_by_themselves(valkey_url: str, tmp_path: Path) -> None:
    """As data and as a table; what people did is not said, nor what happened before."""
    tora = CaseAsker("tora", "mentor")
    async with here(valkey_url, tmp_path, now=FRIDAY) as server:
        await server.conversation("c1", "basic")
        opened = await server.parts.cases.open("k", CaseOpening("membership_cancellation", "c1"), tora)
        assert isinstance(opened, CaseSeen)
        due_at = opened.case.opened_at + 14 * DAY
        found = await asyncio.to_thread(moved, valkey_url, tmp_path, instant.text(due_at - HOUR))
        assert found["cases"] == []
        flags = ("--redis-url", valkey_url, "--data-dir", tmp_path)
        done = await asyncio.to_thread(run, "clock", "--to", instant.text(due_at), *flags, cwd=tmp_path)
        [row] = [line for line in done.stdout.splitlines() if "c1" in line]
        assert row.split() == [instant.text(due_at), "membership_cancellation", "kept", "c1"]


def test_the_table(tmp_path: Path) -> None:
    """For people, on the embedded store of a folder that nobody uses."""

    async def ask() -> str:
        with program(tmp_path / "data", "--now", FRIDAY) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia, server.device("tora") as tora:
                await mia.write("question")
                due_at: str = (await tora.hears("reply"))["reply"]["due_at"]
                return due_at

    due_at = asyncio.run(ask())
    done = run("clock", "--to", when("saturday", "09:00"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The clock showed 2026-01-09T17:0" in done.stdout
    assert "it shows 2026-01-10T08:00:0" in done.stdout
    assert "No deadline was warned of or missed in between." in done.stdout
    done = run("clock", "--to", when("monday", "14:30", weeks=1), cwd=tmp_path, COLUMNS="80")
    assert done.returncode == 0, done.stderr
    [row] = [line for line in done.stdout.splitlines() if "c1" in line]
    assert row.split()[1:] == ["warning", "c1", due_at]
    done = run("clock", "--to", TUESDAY, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if "c1" in line]
    assert [row.split()[1:] for row in rows] == [[kind, "c1", "mia", "tora", due_at] for kind in ("warning", "missed")]


async def test_a_plan_that_it_does_not_know_is_the_servers_business(valkey_url: str, tmp_path: Path) -> None:
    """They know their policy. Without them it must be named."""
    policy = tmp_path / "policy.toml"
    policy.write_text(
        '[plans.evening]\nwriting = { kind = "always" }\n'
        'reply = { target_hours = 24, from = "last", clock = "weekdays", warn_hours = [2] }\n'
    )
    monday = when("monday", "17:00", weeks=1)
    async with here(valkey_url, tmp_path, now=FRIDAY, policy=policy) as server:
        await server.conversation("c1", "evening")
        due_at = await asked(server)
        found = await asyncio.to_thread(moved, valkey_url, tmp_path, monday)
        assert_at_their_instants(found["notices"], due_at, ("warning", -2 * HOUR))
    words = ("clock", "--to", TUESDAY, "--redis-url", valkey_url, "--data-dir", tmp_path)
    said = sentence(await asyncio.to_thread(run, *words, cwd=tmp_path))
    assert "the policy lacks plans that members hold: evening" in said
    found = await asyncio.to_thread(moved, valkey_url, tmp_path, TUESDAY, "--policy", str(policy))
    assert_at_their_instants(found["notices"], due_at, MISSED)


async def test_what_it_refuses(valkey_url: str, tmp_path: Path) -> None:
    """A sentence each, and nothing has changed."""

    def said(to: str, *words: str | Path) -> str:
        return sentence(run("clock", "--to", to, *words, cwd=tmp_path))

    assert "data holds no store" in said(TUESDAY)
    assert "is not an RFC 3339 date-time" in said("tomorrow")
    assert "--to: '2026-01-10T10:00:00' has no UTC offset" in said("2026-01-10T10:00:00")
    assert not (tmp_path / "data").exists()
    flags = ("--redis-url", valkey_url, "--data-dir", tmp_path)
    assert "this store keeps real time, and is never moved" in said(TUESDAY, *flags)
    with Redis.from_url(valkey_url) as client:
        assert client.dbsize() == 0
    async with here(valkey_url, tmp_path, now=None) as server:
        await server.conversation("c1", "basic")
        real = await asyncio.to_thread(said, "2199-01-01T00:00:00Z", *flags)
        assert "this store keeps real time, and is never moved" in real
    with Redis.from_url(valkey_url) as client:
        assert client.hget(keys.META, "shift") == b"0"
        client.flushall()
    async with here(valkey_url, tmp_path / "shifted", now=FRIDAY):
        past = await asyncio.to_thread(said, when("friday", "17:59"), *flags)
        assert "--to: the clock shows 2026-01-09T17:00:" in past
        assert "it only moves ahead" in past
