"""What the terminal says of notices beside their own words: its part of the table in `texts.py`."""

NOTICE_TEXTS: dict[str, tuple[str, str, str]] = {
    "bell_1": ("1 new notice · /notices", "1 nytt varsel · /notices", "1 ny notifikation · /notices"),
    "bell_n": ("{n} new notices · /notices", "{n} nye varsler · /notices", "{n} nye notifikationer · /notices"),
    "muted": ("muted", "dempet", "på lydløs"),
    "notices_none": ("There are no notices.", "Det er ingen varsler.", "Der er ingen notifikationer."),
    "notices_older": ("/notices N shows up to 100.", "/notices N viser inntil 100.", "/notices N viser op til 100."),
    "notices_number": (
        "/notices takes a number from 1 to 100.",
        "/notices tar et tall fra 1 til 100.",
        "/notices tager et tal fra 1 til 100.",
    ),
    "now_muted": (
        "{name} is muted: notices stand in /notices alone. /unmute ends that; deadlines go on.",
        "{name} er dempet: varsler står bare i /notices. /unmute opphever det; frister løper som før.",
        "{name} er på lydløs: notifikationer står kun i /notices. /unmute ophæver det; frister løber som før.",
    ),
    "now_unmuted": (
        "Notices of {name} come again.",
        "Varsler om {name} kommer igjen.",
        "Notifikationer om {name} kommer igen.",
    ),
    "reminder_set": (
        "You will hear when you may write again: {when}.",
        "Du får beskjed når du kan skrive igjen: {when}.",
        "Du får besked, når du kan skrive igen: {when}.",
    ),
    "reminder_open": (
        "You may write now: there is nothing to wait for.",
        "Du kan skrive nå: det er ingenting å vente på.",
        "Du kan skrive nu: der er intet at vente på.",
    ),
    "reminder_some_time": (
        "You will hear when you may write again; nobody knows yet when that is.",
        "Du får beskjed når du kan skrive igjen; ingen vet ennå når det blir.",
        "Du får besked, når du kan skrive igen; ingen ved endnu, hvornår det bliver.",
    ),
    "reminder_never": (
        "The conversation has ended: writing does not open again.",
        "Samtalen er avsluttet: det åpnes ikke for skriving igjen.",
        "Samtalen er afsluttet: der åbnes ikke for skrivning igen.",
    ),
    "members_only": (
        "That is for members.",
        "Det er for medlemmer.",
        "Det er for medlemmer.",
    ),
    "own_only": (
        "That is for one's own conversations.",
        "Det er for egne samtaler.",
        "Det er for egne samtaler.",
    ),
    "help_notices": (
        "/notices N      your notices; they count as read then",
        "/notices N      varslene dine; de regnes så som lest",
        "/notices N      dine notifikationer; de regnes så som læst",
    ),
    "help_mute": (
        "/mute           notices of this conversation in /notices alone; /unmute ends that",
        "/mute           varsler om denne samtalen bare i /notices; /unmute opphever det",
        "/mute           notifikationer om denne samtale kun i /notices; /unmute ophæver det",
    ),
    "help_remind": (
        "/remind         tell me when I may write again",
        "/remind         si fra når jeg kan skrive igjen",
        "/remind         sig til, når jeg må skrive igen",
    ),
}
"""By key: English, bokmål, Danish, as in TABLE."""
