"""What the terminal says of searches: its part of the table in `texts.py`."""

SEARCH_TEXTS: dict[str, tuple[str, str, str]] = {
    "help_search": (
        "/search WORDS   messages that hold them, newest first",
        "/search ORD     meldinger som har dem, de nyeste først",
        "/search ORD     beskeder, der har dem, de nyeste først",
    ),
    "search_what": (
        'Search for what? Beginnings of words are enough; "in quotation marks" they stand side by side.',
        'Søke etter hva? Begynnelsen av et ord er nok; "i anførselstegn" står ordene ved siden av hverandre.',
        'Søge efter hvad? Begyndelsen af et ord er nok; "i anførselstegn" står ordene ved siden af hinanden.',
    ),
    "search_nothing": ("Nothing found.", "Ingen treff.", "Intet fundet."),
    "search_newest": (
        "These are the newest {n}; another word narrows it down.",
        "Dette er de {n} nyeste; et ord til avgrenser søket.",
        "Dette er de {n} nyeste; et ord mere afgrænser søgningen.",
    ),
}
