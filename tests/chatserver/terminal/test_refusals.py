"""Refusals about sessions in words: why, and what would work."""

from typing import get_args

import pytest

from chatserver.client.http import RefusalSaid
from chatserver.terminal.refusals import in_sentences
from chatserver.terminal.texts import Texts
from quotas.bookings import BookRefusal, CancelRefusal, MoveRefusal, NoShowRefusal
from quotas.phrases import Language

OSLO = "Europe/Oslo"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "One of the two is in another session then. Free times: Thursday 8 Jan 18:00; Monday 12 Jan 09:00."),
        (
            "nb",
            "En av de to er i en annen sesjon da. Ledige tider: torsdag 8. jan kl. 18:00; mandag 12. jan kl. 09:00.",
        ),
        (
            "da",
            "En af de to er i en anden session da. Ledige tider: torsdag 8. jan kl. 18:00; mandag 12. jan kl. 09:00.",
        ),
    ],
)
def test_free_starts_stand_in_local_time(language: Language, words: str) -> None:
    starts = ["2026-01-08T17:00:00.000Z", "2026-01-12T08:00:00.000Z"]
    assert in_sentences(Texts(language), RefusalSaid("busy then", "busy", 1, starts), OSLO) == words


def test_what_is_left_and_who_has_it() -> None:
    left = in_sentences(Texts("en"), RefusalSaid("", "no_credits", 1), OSLO)
    assert left.startswith("Too few sessions are left in that month. Left in it: 1 session of 30 minutes;")
    plans = in_sentences(Texts("da"), RefusalSaid("", "not_in_plan", plans=["live", "video"]), OSLO)
    assert plans == "Abonnementet har ingen sådanne sessioner. Abonnementer, der har dem: live, video."


def test_what_has_no_words_is_told_as_the_server_does() -> None:
    """With its instants as clocks show them here."""
    refusal = RefusalSaid("it ended at 2026-01-08T17:30:00.000Z", "not_open")
    assert in_sentences(Texts("en"), refusal, OSLO) == "It ended at Thursday 8 Jan 18:30."
    assert "Joining" not in in_sentences(Texts("nb"), refusal, OSLO)
    assert in_sentences(Texts("nb"), RefusalSaid("quite new", "of_next_year"), OSLO) == "Quite new."


def test_every_reason_has_its_sentence() -> None:
    for kind in (BookRefusal, MoveRefusal, CancelRefusal, NoShowRefusal):
        assert all(Texts("en").has(f"no_{reason}") for reason in get_args(kind))
