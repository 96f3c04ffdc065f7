"""What the terminal says of messages that go out later: its part of the table in `texts.py`."""

LATER_TEXTS: dict[str, tuple[str, str, str]] = {
    "help_later": (
        "/later TEXT     keep it, and send it when writing opens; /later tomorrow 09:00 TEXT (or thu 09:00, or "
        "2026-12-03 09:00) sends it then; /later shows what waits",
        "/later TEKST    ta vare på den og send den når det åpner; /later i morgen 09:00 TEKST (eller tor 09:00, eller "
        "2026-12-03 09:00) sender den da; /later viser hva som venter",
        "/later TEKST    gem den, og send den, når det åbner; /later i morgen 09:00 TEKST (eller tor 09:00, eller "
        "2026-12-03 09:00) sender den da; /later viser, hvad der venter",
    ),
    "later_kept_then": (
        "Kept. It will be sent {when}: {text}",
        "Tatt vare på. Den sendes {when}: {text}",
        "Gemt. Den sendes {when}: {text}",
    ),
    "later_too_early": (
        "Not kept: writing opens {opens}; name that time or a later one. {text}",
        "Ikke tatt vare på: det åpner {opens}; velg det tidspunktet eller et senere. {text}",
        "Ikke gemt: det åbner {opens}; vælg det tidspunkt eller et senere. {text}",
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
        "/later N takes it back, /later N TIME sends it then: thu 09:00, tomorrow 09:00 or 2026-12-03 09:00.",
        "/later N tar den tilbake, /later N TID sender den da: tor 09:00, i morgen 09:00 eller 2026-12-03 09:00.",
        "/later N tager den tilbage, /later N TID sender den da: tor 09:00, i morgen 09:00 eller 2026-12-03 09:00.",
    ),
    "later_over": (
        "Not kept: that time is over. {text}",
        "Ikke tatt vare på: det tidspunktet er over. {text}",
        "Ikke gemt: det tidspunkt er forbi. {text}",
    ),
    "later_no_text": (
        "Not kept: what is to be sent then? /later TIME TEXT",
        "Ikke tatt vare på: hva skal sendes da? /later TID TEKST",
        "Ikke gemt: hvad skal sendes da? /later TID TEKST",
    ),
    "later_files": ("[files: {n}]", "[filer: {n}]", "[filer: {n}]"),
    "later_back": ("Taken back: {text}", "Tatt tilbake: {text}", "Taget tilbage: {text}"),
    "later_not_kept": (
        "The conversation has ended; nothing is sent there any more.",
        "Samtalen er avsluttet; ingenting sendes der lenger.",
        "Samtalen er afsluttet; intet sendes der længere.",
    ),
}
