"""The next session in the state line, word for word."""

import pytest
from msgspec.structs import replace

from chatserver.protocol.session_events import NextSession
from chatserver.terminal.session_status import coming
from chatserver.terminal.texts import Texts
from quotas import instant
from quotas.phrases import Language
from quotas.plans import Service
from tests.chatserver.client.peer import a_conversation

NOW = instant.parse("2026-01-09T20:00:00Z")


def said(minutes: float, service: Service = "live_chat", language: Language = "en") -> tuple[str, str] | None:
    """Of a session of 30 minutes that starts so many minutes from now."""
    start = instant.text(NOW + int(minutes * instant.MINUTE))
    session = NextSession("b1", service, start, 30, "booked" if minutes > 0 else "running")
    return coming(Texts(language), replace(a_conversation(), next_session=session), NOW)


@pytest.mark.parametrize(
    ("minutes", "service", "line"),
    [
        (3 * 24 * 60, "live_chat", ("", "live chat Mon 12 Jan 21:00, in 3 d 0 h")),
        (11, "video_call", ("", "video call Fri 09 Jan 21:11, in 11 min")),
        (10, "live_chat", ("wait", "live chat in 10 min · /join")),
        (0.5, "live_chat", ("wait", "live chat in 30 s · /join")),
        (0, "live_chat", ("good", "live chat, 30 min left")),
        (-24, "live_chat", ("good", "live chat, 6 min left")),
        (-25, "live_chat", ("wait", "live chat ends in 5 min")),
        (-29.5, "video_call", ("wait", "video call ends in 30 s")),
        (-30, "live_chat", None),
        (-45, "video_call", ("wait", "video call, 15 min past its end")),
    ],
)
def test_the_countdown(minutes: float, service: Service, line: tuple[str, str] | None) -> None:
    """Ahead, about to start, running, about to end, and of a call what it runs over."""
    assert said(minutes, service) == line


def test_no_command_is_told_that_is_of_no_use() -> None:
    """Who has joined need not join; a call that runs over is the mentor's to finish."""
    session = NextSession("b1", "video_call", instant.text(NOW), 30, "booked")
    call = replace(a_conversation(), next_session=session)
    soon, over = NOW - 5 * instant.MINUTE, NOW + 45 * instant.MINUTE
    assert coming(Texts("en"), call, soon, can_join=False) == ("wait", "video call in 5 min")
    assert coming(Texts("en"), call, over, can_finish=True) == ("wait", "video call, 15 min past its end · /finish")


def test_it_is_told_in_each_language() -> None:
    assert said(-25, language="nb") == ("wait", "live-chat slutter om 5 min")
    assert said(-25, "video_call", "da") == ("wait", "videosamtale slutter om 5 min")


def test_nothing_is_told_where_nothing_is_booked() -> None:
    assert coming(Texts("en"), a_conversation(), NOW) is None
