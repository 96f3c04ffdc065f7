"""`chatserver statement` on a running server."""

import asyncio
import csv
import json
import subprocess
from io import StringIO
from pathlib import Path

from tests.chatserver.realtime.servers import ProgramServer, program, token
from tests.chatserver.test_cli import run, sentence

NOW = "2026-02-03T09:00:00Z"


async def asked(
    server: ProgramServer, *words: str, person: str = "sara", cwd: Path
) -> subprocess.CompletedProcess[str]:
    """The command's answer; the token travels in the environment."""
    words = ("statement", *words, "--url", server.http)
    return await asyncio.to_thread(run, *words, cwd=cwd, CHATSERVER_TOKEN=token(person))


async def test_a_mentors_month(tmp_path: Path) -> None:
    """As a table, JSON and CSV; what cannot be is one sentence."""
    with program(tmp_path / "data", "--now", NOW) as server:
        await server.conversation("c1", "live")
        done = await asked(server, "tora", "2026-01", cwd=tmp_path)
        assert done.stdout.startswith("Statement of tora for 2026-01 (Europe/Oslo), issued Tue 03 Feb 10:")
        assert done.stdout.splitlines()[1:] == ["No billable sessions."]
        found = json.loads((await asked(server, "tora", "2026-01", "--json", person="tora", cwd=tmp_path)).stdout)
        assert (found["mentor"], found["state"], found["lines"]) == ("tora", "issued", [])
        names = next(csv.reader(StringIO((await asked(server, "tora", "2026-02", "--csv", cwd=tmp_path)).stdout)))
        assert names[:4] == ["entry", "starts_at", "minutes", "service"]
        assert "a month such as 2026-01" in sentence(await asked(server, "tora", "january", cwd=tmp_path))
        assert "there is no mentor 'tom'" in sentence(
            await asked(server, "tom", "2026-01", person="tora", cwd=tmp_path)
        )
        assert "choose one of them" in sentence(await asked(server, "tora", "2026-01", "--csv", "--json", cwd=tmp_path))
    assert "does not answer" in sentence(await asked(server, "tora", "2026-01", cwd=tmp_path))
