"""Light: «skrive i 2 døgn i uken», over real sockets, through a week."""

from pathlib import Path

import pytest

from quotas import instant
from quotas.instant import DAY
from tests.stories.clock import Story, when


@pytest.fixture
def light(valkey_url: str, tmp_path: Path) -> Story:
    """A member on Light, from Monday on."""
    return Story(valkey_url, tmp_path / "data", "light")


async def test_two_windows_then_locked_until_monday(light: Story) -> None:
    """The third message of the week says why not, when again and what is left, and the text comes back."""
    async with light.at("monday", "09:00") as scene:
        first = await scene.mia.write("Monday")
        assert first["composer"]["windows_left"] == 1
        assert (await scene.mia.write("the same window"))["composer"]["windows_left"] == 1
    async with light.at("tuesday", "08:59") as scene:
        assert (await scene.mia.write("still the first window"))["composer"]["windows_left"] == 1
    async with light.at("wednesday", "12:00") as scene:
        second = await scene.mia.write("Wednesday")
        assert second["composer"]["windows_left"] == 0
    async with light.at("thursday", "12:01") as scene:
        [conversation] = scene.mia.welcome["conversations"]
        refused = await scene.mia.write("Thursday: this took me an hour to write")
        assert (refused["type"], refused["reason"]) == ("refused", "quota_used")
        assert refused["opens_at"] == when("monday", "00:00", weeks=1)
        assert refused["body"] == "Thursday: this took me an hour to write"
        assert refused["composer"] == conversation["composer"] == await scene.mia.check()
        assert refused["composer"]["windows_left"] == 0
        assert (await scene.tora.write("I may write"))["type"] == "accepted"
    async with light.at("sunday", "23:00") as scene:
        assert (await scene.mia.write("Sunday"))["reason"] == "quota_used"
        await scene.comes_to(when("monday", "00:00", weeks=1))
        opened = (await scene.mia.hears("composer"))["composer"]
        assert (opened["open"], opened["windows_left"]) == (True, 2)
        assert (await scene.mia.write("Monday again"))["composer"]["windows_left"] == 1


async def test_two_windows_back_to_back_are_48_hours(light: Story) -> None:
    """«48 timer i strekk»: the second one begins when the first has run out."""
    async with light.at("monday", "09:00") as scene:
        first = instant.parse((await scene.mia.write("first"))["at"])
    async with light.at("tuesday", "09:30") as scene:
        second_ends_at = (await scene.mia.write("second"))["composer"]["window_ends_at"]
        assert instant.parse(second_ends_at) >= first + 2 * DAY
    async with light.at("wednesday", "08:59") as scene:
        assert (await scene.mia.write("47 hours and 59 minutes later"))["type"] == "accepted"
        await scene.comes_to(second_ends_at)
        closed = (await scene.mia.hears("composer", conversation="c1"))["composer"]
        assert (closed["open"], closed["reason"]) == (False, "quota_used")


async def test_a_window_of_friday_carries_into_saturday(light: Story) -> None:
    """What was opened is kept for its 24 hours; a new one does not open on a closed day."""
    async with light.at("friday", "18:00") as scene:
        window_ends_at = (await scene.mia.write("Friday evening"))["composer"]["window_ends_at"]
    async with light.at("saturday", "17:00") as scene:
        saturday = await scene.mia.write("Saturday afternoon")
        assert saturday["type"] == "accepted"
        # The end of Monday: time on closed days does not count.
        assert (await scene.owed())["due_at"] == when("tuesday", "00:00", weeks=1)
        await scene.comes_to(window_ends_at)
        closed = (await scene.mia.hears("composer"))["composer"]
        assert (closed["open"], closed["reason"], closed["windows_left"]) == (False, "closed", 1)
        refused = await scene.mia.write("Saturday evening")
        assert (refused["reason"], refused["opens_at"]) == ("closed", when("monday", "00:00", weeks=1))


async def test_asking_reading_and_a_refusal_open_no_window(light: Story) -> None:
    """Nor does the mentor's message."""
    async with light.at("saturday", "12:00") as scene:
        assert (await scene.mia.write("closed"))["reason"] == "closed"
    async with light.at("monday", "09:00", weeks=1) as scene:
        await scene.tora.write("Good morning")
        await scene.mia.messages(1)
        await scene.mia.say("read", conversation="c1", seq=1)
        await scene.mia.say("typing", conversation="c1")
        await scene.tora.hears("typing")
        checked = await scene.mia.check()
        assert (checked["open"], checked["window_ends_at"], checked["windows_left"]) == (True, None, 2)


async def test_an_upgrade_counts_at_the_next_message(light: Story) -> None:
    """From Light to Basic on a locked Thursday; back on Light the week's windows stay spent."""
    async with light.at("monday", "09:00") as scene:
        await scene.mia.write("first")
    async with light.at("tuesday", "10:00") as scene:
        await scene.mia.write("second")
    async with light.at("thursday", "10:00") as scene:
        assert (await scene.mia.write("locked"))["reason"] == "quota_used"
        await scene.server.change("c1", plan="basic")
        assert (await scene.mia.write("upgraded"))["type"] == "accepted"
        await scene.server.change("c1", plan="light")
        assert (await scene.mia.write("downgraded"))["reason"] == "quota_used"
