"""A notice in words: for mails, pushes, the bell of the apps and the terminal; in English, bokmål and Danish.

`WORDS` of each language has by event, `event/role` or `event/variant` a subject and lines. The first line whose blanks
are all known is said; the last one needs none but name and service. What `Notice.data` may hold for them, all of it
optional:

| key | what |
|---|---|
| `role` | in which role the person hears of it |
| `service` `minutes` `starts_at` | of the session |
| `moved_from` `next_session` | the start that it had; the start of the member's next one |
| `absent` | which side has not joined |
| `due_at` `waiting_since` | when an answer is due; since when it is waited for |
| `until` | when writing closes again, the week ends, a mentor is back, or is to be chosen |
| `count` | unread messages; `answered`, whether they end a wait |
| `waiting` | how many members wait while their mentor is away |
| `members` | how many members the mentor has written to on fewer days of the week than the plan promises |
| `month` | such as 2026-03 |
| `paid_until` `renewed_until` `amount` `currency` `renews` | of a membership |
| `kind` `state` | of a case |
| `webhook` | its id |

Instants are RFC 3339. Nobody is called by more than the first name, and no text that a person wrote is in it.
"""

from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Any

from msgspec import Struct

from chatserver.notices import words_da, words_en, words_nb
from chatserver.notices.notice import Notice
from quotas import instant
from quotas.cases.words import CASE_READERS, CaseReader, case_words
from quotas.currencies import MINOR_DIGITS, with_code
from quotas.phrases import Language
from quotas.zones import local_time

_WORDS: Mapping[Language, Mapping[str, tuple[str, ...]]] = {
    "en": words_en.WORDS,
    "nb": words_nb.WORDS,
    "da": words_da.WORDS,
}
_REASONS: Mapping[Language, Mapping[str, str]] = {"en": words_en.WHY, "nb": words_nb.WHY, "da": words_da.WHY}
PARTS: Mapping[Language, Mapping[str, str]] = {"en": words_en.PARTS, "nb": words_nb.PARTS, "da": words_da.PARTS}
"""Of sentences, and the locale and patterns of dates."""
_TOPICS = {
    "message": "messages",
    "reply": "deadlines",
    "booking": "sessions",
    "session": "sessions",
    "membership": "membership",
    "trial": "trial",
    "conversation": "mentoring",
    "ghosting": "quiet",
    "absence": "operations",
    "person": "operations",
    "case": "cases",
    "conduct": "conduct",
    "webhook": "operations",
}
"""Why one hears of an event, by the first part of its name."""
_WHY = {
    "writing.opened": "openings",
    "writing.days": "days",
    "reply.answered": "messages",
    "reply.acknowledged": "messages",
    "reply.withdrawn": "messages",
    "notice.test": "test",
}


class NoticeWords(Struct, frozen=True):
    """`subject` is a title of one line, `line` one or two sentences that need no title; `why`, why one gets it."""

    subject: str
    line: str
    why: str


def words_of(notice: Notice, language: Language, zone: str, other: str, *, essential: bool = False) -> NoticeWords:
    """The notice in that language, with times as clocks in `zone` show them.

    `other` is the name of the other one of the two, for support of the mentor; '' where it is not known.
    """
    role = str(notice.data.get("role", "member"))
    blanks = _Blanks(notice, language, zone, first_name(other), role).filled()
    subject, *lines = _of(_WORDS[language], notice, role)
    line = next(each for each in lines if _fields(each) <= blanks.keys()).format_map(blanks)
    title = subject.format_map(blanks) if _fields(subject) <= blanks.keys() else line.rstrip(".")
    reason = _WHY.get(notice.event) or _TOPICS[notice.event.partition(".")[0]]
    why = _REASONS[language]
    because = why.get(f"{reason}/{role}") or why[reason]
    return NoticeWords(title, line, f"{because} {why['essential' if essential else 'optional']}")


def first_name(name: str) -> str:
    """The first word of a name, without what no name has: line ends and signs that turn text around."""
    first = next(iter(name.split()), "")
    return "".join(char for char in first if char.isprintable())[:40]


def time_of_day(at: int, language: Language, zone: str) -> str:
    """As people write it: 11:00, in Danish 11.00."""
    from babel.dates import format_time  # 2 MB, and longer than all else here: not for a server's start

    said: str = format_time(local_time(at, zone), "short", locale=PARTS[language]["locale"])
    return said


def moment_of(at: int, language: Language, zone: str, now: int) -> str:
    """Day and time: Wednesday 2 December at 11:00; with the year where that is another one than `now` is in."""
    from babel.dates import format_date

    parts, there = PARTS[language], local_time(at, zone)
    pattern = parts["day" if there.year == local_time(now, zone).year else "day_of_year"]
    day = format_date(there.date(), pattern, locale=parts["locale"])
    return parts["when"].format(day=day, time=time_of_day(at, language, zone))


class _Blanks:
    """What is known of a notice for the blanks of its sentences."""

    def __init__(self, notice: Notice, language: Language, zone: str, other: str, role: str) -> None:
        self._data = notice.data
        self._at = notice.at
        self._language: Language = language
        self._zone = zone
        self._parts = PARTS[language]
        reader = "guest" if notice.event == "case.guest" else role
        self._reader: CaseReader = next(each for each in CASE_READERS if each == reader)
        self._other = other or self._parts.get(f"other/{role}", self._parts["other/member"])

    def filled(self) -> dict[str, str]:
        service = self._data.get("service")
        service = service if service in ("video_call", "live_chat") else "session"
        starts_at = _instant(self._data.get("starts_at"))
        found: dict[str, str | None] = {
            "other": self._other,
            "service": self._parts[service],
            "the_service": self._parts[f"the_{service}"],
            "when": self._moment("starts_at"),
            "time": None if starts_at is None else time_of_day(starts_at, self._language, self._zone),
            "from": self._moment("moved_from"),
            "next": self._moment("next_session"),
            "due": self._moment("due_at"),
            "since": self._moment("waiting_since"),
            "until": self._moment("until"),
            "minutes": self._counted("minutes", self._data.get("minutes")),
            "unread": self._counted("unread", self._data.get("count", 1)),
            "waiting": self._counted("waiting", self._data.get("waiting")),
            "members": self._counted("members", self._data.get("members")),
            "month": self._date("month", "MMMM y"),
            "paid_until": self._date("paid_until", self._parts["date"]),
            "renewed_until": self._date("renewed_until", self._parts["date"]),
            "price": self._price(),
            "webhook": self._data.get("webhook"),
            **self._case(),
        }
        known = {name: said for name, said in found.items() if said}
        capitals = ("other", "service", "the_service", "case")
        return known | {name.capitalize(): _capital(known[name]) for name in capitals if name in known}

    def _case(self) -> dict[str, str]:
        """Its kind, and what its state means to who reads this."""
        said = case_words(f"{self._data.get('kind')}", f"{self._data.get('state')}", self._reader, self._language)
        return {"case": said.title, "state": said.line} if said is not None else {}

    def _moment(self, key: str) -> str | None:
        at = _instant(self._data.get(key))
        return None if at is None else moment_of(at, self._language, self._zone, self._at)

    def _counted(self, what: str, number: object) -> str | None:
        if not isinstance(number, int) or isinstance(number, bool):
            return None
        return self._parts[f"{what}_{'1' if number == 1 else 'n'}"].format(n=number)

    def _date(self, key: str, pattern: str) -> str | None:
        from babel.dates import format_date

        said = self._data.get(key)
        try:
            day = date.fromisoformat(f"{said}-01" if key == "month" else str(said))
        except ValueError:
            return None
        shown: str = format_date(day, pattern, locale=self._parts["locale"])
        return shown

    def _price(self) -> str | None:
        amount, currency = self._data.get("amount"), self._data.get("currency")
        if not isinstance(amount, int) or currency not in MINOR_DIGITS:
            return None
        return with_code(amount, str(currency), comma=self._language != "en")


def _of(table: Mapping[str, tuple[str, ...]], notice: Notice, role: str) -> tuple[str, ...]:
    """The variant, where it is one; else the role's words, where it has its own; else the event's."""
    variants = {
        "own": notice.data.get("absent") == role,
        "answered": bool(notice.data.get("answered")),
        "ends": notice.data.get("renews") is False and role == "member",
        "report": notice.data.get("kind") == "misconduct" and role != "support",
    }
    names = [*(name for name, holds in variants.items() if holds), role]
    found = (table.get(f"{notice.event}/{name}") for name in names)
    return next((words for words in found if words), table[notice.event])


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _instant(said: Any) -> int | None:
    try:
        return instant.parse(said) if isinstance(said, str) else None
    except ValueError:
        return None
