"""Whether a text shows anything: by the properties of Unicode, of the version that the package `regex` brings."""

import regex

_SHOWS = regex.compile(r"[^\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}\N{BRAILLE PATTERN BLANK}]")
"""Not: control and format characters, all white space, what is drawn as nothing (fillers, joiners, tags).

U+2800 is named: Unicode calls it a symbol, and no property says that it is blank. What is not assigned yet may be the
emoji of another year: it shows. So does an accent that stands alone.
"""


def shows(text: str) -> bool:
    """Whether one character at least can be seen. Joiners and selectors among others stay what they are."""
    if text.isascii():
        return bool(text) and not text.isspace()
    return _SHOWS.search(text) is not None
