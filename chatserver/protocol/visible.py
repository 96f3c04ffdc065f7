"""Whether a text shows anything: by the properties of Unicode, of the version that the package `regex` brings."""

import regex

_BLANK = "\u2800\U00013441\U00013442\U00016fe4\U0001d159"
"""Braille blank, hieroglyph blanks, Khitan filler, null notehead: for Unicode letters, marks and symbols as others."""
_SHOWS = regex.compile(
    rf"[^\p{{Default_Ignorable_Code_Point}}\p{{Cc}}\p{{Cf}}\p{{Z}}{_BLANK}]|\p{{Prepended_Concatenation_Mark}}"
)
"""Not: control and format characters, all white space, what is drawn as nothing (fillers, joiners, tags).

Those format characters that are drawn, such as the end of an ayah, show. What is not assigned yet may be the emoji of
another year: it shows. So does an accent that stands alone.
"""


_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3")


def is_one_emoji(text: str) -> bool:
    """Whether it is one emoji: one grapheme (UAX #29) that is drawn as a picture, a flag or a keycap."""
    return regex.fullmatch(r"\X", text) is not None and _EMOJI.match(text) is not None


def shows(text: str) -> bool:
    """Whether one character at least can be seen. Joiners and selectors among others stay what they are."""
    if text.isascii():
        return bool(text) and not text.isspace()
    return _SHOWS.search(text) is not None
