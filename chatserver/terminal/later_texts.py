"""What the terminal says of messages that go out later: its part of the table in `texts.py`."""

LATER_TEXTS: dict[str, tuple[str, str, str]] = {
    "help_later": (
        "/later TEXT     keep it, and send it when writing opens; /later shows what waits",
        "/later TEKST    ta vare på den og send den når det åpner; /later viser hva som venter",
        "/later TEKST    gem den, og send den, når det åbner; /later viser, hvad der venter",
    ),
    "later_kept": ("Kept. It will be sent {when}.", "Tatt vare på. Den sendes {when}.", "Gemt. Den sendes {when}."),
    "later_opens_window": (
        "It opens a writing window.",
        "Det åpner et skrivevindu.",
        "Det åbner et skrivevindue.",
    ),
    "later_nothing": (
        "Nothing waits to be sent here. /later TEXT keeps a text for later.",
        "Ingenting venter på å bli sendt her. /later TEKST tar vare på en tekst til senere.",
        "Intet venter på at blive sendt her. /later TEKST gemmer en tekst til senere.",
    ),
    "later_waits": ("{n}. {when}: {text}", "{n}. {when}: {text}", "{n}. {when}: {text}"),
    "later_refused": (
        "{n}. could not be sent {when}: {text}",
        "{n}. kunne ikke sendes {when}: {text}",
        "{n}. kunne ikke sendes {when}: {text}",
    ),
    "later_how": (
        "/later N takes it back, /later N TIME sends it then.",
        "/later N tar den tilbake, /later N TID sender den da.",
        "/later N tager den tilbage, /later N TID sender den da.",
    ),
    "later_files": ("[files: {n}]", "[filer: {n}]", "[filer: {n}]"),
    "later_back": ("Taken back: {text}", "Tatt tilbake: {text}", "Taget tilbage: {text}"),
    "later_not_kept": (
        "The conversation has ended; nothing is sent there any more.",
        "Samtalen er avsluttet; ingenting sendes der lenger.",
        "Samtalen er afsluttet; intet sendes der længere.",
    ),
}
