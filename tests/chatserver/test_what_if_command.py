"""`chatserver what-if` beside a running server: what people wrote, and what was refused, is in it within seconds."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.chatserver.realtime.servers import TUESDAY, program
from tests.chatserver.test_cli import run, sentence

RECORDED_WITHIN = 60
FEWER = """
[plans.video]
writing = { kind = "messages", per_week = 1 }
"""
MORE = """
[plans.video]
writing = { kind = "messages", per_week = 50 }
"""


def found(*words: str | Path, cwd: Path) -> dict[str, Any]:
    """Its JSON."""
    done = run("what-if", "--json", *words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


async def settled(folder: Path, tried: int) -> dict[str, Any]:
    """What more messages a week would have changed, once all that was tried is on record."""
    async with asyncio.timeout(RECORDED_WITHIN):
        while True:
            done = await asyncio.to_thread(run, "what-if", "--json", "--policy", "more.toml", cwd=folder)
            if done.returncode == 0 and json.loads(done.stdout)["total"]["tried"] == tried:
                report: dict[str, Any] = json.loads(done.stdout)
                return report


async def test_a_policy_is_tried_on_what_people_wrote(tmp_path: Path) -> None:
    """More messages a week let in what was refused, fewer refuse what was let in; as JSON and as a table."""
    (tmp_path / "more.toml").write_text(MORE)
    (tmp_path / "fewer.toml").write_text(FEWER)
    with program(tmp_path / "data", "--now", TUESDAY, CHATSERVER_ARCHIVE_AFTER="1") as server:
        assert "nobody has written yet" in sentence(run("what-if", "--policy", "more.toml", cwd=tmp_path))
        await server.conversation("c1", "video")
        async with server.device("mia") as mia:
            written = 0
            while (await mia.write(f"may we meet at {written}?"))["type"] == "accepted":
                written += 1
        report = await settled(tmp_path, written + 1)
    [line] = report["lines"]
    assert (line["plan"], line["week"]) == ("video", "2026-01-05")
    assert (line["today"]["refused"], line["new"]["refused"], line["newly_admitted"]) == (1, 0, 1)
    assert report["refusals_since"].startswith("2026-01-06T09:0")
    assert report["unlike_record"] == 0
    assert found("--policy", "fewer.toml", cwd=tmp_path)["total"]["newly_refused"] == written - 1
    days = ("--from", "2026-01-07", "--to", "2026-01-08")
    assert found("--policy", "fewer.toml", *days, cwd=tmp_path)["lines"] == []
    table = run("what-if", "--policy", "more.toml", cwd=tmp_path).stdout
    row = next(line for line in table.splitlines() if line.startswith("video"))
    assert row.split()[:7] == ["video", "2026-01-05", str(written + 1), "1", "→", "0", "+1"]
    assert "Refused messages are on record since 2026-01-06T09:0" in table
    said = sentence(run("what-if", "--policy", "more.toml", "--from", "2026-01-09", "--to", "2026-01-08", cwd=tmp_path))
    assert "the last day, 2026-01-08, is before the first, 2026-01-09" in said
    for flag, day in (("--from", "0001-01-01"), ("--to", "9999-12-31")):
        said = sentence(run("what-if", "--policy", "more.toml", flag, day, cwd=tmp_path))
        assert f"{day} is outside the years 1970 to 2199" in said
    (tmp_path / "deep.toml").write_text("plans = " + "[" * 5_000)
    assert "deep.toml: is not TOML" in sentence(run("what-if", "--policy", "deep.toml", cwd=tmp_path))
    (tmp_path / "wrong.toml").write_text("[plans.light]\nwriting = 3\n")
    assert "wrong.toml" in sentence(run("what-if", "--policy", "wrong.toml", cwd=tmp_path))
    (tmp_path / "elsewhere").mkdir()
    assert "there are no records" in sentence(run("what-if", "--policy", "../more.toml", cwd=tmp_path / "elsewhere"))
