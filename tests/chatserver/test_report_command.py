"""`chatserver report` on a running server: what people wrote is in it within seconds."""

import asyncio
import csv
import json
import subprocess
from io import StringIO
from pathlib import Path

from tests.chatserver.realtime.servers import TUESDAY, ProgramServer, program, token
from tests.chatserver.test_cli import run, sentence

RECORDED_WITHIN = 40


async def asked(
    server: ProgramServer, *words: str, person: str = "sara", cwd: Path
) -> subprocess.CompletedProcess[str]:
    """The command's answer; the token travels in the environment."""
    return await asyncio.to_thread(run, "report", "--url", server.http, *words, cwd=cwd, CHATSERVER_TOKEN=token(person))


async def answered(server: ProgramServer, cwd: Path) -> list[dict[str, str]]:
    """The report as CSV, once the answer that was just given is in it."""
    async with asyncio.timeout(RECORDED_WITHIN):
        while True:
            done = await asked(server, "--csv", cwd=cwd)
            assert done.returncode == 0, done.stderr
            if lines := list(csv.DictReader(StringIO(done.stdout))):
                return lines


async def test_an_answer_is_in_the_report(tmp_path: Path) -> None:
    """As a table, JSON and CSV; for a mentor their own; and still there, once, after a kill."""
    data = tmp_path / "data"
    with program(data, "--now", TUESDAY) as server:
        await server.conversation("c1", "basic")
        done = await asked(server, cwd=tmp_path)
        assert done.stdout.startswith("No answered or missed waits that began on ")
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("When?")
            await tora.write("Now.")
        [line] = await answered(server, tmp_path)
        assert (line["name"], line["answered"], line["in_time"], line["missed"]) == ("tora", "1", "1", "0")
        table = (await asked(server, "--by", "plan", cwd=tmp_path)).stdout
        assert [row.split()[:4] for row in table.splitlines()[2:3]] == [["basic", "1", "██████████", "100"]]
        assert "(Europe/Oslo)" in table
        report = json.loads((await asked(server, "--json", "--by", "week", person="tora", cwd=tmp_path)).stdout)
        assert [group["name"] for group in report["groups"]] == ["2026-01-05"]
        server.kill()
    with program(data) as server:
        await asyncio.sleep(1.5)
        [line] = await answered(server, tmp_path)
        assert line["answered"] == "1"


async def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    """A day that is none, a role that may not, two forms at once, no token, no server."""
    with program(tmp_path / "data", "--now", TUESDAY) as server:
        said = sentence(await asked(server, "--from", "monday", cwd=tmp_path))
        assert "`from`: must be a date such as 2026-01-05" in said
        said = sentence(await asked(server, "--from", "2026-01-09", "--to", "2026-01-08", cwd=tmp_path))
        assert "2026-01-08 is before 2026-01-09" in said
        assert "a member has no reports" in sentence(await asked(server, person="mia", cwd=tmp_path))
        assert "choose one of them" in sentence(await asked(server, "--csv", "--json", cwd=tmp_path))
    assert "does not answer" in sentence(await asked(server, cwd=tmp_path))
    assert "--token-file" in sentence(run("report", cwd=tmp_path))
