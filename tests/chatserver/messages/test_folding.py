"""Texts without case and accents: exact for one text, and quick for many."""

import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.messages.folding import OTHER_LETTER, OTHER_SIGN, fold, fold_each, fold_lines

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("SØNDAG", "sondag"),
        ("Ærlig på Åsen", "aerlig pa asen"),
        ("e\u0301t", "et"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("Øv\u00adelse", "ovelse"),
        ("Łódź", "lodz"),
        ("ПРИВЕТ", "привет"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_what_becomes_of_it(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_folded_again_every_character_stays_as_it_is() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)]))
    folded = fold(every)
    assert fold(folded) == folded


@given(TEXTS)
def test_each_character_by_itself_makes_the_same(text: str) -> None:
    assert "".join(fold_each(text)) == fold(text)


@given(st.lists(TEXTS, max_size=5))
def test_many_lines_say_the_same_as_each_text(texts: list[str]) -> None:
    lines = fold_lines(b"\n".join(msgspec.json.encode(text) for text in texts)).split(b"\n")
    expected = [
        b"".join(
            each.encode() if each.isascii() else OTHER_LETTER if each.isalnum() else OTHER_SIGN
            for each in fold(text.replace('"', "\x02").replace("\\", "\x02")).replace("\x02", "§")
        )
        for text in texts
    ]
    assert [line[1:-1] for line in lines if texts] == expected


def test_a_line_feed_within_a_text_is_a_space() -> None:
    assert fold_lines(msgspec.json.encode("one\ntwo\tthree")) == b'"one two three"'
