"""`chatserver book`, `bookings`, `credits`, `slots` and `hours` on a running server, as people use them."""

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chatserver.realtime.servers import TUESDAY, ProgramServer, program, token
from tests.chatserver.test_cli import run, sentence

Commands = Callable[..., subprocess.CompletedProcess[str]]

HOURS = """
weekly = [
    { weekday = "thursday", from = "17:00", until = "20:00" },
    { weekday = "monday", from = "09:00", until = "12:00" },
]
exceptions = [{ date = 2026-01-12, open = [] }]
notice_hours = 3
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProgramServer]:
    """A Tuesday at ten in Oslo: mia has a conversation with tora on Live, ola one with ulf on Light."""
    with program(tmp_path_factory.mktemp("sessions"), "--now", TUESDAY) as server:
        asyncio.run(server.conversation("c1", "live"))
        asyncio.run(server.conversation("c2", "light", member="ola", mentor="ulf"))
        yield server


@pytest.fixture
def say(server: ProgramServer, tmp_path: Path) -> Commands:
    """A command as that person: `say("mia", "bookings", "c1")`."""

    def said(person: str, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return run(*words, "--url", server.http, cwd=tmp_path, text=text, CHATSERVER_TOKEN=token(person))

    return said


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What a command that could has printed; words are a space apart."""
    assert (done.returncode, done.stderr) == (0, "")
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def test_a_session_from_hours_to_its_move(say: Commands, tmp_path: Path) -> None:
    """The mentor opens hours by a file, the member sees free times, books, moves and counts what is left."""
    assert "Closed all the time: members find no free times." in lines(say("tora", "hours"))
    (tmp_path / "hours.toml").write_text(HOURS)
    set_by = ("--file", str(tmp_path / "hours.toml"), "--buffer-minutes", "15")
    assert lines(say("tora", "hours", "set", *set_by)) == [
        "Hours of tora (times in Europe/Oslo)",
        "monday 09:00–12:00",
        "thursday 17:00–20:00",
        "2026-01-12 closed",
        "Booked at least 3 hours ahead by members, 15 minutes kept free around each session.",
    ]
    assert lines(say("tora", "hours"))[1:3] == ["monday 09:00–12:00", "thursday 17:00–20:00"]
    assert lines(say("mia", "slots", "c1", "--minutes", "90", "--until", "2026-01-18 00:00")) == [
        "Free starts (times in Europe/Oslo)",
        "Thu 08 Jan 17:00 17:15 17:30 17:45 18:00 18:15 18:30",
        "Thu 15 Jan 17:00 17:15 17:30 17:45 18:00 18:15 18:30",
    ]
    assert lines(say("mia", "slots", "c1", "--from", "2026-01-10 00:00", "--until", "2026-01-14 00:00")) == [
        "No free times in those days."
    ]
    booked = say("mia", "book", "c1", "thu 18:00", "--service", "live_chat", "--id", "b1")
    assert lines(booked) == ["Booked: live chat, Thursday 8 Jan 18:00, 30 minutes (Europe/Oslo); id b1."]
    moved = say("mia", "bookings", "move", "b1", "2026-01-15T18:30")
    assert lines(moved) == ["Moved: live chat, Thursday 15 Jan 18:30, 30 minutes (Europe/Oslo); id b1."]
    listed = json.loads(say("tora", "bookings", "c1", "--json").stdout)
    assert [(each["id"], each["starts_at"]) for each in listed["bookings"]] == [("b1", "2026-01-15T17:30:00.000Z")]
    credits = lines(say("mia", "credits", "c1"))
    assert credits[0] == "From Tuesday 6 January 2026 until Friday 6 February 2026 (Europe/Oslo)"
    assert credits[1] == "Left: 1 session of 30 minutes. The plan gives 2 a month; 1 is used."
    assert credits[-1].endswith("-1 booking b1")


def test_refusals_say_what_would_work(say: Commands) -> None:
    """Free times in local time, what is left, the plans that have it, when it is open."""
    say("tora", "hours", "set", "--open", "thursday=17:00-20:00", "--notice-hours", "3")
    outside = sentence(say("mia", "book", "c1", "thu 10:00"))
    assert "That is none of the mentor's free times. Free times: Thursday 8 Jan 17:00; Thursday 8 Jan 17:15;" in outside
    long = sentence(say("tora", "book", "c1", "2026-02-20 10:00", "--minutes", "90"))
    assert "Too few sessions are left in that month. Left in it: 2 sessions of 30 minutes; a shorter session" in long
    light = sentence(say("ulf", "book", "c2", "thu 10:00"))
    assert "The plan has no sessions of that kind. Plans that have them: live, live+, video." in light
    [_, id] = lines(say("tora", "book", "c1", "2026-01-22 10:00"))[0].removesuffix(".").split("; id ")
    early = sentence(say("tora", "bookings", "finish", id))
    assert "Joining is possible from Thursday 22 Jan 09:50 until Thursday 22 Jan 10:30" in early
    assert "confirming a no-show" in sentence(say("tora", "bookings", "no-show", id))
    twice = sentence(say("tora", "book", "c1", "2026-01-22 10:15", "--kind", "extra", "--price", "450,50"))
    assert "One of the two is in another session then." in twice


def test_cancelling_says_first_what_it_costs(say: Commands) -> None:
    """And offers the move; nothing happens without a yes."""
    say("tora", "book", "c1", "2026-03-10 10:00", "--id", "b3")
    no = say("mia", "bookings", "cancel", "b3", text="no\n")
    assert no.returncode == 1
    assert "Cancelling it now spends no credit. `chatserver bookings move b3 START` keeps it." in no.stderr
    assert "nothing was cancelled; scripts give --yes" in no.stderr
    done = lines(say("sara", "bookings", "cancel", "b3", "--yes", "--counts", "yes"))
    assert done == ["Cancelled: video call, Tuesday 10 Mar 10:00, 30 minutes (Europe/Oslo); id b3."]
    again = sentence(say("mia", "bookings", "cancel", "b3", "--yes"))
    assert "It has been cancelled; book a new one." in again


def test_support_corrects_credits(say: Commands) -> None:
    """Once for an id; a member may not, and nobody takes more than there is."""
    correction = ("credits", "c1", "--day", "2026-04-10", "--correct", "1", "--reason", "mentor ill", "--id", "k1")
    for _ in range(2):
        corrected = lines(say("sara", *correction))
    assert "Left: 3 sessions of 30 minutes. The plan gives 2 a month, corrected by +1; none is used." in corrected
    assert corrected[-1].endswith("+1 correction: mentor ill")
    taken = say("sara", "credits", "c1", "--day", "2026-04-10", "--correct", "-4", "--reason", "no")
    assert "Only 3 units are left in that period; take as many at most." in sentence(taken)
    assert "allowed: support" in sentence(say("mia", *correction))
    assert "--correct and --reason go together" in sentence(say("sara", "credits", "c1", "--correct", "1"))
    assert lines(say("ola", "credits", "c2"))[1] == "The plan has no sessions."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("book", "c1", "someday"), "'someday' is not a time; use an instant such as"),
        (("book", "c1", "foo 18:00"), "names no day of the week"),
        (("book", "c1", "2026-02-30 18:00"), "is no date that there is"),
        (("book", "c1", "18:05"), "must lie on a quarter of an hour"),
        (("book", "c9", "18:00"), "there is no conversation 'c9' for this token"),
        (("book", "c1", "18:00", "--kind", "extra", "--price", "1.234"), "no amount in NOK; use one with at most 2"),
        (("book", "c1", "18:00", "--kind", "extra", "--price", "1", "--currency", "XYZ"), "'XYZ' is no currency"),
        (("bookings", "move", "b9", "18:00"), "there is no booking 'b9' for this token"),
        (("hours",), "not with a token of the role member"),
        (("hours", "set"), "no hours: name a --file, or days such as --open monday=09:00-12:00"),
        (("hours", "set", "--open", "someday=9-12"), "must be a day in full and its hours"),
        (("hours", "set", "--file", "absent.toml"), "absent.toml: No such file or directory"),
    ],
)
def test_what_cannot_be_is_one_sentence(say: Commands, words: tuple[str, ...], said: str) -> None:
    assert said in sentence(say("mia", *words))
