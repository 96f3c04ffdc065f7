"""States of saved texts and exercises, on all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Page, expect

from chatserver.mentoring.answers import ExerciseAnswer
from chatserver.mentoring.exercises import Exercise
from chatserver.mentoring.forms import ExerciseQuestion, SavedItem
from chatserver.mentoring.library import PLATFORM
from chatserver.mentoring.profiles import ProfileDetails

if TYPE_CHECKING:
    from tests.web.states.states import Stage

EVENINGS = SavedItem(
    "exercise",
    "A week of evenings",
    "{name}, take two minutes each evening.",
    "To begin with",
    [
        ExerciseQuestion("scale", "How was the day?", days=3, low_word="hard", high_word="good"),
        ExerciseQuestion("text", "What was good in it?"),
        ExerciseQuestion("choice", "When do you have time for it?", options=["In the morning", "At night"]),
    ],
)


async def _furnished(stage: Stage) -> None:
    await stage.server.conversation("c1", "light")
    mentoring = stage.server.parts.mentoring
    await mentoring.library.put("tora", "hi", SavedItem("text", "Welcome", "Welcome, {name}. I am {mentor}."))
    await mentoring.library.put("tora", "evenings", EVENINGS)
    await mentoring.library.put(PLATFORM, "evenings", EVENINGS)
    await mentoring.profiles.put("tora", ProfileDetails("I answer on weekdays.\n\nWrite as it comes.", ["sleep"]))


async def _given(stage: Stage) -> str:
    """Its id, once the member has answered some of it."""
    await _furnished(stage)
    async with stage.server.device("tora") as tora:
        await tora.say("give", conversation="c1", id="g1", item="evenings")
        id = str((await tora.messages(1))[0]["exercise"])
    answers = [ExerciseAnswer(1, 4), ExerciseAnswer(2, "The walk home.")]
    assert isinstance(await stage.server.parts.mentoring.exercises.fill("c1", id, answers), Exercise)
    return id


async def member_exercise(stage: Stage) -> Page:
    """Half of it is answered."""
    await _given(stage)
    page = await stage.app("mia")
    await page.locator(".messages .btn").click()
    await expect(page.locator("#a2-1")).to_have_value("The walk home.")
    return page


async def member_expects(stage: Stage) -> Page:
    """At the beginning of a conversation stands what both can expect of each other."""
    await _furnished(stage)
    page = await stage.app("mia")
    await expect(page.get_by_text("Write as it comes.")).to_be_visible()
    return page


async def mentor_library(stage: Stage) -> Page:
    """What is saved, and an exercise that is being changed."""
    await _furnished(stage)
    page = await stage.app("tora")
    await page.evaluate("location.hash = '#/library'")
    await page.locator("saved-library .list .btn").first.click()
    await expect(page.locator("#item-title")).to_have_value("Welcome")
    await page.locator("saved-item-form .btn").last.click()
    await page.locator("saved-library .list").last.locator(".btn").first.click()
    await expect(page.locator("#item-title")).to_have_value("A week of evenings")
    return page


async def mentor_exercises(stage: Stage) -> Page:
    """How far a member's exercise is, in front."""
    await _given(stage)
    page = await stage.app("tora")
    await page.locator("conversation-list a").first.click()
    await page.locator(".messages .btn").click()
    await expect(page.locator("#exercises details[open]")).to_be_visible()
    return page


MENTORING_STATES = {
    "member-exercise": member_exercise,
    "member-expects": member_expects,
    "mentor-library": mentor_library,
    "mentor-exercises": mentor_exercises,
}
