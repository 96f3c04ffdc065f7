"""What notices say: everything that people may hear of has words, in each language, with times as their clocks show."""

from itertools import product
from typing import Any, get_args

import pytest

from chatserver.notices import words_da, words_en, words_nb
from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice
from chatserver.notices.texts import NoticeWords, first_name, words_of
from quotas import instant
from quotas.notices import HearingRole
from quotas.phrases import LANGUAGES, Language

EVENTS: tuple[FactName, ...] = get_args(FactName)
ROLES: tuple[HearingRole, ...] = get_args(HearingRole)
AT = instant.parse("2026-11-27T16:00:00Z")
EVERYTHING: dict[str, Any] = {
    "service": "video_call",
    "minutes": 30,
    "starts_at": "2026-12-02T10:00:00.000Z",
    "moved_from": "2026-12-01T10:00:00.000Z",
    "next_session": "2027-01-07T10:00:00.000Z",
    "absent": "mentor",
    "due_at": "2026-11-30T12:45:00.000Z",
    "until": "2026-12-03T10:00:00.000Z",
    "count": 3,
    "members": 2,
    "month": "2027-03",
    "paid_until": "2026-12-31",
    "renewed_until": "2027-01-31",
    "amount": 49900,
    "currency": "NOK",
    "webhook": "crm",
}


def said(event: FactName, role: HearingRole, language: Language, other: str = "Mona Berg", **data: Any) -> NoticeWords:
    notice = Notice(1, "lina", event, "m", "c", "", {"role": role, **data}, AT, AT)
    return words_of(notice, language, "Europe/Oslo", other)


@pytest.mark.parametrize("data", [EVERYTHING, {}], ids=["all known", "nothing known"])
@pytest.mark.parametrize(("event", "role", "language"), [*product(EVENTS, ROLES, LANGUAGES)])
def test_whatever_is_heard_of_by_whom_has_words(
    event: FactName, role: HearingRole, language: Language, data: dict[str, Any]
) -> None:
    words = said(event, role, language, **data)
    for text in (words.subject, words.line, words.why):
        assert text[:1].isupper()
        assert not {"{", "}", "None"} & {*text, *text.split()}
        assert text == " ".join(text.split())
    assert words.line.endswith((".", "?"))
    assert not words.subject.endswith(".")
    assert "Berg" not in words.subject + words.line


def test_every_language_has_the_same_words() -> None:
    tables = [(module.WORDS, module.WHY, module.PARTS) for module in (words_en, words_nb, words_da)]
    shapes = [({key: len(words) for key, words in said.items()}, {*why}, {*parts}) for said, why, parts in tables]
    assert shapes[0] == shapes[1] == shapes[2]


@pytest.mark.parametrize(
    ("language", "subject", "line"),
    [
        (
            "en",
            "Video call with Mona: Wednesday 2 December at 11:00",
            "Your video call with Mona is booked for Wednesday 2 December at 11:00, 30 minutes.",
        ),
        (
            "nb",
            "Videosamtale med Mona: onsdag 2. desember kl. 11:00",
            "Videosamtalen din med Mona er booket onsdag 2. desember kl. 11:00, 30 minutter.",
        ),
        (
            "da",
            "Videosamtale med Mona: onsdag 2. december kl. 11.00",
            "Din videosamtale med Mona er booket til onsdag 2. december kl. 11.00, 30 minutter.",
        ),
    ],
)
def test_a_booking(language: Language, subject: str, line: str) -> None:
    words = said("booking.booked", "member", language, **EVERYTHING)
    assert (words.subject, words.line) == (subject, line)


def test_times_are_those_of_the_persons_clocks_and_years_are_named_where_they_are_others() -> None:
    notice = Notice(1, "lina", "session.no_show", "m", "c", "b", {"role": "member", **EVERYTHING}, AT, AT)
    words = words_of(notice, "en", "America/New_York", "Mona")
    assert words.line == (
        "Sorry we missed each other on Wednesday 2 December at 05:00. "
        "Your next session is Thursday 7 January 2027 at 05:00."
    )


@pytest.mark.parametrize(
    ("language", "one", "three"),
    [
        ("en", "You have an unread message from Mona.", "You have 3 unread messages from Mona."),
        ("nb", "Du har en ulest melding fra Mona.", "Du har 3 uleste meldinger fra Mona."),
        ("da", "Du har en ulæst besked fra Mona.", "Du har 3 ulæste beskeder fra Mona."),
    ],
)
def test_plurals(language: Language, one: str, three: str) -> None:
    assert said("message.unread", "member", language).line == one
    assert said("message.unread", "member", language, count=3).line == three


def test_whoever_is_late_is_waited_for_and_the_other_one_hears_who_is_late() -> None:
    absent = {**EVERYTHING, "absent": "member"}
    assert said("session.late", "member", "en", **absent).subject == "Mona is waiting for you"
    assert said("session.late", "mentor", "en", "Lina", **absent).subject == "Lina has not joined yet"


def test_an_answer_is_called_one() -> None:
    assert said("message.unread", "member", "en", answered=True).subject == "Mona has answered"
    assert said("message.unread", "member", "en").subject == "Mona has written to you"


def test_who_has_no_name_is_named_by_role() -> None:
    assert said("message.unread", "member", "nb", other="").subject == "Mentoren din har skrevet til deg"
    assert said("message.unread", "mentor", "da", other="").line == "Du har en ulæst besked fra et medlem."


def test_what_always_comes_says_so() -> None:
    notice = Notice(1, "lina", "booking.cancelled", "m", "c", "b", {"role": "member"}, AT, AT)
    assert "It always comes" in words_of(notice, "en", "UTC", "Mona", essential=True).why
    assert "switch such notices off" in words_of(notice, "en", "UTC", "Mona").why


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Mona Berg", "Mona"),
        ("  Anne-Marie  ", "Anne-Marie"),
        ("Mona\r\nBcc: x@example.org", "Mona"),
        ("\u202eanoM", "anoM"),
        ("{other}", "{other}"),
        ("x" * 200, "x" * 40),
        ("", ""),
    ],
)
def test_first_names(name: str, first: str) -> None:
    assert first_name(name) == first


def test_a_name_is_no_template() -> None:
    assert said("reply.answered", "member", "en", other="{due}").line == "{due} has answered you."
