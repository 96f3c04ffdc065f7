"""Texts as a search compares them: without case and accents, and letters with a stroke or a ligature in plain ones.

`å` is found as `a`, `ø` as `o`, `æ` as `ae`. `fold` is exact for every script; `fold_lines` is for many texts at once,
has one byte for a character, and costs a twentieth of it: it tells in which of them it is worth looking.
"""

import re
import unicodedata

_PLAIN = {"æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n"}
"""Letters that Unicode does not take apart."""
_SILENT = ("Mn", "Me", "Cf")
"""Categories of characters that only change the look of others: accents, variation selectors, joiners."""
_MOST_KEPT = 4_096

OTHER_LETTER = b"\x80"
"""What stands in `fold_lines` for letters and digits outside of ASCII that have no plain form."""
OTHER_SIGN = b"\x81"
"""What stands there for everything else."""


def _folded(character: str) -> str:
    while (simpler := unicodedata.normalize("NFKD", character).casefold()) != character:
        character = simpler
    kept = (each for each in character if unicodedata.category(each) not in _SILENT)
    return "".join(_PLAIN.get(each, each) for each in kept)


class _Folds(dict[int, str]):
    """The folded form of each character that occurred, by its number."""

    def __missing__(self, number: int) -> str:
        folded = _folded(chr(number))
        if len(self) < _MOST_KEPT:
            self[number] = folded
        return folded


_folds = _Folds()


def fold(text: str) -> str:
    """The text with neither case nor accents."""
    return text.lower() if text.isascii() else text.translate(_folds)


def fold_each(text: str) -> list[str]:
    """The folded form of each character: together they are what `fold` makes of the text."""
    return [_folds[ord(character)] for character in text]


def _as_bytes(characters: str) -> bytes:
    return b"".join(
        each.encode() if each.isascii() else OTHER_LETTER if each.isalnum() else OTHER_SIGN for each in fold(characters)
    )


class _Escapes(dict[bytes, bytes]):
    """What becomes of each escape that occurred: those of JSON strings, and of characters that Latin-1 has not."""

    def __missing__(self, escape: bytes) -> bytes:
        match escape[1:2]:
            case b"u" | b"U":
                plain = _as_bytes(chr(int(escape[2:], 16)))
            case b"n" | b"r" | b"t" | b"b" | b"f":
                plain = b" "
            case _:
                plain = OTHER_SIGN
        if len(self) < _MOST_KEPT:
            self[escape] = plain
        return plain


_escapes = _Escapes()
_ESCAPE = re.compile(rb"\\(?:u[0-9a-f]{4}|U[0-9a-f]{8}|.)")
_LONGER = tuple((bytes([number]), plain) for number in range(0x80, 0x100) if len(plain := _as_bytes(chr(number))) != 1)
"""Latin letters that become none or several, and what they become."""
_TABLE = bytes(
    number if number in (*OTHER_LETTER, *OTHER_SIGN) or len(plain := _as_bytes(chr(number))) != 1 else plain[0]
    for number in range(0x100)
)


def fold_lines(texts: bytes) -> bytes:
    """JSON strings, one a line, as `fold` would have them, one byte a character; no line gets lost, and none is added.

    Letters that have no plain form are all the same. No text has the control characters U+0080 and U+0081, whose places
    are taken.
    """
    folded = texts.decode().encode("latin-1", "backslashreplace")
    if b"\\" in folded:
        folded = _ESCAPE.sub(_unescaped, folded)
    if not folded.isascii():
        for letter, plain in _LONGER:
            if letter in folded:
                folded = folded.replace(letter, plain)
    return folded.translate(_TABLE)


def _unescaped(escape: re.Match[bytes]) -> bytes:
    return _escapes[escape[0]]
