"""A mentor's saved texts at a screen, and how far exercises are, on a real server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.client import ChatClient
from chatserver.mentoring.answers import ExerciseAnswer
from chatserver.mentoring.exercises import Exercise, Giving
from chatserver.mentoring.forms import ExerciseQuestion, SavedItem
from chatserver.mentoring.library import PLATFORM
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.terminal.screen import ENTER, terminal_of


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """The conversation c1 of mia and tora."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        yield server


async def test_a_saved_text_goes_into_the_line(server: HereServer) -> None:
    """With the names in their places; an exercise is no text."""
    library = server.parts.mentoring.library
    await library.put("tora", "hi", SavedItem("text", "Greeting", "Hello {name}, here is {mentor}.", "First"))
    await library.put("tora", "week", SavedItem("exercise", "A week", questions=[ExerciseQuestion("text", "?")]))
    await library.put(PLATFORM, "bye", SavedItem("text", "Farewell", "Goodbye {name}."))
    async with terminal_of(ChatClient(server.http, token("tora", "mentor")), "c1") as tora:
        await tora.sees("online")
        tora.type(f"/texts{ENTER}")
        await tora.sees("1  First / Greeting")
        await tora.sees("2  Farewell")
        tora.type(f"/text 3{ENTER}")
        await tora.sees("/text takes the number of a text")
        tora.type(f"/text 1{ENTER}")
        await tora.sees("Hello Mia, here is Tora.")
    async with terminal_of(ChatClient(server.http, token("mia")), "c1") as mia:
        await mia.sees("online")
        mia.type(f"/texts{ENTER}")
        await mia.sees("That is for mentors.")


async def test_both_see_how_far_an_exercise_is(server: HereServer) -> None:
    exercises = server.parts.mentoring.exercises
    async with (
        terminal_of(ChatClient(server.http, token("tora", "mentor")), "c1") as tora,
        terminal_of(ChatClient(server.http, token("mia")), "c1", language="nb") as mia,
    ):
        await tora.sees("online")
        tora.type(f"/exercises{ENTER}")
        await tora.sees("There are no exercises here.")
        item = SavedItem("exercise", "A week", questions=[ExerciseQuestion("text", "How was it?", days=7)])
        giving = await exercises.give("c1", "tora", "g1", "tora/week", item)
        assert isinstance(giving, Giving)
        await exercises.given("c1", giving.id, 1)
        assert isinstance(await exercises.fill("c1", giving.id, [ExerciseAnswer(1, "well", day=2)]), Exercise)
        tora.type(f"/exercises{ENTER}")
        await tora.sees("A week: 1 of 7 answered")
        mia.type(f"/exercises{ENTER}")
        await mia.sees("A week: 1 av 7 besvart")
