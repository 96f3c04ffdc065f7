"""The demo, driven as a newcomer would: start it, paste two commands, stop it, start it again."""

import asyncio
import json
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quotas import instant
from quotas.cases.words import case_words
from quotas.instant import SECOND
from quotas.zones import zone_of
from tests import programs
from tests.chatserver.realtime.servers import environment, program
from tests.programs import PROGRAM, WITHIN

COACHING = Path(__file__).parents[2] / "deploy" / "policies" / "coaching.toml"
PEOPLE = {
    "Mona": "–",
    "Lina": "light",
    "Birk": "basic",
    "Liv": "live",
    "Lars": "live+",
    "Vida": "video",
    "Siri": "–",
}


def _cells(line: str) -> list[str]:
    """Those of a table's row."""
    return [cell.strip() for cell in line.strip("│").split("│")] if line.startswith("│") else []


class Demo:
    """What a running demo has printed."""

    def __init__(self, folder: Path, printed: str) -> None:
        self.folder = folder
        self.printed = printed
        self.cases = {row[0]: row for row in map(_cells, printed.partition("Its cases")[2].splitlines()) if row}
        printed = printed.partition("Its cases")[0] + printed.partition("Open a browser")[2]
        rows = [line.strip("│").split("│") for line in printed.splitlines() if line.startswith("│")]
        self.table = {row[0].split()[0]: (row[1].strip(), row[2].strip()) for row in rows}
        self.sessions = {row[0].split()[0]: row[3].strip() for row in rows}
        words = [shlex.split(line) for line in printed.splitlines() if line.startswith("  ") and " chat " in line]
        self.links = dict(
            line.split() for line in printed.splitlines() if line.startswith("  ") and "/app/sign-in#" in line
        )
        self.commands = {line[0]: line[1:] for line in words}

    @property
    def now(self) -> str:
        """What its clock showed at the start, in Oslo: 08:58."""
        [title] = [line.rstrip() for line in self.printed.splitlines() if line.startswith("The demo, ")]
        return title.removesuffix(" in Europe/Oslo")[-5:]

    def asks(self, person: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command about sessions, as that person."""
        _, _, *flags = self.commands[person]
        return programs.run(*words, *flags, cwd=self.folder, env=environment(COLUMNS="120"))

    def chat(self, person: str, text: str) -> subprocess.CompletedProcess[str]:
        """Paste a person's command, with `text` as its input."""
        program, *words = self.commands[person]
        assert (self.folder / program).samefile(PROGRAM)
        return programs.run(*words, "--language", "en", cwd=self.folder, env=environment(), text=text)


def policy(folder: Path, *closed_days: str) -> list[str]:
    """Flags for a policy with these closed days."""
    days = ", ".join(f'"{day}"' for day in closed_days)
    (folder / "policy.toml").write_text(f"[calendar]\nclosed_weekdays = [{days}]\n")
    return ["--policy", "policy.toml"]


@contextmanager
def demo(folder: Path, flags: list[str], **more: str) -> Iterator[Demo]:
    """Run `chatserver demo` in `folder`, and end it by Ctrl-C."""
    out = folder / f"out-{time.monotonic_ns()}"
    words = ("demo", "--port", "0", *flags)
    with out.open("wb") as file:
        env = environment(COLUMNS="200", **more)
        process = programs.start(*words, cwd=folder, env=env, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + WITHIN
        while "Ctrl-C stops." not in out.read_text():
            assert process.poll() is None, out.read_text()
            assert time.monotonic() < deadline, out.read_text()
            time.sleep(0.05)
        yield Demo(folder, out.read_text())
    finally:
        # Also after a failure: a killed demo leaves its store behind.
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN) == 0, out.read_text()
    assert "Stopped. Everything accepted is kept in demo-data; start again to go on." in out.read_text()
    assert "Traceback" not in out.read_text()


def weekdays(count: int) -> list[str]:
    """Today and the days after it, in Oslo."""
    today = datetime.now(UTC).astimezone(zone_of("Europe/Oslo"))
    return [f"{today + timedelta(days=n):%A}".lower() for n in range(count)]


def test_two_people_write_to_each_other_and_it_is_kept(tmp_path: Path) -> None:
    """On an open day: everyone may write, two terminals talk, and the next start finds it all."""
    with demo(tmp_path, policy(tmp_path)) as first:
        assert {name: plan for name, (plan, _) in first.table.items()} == PEOPLE
        assert set(first.commands) == set(first.links) == set(PEOPLE)
        assert first.table["Lina"][1] == "yes, 2 writing windows left this week"
        assert first.table["Birk"][1] == "yes"
        assert first.table["Vida"][1] == "yes, 10 scheduling messages left this week"
        assert "closed day" not in first.printed
        for name in ("Lina", "Birk", "Vida"):
            said = first.chat(name, f"This is {name}\n")
            assert (said.returncode, said.stderr) == (0, "")
            assert f"You: This is {name} ✓" in said.stdout
        several = first.chat("Mona", "which one?\n")
        assert several.returncode == 2
        assert "lina-mona" in several.stderr
        first.commands["Mona"] += ["--conversation", "lina-mona"]
        assert first.chat("Mona", "Hello Lina\n").returncode == 0
        reading = first.chat("Siri", "Siri only reads\n")
        assert reading.returncode == 1
        assert "do not write" in reading.stderr
    tokens = list((tmp_path / "demo-data" / "tokens").iterdir())
    assert len(tokens) == len(PEOPLE)
    assert {file.stat().st_mode & 0o777 for file in tokens} == {0o600}
    with demo(tmp_path, policy(tmp_path)) as second:
        plan, state = second.table["Lina"]
        assert plan == "light"
        assert state.startswith("yes, window ends ")
        assert "1 writing window left" in state
        assert second.table["Vida"][1] == "yes, 9 scheduling messages left this week"


def test_it_opens_in_the_browser_where_it_is_asked_to(tmp_path: Path) -> None:
    """As the first member, by their link: here a browser that only writes down where it was sent."""
    sent, browser = tmp_path / "sent", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >>{shlex.quote(str(sent))}\n')
    browser.chmod(0o755)
    with demo(tmp_path, [*policy(tmp_path), "--open"], BROWSER=str(browser)) as opened:
        deadline = time.monotonic() + WITHIN
        while not sent.exists() or not sent.read_text().endswith("\n"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert sent.read_text() == opened.links["Lina"] + "\n"


def test_on_a_closed_day_the_clock_starts_on_a_morning(tmp_path: Path) -> None:
    """It says so, everyone may write, and the next start goes on from there."""
    closed = weekdays(2)
    with demo(tmp_path, policy(tmp_path, *closed)) as first:
        assert "Today is a closed day, on which members cannot write." in first.printed
        assert "The clock of this server is shifted: it shows " in first.printed
        assert f"{weekdays(3)[2].title()} " in first.printed
        assert " 08:58 in Europe/Oslo" in first.printed
        assert first.sessions["Liv"] == "live chat at 09:00"
        assert first.table["Birk"][1] == "yes"
        assert first.chat("Lina", "On a Sunday\n").returncode == 0
    with demo(tmp_path, policy(tmp_path, *closed)) as second:
        assert "closed day" not in second.printed
        assert "The clock of this server is shifted: it shows " in second.printed
        assert second.table["Lina"][1].startswith("yes, window ends ")


def test_the_board_has_something_to_show_within_minutes(tmp_path: Path) -> None:
    """Kim waits for an answer under a promise of a minute and a half; a policy of one's own has no Kim."""
    with demo(tmp_path, []) as shown:
        assert shown.table["Kim"] == ("quick", "yes")
        [board] = [shlex.split(line) for line in shown.printed.splitlines() if " replies " in line]
        done = programs.run(*board[2:], "--once", "--json", cwd=tmp_path, env=environment())
        assert done.returncode == 0, done.stderr
        [owed] = json.loads(done.stdout)["rows"]
        assert (owed["conversation"], owed["plan"]) == ("kim-mona", "quick")
        assert instant.parse(owed["due_at"]) - instant.parse(owed["waiting_since"]) == 90 * SECOND


def test_a_live_chat_starts_in_two_minutes_and_calls_are_booked(tmp_path: Path) -> None:
    """Of each start: Liv's is at the next quarter of an hour; Vida has two of four calls. Mona has hours and prices."""
    with demo(tmp_path, policy(tmp_path)) as first:
        minute = (int(first.now[-2:]) + 2) % 60
        assert minute % 15 == 0
        assert first.sessions["Liv"].endswith(f":{minute:02d}")
        assert first.sessions["Liv"].startswith("live chat ")
        assert re.match(r"video call on \w{3} \d\d \w{3} at \d\d:\d\d", first.sessions["Vida"])
        assert {first.sessions[name] for name in ("Mona", "Lina", "Birk", "Lars", "Siri")} == {"–"}
        assert "/join comes to\nit, /sessions lists what is booked" in first.printed
        listed = json.loads(first.asks("Vida", "bookings", "vida-mona", "--json").stdout)["bookings"]
        assert [(each["service"], each["state"]) for each in listed] == [("video_call", "booked")] * 2
        credits = json.loads(first.asks("Vida", "credits", "vida-mona", "--json").stdout)
        assert (credits["used"], credits["left"]) == (2, 2)
        assert "Free starts" in first.asks("Liv", "slots", "liv-mona").stdout
        bought = first.asks("Vida", "book", "vida-mona", "2099-01-01 10:00", "--kind", "extra")
        assert "That is too far ahead." in bought.stderr
        listed_mails, shown_mail = [
            shlex.split(line)[1:] for line in first.printed.splitlines() if line.startswith("  ") and " mail " in line
        ]
        mails = json.loads(programs.run(*listed_mails, "--json", cwd=tmp_path, env=environment()).stdout)
        assert {each["to"].split()[0] for each in mails} == {"Liv", "Mona", "Vida"}
        shown = programs.run(*shown_mail, cwd=tmp_path, env=environment()).stdout
        assert "With it: session.ics (application/ics)" in shown
    for _ in range(2):
        with demo(tmp_path, policy(tmp_path)) as again:
            assert again.sessions["Liv"].startswith("live chat ")
            listed = json.loads(again.asks("Vida", "bookings", "vida-mona", "--json").stdout)["bookings"]
            assert len(listed) == 2


def refused(folder: Path, *flags: str) -> str:
    """The sentence of a demo that does not start."""
    done = programs.run("demo", *flags, cwd=folder, env=environment())
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    [sentence] = done.stderr.splitlines()
    return sentence


def test_what_keeps_it_from_starting_is_one_sentence(tmp_path: Path) -> None:
    """A second demo beside the first, and a port that is taken."""
    with demo(tmp_path, policy(tmp_path)) as first:
        assert "another server is using" in refused(tmp_path, "--port", "0")
        port = first.printed.rpartition("Listening on http://127.0.0.1:")[2].partition(".")[0]
        assert f"port {port} on 127.0.0.1 cannot be used" in refused(tmp_path, "--data-dir", "other", "--port", port)
    assert not (tmp_path / "other").exists()


def test_a_server_and_a_demo_each_have_a_folder(tmp_path: Path) -> None:
    """As a newcomer does it: the demo, stopped, then the server, then the demo again."""
    with demo(tmp_path, []) as first:
        assert "Data and tokens of the demo are in demo-data;" in first.printed
    with program(tmp_path / "data") as server:
        asyncio.run(server.conversation("c1", "light"))
    assert not (tmp_path / "data" / "demo-policy.toml").exists()
    with demo(tmp_path, []):
        pass


def test_a_demo_does_not_put_its_people_among_real_ones(tmp_path: Path) -> None:
    """Neither where a server has its data, nor where the store of that was lost."""
    with program(tmp_path / "data") as server:
        asyncio.run(server.conversation("c1", "light"))
    sentence = refused(tmp_path, "--data-dir", "data", "--port", "0")
    assert "data holds data of `chatserver serve`" in sentence
    shutil.rmtree(tmp_path / "data" / "store")
    assert refused(tmp_path, "--data-dir", "data", "--port", "0") == sentence
    assert not (tmp_path / "data" / "tokens").exists()
    with program(tmp_path / "data") as server:
        asyncio.run(server.change("c1", plan="basic"))


def case(kind: str, conversation: str, state: str) -> tuple[str, str, str]:
    """As support reads of it."""
    words = case_words(kind, state, "support", "en")
    assert words is not None
    return words.title, conversation, words.line


def test_a_coaching_platform_shows_its_people_and_cases(tmp_path: Path) -> None:
    """Of several kinds, in several states; a month later their time has come, and nobody has been at any session."""
    flags = ["--policy", str(COACHING), "--data-dir", "demo-data", "--now", "2026-11-19T09:00:00-05:00"]
    with demo(tmp_path, flags) as first:
        assert {first.table[name][0] for name in ("Ada", "Ben", "Cleo", "Dan", "Finn", "Gus")} == {"coaching"}
        assert first.table["Eva"] == ("trial", "yes")
        assert first.table["Gus"] == ("coaching", "no: suspended")
        assert first.sessions["Ada"] == "video call on Fri 20 Nov at 10:00"
        assert first.sessions["Cleo"] == "–"
        assert {tuple(row[:3]) for row in first.cases.values()} == {
            case("question", "ada-jo", "answered"),
            case("extra_session", "ada-jo", "quoted"),
            case("cadence_change", "ben-jo", "requested"),
            case("ghosting", "cleo-jo", "mentor_trying"),
            case("membership_cancellation", "dan-ned", "official"),
            case("mentor_switch", "finn-ned", "proposed"),
            case("misconduct", "gus-ned", "reported"),
        }
        assert first.cases["Member out of touch"][3] == "Sat 19 Dec 00:00, then support trying"
        [board] = [shlex.split(line) for line in first.printed.splitlines() if " replies " in line]
        done = programs.run(*board[2:], "--once", "--json", cwd=tmp_path, env=environment())
        assert {each["conversation"] for each in json.loads(done.stdout)["rows"]} == {"ada-jo"}
        support, mentor = [shlex.split(line) for line in first.printed.splitlines() if " cases --token-file " in line]
        listed = programs.run(*support[2:], "--json", cwd=tmp_path, env=environment())
        assert len(json.loads(listed.stdout)["cases"]) == len(first.cases)
        seen = json.loads(programs.run(*mentor[2:], "--json", cwd=tmp_path, env=environment()).stdout)["cases"]
        assert {each["kind"] for each in seen} == {"extra_session", "cadence_change", "ghosting"}
        [clock] = [shlex.split(line)[1:] for line in first.printed.splitlines() if " clock --to " in line]
        assert programs.run(*clock, cwd=tmp_path, env=environment()).returncode == 0
    with demo(tmp_path, flags[:-2]) as later:
        assert "Monday 21 December 2026" in later.printed
        assert {tuple(row[:3]) for row in later.cases.values()} >= {
            case("ghosting", "cleo-jo", "support_trying"),
            case("extra_session", "ada-jo", "lapsed"),
            case("membership_cancellation", "dan-ned", "ended"),
        }
        assert {title for title, *_ in later.cases.values()} >= {*first.cases, case("unattended", "", "open")[0]}
        assert later.table["Dan"] == ("coaching", "no: ended")
