"""What a query finds in a text, and what it shows of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.messages.search_query import SNIPPET, SearchQuery

TEXT = "Hei Mona!\nPå søndag øvde jeg i én time, og det gikk ærlig talt bedre enn jeg trodde 👍"


@pytest.mark.parametrize(
    "query",
    [
        "søndag",
        "SONDAG",
        "sønd",
        "aerl",
        "mona time",
        "pa sondag",
        '"gikk ærlig talt"',
        '"gikk ærli',
        "en-time",
        "👍",
        "hei - 👍",
        '"på søndag" trodde',
    ],
)
def test_it_is_found(query: str) -> None:
    assert found(query, TEXT) is not None


@pytest.mark.parametrize(
    "query",
    ["ndag", "mona mandag", '"gikk ærli"', '"ærlig gikk"', "🎉", "", " ", "-", "?!", '""', "time,og2"],
)
def test_it_is_not(query: str) -> None:
    assert found(query, TEXT) is None


def test_a_query_without_a_letter_or_sign_asks_for_nothing() -> None:
    assert SearchQuery(" - ").is_empty
    assert not SearchQuery("a").is_empty


def test_what_was_found_is_every_second_piece() -> None:
    assert found("øv gik", "Jeg øvde, og det gikk.") == ["Jeg ", "øv", "de, og det ", "gik", "k."]


def test_an_accent_of_its_own_belongs_to_its_letter() -> None:
    assert found("et", "Ne\u0301 e\u0301t") == ["Ne\u0301 ", "e\u0301t", ""]
    assert found("e", "e\u0301t") == ["", "e\u0301", "t"]


def test_what_touches_is_one_piece() -> None:
    assert found("søn søndag", "på søndag") == ["på ", "søndag", ""]


def test_of_a_long_text_the_place_is_shown() -> None:
    pieces = found("naal", "høy " * 2_000 + "nål" + " strå" * 2_000)
    assert pieces is None
    pieces = found("nal", "høy " * 2_000 + "nål" + " strå" * 2_000)
    assert pieces is not None
    shown = "".join(pieces)
    assert pieces[1] == "nål"
    assert (shown[:2], shown[-2:]) == ("…h", "å…")
    assert len(shown) <= SNIPPET + 2


def test_a_long_word_is_cut() -> None:
    pieces = found("a", "a" * 16_000)
    assert pieces is not None
    assert sum(map(len, pieces)) <= 2 * SNIPPET + 2


WORDS = st.lists(st.sampled_from(["så", "sa", "Ærlig", "aerlig", "né", "ne", "x", "привет", "👍", "ß"]), max_size=6)


@given(WORDS, WORDS, st.sampled_from([" ", "\n", ", ", '"', "\\", ""]))
def test_nothing_is_passed_over_among_many(text: list[str], query: list[str], between: str) -> None:
    whole, asked = between.join(text), SearchQuery(" ".join(query))
    if asked.is_empty:
        return
    exactly = asked.snippet(whole)
    quickly = [found for _, found in asked.look([b'"other"', msgspec.json.encode(whole), b'""'])]
    assert quickly == ([] if exactly is None else [exactly])


def found(query: str, text: str) -> list[str] | None:
    """As many texts are looked through."""
    asked = SearchQuery(query)
    if asked.is_empty:
        return None
    hits = list(asked.look([b'"nothing here"', msgspec.json.encode(text)]))
    assert all(number == 1 for number, _ in hits)
    return hits[0][1] if hits else None
