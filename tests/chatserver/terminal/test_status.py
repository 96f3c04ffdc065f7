"""The state lines, word for word."""

from typing import Any

import pytest
from msgspec.structs import replace

from chatserver.protocol.events import Composer, Reply
from chatserver.terminal.status import may_write, owed, standing, writing
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import date_and_time, duration
from quotas import instant
from tests.chatserver.client.peer import LOCKED, OPEN, a_conversation

NOW = instant.parse("2026-01-09T20:00:00Z")
OSLO = "Europe/Oslo"
ENGLISH = Texts("en")


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (-5, "0 s"),
        (42_900, "42 s"),
        (12 * instant.MINUTE + 59_999, "12 min"),
        (3 * instant.HOUR + 12 * instant.MINUTE, "3 h 12 min"),
        (2 * instant.DAY + 3 * instant.HOUR + 59 * instant.MINUTE, "2 d 3 h"),
    ],
)
def test_durations_in_their_two_largest_units(milliseconds: int, words: str) -> None:
    """Cut off, never rounded up: nobody is promised a minute that is not there."""
    assert duration(ENGLISH, milliseconds) == words


def test_instants_stand_in_the_zone_of_the_conversation() -> None:
    """21:00 in Oslo is 20:00 UTC in winter."""
    assert date_and_time(ENGLISH, NOW, OSLO) == "Fri 09 Jan 21:00"
    assert date_and_time(Texts("nb"), NOW, OSLO, seconds=True) == "fre 9. jan 21:00:00"


@pytest.mark.parametrize(
    ("composer", "line"),
    [
        (OPEN, "open · your next message starts a window · 2 windows left this week"),
        (
            replace(OPEN, window_ends_at="2026-01-09T23:12:00Z", windows_left=1),
            "open · window ends in 3 h 12 min · 1 window left this week",
        ),
        (replace(OPEN, windows_left=None), "open"),
        (replace(OPEN, windows_left=None, messages_left=3), "open · 3 messages left this week"),
        (replace(OPEN, live_until="2026-01-09T20:30:00Z"), "live chat until 21:30, 30 min left"),
        (LOCKED, "locked: this week's windows are used · opens Mon 12 Jan 00:00 (in 2 d 3 h)"),
        (
            replace(LOCKED, reason="closed", opens_at="2026-01-11T23:00:00Z"),
            "locked: closed today · opens Mon 12 Jan 00:00 (in 2 d 3 h)",
        ),
        (replace(LOCKED, reason="paused", opens_at=None), "locked: the conversation is paused"),
        (replace(LOCKED, reason="suspended", opens_at=None), "locked: the conversation is suspended"),
        (replace(LOCKED, reason="ended", opens_at=None), "locked: the conversation has ended"),
    ],
)
def test_what_a_member_may_write(composer: Composer, line: str) -> None:
    """Why, until when, and what is left."""
    assert " · ".join(writing(ENGLISH, composer, OSLO, NOW)) == line


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        (Reply(None, None, False), "nothing waiting"),
        (Reply("2026-01-09T19:00:00Z", None, False), "waiting since Fri 09 Jan 20:00"),
        (Reply("2026-01-09T09:00:00Z", "2026-01-12T09:00:00Z", False), "answer by Mon 12 Jan 10:00, 2 d 13 h left"),
        (Reply("2026-01-07T09:00:00Z", "2026-01-09T19:40:00Z", True), "overdue by 20 min"),
        (Reply("2026-01-07T09:00:00Z", "2026-01-09T19:40:00Z", False), "overdue by 20 min"),
    ],
)
def test_what_a_mentor_owes(reply: Reply, line: str) -> None:
    """The deadline and the time left, or how long past it."""
    assert " · ".join(owed(ENGLISH, reply, OSLO, NOW)) == line


@pytest.mark.parametrize(
    ("role", "changes", "allowed"),
    [
        ("member", {}, True),
        ("member", {"composer": LOCKED}, False),
        ("mentor", {"composer": LOCKED}, True),
        ("mentor", {"status": "paused"}, True),
        ("mentor", {"status": "suspended"}, False),
        ("mentor", {"status": "ended"}, False),
        ("support", {}, False),
    ],
)
def test_who_may_write(role: Any, changes: dict[str, Any], allowed: bool) -> None:
    """The member by the composer, the mentor until the end, support never."""
    conversation = replace(a_conversation(), **changes)
    assert may_write(role, conversation) == allowed
    assert standing(ENGLISH, role, conversation, NOW)
