"""Basic, Live+ and Video, over real sockets, through a week."""

from pathlib import Path

import pytest

from tests.chatserver.realtime.devices import seqs
from tests.stories.clock import Story, when


@pytest.mark.parametrize("plan", ["basic", "live+"])
async def test_any_weekday_without_limit(valkey_url: str, tmp_path: Path, plan: str) -> None:
    """Unlimited from Monday to Friday, closed on the weekend, for the member alone."""
    story = Story(valkey_url, tmp_path, plan)
    async with story.at("friday", "23:00") as scene:
        answers = [await scene.mia.write(f"{n}") for n in range(30)]
        assert seqs(answers) == list(range(1, 31))
        assert answers[-1]["composer"]["windows_left"] is None
        await scene.comes_to(when("saturday", "00:00"))
        closed = (await scene.mia.hears("composer"))["composer"]
        assert (closed["open"], closed["reason"]) == (False, "closed")
        refused = await scene.mia.write("Saturday")
        assert (refused["reason"], refused["opens_at"]) == ("closed", when("monday", "00:00", weeks=1))
        assert (await scene.tora.write("The mentor may always"))["type"] == "accepted"
    async with story.at("monday", "00:00", weeks=1) as scene:
        assert (await scene.mia.write("Monday"))["type"] == "accepted"


async def test_video_is_ten_messages_a_week(valkey_url: str, tmp_path: Path) -> None:
    """For scheduling, with a banner; no reply is promised."""
    story = Story(valkey_url, tmp_path, "video")
    async with story.at("wednesday", "12:00") as scene:
        [conversation] = scene.mia.welcome["conversations"]
        assert conversation["banner"] == "only_video_included"
        left = [(await scene.mia.write(f"{n}"))["composer"]["messages_left"] for n in range(10)]
        assert left == list(range(9, -1, -1))
        refused = await scene.mia.write("eleven")
        assert (refused["reason"], refused["body"]) == ("messages_used", "eleven")
        assert refused["opens_at"] == when("monday", "00:00", weeks=1)
        assert (await scene.mia.write("3", id="3"))["seq"] == 4  # sent before: the first answer, and nothing spent
        owed = await scene.owed()
        assert owed["waiting_since"] is not None
        assert owed["due_at"] is None
    async with story.at("monday", "00:00", weeks=1) as scene:
        assert (await scene.mia.write("a new week"))["composer"]["messages_left"] == 9
