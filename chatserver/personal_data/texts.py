"""What the page of an export says, in English, Norwegian bokmål and Danish; and instants in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chatserver.notices.notice import Notice
from chatserver.notices.texts import words_of
from chatserver.protocol.event_details import details_of
from chatserver.protocol.events import SystemEvent
from quotas import instant
from quotas.cases.words import CaseReader, case_words
from quotas.currencies import with_code
from quotas.phrases import LANGUAGES, PHRASES, Language
from quotas.zones import local_time

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
    "country": ("Country", "Land", "Land"),
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
    "suspended": ("suspended", "stengt inntil videre", "lukket indtil videre"),
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
    "answered_by": ("Answered in the mentor's place", "Besvart i mentorens sted", "Besvaret i mentorens sted"),
    "dropped_at": ("Ended without an answer", "Endte uten svar", "Endte uden svar"),
    "ended_as": ("Because", "Fordi", "Fordi"),
    "ended_acknowledged": ("no answer was needed", "det ikke trengte svar", "det ikke krævede svar"),
    "ended_withdrawn": (
        "the messages were deleted",
        "meldingene ble slettet",
        "beskederne blev slettet",
    ),
    "in_time": ("In time", "I tide", "Til tiden"),
    "yes": ("yes", "ja", "ja"),
    "no": ("no", "nei", "nej"),
    "cases_seen": ("Cases", "Saker", "Sager"),
    "case": ("What it is about", "Hva det gjelder", "Hvad det gælder"),
    "case_state": ("State", "Tilstand", "Tilstand"),
    "case_words": ("What was written", "Hva som ble skrevet", "Hvad der blev skrevet"),
    "opened_at": ("Opened", "Åpnet", "Åbnet"),
    "ended_at": ("Ended", "Avsluttet", "Afsluttet"),
    "reply_notices": ("Warnings and missed deadlines", "Varsler og brutte frister", "Varsler og overskredne frister"),
    "kind": ("Kind", "Type", "Type"),
    "warning": ("warning", "varsel", "varsel"),
    "missed": ("missed", "brutt frist", "overskredet frist"),
    "noted_at": ("Noted", "Notert", "Noteret"),
    "bookings": ("Sessions", "Sesjoner", "Sessioner"),
    "credit_corrections": ("Corrections of session credits", "Rettelser av sesjoner", "Rettelser af sessioner"),
    "series": ("Regular sessions", "Faste sesjoner", "Faste sessioner"),
    "absences": ("Absences", "Fravær", "Fravær"),
    "substitute_id": ("Substitute", "Vikar", "Vikar"),
    "attachments": ("Files", "Filer", "Filer"),
    "type": ("Type", "Type", "Type"),
    "file": ("File in the export", "Fil i eksporten", "Fil i eksporten"),
    "stood_in": ("Written in the place of others", "Skrevet i andres sted", "Skrevet i andres sted"),
    "body": ("Message", "Melding", "Besked"),
    "prices": ("Prices of extra sessions", "Priser på ekstra sesjoner", "Priser på ekstra sessioner"),
    "statements": ("Statements", "Oppgjør", "Opgørelser"),
    "service_of": ("Service", "Tjeneste", "Tjeneste"),
    "starts_at": ("Start", "Start", "Start"),
    "minutes": ("Minutes", "Minutter", "Minutter"),
    "cancelled_at": ("Cancelled", "Avlyst", "Aflyst"),
    "units": ("Units", "Enheter", "Enheder"),
    "reason": ("Reason", "Grunn", "Grund"),
    "first": ("First", "Første", "Første"),
    "every_weeks": ("Weeks between", "Uker imellom", "Uger imellem"),
    "renewal": ("Renewal", "Fornyelse", "Fornyelse"),
    "started_on": ("Began", "Begynte", "Begyndte"),
    "paid_until": ("Paid until", "Betalt til", "Betalt til"),
    "payer": ("Paid by", "Betales av", "Betales af"),
    "month": ("Month", "Måned", "Måned"),
    "issued_at": ("Issued", "Utstedt", "Udstedt"),
    "notices": ("What they were told of", "Hva personen fikk vite om", "Hvad personen fik at vide"),
    "what": ("What", "Hva", "Hvad"),
    "in_conversation": ("Conversation", "Samtale", "Samtale"),
    "read_at": ("Read", "Lest", "Læst"),
    "outbox": ("Sent, and to be sent", "Sendt, og på vei", "Sendt, og på vej"),
    "channel": ("By", "Via", "Via"),
    "mail": ("e-mail", "e-post", "e-mail"),
    "push": ("push", "push", "push"),
    "webhook": ("webhook", "webhook", "webhook"),
    "since": ("Since", "Siden", "Siden"),
    "done_at": ("Done", "Ferdig", "Færdig"),
    "outcome": ("Outcome", "Resultat", "Resultat"),
    "sent": ("sent", "sendt", "sendt"),
    "dropped": ("dropped", "falt bort", "bortfaldet"),
    "failed": ("failed", "mislyktes", "mislykkedes"),
    "notice_settings": ("What they want to hear", "Hva personen vil høre om", "Hvad personen vil høre om"),
    "off": ("Not wanted", "Ikke ønsket", "Ikke ønsket"),
    "topic_messages": ("messages", "meldinger", "beskeder"),
    "topic_deadlines": ("deadlines", "frister", "frister"),
    "topic_sessions": ("sessions", "sesjoner", "sessioner"),
    "topic_openings": ("writing opens", "når det kan skrives", "når der kan skrives"),
    "topic_reminders": ("reminders", "påminnelser", "påmindelser"),
    "topic_cases": ("requests and cases", "ønsker og saker", "ønsker og sager"),
    "topic_operations": ("operations", "drift", "drift"),
    "quiet_from": ("Quiet from", "Stille fra", "Stille fra"),
    "quiet_until": ("Quiet until", "Stille til", "Stille til"),
    "library": ("Saved texts and exercises", "Lagrede tekster og øvelser", "Gemte tekster og øvelser"),
    "item_title": ("Title", "Tittel", "Titel"),
    "folder": ("Folder", "Mappe", "Mappe"),
    "mentor_profiles": ("About the mentor", "Om mentoren", "Om mentoren"),
    "expectations": ("What to expect", "Forventninger", "Forventninger"),
    "expertise": ("Knows of", "Kan noe om", "Ved noget om"),
    "exercises": ("Exercises", "Øvelser", "Øvelser"),
    "introduction": ("Introduction", "Innledning", "Indledning"),
    "questions": ("Questions", "Spørsmål", "Spørgsmål"),
    "questions_answers": ("Questions and answers", "Spørsmål og svar", "Spørgsmål og svar"),
    "given_at": ("Given", "Gitt", "Givet"),
    "answered": ("Answers", "Svar", "Svar"),
    "filled_at": ("Last filled in", "Sist fylt ut", "Senest udfyldt"),
    "handed_in_at": ("Handed in", "Levert", "Afleveret"),
    "muted_conversations": ("Muted conversations", "Dempede samtaler", "Dæmpede samtaler"),
    "muted_at": ("Muted", "Dempet", "Dæmpet"),
    "opening_requests": (
        "Asked to hear when writing opens",
        "Vil vite når det kan skrives",
        "Vil vide, når der kan skrives",
    ),
    "asked_at": ("Asked", "Spurt", "Spurgt"),
    "opens_at": ("Opens", "Åpner", "Åbner"),
    "later_messages": ("Messages to be sent later", "Meldinger som sendes senere", "Beskeder, der sendes senere"),
    "drafts": ("Drafts", "Utkast", "Kladder"),
    "send_at": ("To be sent", "Sendes", "Sendes"),
    "written_at": ("Written", "Skrevet", "Skrevet"),
    "state": ("State", "Status", "Status"),
    "waiting": ("waits for its time", "venter på tidspunktet sitt", "venter på sit tidspunkt"),
    "refused": ("could not be sent", "kunne ikke sendes", "kunne ikke sendes"),
    "mail_bounces": ("Mails that came back", "E-post som kom i retur", "E-mails, der kom retur"),
    "bounce": ("did not arrive", "kom ikke fram", "kom ikke frem"),
    "complaint": ("reported as unwanted", "meldt som uønsket", "meldt som uønsket"),
    "calendar_feeds": ("Calendar feed", "Kalenderabonnement", "Kalenderabonnement"),
    "made_at": ("Made", "Laget", "Lavet"),
    "push_subscriptions": ("Devices with push", "Enheter med push", "Enheder med push"),
    "sign_ins": ("Sign-ins", "Innlogginger", "Logins"),
    "last_used": ("Last used", "Sist brukt", "Sidst brugt"),
    "device": ("Device", "Enhet", "Enhed"),
    "subscribed_at": ("Since", "Siden", "Siden"),
    "expires_at": ("Until", "Til", "Til"),
    "webhook_events": (
        "Told to the platform's systems",
        "Meldt til plattformens systemer",
        "Meddelt platformens systemer",
    ),
    "read_by_support": (
        "When support read this conversation",
        "Når support har lest denne samtalen",
        "Hvornår support har læst denne samtale",
    ),
    "mentor_days": ("Days on which the mentor wrote", "Dager da mentoren skrev", "Dage, hvor mentoren skrev"),
    "memberships": ("Membership", "Medlemskap", "Medlemskab"),
    "monthly": ("monthly", "månedlig", "månedlig"),
    "annual": ("annual", "årlig", "årlig"),
    "renewed_until": ("Renewed until", "Fornyet til", "Fornyet til"),
    "price": ("Price", "Pris", "Pris"),
    "consumer": ("the member", "medlemmet", "medlemmet"),
    "business": ("a business", "en bedrift", "en virksomhed"),
    "renews": ("Renews by itself", "Fornyes av seg selv", "Fornys af sig selv"),
    "membership_steps": ("Renewals", "Fornyelser", "Fornyelser"),
    "reminder": ("reminder", "påminnelse", "påmindelse"),
    "renewed": ("renewed", "fornyet", "fornyet"),
    "live_chat": ("live chat", "live-chat", "live-chat"),
    "video_call": ("video call", "videosamtale", "videosamtale"),
    "messages": ("Messages", "Meldinger", "Beskeder"),
    "urgent": ("Urgent note", "Hastemelding", "Hastebesked"),
    "sent_later": (
        "Written {when}, sent later by itself",
        "Skrevet {when}, sendt senere av seg selv",
        "Skrevet {when}, sendt senere af sig selv",
    ),
    "taken_back": (
        "This message was taken back.",
        "Denne meldingen ble trukket tilbake.",
        "Denne besked blev trukket tilbage.",
    ),
    "did_edit": (
        "Another text for an earlier message",
        "Ny tekst i en tidligere melding",
        "Ny tekst i en tidligere besked",
    ),
    "did_deletion": (
        "took back an earlier message",
        "trakk tilbake en tidligere melding",
        "trak en tidligere besked tilbage",
    ),
    "did_reaction": ("to an earlier message", "på en tidligere melding", "på en tidligere besked"),
    "did_reaction_off": (
        "took back the reaction to an earlier message",
        "tok tilbake reaksjonen på en tidligere melding",
        "tog reaktionen på en tidligere besked tilbage",
    ),
    "did_reply": ("Answers an earlier message", "Svarer på en tidligere melding", "Svarer på en tidligere besked"),
    "no_messages": ("No messages.", "Ingen meldinger.", "Ingen beskeder."),
    "event_booked": ("Session booked", "Sesjon booket", "Session booket"),
    "event_moved": ("Session moved", "Sesjon flyttet", "Session flyttet"),
    "event_cancelled": ("Session cancelled", "Sesjon avlyst", "Session aflyst"),
    "event_started": ("The session began", "Sesjonen begynte", "Sessionen begyndte"),
    "event_late": (
        "Somebody had not joined the session yet",
        "Noen hadde ikke blitt med i sesjonen ennå",
        "Nogen var ikke kommet med i sessionen endnu",
    ),
    "event_ended": ("The session ended", "Sesjonen sluttet", "Sessionen sluttede"),
    "event_no_show": (
        "The member did not come to the session",
        "Medlemmet kom ikke til sesjonen",
        "Medlemmet kom ikke til sessionen",
    ),
    "event_corrected": ("Session credits corrected", "Sesjoner rettet", "Sessioner rettet"),
    "event_acknowledged": (
        "Needs no answer, the mentor said",
        "Trenger ikke svar, sa mentoren",
        "Kræver ikke svar, sagde mentoren",
    ),
    "session_minutes": ("{n} minutes", "{n} minutter", "{n} minutter"),
    "erased": ("This text was erased.", "Denne teksten er slettet.", "Denne tekst er slettet."),
    "no_name": ("(erased)", "(slettet)", "(slettet)"),
}


WORDS = (
    *("monthly", "annual", "consumer", "business", "reminder", "renewed", "live_chat", "video_call"),
    *("mail", "push", "webhook", "sent", "dropped", "failed", "bounce", "complaint"),
    *("topic_messages", "topic_deadlines", "topic_sessions", "topic_openings", "topic_reminders"),
    *("topic_cases", "topic_operations"),
)
"""Codes in what is recorded that have words."""


class ExportTexts:
    """`texts("title", name="Mia")` in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **blanks: object) -> str:
        return TABLE[key][self._column].format(**blanks)

    def word(self, code: str) -> str:
        """What a code of ours is in words, where there is one; else as it is."""
        return self(code) if code in WORDS else code

    def case(self, row: Mapping[str, Any], role: str) -> dict[str, str]:
        """What a case is called, and what its state means to that reader; as it is where this release has no words."""
        reader: CaseReader = "mentor" if role == "mentor" else "member"
        words = case_words(row["kind"], row["state"], reader, self.language)
        if words is None:
            return {"case": row["kind"], "case_state": row["state"]}
        return {"case": words.title, "case_state": words.line}

    def amount(self, amount: int | None, currency: str | None) -> str:
        """What people write for minor units: 123.45 NOK, or 123,45 NOK; nothing where there is none."""
        if amount is None or currency is None:
            return ""
        return with_code(amount, currency, comma=self.language != "en")

    def date(self, moment: str, zone: str) -> str:
        """The local day of an RFC 3339 instant: Friday 9 January 2026."""
        there = _local(moment, zone)
        weekday = PHRASES["weekdays"][self._column].split()[there.weekday()]
        month = PHRASES["months"][self._column].split()[there.month - 1]
        return self("date", weekday=weekday, day=there.day, month=month, year=there.year)

    def time(self, moment: str, zone: str) -> str:
        """The local time of day: 09:05."""
        return f"{_local(moment, zone):%H:%M}"

    def at(self, moment: str, zone: str) -> str:
        """Day and time."""
        return self("at", date=self.date(moment, zone), time=self.time(moment, zone))

    def heard(self, row: Mapping[str, Any], zone: str) -> str:
        """A notice that was recorded, as it was said, but without the other's name; one that is not known as it is."""
        at = instant.parse(row["at"])
        places = {"conversation": row["conversation_id"], "booking": row["booking_id"]}
        notice = Notice(id=0, person="", event=row["event"], mark="", data=row["data"], at=at, noted_at=at, **places)
        try:
            return words_of(notice, self.language, zone, "").line
        except KeyError:
            return str(row["event"])

    def event(self, event: SystemEvent, zone: str) -> str:
        """What happened, with the session it happened to; a name that is not known as it is."""
        if f"event_{event.name}" not in TABLE:
            return event.name
        details = details_of(event)
        said = [self.at(instant.text(details.starts_at), zone)] if details.starts_at is not None else []
        if details.minutes is not None:
            said.append(self("session_minutes", n=details.minutes))
        if details.units is not None:
            said.append(f"{details.units:+}")
        return ": ".join([self(f"event_{event.name}"), *([", ".join(said)] if said else [])])


def _local(moment: str, zone: str) -> datetime:
    return local_time(instant.parse(moment), zone)
