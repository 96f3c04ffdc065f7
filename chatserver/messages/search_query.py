"""What is looked for, and where it stands in a text.

Every term must be there: a word as the beginning of a word, several in quotation marks as whole words one after the
other, anything without a letter or digit as it is. Case and accents do not count (`folding.py`).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

import msgspec

from chatserver.messages.folding import OTHER_LETTER, fold, fold_each, fold_lines

BEFORE = 40
"""Characters of a snippet before what was found, at most."""
SNIPPET = 160
"""Characters of a snippet."""
MOST_TERMS = 12
"""Terms of one query; what comes behind them is not looked for."""

_WORD = r"[^\W_]"
_WORDS = re.compile(rf"{_WORD}+")
_TERMS = re.compile(r'"([^"]*)("?)|([^\s"]+)')
_SPACE = re.compile(r"\s+")
_WORD_BYTES = b"abcdefghijklmnopqrstuvwxyz0123456789" + OTHER_LETTER
_decode = msgspec.json.Decoder(str).decode


class _Term:
    """One term, folded: `pattern` finds it in a folded text, `in_line` about as well in a folded line."""

    def __init__(self, folded: str, *, whole: bool) -> None:
        words = _WORDS.findall(folded)
        self.words = [fold_lines(word.encode()) for word in words]
        if words:
            self.pattern = re.compile(rf"(?<!{_WORD})" + r"[\W_]+".join(words) + (rf"(?!{_WORD})" if whole else ""))
            between = b"[^" + _WORD_BYTES + b"]+"
            end = b"(?![" + _WORD_BYTES + b"])" if whole else b""
            self.in_line = re.compile(b"(?<![" + _WORD_BYTES + b"])" + between.join(self.words) + end)
        else:
            self.pattern = re.compile(re.escape(folded))
            self.in_line = re.compile(b"")


class SearchQuery:
    """Made once, used for every text."""

    def __init__(self, query: str) -> None:
        self._terms = _terms_of(query)
        words = {word for term in self._terms for word in term.words}
        self._words = sorted(words, key=len, reverse=True)
        """Longest first: those are in the fewest texts."""

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing, and finds nothing."""
        return not self._terms

    def look(self, texts: Sequence[bytes]) -> Iterator[tuple[int, list[str]]]:
        """The numbers of those texts, as JSON strings, that hold all of it, each with its snippet, in order."""
        for number in self._worth_a_look(texts):
            snippet = self.snippet(_decode(texts[number]))
            if snippet is not None:
                yield number, snippet

    def _worth_a_look(self, texts: Sequence[bytes]) -> Sequence[int]:
        """The numbers of all texts that can hold it, and of few others, in order."""
        if not self._words:
            return range(len(texts))
        folded = fold_lines(b"\n".join(texts))
        if not all(word in folded for word in self._words):
            return ()
        numbers = _lines_with(folded, self._words[0])
        if len(self._words) > 1 and numbers:
            lines = folded.split(b"\n")
            numbers = [each for each in numbers if all(term.in_line.search(lines[each]) for term in self._terms)]
        return numbers

    def snippet(self, text: str) -> list[str] | None:
        """Where all of it is in the text: the surroundings in pieces, every second one of which was found.

        None where it is not. The first piece may be empty.
        """
        folded = fold(text)
        spans: list[tuple[int, int]] = []
        for term in self._terms:
            found = [match.span() for match in term.pattern.finditer(folded)]
            if not found:
                return None
            spans += found
        return _pieces(text, _in_text(text, spans)) if spans else None


def _lines_with(folded: bytes, word: bytes) -> list[int]:
    """The numbers of the lines in which a word begins so."""
    numbers: list[int] = []
    number, counted, place = 0, 0, folded.find(word)
    while place >= 0:
        if place == 0 or folded[place - 1] not in _WORD_BYTES:
            number += folded.count(b"\n", counted, place)
            numbers.append(number)
            counted = place
            end = folded.find(b"\n", place)
            place = folded.find(word, end) if end >= 0 else -1
        else:
            place = folded.find(word, place + 1)
    return numbers


def _terms_of(query: str) -> list[_Term]:
    terms: list[_Term] = []
    for phrase, closed, plain in _TERMS.findall(query):
        folded = fold(phrase or plain).strip()
        # A dash between words is no term; a heart is.
        if folded and (_WORDS.search(folded) or not folded.isascii()):
            terms.append(_Term(folded, whole=bool(closed)))
    return terms[:MOST_TERMS]


def _in_text(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places in the folded text as places in the text itself, in order, those that touch made one."""
    ends = list(accumulate(len(each) for each in fold_each(text)))
    character_at: list[int] = []
    for number, end in enumerate(ends):
        character_at += [number] * (end - len(character_at))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        first, last = character_at[start], character_at[end - 1] + 1
        while last < len(text) and ends[last] == ends[last - 1]:
            last += 1  # an accent belongs to the letter before it
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged


def _pieces(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """What stands around the first place, cut at spaces where there are some."""
    start = max(0, spans[0][0] - BEFORE)
    if start:
        space = text.find(" ", start, spans[0][0])
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + SNIPPET)
    if end < len(text):
        space = text.rfind(" ", spans[0][1], end)
        end = space if space >= 0 else max(end, min(spans[0][1], start + 2 * SNIPPET))
    pieces: list[str] = []
    place = start
    for first, last in spans:
        if first >= end:
            break
        pieces += [text[place:first], text[first : min(last, end)]]
        place = min(last, end)
    pieces.append(text[place:end])
    pieces[0] = f"…{pieces[0]}" if start else pieces[0].lstrip()
    pieces[-1] = f"{pieces[-1]}…" if end < len(text) else pieces[-1].rstrip()
    return [_SPACE.sub(" ", piece) for piece in pieces]
