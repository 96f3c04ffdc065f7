"""Messages as lines."""

import pytest
from msgspec.structs import replace

from chatserver.protocol.events import Message, SystemEvent
from chatserver.terminal.texts import Texts
from chatserver.terminal.toolbar import flow
from chatserver.terminal.transcript import Transcript, TranscriptLine, short, visible, wrapped
from quotas.phrases import LANGUAGES
from tests.chatserver.client.peer import a_conversation


def a_message(body: str, *, seq: int = 1, sender: str = "tora", at: str = "2026-01-09T22:30:00.000Z") -> Message:
    return Message(conversation="c1", seq=seq, sender=sender, role="mentor", at=at, id=f"m{seq}", body=body)


def plain(lines: list[TranscriptLine]) -> list[str]:
    return ["".join(text for _, text in line).rstrip() for line in lines]


def test_a_day_is_announced_once_in_the_conversations_zone() -> None:
    """22:30 UTC is still Friday in Oslo, 23:30 UTC is Saturday."""
    transcript = Transcript(Texts("en"), "mia")
    page = transcript.message(a_conversation(), a_message("Hello"), 60)
    page += transcript.message(a_conversation(), a_message("Still there?", seq=2), 60)
    page += transcript.message(
        a_conversation(), a_message("Yes", seq=3, sender="mia", at="2026-01-09T23:30:00.000Z"), 60
    )
    assert [line.strip("─ ") for line in plain(page) if line] == [
        "Friday 9 January 2026",
        "23:30  tora  Hello",
        "23:30  tora  Still there?",
        "Saturday 10 January 2026",
        "00:30  You   Yes",
    ]


def test_people_are_called_by_their_names() -> None:
    """By their id where no name of theirs is known."""
    lina = replace(a_conversation(), names={"mia": "Mia", "tora": "Tora Dahl"})
    transcript = Transcript(Texts("en"), "mia")
    page = plain(
        transcript.message(lina, a_message("Hello"), 60) + transcript.message(lina, a_message("Hi", sender="x"), 60)
    )
    assert page[2:] == ["23:30  Tora Dahl  Hello", "23:30  x          Hi"]


def test_a_line_of_another_conversation_stands_under_its_own_day() -> None:
    """Where that is a later one than was shown last; where no day was, or it comes late, it is a line alone."""
    transcript = Transcript(Texts("en"), "mia")
    late = a_message("Hi", at="2026-01-10T09:00:00.000Z")
    assert len(transcript.elsewhere(a_conversation(), "ulf", late, 60)) == 1
    transcript.message(a_conversation(), a_message("Hello"), 60)
    page = plain(transcript.elsewhere(a_conversation(), "ulf", late, 60))
    assert [line.strip("─ ") for line in page if line] == ["Saturday 10 January 2026", "10:00  ◦ ulf  Hi"]
    assert len(transcript.elsewhere(a_conversation(), "ulf", a_message("Hello"), 60)) == 1


def test_long_text_hangs_under_its_beginning_and_under_its_name_where_it_is_narrow() -> None:
    """No line is wider than the terminal."""
    body = "one two three four five six seven eight nine ten\nand a second line"
    wide = plain(Transcript(Texts("en"), "mia").message(a_conversation(), a_message(body), 50))
    assert wide[2:] == [
        "23:30  tora  one two three four five six seven",
        "             eight nine ten",
        "             and a second line",
    ]
    narrow = plain(Transcript(Texts("en"), "mia").message(a_conversation(), a_message(body), 30))
    assert narrow[2:4] == ["23:30 tora", "  one two three four five six"]
    assert all(len(line) <= 30 for line in narrow)


def test_a_message_can_do_nothing_to_the_terminal() -> None:
    """Escape sequences, backspaces and direction marks are shown as what they are: not text."""
    assert visible("red \x1b[31m, \x08 and \u202e") == "red \ufffd[31m, \ufffd and \ufffd"
    assert visible("a\tb\n👩\u200d🚀") == "a\tb\n👩\u200d🚀"


def test_an_erased_message_says_so() -> None:
    """In the reader's language, on its line, where it stood, and in the line of another conversation."""
    erased = Message("c1", 1, "tora", "mentor", "2026-01-09T22:30:00.000Z", "m1", "", erased=True)
    transcript = Transcript(Texts("da"), "mia")
    assert plain(transcript.message(a_conversation(), erased, 60))[-1] == "23:30  tora  (denne tekst er slettet)"
    assert plain(transcript.message(a_conversation(), erased, 30))[-1] == "  (denne tekst er slettet)"
    assert plain(transcript.elsewhere(a_conversation(), "tora", erased, 60)) == [
        "23:30  ◦ tora  (denne tekst er slettet)"
    ]


def an_event(name: str, **data: object) -> Message:
    at = "2026-01-09T22:30:00.000Z"
    event = SystemEvent(name, dict(data))
    return Message("c1", 1, "system", "system", at, "event-1", "", kind="event", event=event)


STARTS = "2026-12-03T17:00:00.000Z"


@pytest.mark.parametrize(
    ("event", "english", "norwegian", "danish"),
    [
        (
            an_event("booked", service="live_chat", starts_at=STARTS, minutes=30),
            "Session booked: live chat, Thursday 3 Dec 18:00, 30 minutes",
            "Sesjon booket: live-chat, torsdag 3. des kl. 18:00, 30 minutter",
            "Session booket: live-chat, torsdag 3. dec kl. 18:00, 30 minutter",
        ),
        (
            an_event("moved", starts_at=STARTS),
            "Session moved: Thursday 3 Dec 18:00",
            "Sesjon flyttet: torsdag 3. des kl. 18:00",
            "Session flyttet: torsdag 3. dec kl. 18:00",
        ),
        (an_event("cancelled"), "Session cancelled", "Sesjon avlyst", "Session aflyst"),
        (
            an_event("started", starts_at=STARTS, minutes=30),
            "The session has started",
            "Sesjonen har begynt",
            "Sessionen er begyndt",
        ),
        (
            an_event("late"),
            "One of the two has not joined the session yet",
            "En av de to har ikke blitt med i sesjonen ennå",
            "En af de to er ikke kommet med i sessionen endnu",
        ),
        (an_event("ended"), "The session has ended", "Sesjonen er over", "Sessionen er slut"),
        (
            an_event("no_show", starts_at="never", minutes="many"),
            "The member did not come to the session",
            "Medlemmet kom ikke til sesjonen",
            "Medlemmet kom ikke til sessionen",
        ),
        (
            an_event("corrected", units=-2),
            "Session credits corrected: -2",
            "Sesjoner rettet: -2",
            "Sessioner rettet: -2",
        ),
        (an_event("reminder", units=1), "reminder", "reminder", "reminder"),
    ],
    ids=lambda value: value.event.name if isinstance(value, Message) and value.event else "",
)
def test_an_event_stands_between_the_messages_in_words(
    event: Message, english: str, norwegian: str, danish: str
) -> None:
    """Without a name: nobody wrote it. One that is not known is shown as it is called."""
    for language, words in zip(LANGUAGES, (english, norwegian, danish), strict=True):
        transcript = Transcript(Texts(language), "mia")
        assert plain(transcript.message(a_conversation(), event, 80))[-1] == f"23:30  · {words}"
        [elsewhere] = plain(transcript.elsewhere(a_conversation(), "tora", event, 90))
        assert elsewhere == f"23:30  ◦ tora  {words}"


def test_a_long_event_is_wrapped_and_can_do_nothing() -> None:
    lines = plain(Transcript(Texts("en"), "mia").message(a_conversation(), an_event("late"), 30))
    assert lines[2:] == ["23:30  · One of the two has", "         not joined the", "         session yet"]
    [line] = plain(Transcript(Texts("en"), "mia").message(a_conversation(), an_event("\x1b[2J"), 60))[2:]
    assert line == "23:30  · \ufffd[2J"


def test_wide_characters_count_as_two_columns() -> None:
    """Japanese in ten columns is five characters a line."""
    assert wrapped("日本語日本語日", 10) == ["日本語日本", "語日"]
    assert wrapped("", 10) == [""]
    assert short("one\ntwo three", 10) == "one ⏎ two…"


def test_state_lines_break_between_their_parts() -> None:
    """What fits stands side by side; a part that is too long goes on in the next row."""
    parts = [("", "open"), ("", "window ends in 3 h"), ("", "a part that is much longer than one row can be")]
    assert plain(flow(parts, 30)) == [
        " open · window ends in 3 h",
        " a part that is much longer",
        " than one row can be",
    ]
    assert plain(flow([("", "online")], 30, "12:00")) == [" online                 12:00"]
    assert plain(flow([("", "online")], 10, "12:00:00")) == [" online", " 12:00:00"]
