"""A month of Live and a month of Video by the commands, as a newcomer tries them: a server, `clock --to`, and chats."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quotas import instant
from quotas.instant import DAY
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import ProgramServer, program, token
from tests.chatserver.test_cli import run
from tests.stories.clock import when

LONG = 100 * DAY // 1000
"""Seconds: tokens expire by the real clock, and the story's moves on by a month."""


class Month:
    """A server from Monday morning on, and what people ask of it by commands."""

    def __init__(self, server: ProgramServer, folder: Path) -> None:
        self.server = server
        self._folder = folder

    def says(self, person: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of that person; in JSON."""
        own = token(person, seconds=LONG)
        return run(*words, "--json", "--url", self.server.http, cwd=self._folder, CHATSERVER_TOKEN=own)

    def told(self, person: str, *words: str) -> Any:
        """What a command that could has answered."""
        done = self.says(person, *words)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return json.loads(done.stdout)

    def book(self, id: str, service: str, start: str) -> None:
        self.told("tora", "book", "c1", start, "--service", service, "--id", id)

    def refused(self, person: str, *words: str) -> str:
        done = self.says(person, *words)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    def at(self, to: str) -> list[dict[str, str]]:
        """Move the clock; the deadlines that were warned of or missed."""
        moved = run("clock", "--to", to, "--json", "--data-dir", str(self._folder / "data"), cwd=self._folder)
        assert moved.returncode == 0, moved.stderr
        notices: list[dict[str, str]] = json.loads(moved.stdout)["notices"]
        return notices

    def states(self) -> dict[str, str]:
        """By booking, of the whole month."""
        listed = self.told("sara", "bookings", "c1", "--from", "2026-01-05 00:00")["bookings"]
        return {each["id"]: each["state"] for each in listed}

    def credits(self) -> tuple[int, int]:
        """Used and left."""
        found = self.told("mia", "credits", "c1")
        return found["used"], found["left"]


@contextmanager
def month(folder: Path, plan: str) -> Iterator[Month]:
    with program(folder / "data", "--now", when("monday", "09:00")) as server:
        asyncio.run(server.conversation("c1", plan))
        yield Month(server, folder)


async def joined(device: Device, booking: str) -> None:
    await device.say("join", conversation="c1", booking=booking)
    while (await device.hears("session"))["kind"] != "joined":
        pass


async def ticks(month: Month, to: str) -> list[dict[str, str]]:
    """Move the clock while devices listen."""
    return await asyncio.to_thread(month.at, to)


def test_a_month_of_live(tmp_path: Path) -> None:
    """A live chat on a Saturday that is held, whose message is due from its booked end on, and one cancelled late."""
    with month(tmp_path, "live") as live:
        live.book("first", "live_chat", "sat 10:00")
        live.book("second", "live_chat", "2026-01-21 18:00")
        assert "Too few sessions are left in that month." in live.refused("tora", "book", "c1", "2026-01-28 18:00")

        async def first() -> None:
            async with (
                live.server.device("mia", seconds=LONG) as mia,
                live.server.device("tora", seconds=LONG) as tora,
            ):
                await ticks(live, when("saturday", "09:55"))
                refused = await mia.write("too early")
                assert (refused["reason"], refused["opens_at"]) == ("closed", when("saturday", "10:00"))
                await joined(tora, "first")
                await ticks(live, when("saturday", "10:00"))
                accepted = await mia.write("a question in the chat")
                assert accepted["composer"]["live_until"] == when("saturday", "10:30")
                # 24 hours of weekdays from 10:30 on a Saturday: all of Monday.
                due_at = (await tora.hears("reply"))["reply"]["due_at"]
                assert due_at == when("tuesday", "00:00", weeks=1)
                await ticks(live, when("saturday", "10:31"))
                assert (await mia.write("too late"))["reason"] == "closed"

        asyncio.run(first())
        assert live.states() == {"first": "held", "second": "booked"}
        [missed] = [each for each in live.at(when("tuesday", "08:00", weeks=1)) if each["kind"] == "missed"]
        assert (missed["conversation"], missed["due_at"]) == ("c1", when("tuesday", "00:00", weeks=1))

        live.at(when("tuesday", "20:00", weeks=2))  # 22 hours ahead
        late = live.refused("mia", "bookings", "move", "second", "2026-01-22 18:00")
        assert "It starts too soon for you to move it; ask the mentor, who still can." in late
        cancelled = live.told("mia", "bookings", "cancel", "second", "--yes")
        assert (cancelled["state"], cancelled["late"], cancelled["counts"]) == ("cancelled", True, True)
        assert live.credits() == (2, 0)
        live.told("sara", "credits", "c1", "--correct", "1", "--reason", "the train stood still")
        assert live.credits() == (2, 1)
        live.at(when("thursday", "09:00", weeks=4))  # 5 February: the next month
        assert live.credits() == (0, 2)
        assert live.states() == {"first": "held", "second": "cancelled"}


def test_a_month_of_video(tmp_path: Path) -> None:
    """Four calls: held and finished, without its mentor, without its member, and one that was moved."""
    with month(tmp_path, "video") as video:
        for week, name in enumerate(("held", "alone", "missed", "moved")):
            video.book(name, "video_call", when("tuesday", "10:00", weeks=week))
        assert video.credits() == (4, 0)
        assert "The plan has no sessions of that kind." in video.refused(
            *("tora", "book", "c1", "2026-01-30 10:00", "--service", "live_chat")
        )

        async def come(at: str, booking: str, *people: str) -> None:
            """To its start; those join."""
            await ticks(video, at)
            for person in people:
                async with video.server.device(person, seconds=LONG) as device:
                    await joined(device, booking)

        asyncio.run(come(when("tuesday", "10:00"), "held", "mia", "tora"))
        video.at(when("tuesday", "10:40"))
        assert video.states()["held"] == "running"  # until it is finished
        assert video.told("tora", "bookings", "finish", "held")["state"] == "held"

        asyncio.run(come(when("tuesday", "10:00", weeks=1), "alone", "mia"))
        video.at(when("tuesday", "10:30", weeks=1))
        assert video.states()["alone"] == "mentor_absent"
        assert video.credits() == (3, 1)

        asyncio.run(come(when("tuesday", "10:00", weeks=2), "missed", "tora"))
        early = video.refused("tora", "bookings", "no-show", "missed")
        assert "confirming a no-show from Tuesday 20 Jan 10:10 on" in early
        video.at(when("tuesday", "10:10", weeks=2))
        assert video.told("tora", "bookings", "no-show", "missed")["state"] == "no_show"

        moved = video.told("tora", "bookings", "move", "moved", "2026-01-29 14:00")
        assert (moved["moved_from"], moved["sequence"]) == (when("tuesday", "10:00", weeks=3), 1)
        asyncio.run(come(when("thursday", "14:00", weeks=3), "moved", "tora", "mia"))
        video.at(when("thursday", "16:30", weeks=3))  # two hours after its booked end, without a finish
        assert video.states() == {
            "held": "held",
            "alone": "mentor_absent",
            "missed": "no_show",
            "moved": "held",
        }
        assert video.credits() == (3, 1)
        billable = [
            each["id"]
            for each in video.told("tora", "bookings", "c1", "--from", "2026-01-05 00:00")["bookings"]
            if each["billable"]
        ]
        assert billable == ["held", "missed", "moved"]
        assert instant.parse(moved["ends_at"]) == instant.parse(when("thursday", "14:30", weeks=3))
