"""What the terminal says of edits, deletions, reactions and answers: its part of the table in `texts.py`."""

CHANGE_TEXTS: dict[str, tuple[str, str, str]] = {
    "edited": ("(edited)", "(redigert)", "(redigeret)"),
    "taken_back": (
        "(this message was taken back)",
        "(denne meldingen ble trukket tilbake)",
        "(denne besked blev trukket tilbage)",
    ),
    "quoted_gone": (
        "a message that is not there any more",
        "en melding som ikke finnes lenger",
        "en besked, der ikke findes længere",
    ),
    # What was done to a message, as it happens.
    "change_edit": (
        "{name} edited {what}: {text}",
        "{name} redigerte {what}: {text}",
        "{name} redigerede {what}: {text}",
    ),
    "change_edit_emptied": (
        "{name} took the text out of {what}",
        "{name} tok teksten ut av {what}",
        "{name} tog teksten ud af {what}",
    ),
    "change_deletion": ("{name} took back {what}", "{name} trakk tilbake {what}", "{name} trak {what} tilbage"),
    "change_reaction": (
        "{name} reacted {emoji} to {what}",
        "{name} reagerte {emoji} på {what}",
        "{name} reagerede {emoji} på {what}",
    ),
    "change_reaction_off": (
        "{name} took back the reaction to {what}",
        "{name} tok tilbake reaksjonen på {what}",
        "{name} tog reaktionen på {what} tilbage",
    ),
    "what_message": ("“{text}”", "«{text}»", "»{text}«"),
    "what_number": ("message {number}", "melding {number}", "besked {number}"),
    # Commands.
    "help_reply": (
        "/reply TEXT     answer their last message; /reply #12 TEXT answers number 12",
        "/reply TEKST    svar på den siste meldingen deres; /reply #12 TEKST på nummer 12",
        "/reply TEKST    svar på deres seneste besked; /reply #12 TEKST på nummer 12",
    ),
    "help_edit": (
        "/edit TEXT      another text for your last message, or for /edit #12 TEXT",
        "/edit TEKST     ny tekst i den siste meldingen din, eller /edit #12 TEKST",
        "/edit TEKST     ny tekst i din seneste besked, eller /edit #12 TEKST",
    ),
    "help_delete": (
        "/delete         take your last message back, or /delete #12",
        "/delete         trekk tilbake den siste meldingen din, eller /delete #12",
        "/delete         træk din seneste besked tilbage, eller /delete #12",
    ),
    "help_react": (
        "/react 👍       react to their last message, or /react #12 👍; without one: take it back",
        "/react 👍       reager på den siste meldingen deres, eller /react #12 👍; uten: ta den tilbake",
        "/react 👍       reagér på deres seneste besked, eller /react #12 👍; uden: tag den tilbage",
    ),
    "help_numbers": (
        "/numbers N      the last N messages with their numbers",
        "/numbers N      de siste N meldingene med numrene deres",
        "/numbers N      de seneste N beskeder med deres numre",
    ),
    "wrong_count": (
        "/numbers takes a number from 1 to 200.",
        "/numbers tar et tall fra 1 til 200.",
        "/numbers tager et tal fra 1 til 200.",
    ),
    "no_message_for": (
        "There is no such message here; /numbers shows those that there are.",
        "Det er ingen slik melding her; /numbers viser dem som finnes.",
        "Der er ingen sådan besked her; /numbers viser dem, der findes.",
    ),
    "text_missing": (
        "{command} needs a text.",
        "{command} trenger en tekst.",
        "{command} skal have en tekst.",
    ),
    "changed_nothing": ("Not done: {why}", "Ikke gjort: {why}", "Ikke gjort: {why}"),
    "no_edits": (
        "messages are not edited here",
        "meldinger redigeres ikke her",
        "beskeder redigeres ikke her",
    ),
    "change_refused_ended": (
        "the conversation has ended",
        "samtalen er avsluttet",
        "samtalen er afsluttet",
    ),
    "change_refused_suspended": (
        "the conversation is suspended",
        "samtalen er stengt inntil videre",
        "samtalen er lukket indtil videre",
    ),
    "change_no_too_late": (
        "the time for that has passed",
        "fristen for det er ute",
        "fristen for det er udløbet",
    ),
    "change_no_too_many_changes": (
        "it has been changed as often as one may",
        "den er endret så mange ganger som det går an",
        "den er ændret så mange gange, som man kan",
    ),
    "change_no_not_yours": (
        "somebody else wrote that message",
        "noen andre skrev den meldingen",
        "en anden har skrevet den besked",
    ),
    "change_no_deleted": (
        "that message was taken back",
        "den meldingen ble trukket tilbake",
        "den besked blev trukket tilbage",
    ),
    "change_no_seq_unknown": (
        "there is no such message",
        "det er ingen slik melding",
        "der er ingen sådan besked",
    ),
    "change_no_no_emoji": (
        "a reaction is one emoji",
        "en reaksjon er én emoji",
        "en reaktion er én emoji",
    ),
    "change_no_not_allowed": (
        "this message cannot be changed so",
        "denne meldingen kan ikke endres slik",
        "denne besked kan ikke ændres sådan",
    ),
    "change_no_read_only": (
        "you can read this conversation, not write in it",
        "du kan lese denne samtalen, ikke skrive i den",
        "du kan læse denne samtale, ikke skrive i den",
    ),
}
"""By key: English, bokmål, Danish, as in TABLE."""
