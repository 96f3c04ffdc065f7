"""What the terminal says at a lock: its part of the table in `texts.py`."""

HELP_TEXTS: dict[str, tuple[str, str, str]] = {
    "help_lines": (
        "/lines          whom you can call now",
        "/lines          hvem du kan ringe til nå",
        "/lines          hvem du kan ringe til nu",
    ),
    "help_urgent": (
        "/urgent TEXT    an urgent note to mentor and support, while you cannot write",
        "/urgent TEKST   en hastemelding til mentor og support, mens du ikke kan skrive",
        "/urgent TEKST   en hastebesked til mentor og support, mens du ikke kan skrive",
    ),
    "line_emergency": ("danger to life, now", "fare for liv, nå", "fare for liv, nu"),
    "line_doctor": ("doctor on duty", "legevakt", "lægevagt"),
    "line_any_time": ("day and night", "hele døgnet", "døgnet rundt"),
    "lines_at_lock": (
        "Would you like to talk to someone? {lines} · all: /lines",
        "Vil du snakke med noen? {lines} · alle: /lines",
        "Vil du tale med nogen? {lines} · alle: /lines",
    ),
    "lines_for_member": (
        "Who the member can call: {lines} · all: /lines",
        "Hvem medlemmet kan ringe: {lines} · alle: /lines",
        "Hvem medlemmet kan ringe til: {lines} · alle: /lines",
    ),
    "lines_danger": (
        "Is your life in danger? Call now. You do not have to carry this alone.",
        "Er livet ditt i fare? Ring nå. Du trenger ikke å bære dette alene.",
        "Er dit liv i fare? Ring nu. Du behøver ikke bære det alene.",
    ),
    "lines_open": (
        "Writing is open. Numbers for whenever you need them:",
        "Det er åpent. Numre for når du trenger dem:",
        "Der er åbent. Numre til når du har brug for dem:",
    ),
    "urgent_hint": (
        "/urgent TEXT sends one urgent note to your mentor and support at once.",
        "/urgent TEKST sender én hastemelding til mentoren din og support med en gang.",
        "/urgent TEKST sender én hastebesked til din mentor og support med det samme.",
    ),
    "urgent_what": (
        "Write the note behind /urgent: at most 500 characters.",
        "Skriv meldingen bak /urgent: høyst 500 tegn.",
        "Skriv beskeden efter /urgent: højst 500 tegn.",
    ),
    "urgent_sent": (
        "Your urgent note has been sent to your mentor and support.",
        "Hastemeldingen er sendt til mentoren din og support.",
        "Hastebeskeden er sendt til din mentor og support.",
    ),
    "urgent_mark": ("! URGENT NOTE", "! HASTEMELDING", "! HASTEBESKED"),
    "no_not_locked": (
        "You may write now: send it as a message.",
        "Du kan skrive nå: send det som en melding.",
        "Du kan skrive nu: send det som en besked.",
    ),
    "no_note_sent": (
        "You have sent an urgent note. The next one can be sent once writing has been open.",
        "Du har sendt en hastemelding. Du kan sende en ny når det har vært åpent.",
        "Du har sendt en hastebesked. Du kan sende en ny, når der har været åbent.",
    ),
    "plan_freer": (
        "On the plan {plan} you could write now. {url}",
        "Med planen {plan} kunne du skrevet nå. {url}",
        "Med planen {plan} kunne du skrive nu. {url}",
    ),
}
