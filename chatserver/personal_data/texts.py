"""What the page of an export says, in English, Norwegian bokmål and Danish; and instants in words."""

from datetime import UTC, datetime

from quotas import instant
from quotas.currencies import written
from quotas.phrases import LANGUAGES, PHRASES, Language
from quotas.plans import WEEKDAYS, Weekday
from quotas.zones import zone_to_show

TABLE: dict[str, tuple[str, str, str]] = {
    "title": ("Everything about {name}", "Alt om {name}", "Alt om {name}"),
    "as_of": (
        "As of {when}. Times are those of each conversation's zone.",
        "Slik det var {when}. Klokkeslett gjelder i tidssonen til hver samtale.",
        "Som det var {when}. Klokkeslæt gælder i hver samtales tidszone.",
    ),
    "date": (
        "{weekday} {day} {month} {year}",
        "{weekday} {day}. {month} {year}",
        "{weekday} den {day}. {month} {year}",
    ),
    "at": ("{date}, {time}", "{date} kl. {time}", "{date} kl. {time}"),
    "person": ("The person", "Personen", "Personen"),
    "id": ("Id", "Id", "Id"),
    "role": ("Role", "Rolle", "Rolle"),
    "member": ("Member", "Medlem", "Medlem"),
    "mentor": ("Mentor", "Mentor", "Mentor"),
    "support": ("Support", "Support", "Support"),
    "service": ("Service", "Tjeneste", "Tjeneste"),
    "name": ("Name", "Navn", "Navn"),
    "email": ("E-mail address", "E-postadresse", "E-mailadresse"),
    "locale": ("Language", "Språk", "Sprog"),
    "zone": ("Time zone", "Tidssone", "Tidszone"),
    "created_at": ("Recorded since", "Registrert siden", "Registreret siden"),
    "updated_at": ("Last changed", "Sist endret", "Senest ændret"),
    "erased_at": ("Erased", "Slettet", "Slettet"),
    "tokens_refused_before": (
        "Sign-ins before this do not count",
        "Innlogginger før dette gjelder ikke",
        "Logins før dette gælder ikke",
    ),
    "conversations": ("Conversations", "Samtaler", "Samtaler"),
    "no_conversations": ("There are none.", "Det er ingen.", "Der er ingen."),
    "conversation": ("Conversation {id}", "Samtalen {id}", "Samtalen {id}"),
    "with": ("With", "Med", "Med"),
    "status": ("Status", "Status", "Status"),
    "open": ("open", "åpen", "åben"),
    "paused": ("paused", "satt på pause", "på pause"),
    "ended": ("ended", "avsluttet", "afsluttet"),
    "holidays": ("Public holidays of", "Helligdager i", "Helligdage i"),
    "member_read": ("Member has read up to no.", "Medlemmet har lest til nr.", "Medlemmet har læst til nr."),
    "mentor_read": ("Mentor has read up to no.", "Mentoren har lest til nr.", "Mentoren har læst til nr."),
    "windows_used": ("Writing windows in the last week", "Skrivevinduer siste uke", "Skrivevinduer i den seneste uge"),
    "messages_used": (
        "Counted messages in the last week",
        "Talte meldinger siste uke",
        "Talte beskeder i den seneste uge",
    ),
    "window_ends_at": ("Last writing window until", "Siste skrivevindu til", "Seneste skrivevindue til"),
    "live_until": ("Last live chat until", "Siste live-chat til", "Seneste live-chat til"),
    "waiting_since": ("Waiting since", "Venter siden", "Venter siden"),
    "due_at": ("Answer due", "Svarfrist", "Svarfrist"),
    "plans": ("Plans", "Abonnement", "Abonnementer"),
    "plan": ("Plan", "Abonnement", "Abonnement"),
    "from": ("From", "Fra", "Fra"),
    "until": ("Until", "Til", "Til"),
    "still": ("today", "i dag", "i dag"),
    "waits": ("Waits for an answer", "Ventetider på svar", "Ventetider på svar"),
    "answered_at": ("Answered", "Besvart", "Besvaret"),
    "dropped_at": ("Dropped", "Falt bort", "Bortfaldet"),
    "in_time": ("In time", "I tide", "Til tiden"),
    "yes": ("yes", "ja", "ja"),
    "no": ("no", "nei", "nej"),
    "notices": ("Warnings and missed deadlines", "Varsler og brutte frister", "Varsler og overskredne frister"),
    "kind": ("Kind", "Type", "Type"),
    "warning": ("warning", "varsel", "varsel"),
    "missed": ("missed", "brutt frist", "overskredet frist"),
    "noted_at": ("Noted", "Notert", "Noteret"),
    "mentor_days": ("Days on which the mentor wrote", "Dager da mentoren skrev", "Dage, hvor mentoren skrev"),
    "memberships": ("Membership", "Medlemskap", "Medlemskab"),
    "monthly": ("monthly", "månedlig", "månedlig"),
    "annual": ("annual", "årlig", "årlig"),
    "started_on": ("Began on", "Begynte", "Begyndte"),
    "paid_until": ("Paid until", "Betalt til", "Betalt til"),
    "renewed_until": ("Renewed until", "Fornyet til", "Fornyet til"),
    "price": ("Price", "Pris", "Pris"),
    "payer": ("Who pays", "Hvem betaler", "Hvem betaler"),
    "consumer": ("the member", "medlemmet", "medlemmet"),
    "business": ("a business", "en bedrift", "en virksomhed"),
    "cadence": ("Meetings", "Møter", "Møder"),
    "meeting_monthly": ("monthly", "hver måned", "hver måned"),
    "meeting_every_two_weeks": ("every two weeks", "annenhver uke", "hver anden uge"),
    "meeting_weekly": ("weekly", "hver uke", "hver uge"),
    "renews": ("Renews by itself", "Fornyes av seg selv", "Fornys af sig selv"),
    "renewals": ("Renewals", "Fornyelser", "Fornyelser"),
    "reminder": ("reminder", "påminnelse", "påmindelse"),
    "renewed": ("renewed", "fornyet", "fornyet"),
    "statements": ("Statements", "Oppgjør", "Opgørelser"),
    "month": ("Month", "Måned", "Måned"),
    "starts_at": ("Start", "Start", "Start"),
    "share": ("Share", "Andel", "Andel"),
    "hours": ("Open for bookings", "Åpen for booking", "Åben for booking"),
    "day": ("Day", "Dag", "Dag"),
    "buffer_minutes": (
        "Minutes kept free around a booking",
        "Minutter fri rundt en booking",
        "Minutter fri omkring en booking",
    ),
    "notice_hours": ("Hours ahead, at least", "Timer i forveien, minst", "Timer i forvejen, mindst"),
    "prices": ("Listed prices", "Listepriser", "Listepriser"),
    "minutes": ("Minutes", "Minutter", "Minutter"),
    "series": ("Series of sessions", "Møteserier", "Mødeserier"),
    "every_weeks": ("Weeks between", "Uker mellom", "Uger imellem"),
    "not_booked": ("Places that were not booked", "Tider som ikke ble booket", "Tider, der ikke blev booket"),
    "why": ("Why", "Hvorfor", "Hvorfor"),
    "messages": ("Messages", "Meldinger", "Beskeder"),
    "no_messages": ("No messages.", "Ingen meldinger.", "Ingen beskeder."),
    "erased": ("This text was erased.", "Denne teksten er slettet.", "Denne tekst er slettet."),
    "no_name": ("(erased)", "(slettet)", "(slettet)"),
}


class ExportTexts:
    """`texts("title", name="Mia")` in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **blanks: object) -> str:
        return TABLE[key][self._column].format(**blanks)

    def amount(self, amount: int | None, currency: str | None) -> str:
        """What people write for minor units: 123.45 NOK, or 123,45 NOK; nothing where there is none."""
        if amount is None or currency is None:
            return ""
        text = written(amount, currency)
        return f"{text if self.language == 'en' else text.replace('.', ',')} {currency}"

    def date(self, moment: str, zone: str) -> str:
        """The local day of an RFC 3339 instant: Friday 9 January 2026."""
        there = _local(moment, zone)
        weekday = PHRASES["weekdays"][self._column].split()[there.weekday()]
        month = PHRASES["months"][self._column].split()[there.month - 1]
        return self("date", weekday=weekday, day=there.day, month=month, year=there.year)

    def weekday(self, weekday: Weekday) -> str:
        """Its name."""
        return PHRASES["weekdays"][self._column].split()[WEEKDAYS.index(weekday)]

    def time(self, moment: str, zone: str) -> str:
        """The local time of day: 09:05."""
        return f"{_local(moment, zone):%H:%M}"

    def at(self, moment: str, zone: str) -> str:
        """Day and time."""
        return self("at", date=self.date(moment, zone), time=self.time(moment, zone))


def _local(moment: str, zone: str) -> datetime:
    return datetime.fromtimestamp(instant.parse(moment) / instant.SECOND, UTC).astimezone(zone_to_show(zone))
