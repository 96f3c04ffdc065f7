"""«Mentor svarer senest innen 24 timer på hverdager», over real sockets."""

from pathlib import Path

import pytest

from quotas import instant
from quotas.instant import DAY, HOUR, SECOND
from tests.stories.clock import Story, when

NOTHING = {"waiting_since": None, "due_at": None, "overdue": False}


@pytest.fixture
def basic(valkey_url: str, tmp_path: Path) -> Story:
    """A member on Basic."""
    return Story(valkey_url, tmp_path / "data", "basic")


async def test_friday_evening_is_due_on_monday_evening(basic: Story) -> None:
    """The weekend does not count."""
    async with basic.at("friday", "18:00") as scene:
        written = instant.parse((await scene.mia.write("question"))["at"])
        assert instant.parse((await scene.owed())["due_at"]) == written + 3 * DAY


async def test_the_clock_starts_again_with_the_latest_message(basic: Story) -> None:
    """«siste beskjed»: the wait began with the first, the deadline counts from the last."""
    async with basic.at("monday", "10:00") as scene:
        first = await scene.mia.write("question")
    async with basic.at("monday", "20:00") as scene:
        last = instant.parse((await scene.mia.write("and one more"))["at"])
        owed = await scene.owed()
        assert owed["waiting_since"] == first["at"]
        assert instant.parse(owed["due_at"]) == last + DAY


async def test_a_saturday_message_is_due_at_the_end_of_monday(valkey_url: str, tmp_path: Path) -> None:
    """«senest mandag»: on Light, in a window opened on Friday."""
    light = Story(valkey_url, tmp_path, "light")
    async with light.at("friday", "20:00") as scene:
        await scene.mia.write("Friday")
    async with light.at("saturday", "10:00") as scene:
        await scene.mia.write("Saturday")
        assert (await scene.owed())["due_at"] == when("tuesday", "00:00", weeks=1)
    async with light.at("monday", "23:00", weeks=1) as scene:
        [conversation] = scene.tora.welcome["conversations"]
        assert conversation["reply"]["overdue"] is False
        await scene.comes_to(when("tuesday", "00:00:01", weeks=1))
        late = (await scene.tora.hears("reply"))["reply"]
        assert (late["overdue"], late["due_at"]) == (True, when("tuesday", "00:00", weeks=1))


async def test_an_answer_before_the_deadline_is_in_time(basic: Story) -> None:
    """It ends the wait before anything is overdue; the member is not told of deadlines."""
    async with basic.at("monday", "10:00") as scene:
        written = instant.parse((await scene.mia.write("question"))["at"])
    due = written + DAY
    async with basic.at("tuesday", "09:00") as scene:
        answer = await scene.tora.write("answer")
        assert due - 2 * HOUR < instant.parse(answer["at"]) <= due
        assert (await scene.tora.hears("reply"))["reply"] == NOTHING
        await scene.comes_to(instant.text(due + SECOND))
        heard = [*await scene.tora.silence(0.3), *await scene.mia.silence(0.1)]
        assert not [event for event in heard if event["type"] == "reply"]


async def test_a_miss_is_not_healed_by_writing_again(basic: Story) -> None:
    """Late stays late until the answer; the next wait starts afresh."""
    async with basic.at("monday", "10:00") as scene:
        await scene.mia.write("question")
        due = (await scene.owed())["due_at"]
    async with basic.at("tuesday", "12:00") as scene:
        assert (await scene.owed()) == {**await scene.owed(), "due_at": due, "overdue": True}
        await scene.mia.write("hello?")
        assert (await scene.owed())["due_at"] == due
        await scene.tora.write("sorry")
        assert await scene.owed() == NOTHING
        again = instant.parse((await scene.mia.write("thank you"))["at"])
        owed = await scene.owed()
        assert (instant.parse(owed["due_at"]), owed["overdue"]) == (again + DAY, False)
