"""`chatserver why` and `chatserver replay --explain`, as processes."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from tests import programs
from tests.chatserver.realtime.servers import TUESDAY, environment, program, token

EXAMPLES = Path(__file__).parents[1] / "quotas" / "examples"


def run(*words: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return programs.run(*words, cwd=cwd, env=environment(COLUMNS="200", **variables))


def test_why_prints_a_timeline(tmp_path: Path) -> None:
    """Of a server that runs: its mentor sees window and deadline, its member the window, a stranger one sentence."""
    with program(tmp_path / "data", "--now", TUESDAY) as server:

        async def prepare() -> None:
            await server.conversation("c1", "light")
            async with server.device("mia") as device:
                await device.write("Hei")

        asyncio.run(prepare())
        words = ("why", "c1", "--url", server.http, "--language")
        mentor = run(*words, "nb", cwd=tmp_path, CHATSERVER_TOKEN=token("tora"))
        assert (mentor.returncode, mentor.stderr) == (0, "")
        assert "○ Tirsdag 6. januar 10:00 åpnet medlemmets melding nr. 1 et skrivevindu på 24 timer" in mentor.stdout
        assert "● Mentoren må svare innen onsdag 7. januar 10:00." in mentor.stdout
        (tmp_path / "token").write_text(token("mia"))
        member = run(*words, "da", "--token-file", tmp_path / "token", cwd=tmp_path)
        assert "åbnede din besked et skrivevindue på 24 timer, til onsdag 10:00" in member.stdout
        assert "Svarfrist" not in member.stdout
        stranger = run(*words, "en", cwd=tmp_path, CHATSERVER_TOKEN=token("ola"))
        assert (stranger.returncode, stranger.stdout) == (1, "")
        assert "there is no conversation 'c1' for this token" in stranger.stderr
    gone = run(*words, "en", cwd=tmp_path, CHATSERVER_TOKEN=token("ola"))
    assert gone.returncode == 1
    assert gone.stderr.rstrip().endswith("does not answer: Connection refused; is the server running there?")


@pytest.mark.parametrize("ledger", ["memory", "redis"])
def test_replay_explains(tmp_path: Path, ledger: str) -> None:
    """Every line is as without the flag, and has `why` besides."""
    words = ("replay", EXAMPLES / "timeline.jsonl", "--explain", "--language", "da", "--ledger", ledger)
    done = run(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    whys = [line.pop("why") for line in lines]
    expected = [json.loads(line) for line in (EXAMPLES / "expected.jsonl").read_text().splitlines()]
    # Of sessions these say nothing.
    assert [{name: line[name] for name in expected[0]} for line in lines] == expected
    assert all({step["about"] for step in why} == {"writing", "reply"} for why in whys)
    assert "Skrivningen er låst til mandag den 12. januar 00:00: ugens vinduer er brugt." in {
        step["sentence"] for why in whys for step in why
    }
    assert not {"unexplained", "against_rules", "beginning"} & {step["step"]["kind"] for why in whys for step in why}


def test_a_language_that_there_is_not(tmp_path: Path) -> None:
    done = run("replay", EXAMPLES / "timeline.jsonl", "--explain", "--language", "sv", cwd=tmp_path)
    assert done.returncode == 1
    assert "language 'sv' is not one of en, nb, da" in done.stderr
