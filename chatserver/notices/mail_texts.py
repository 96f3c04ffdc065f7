"""What mails say around their notices, and what the page says that unsubscribes from them."""

from quotas.notices import Topic
from quotas.phrases import LANGUAGES, Language

_TEXTS: dict[str, tuple[str, str, str]] = {
    "summary": ("{n} notices for you", "{n} varsler til deg", "{n} notifikationer til dig"),
    "booked": ("{n} sessions are booked", "{n} timer er booket", "{n} sessioner er booket"),
    "open": ("Open the conversation", "Åpne samtalen", "Åbn samtalen"),
    "open_app": ("Open the app", "Åpne appen", "Åbn appen"),
    "join": ("Join the video call", "Bli med i videosamtalen", "Deltag i videosamtalen"),
    "calendar": (
        "The invitation for your calendar comes with this mail. Where your calendar does not show the session by "
        "itself, open the file session.ics.",
        "Invitasjonen til kalenderen din følger med denne e-posten. Viser ikke kalenderen timen av seg selv, åpne "
        "filen session.ics.",
        "Invitationen til din kalender følger med denne e-mail. Viser kalenderen ikke sessionen af sig selv, så åbn "
        "filen session.ics.",
    ),
    "calendar_all": (
        "The file session.ics puts all of these into your calendar.",
        "Filen session.ics legger alle disse i kalenderen din.",
        "Filen session.ics lægger alle disse i din kalender.",
    ),
    "calendar_gone": (
        "Your calendar takes the session out where it reads invitations in mails; else open the file session.ics.",
        "Kalenderen din tar timen ut hvis den leser invitasjoner i e-post; hvis ikke, åpne filen session.ics.",
        "Din kalender fjerner sessionen, hvis den læser invitationer i e-mails; ellers åbn filen session.ics.",
    ),
    "zone": ("Times are those of {zone}.", "Klokkeslett gjelder {zone}.", "Klokkeslæt gælder {zone}."),
    "no_answer": (
        "Nobody reads answers to this mail; write in the app.",
        "Ingen leser svar på denne e-posten; skriv i appen.",
        "Ingen læser svar på denne e-mail; skriv i appen.",
    ),
    "unsubscribe": ("Turn off mails about {topics}", "Slå av e-post om {topics}", "Slå e-mails om {topics} fra"),
    "and": ("and", "og", "og"),
    "messages": ("messages", "meldinger", "beskeder"),
    "deadlines": ("deadlines", "frister", "frister"),
    "sessions": ("sessions", "timer", "sessioner"),
    "openings": ("when you can write again", "når du kan skrive igjen", "hvornår du kan skrive igen"),
    "reminders": ("reminders", "påminnelser", "påmindelser"),
    "cases": ("requests and cases", "ønsker og saker", "ønsker og sager"),
    "operations": ("the running of the service", "driften av tjenesten", "driften af tjenesten"),
    "page_title": ("Mails about {topics}", "E-post om {topics}", "E-mails om {topics}"),
    "page_ask": (
        "Do you want no more mails about {topics}? Notices still stand in the app.",
        "Vil du ikke ha flere e-poster om {topics}? Varslene står fortsatt i appen.",
        "Vil du ikke have flere e-mails om {topics}? Notifikationerne står stadig i appen.",
    ),
    "page_button": ("Turn these mails off", "Slå av denne e-posten", "Slå disse e-mails fra"),
    "page_done": (
        "You get no more mails about {topics}. In the app’s settings you can turn them on again.",
        "Du får ikke flere e-poster om {topics}. I appens innstillinger kan du slå dem på igjen.",
        "Du får ikke flere e-mails om {topics}. I appens indstillinger kan du slå dem til igen.",
    ),
    "page_essential": (
        "What changes your sessions or your membership still comes.",
        "Det som endrer timene eller medlemskapet ditt, kommer fortsatt.",
        "Det, der ændrer dine sessioner eller dit medlemskab, kommer stadig.",
    ),
    "page_nothing_title": ("This link does not work", "Lenken virker ikke", "Linket virker ikke"),
    "page_nothing": (
        "It may have been cut short on its way, or the account is gone. In the app you choose under Notices which "
        "mails you get.",
        "Den kan være kortet av på veien, eller kontoen finnes ikke lenger. I appen velger du under Varsler hvilke "
        "e-poster du får.",
        "Det kan være forkortet undervejs, eller kontoen findes ikke længere. I appen vælger du under Notifikationer, "
        "hvilke e-mails du får.",
    ),
}
"""In the order of LANGUAGES."""


class MailTexts:
    """`texts("open")` in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **blanks: object) -> str:
        return _TEXTS[key][self._column].format(**blanks)

    def topics(self, topics: tuple[Topic, ...]) -> str:
        """Messages and sessions."""
        *first, last = (self(topic) for topic in topics)
        return f"{', '.join(first)} {self('and')} {last}" if first else last
