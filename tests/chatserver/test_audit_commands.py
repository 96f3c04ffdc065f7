"""`chatserver audit` and `chatserver audit verify`, and what other commands leave there."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatserver.audit.operator import operator
from tests.chatserver.realtime.servers import TUESDAY, program
from tests.chatserver.test_cli import run


def lines(data: Path, *flags: str) -> list[dict[str, Any]]:
    """The newest first."""
    found: list[dict[str, Any]] = json.loads(audited(data, "--json", *flags))
    return found


def audited(data: Path, *flags: str, status: int = 0) -> str:
    """What `chatserver audit` says."""
    done = run("audit", *flags, "--data-dir", str(data), cwd=data, COLUMNS="300")
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """Of a server that has stopped: mia and tora, and c1."""
    with program(tmp_path / "data", "--now", TUESDAY) as server:
        await server.conversation("c1", "basic")
    return tmp_path / "data"


async def test_what_commands_do_is_noted(data: Path, tmp_path: Path) -> None:
    """By the name of the account that ran them."""
    for command in (
        ("export", "mia", "--to", str(tmp_path / "out")),
        ("invite", "tora"),
        ("revoke", "tora"),
        ("rotate-key",),
        ("erase", "mia", "--yes"),
        ("erase", "mia", "--yes"),
    ):
        done = run(*command, "--data-dir", str(data), cwd=data)
        assert done.returncode == 0, done.stderr
    found = lines(data)
    assert [(line["did"], line["person"]) for line in reversed(found) if line["role"] == "operator"] == [
        ("person.exported", "mia"),
        ("person.invited", "tora"),
        ("tokens.revoked", "tora"),
        ("key.rotated", ""),
        ("person.erased", "mia"),
        ("person.erased", "mia"),  # which looks through everything once more
    ]
    assert {line["who"] for line in found if line["role"] == "operator"} == {operator()}
    # The server itself, and the service that made the conversation.
    assert {"policy.changed", "conversation.written", "person.written"} <= {line["did"] for line in found}
    assert [line["person"] for line in lines(data, "--did", "person.exported")] == ["mia"]
    assert "person.erased" in audited(data, "--person", "mia")
    # It outlives whom it is about.
    assert audited(data, "verify").startswith(f"{len(found)} lines: each is as it was noted, and none is missing.")


async def test_times_are_those_of_the_servers_clock(tmp_path: Path) -> None:
    """Also where that is shifted, as a demo's."""
    data = tmp_path / "data"
    with program(data, "--now", TUESDAY) as server:
        await server.conversation("c1", "basic")
        for command in (("invite", "tora"), ("revoke", "tora"), ("rotate-key",), ("erase", "mia", "--yes")):
            done = run(*command, "--data-dir", str(data), cwd=tmp_path)
            assert done.returncode == 0, done.stderr
    assert {line["at"][:10] for line in lines(data)} == {TUESDAY[:10]}
    assert sum(line["role"] == "operator" for line in lines(data)) == 4


async def test_what_was_done_to_the_log_is_said(data: Path) -> None:
    """With the places; a tail that was cut against the hash that was kept."""
    told = audited(data, "verify").splitlines()
    count, kept = int(told[0].split()[0]), told[1].split()[2].rstrip(".")
    assert json.loads(audited(data, "verify", "--json", "--expect", kept)) == {
        "holds": True,
        "lines": count,
        "newest": count,
        "hash": kept,
        "expected_at": count,
        "breaks": [],
        "more_breaks": 0,
    }
    with closing(sqlite3.connect(data / "records.db")) as file, file:
        file.execute("UPDATE audit_lines SET who = 'nobody' WHERE number = 2")
    assert "Line 2: not as it was noted" in audited(data, "verify", status=1)
    with closing(sqlite3.connect(data / "records.db")) as file, file:
        file.execute("DELETE FROM audit_lines WHERE number >= 2")
        file.execute("UPDATE audit_head SET number = 1, hash = (SELECT hash FROM audit_lines WHERE number = 1)")
    assert "1 line: each is as it was noted" in audited(data, "verify")
    assert "No line has the hash that was expected" in audited(data, "verify", "--expect", kept, status=1)


async def test_wrong_questions(data: Path) -> None:
    """One sentence, with what is allowed."""
    for flags, said in (
        (("verify", "--expect", "abc"), "--expect: must be the 64 hexadecimal digits that this command prints"),
        (("--did", "nothing"), "--did: there is no 'nothing'; allowed: messages.read"),
    ):
        done = run("audit", *flags, "--data-dir", str(data), cwd=data)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert said in done.stderr


async def test_an_invitation_leads_to_the_server_that_runs_there(data: Path) -> None:
    """On whatever port; where none runs, that is said, and a port that is named holds."""
    where = ("--data-dir", str(data))
    with program(data) as server:
        done = run("invite", "tora", *where, cwd=data)
        assert done.stdout.startswith(f"http://127.0.0.1:{server.port}/app/sign-in#"), done
        assert not done.stderr
    done = run("invite", "tora", *where, cwd=data)
    assert done.stdout.startswith("http://127.0.0.1:8080/app/sign-in#"), done
    assert "No server runs on" in done.stderr
    done = run("invite", "tora", *where, "--port", "9000", cwd=data)
    assert done.stdout.startswith("http://127.0.0.1:9000/app/sign-in#"), done
    assert not done.stderr
