"""What the terminal says, in English, Norwegian bokmål and Danish."""

from collections.abc import Mapping

from chatserver.terminal.case_texts import CASE_TEXTS
from chatserver.terminal.change_texts import CHANGE_TEXTS
from chatserver.terminal.file_texts import FILE_TEXTS
from chatserver.terminal.help_texts import HELP_TEXTS
from chatserver.terminal.later_texts import LATER_TEXTS
from chatserver.terminal.mentoring_texts import MENTORING_TEXTS
from chatserver.terminal.no_answer_texts import NO_ANSWER_TEXTS
from chatserver.terminal.notice_texts import NOTICE_TEXTS
from chatserver.terminal.search_texts import SEARCH_TEXTS
from chatserver.terminal.session_texts import SESSION_TEXTS
from quotas.phrases import LANGUAGES, Language, language_of

TABLE: dict[str, tuple[str, str, str]] = {
    # Time. Weekdays begin with Monday.
    "weekdays": ("Mon Tue Wed Thu Fri Sat Sun", "man tir ons tor fre lør søn", "man tir ons tor fre lør søn"),
    "weekdays_long": (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    ),
    "months": (
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "jan feb mars april mai juni juli aug sep okt nov des",
        "jan feb mar apr maj jun jul aug sep okt nov dec",
    ),
    "months_long": (
        "January February March April May June July August September October November December",
        "januar februar mars april mai juni juli august september oktober november desember",
        "januar februar marts april maj juni juli august september oktober november december",
    ),
    "date": ("{weekday} {day:02} {month}", "{weekday} {day}. {month}", "{weekday} {day}. {month}"),
    "long_date": (
        "{weekday} {day} {month} {year}",
        "{weekday} {day}. {month} {year}",
        "{weekday} {day}. {month} {year}",
    ),
    "day_and_time": (
        "{weekday} {day} {month} {time}",
        "{weekday} {day}. {month} kl. {time}",
        "{weekday} {day}. {month} kl. {time}",
    ),
    "days": ("{n} d", "{n} d", "{n} d"),
    "hours": ("{n} h", "{n} t", "{n} t"),
    "minutes": ("{n} min", "{n} min", "{n} min"),
    "seconds": ("{n} s", "{n} s", "{n} s"),
    # The connection and the people.
    "connecting": ("connecting …", "kobler til …", "forbinder …"),
    "connecting_to": ("Connecting to {url} …", "Kobler til {url} …", "Forbinder til {url} …"),
    "online": ("online", "tilkoblet", "forbundet"),
    "offline": ("offline", "frakoblet", "afbrudt"),
    "retry_in": ("trying again in {left}", "prøver igjen om {left}", "prøver igen om {left}"),
    "closed": ("disconnected", "koblet fra", "afbrudt"),
    "server_time": ("server time {when}", "servertid {when}", "servertid {when}"),
    "you": ("You", "Du", "Du"),
    "peer_online": ("{name} is here", "{name} er her", "{name} er her"),
    "peer_away": ("{name} is away", "{name} er borte", "{name} er væk"),
    "peer_typing": ("{name} is typing …", "{name} skriver …", "{name} skriver …"),
    "sending": ("… sending", "… sender", "… sender"),
    "sent": ("✓ sent", "✓ sendt", "✓ sendt"),
    "seen": ("✓✓ read", "✓✓ lest", "✓✓ læst"),
    "elsewhere_overdue": (
        "! {n} overdue elsewhere",
        "! {n} over fristen andre steder",
        "! {n} over fristen andre steder",
    ),
    "elsewhere_due": (
        "{n} waiting elsewhere, {left} left",
        "{n} venter andre steder, {left} igjen",
        "{n} venter andre steder, {left} tilbage",
    ),
    "elsewhere_waiting": ("{n} waiting elsewhere", "{n} venter andre steder", "{n} venter andre steder"),
    "next_opens": ("/next opens it", "/next åpner den", "/next åbner den"),
    "opens_it": ("/to {id} opens it", "/to {id} åpner den", "/to {id} åbner den"),
    "unread": ("{name}: {n} new", "{name}: {n} nye", "{name}: {n} nye"),
    "news": ("{n} new", "{n} nye", "{n} nye"),
    "erased": ("(this text was erased)", "(denne teksten er slettet)", "(denne tekst er slettet)"),
    "status_paused": ("paused", "på pause", "på pause"),
    "status_suspended": ("suspended", "stengt inntil videre", "lukket indtil videre"),
    "status_ended": ("ended", "avsluttet", "afsluttet"),
    "reading_only": ("reading only", "kun lesing", "kun læsning"),
    # What happened to a session, by the names of events.
    "event_booked": ("Session booked", "Sesjon booket", "Session booket"),
    "event_moved": ("Session moved", "Sesjon flyttet", "Session flyttet"),
    "event_cancelled": ("Session cancelled", "Sesjon avlyst", "Session aflyst"),
    "event_started": ("The session has started", "Sesjonen har begynt", "Sessionen er begyndt"),
    "event_late": (
        "One of the two has not joined the session yet",
        "En av de to har ikke blitt med i sesjonen ennå",
        "En af de to er ikke kommet med i sessionen endnu",
    ),
    "event_ended": ("The session has ended", "Sesjonen er over", "Sessionen er slut"),
    "event_no_show": (
        "The member did not come to the session",
        "Medlemmet kom ikke til sesjonen",
        "Medlemmet kom ikke til sessionen",
    ),
    "event_corrected": ("Session credits corrected", "Sesjoner rettet", "Sessioner rettet"),
    "session_minutes": ("{n} minutes", "{n} minutter", "{n} minutter"),
    # The member's writing.
    "open": ("open", "åpent", "åbent"),
    "window_ends": ("window ends in {left}", "vinduet varer i {left}", "vinduet varer i {left}"),
    "opens_window": (
        "your next message starts a window",
        "neste melding starter et vindu",
        "næste besked starter et vindue",
    ),
    "windows_0": ("no window left this week", "ingen vinduer igjen denne uken", "ingen vinduer tilbage denne uge"),
    "windows_1": ("1 window left this week", "1 vindu igjen denne uken", "1 vindue tilbage denne uge"),
    "windows_n": ("{n} windows left this week", "{n} vinduer igjen denne uken", "{n} vinduer tilbage denne uge"),
    "messages_0": ("no message left this week", "ingen meldinger igjen denne uken", "ingen beskeder tilbage denne uge"),
    "messages_1": ("1 message left this week", "1 melding igjen denne uken", "1 besked tilbage denne uge"),
    "messages_n": ("{n} messages left this week", "{n} meldinger igjen denne uken", "{n} beskeder tilbage denne uge"),
    "live_until": (
        "live chat until {when}, {left} left",
        "live-chat til {when}, {left} igjen",
        "live-chat til {when}, {left} tilbage",
    ),
    "locked_closed": ("locked: closed today", "låst: stengt i dag", "låst: lukket i dag"),
    "locked_quota_used": (
        "locked: this week's windows are used",
        "låst: ukens vinduer er brukt",
        "låst: ugens vinduer er brugt",
    ),
    "locked_messages_used": (
        "locked: this week's messages are used",
        "låst: ukens meldinger er brukt",
        "låst: ugens beskeder er brugt",
    ),
    "locked_paused": (
        "locked: the conversation is paused",
        "låst: samtalen er satt på pause",
        "låst: samtalen er sat på pause",
    ),
    "locked_suspended": (
        "locked: the conversation is suspended",
        "låst: samtalen er stengt inntil videre",
        "låst: samtalen er lukket indtil videre",
    ),
    "locked_ended": (
        "locked: the conversation has ended",
        "låst: samtalen er avsluttet",
        "låst: samtalen er afsluttet",
    ),
    "opens": ("opens {when} (in {left})", "åpner {when} (om {left})", "åbner {when} (om {left})"),
    "now_open": ("Writing is open.", "Du kan skrive igjen.", "Du kan skrive igen."),
    "not_sent": ("Not sent: {why}", "Ikke sendt: {why}", "Ikke sendt: {why}"),
    "kept": (
        "Your text stays in the input line.",
        "Teksten din blir stående i skrivefeltet.",
        "Din tekst bliver stående i skrivefeltet.",
    ),
    "only_video_included": (
        "Only video calls are included; write here to agree on times.",
        "Bare videosamtaler er inkludert; skriv her for å avtale tid.",
        "Kun videosamtaler er inkluderet; skriv her for at aftale tid.",
    ),
    # What the mentor owes.
    "nothing_owed": ("nothing waiting", "ingenting venter", "intet venter"),
    "waiting_since": ("waiting since {when}", "har ventet siden {when}", "har ventet siden {when}"),
    "answer_by": (
        "answer by {when}, {left} left",
        "svar innen {when}, {left} igjen",
        "svar inden {when}, {left} tilbage",
    ),
    "missed": (
        "the reply deadline, {when}, was missed",
        "svarfristen, {when}, ble ikke holdt",
        "svarfristen, {when}, blev ikke overholdt",
    ),
    "overdue_by": ("overdue by {left}", "{left} over fristen", "{left} over fristen"),
    # The board.
    "board": ("Replies owed", "Svar som venter", "Svar der venter"),
    "board_totals": (
        "{waiting} waiting · {overdue} overdue · {missed} missed",
        "{waiting} venter · {overdue} over fristen · {missed} ikke holdt",
        "{waiting} venter · {overdue} over fristen · {missed} ikke overholdt",
    ),
    "board_only": ("only {what}", "bare {what}", "kun {what}"),
    "board_empty": ("Nobody is waiting.", "Ingen venter.", "Ingen venter."),
    "board_more": ("… and {n} more", "… og {n} til", "… og {n} mere"),
    "board_state": ("state", "tilstand", "tilstand"),
    "board_left": ("time left", "tid igjen", "tid tilbage"),
    "board_mentor": ("mentor", "mentor", "mentor"),
    "board_member": ("member", "medlem", "medlem"),
    "board_plan": ("plan", "abonnement", "abonnement"),
    "board_due": ("answer by", "svar innen", "svar inden"),
    "board_since": ("waiting since", "venter siden", "venter siden"),
    "board_conversation": ("conversation", "samtale", "samtale"),
    "state_waiting": ("waiting", "venter", "venter"),
    "state_overdue": ("overdue", "over fristen", "over fristen"),
    "state_missed": ("missed", "ikke holdt", "ikke overholdt"),
    # Commands.
    "hint": ("/help lists the commands", "/help viser kommandoene", "/help viser kommandoerne"),
    "choose": (
        "/list shows the conversations, /to NAME opens one",
        "/list viser samtalene, /to NAVN åpner en",
        "/list viser samtalerne, /to NAVN åbner en",
    ),
    "choose_along": (
        "/board shows who owes an answer, /follow ID reads along",
        "/board viser hvem som skylder svar, /follow ID leser med",
        "/board viser hvem der skylder svar, /follow ID læser med",
    ),
    "help_list": ("/list           the conversations", "/list           samtalene", "/list           samtalerne"),
    "help_to": ("/to NAME        open one of them", "/to NAVN        åpne en av dem", "/to NAVN        åbn en af dem"),
    "help_next": (
        "/next           open what is most urgent elsewhere",
        "/next           åpne det som haster mest andre steder",
        "/next           åbn det, der haster mest andre steder",
    ),
    "help_history": (
        "/history N      show the last N messages",
        "/history N      vis de siste N meldingene",
        "/history N      vis de sidste N beskeder",
    ),
    "help_check": (
        "/check          may I write now?",
        "/check          kan jeg skrive nå?",
        "/check          må jeg skrive nu?",
    ),
    "help_quit": (
        "/quit           leave (or Ctrl-D)",
        "/quit           gå ut (eller Ctrl-D)",
        "/quit           forlad (eller Ctrl-D)",
    ),
    "help_newline": (
        "Alt+Enter       a new line in the message",
        "Alt+Enter       ny linje i meldingen",
        "Alt+Enter       ny linje i beskeden",
    ),
    "unknown_command": (
        "{command} is not a command; {hint}.",
        "{command} er ikke en kommando; {hint}.",
        "{command} er ikke en kommando; {hint}.",
    ),
    "wrong_number": (
        "/history takes a number from 1 to 200.",
        "/history tar et tall fra 1 til 200.",
        "/history tager et tal fra 1 til 200.",
    ),
    "no_such": (
        "No conversation with {name}. There is: {names}.",
        "Ingen samtale med {name}. Det finnes: {names}.",
        "Ingen samtale med {name}. Der findes: {names}.",
    ),
    "several_such": (
        "{name} is in several conversations: {names}. Name one by its id: /to {id}.",
        "{name} er i flere samtaler: {names}. Oppgi en med id: /to {id}.",
        "{name} er i flere samtaler: {names}. Angiv en med id: /to {id}.",
    ),
    "nothing_elsewhere": (
        "Nothing waits and nothing is new elsewhere.",
        "Ingenting venter og ingenting er nytt andre steder.",
        "Intet venter, og intet er nyt andre steder.",
    ),
    "name_one": (
        "Which conversation? Name one with --conversation: {names}.",
        "Hvilken samtale? Oppgi en med --conversation: {names}.",
        "Hvilken samtale? Angiv en med --conversation: {names}.",
    ),
    "no_conversations": (
        "There are no conversations yet.",
        "Det er ingen samtaler ennå.",
        "Der er ingen samtaler endnu.",
    ),
    "no_messages": ("No messages yet.", "Ingen meldinger ennå.", "Ingen beskeder endnu."),
    "cannot_write": (
        "You can read this conversation, not write in it.",
        "Du kan lese denne samtalen, ikke skrive i den.",
        "Du kan læse denne samtale, ikke skrive i den.",
    ),
    "open_one_first": (
        "Open a conversation first: {hint}.",
        "Åpne en samtale først: {hint}.",
        "Åbn en samtale først: {hint}.",
    ),
    # Reading along.
    "help_board": (
        "/board          who owes an answer (support)",
        "/board          hvem som skylder svar (support)",
        "/board          hvem der skylder svar (support)",
    ),
    "help_follow": (
        "/follow ID      read along in a conversation (support)",
        "/follow ID      les med i en samtale (support)",
        "/follow ID      læs med i en samtale (support)",
    ),
    "help_unfollow": (
        "/unfollow ID    read along no longer; without ID in the open one",
        "/unfollow ID    slutt å lese med; uten ID i den åpne",
        "/unfollow ID    hold op med at læse med; uden ID i den åbne",
    ),
    "follow_which": (
        "Which conversation? /board shows ids, /list those that you follow.",
        "Hvilken samtale? /board viser ID-er, /list dem du følger.",
        "Hvilken samtale? /board viser ID'er, /list dem du følger.",
    ),
    "follow_absent": (
        "There is no conversation {id}.",
        "Det finnes ingen samtale {id}.",
        "Der findes ingen samtale {id}.",
    ),
    "follow_from_board": (
        "/follow ID reads along.",
        "/follow ID leser med.",
        "/follow ID læser med.",
    ),
    "follow_support_only": (
        "Only support reads along in other people's conversations.",
        "Bare support leser med i andres samtaler.",
        "Kun support læser med i andres samtaler.",
    ),
    "unfollowed": (
        "You no longer read along in {id}.",
        "Du leser ikke lenger med i {id}.",
        "Du læser ikke længere med i {id}.",
    ),
    # Leaving.
    "unsent": ("Not sent:", "Ikke sendt:", "Ikke sendt:"),
    "gave_up": ("Gave up on {url}: {why}", "Ga opp {url}: {why}", "Opgav {url}: {why}"),
    "ended": (
        "The server closed the chat: {why}",
        "Serveren avsluttet chatten: {why}",
        "Serveren afsluttede chatten: {why}",
    ),
    **SESSION_TEXTS,
    **NOTICE_TEXTS,
    **MENTORING_TEXTS,
    **SEARCH_TEXTS,
    **FILE_TEXTS,
    **LATER_TEXTS,
    **HELP_TEXTS,
    **CASE_TEXTS,
    **NO_ANSWER_TEXTS,
    **CHANGE_TEXTS,
}
"""By key: English, bokmål, Danish, in the order of LANGUAGES."""


class Texts:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        return TABLE[key][self._column].format(**values)

    def has(self, key: str) -> bool:
        return key in TABLE


def choose_language(wish: str | None, environ: Mapping[str, str]) -> Language:
    """The language asked for, else that of the environment, else English.

    Raises ValueError for a wish that is none of them.
    """
    if wish is not None:
        spoken = language_of(wish)
        if spoken is None:
            raise ValueError(f"language {wish!r} is not one of {', '.join(LANGUAGES)}")
        return spoken
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "en")
    return language_of(locale) or "en"
