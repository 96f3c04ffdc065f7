"""An export for people: one page of HTML that needs nothing else, written as it is read.

It holds no script and asks for nothing over the network. What people wrote is text in it, never markup.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any, TextIO

import msgspec

from chatserver.mentoring.answers import ExerciseAnswer, answered_questions, bare_questions
from chatserver.mentoring.forms import ExerciseQuestion
from chatserver.personal_data.contents import AboutPerson, ExportedConversation, ExportedMessage
from chatserver.personal_data.recorded import Rows
from chatserver.personal_data.texts import ExportTexts
from quotas.phrases import language_of

_STYLE = files("chatserver.personal_data").joinpath("page.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
SHOWN: Mapping[str, tuple[str, ...]] = {
    "bookings": ("service", "starts_at", "minutes", "price", "cancelled_at"),
    "credit_corrections": ("at", "units", "reason"),
    "series": ("service", "first", "minutes", "every_weeks", "until"),
    "attachments": ("name", "type", "from", "created_at", "file"),
    "absences": ("since", "until", "substitute_id"),
    "stood_in": ("conversation_id", "at", "body"),
    "prices": ("minutes", "price"),
    "library": ("title", "folder", "body", "questions", "updated_at"),
    "mentor_profiles": ("expectations", "expertise", "updated_at"),
    "exercises": ("title", "introduction", "questions_answers", "given_at", "answered", "filled_at", "handed_in_at"),
    "memberships": ("renewal", "started_on", "paid_until", "price", "payer", "renews"),
    "membership_steps": ("kind", "paid_until", "renewed_until", "price", "at"),
    "cases_seen": ("case", "case_state", "opened_at", "ended_at", "case_words"),
    "statements": ("month", "issued_at"),
    "notices": ("event", "conversation_id", "at", "read_at"),
    "outbox": ("channel", "created_at", "done_at", "outcome", "reason"),
    "notice_settings": ("off", "quiet_from", "quiet_until", "updated_at"),
    "muted_conversations": ("conversation_id", "muted_at"),
    "opening_requests": ("conversation_id", "asked_at", "opens_at"),
    "later_messages": ("conversation_id", "send_at", "state", "body", "files"),
    "drafts": ("conversation_id", "written_at", "body"),
    "mail_bounces": ("address", "kind", "at"),
    "calendar_feeds": ("made_at",),
    "sign_ins": ("device", "began_at", "used_at"),
    "push_subscriptions": ("device", "subscribed_at", "expires_at"),
    "webhook_events": ("kind", "at"),
}
"""Of what is recorded, in which order, and which columns."""
_HEADS = {
    "at": "noted_at",
    "service": "service_of",
    "conversation_id": "in_conversation",
    "event": "what",
    "title": "item_title",
    "address": "email",
    "created_at": "since",
    "began_at": "since",
    "used_at": "last_used",
    "files": "attachments",
    "since": "from",
}
"""Texts of columns whose names mean something else there."""
_TYPED = frozenset(
    {"body", "title", "introduction", "folder", "expectations", "expertise", "name", "from", "file", "files"}
)
"""Columns with what people wrote."""

_Rows = list[tuple[str, str]]
"""Terms as text, and what is said of them as HTML."""


class ExportPage:
    """A `Sink`. In the language of the person's locale."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._texts = ExportTexts("en")
        self._person: AboutPerson | None = None
        self._zone = ""
        self._place = ""
        self._names: dict[str, str] = {}
        self._day = ""

    def begin(self, person: AboutPerson, exported_at: str, conversations: Sequence[str]) -> None:
        self._texts = texts = ExportTexts(language_of(person.locale) or "en")
        self._person, self._zone = person, person.zone
        name = person.name or texts("no_name")
        title = escape(texts("title", name=name))
        as_of = texts("as_of", when="\0").split("\0")
        self._write(
            f'<!doctype html>\n<html lang="{texts.language}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<header>",
            f"<h1>{title}</h1>",
            f'<p class="quiet">{escape(as_of[0])}{self._at(exported_at)}{escape(as_of[1])}</p>\n</header>\n<main>',
        )
        self._write(f'<section aria-labelledby="person">\n<h2 id="person">{escape(texts("person"))}</h2>')
        self._list(
            [
                (texts("name"), f"<bdi>{escape(name)}</bdi>"),
                (texts("id"), escape(person.id)),
                (texts("role"), escape(texts(person.role))),
                (texts("email"), escape(person.email or "–")),
                (texts("locale"), escape(person.locale)),
                (texts("country"), escape(person.country or "–")),
                (texts("zone"), escape(person.zone)),
                (texts("created_at"), self._at(person.created_at)),
                (texts("updated_at"), self._at(person.updated_at)),
                *self._instants(person, "erased_at", "tokens_refused_before"),
            ]
        )
        self._recorded(person.records)
        self._write(
            f'</section>\n<nav aria-labelledby="all">\n<h2 id="all">{escape(texts("conversations"))}</h2>',
            "<ul>" if conversations else f"<p>{escape(texts('no_conversations'))}</p>",
            *(
                f'<li><a href="#c{number}">{escape(texts("conversation", id=id))}</a></li>'
                for number, id in enumerate(conversations, start=1)
            ),
            "</ul>\n</nav>" if conversations else "</nav>",
        )
        self._places = {id: f"c{number}" for number, id in enumerate(conversations, start=1)}

    def conversation(self, conversation: ExportedConversation) -> None:
        texts = self._texts
        place = self._place = self._places[conversation.id]
        assert self._person is not None, "a page begins first"  # noqa: S101 - for whoever writes to it
        other = conversation.other
        self._zone, self._day = conversation.zone, ""
        self._names = {
            self._person.id: self._person.name or texts("no_name"),
            other.id: other.name or texts("no_name"),
        }
        heading = escape(texts("conversation", id=conversation.id))
        self._write(f'<section aria-labelledby="{place}">\n<h2 id="{place}">{heading}</h2>')
        rows: _Rows = [
            (
                texts("with"),
                f"<bdi>{escape(self._names[other.id])}</bdi> ({escape(texts(other.role))}, {escape(other.id)})",
            ),
            (texts("status"), escape(texts(conversation.status))),
            (texts("zone"), escape(conversation.zone)),
            (texts("holidays"), escape(conversation.holidays or "–")),
            (texts("created_at"), self._at(conversation.created_at)),
            (texts("updated_at"), self._at(conversation.updated_at)),
        ]
        if conversation.stand is not None:
            stand = conversation.stand
            for name in ("member_read", "mentor_read", "windows_used", "messages_used"):
                rows.append((texts(name), str(getattr(stand, name))))
            rows += self._instants(stand, "window_ends_at", "live_until", "waiting_since", "due_at")
        self._list(rows)
        self._tables(conversation)
        self._write(f"<h3>{escape(texts('messages'))}</h3>")

    def message(self, message: ExportedMessage) -> None:
        texts = self._texts
        assert self._person is not None, "a page begins first"  # noqa: S101 - for whoever writes to it
        day = texts.date(message.at, self._zone)
        if day != self._day:
            self._write("</ol>" if self._day else "", f"<h4>{escape(day)}</h4>\n<ol>")
            self._day = day
        time = f'<time datetime="{message.at}">{texts.time(message.at, self._zone)}</time>'
        if message.event is not None:
            self._happened(message, f"{time} {escape(texts.event(message.event, self._zone))}")
            return
        name = f"<bdi>{escape(self._names.get(message.sender, message.sender))}</bdi>"
        if message.kind in ("deletion", "reaction"):
            did = message.kind if message.body or message.kind == "deletion" else "reaction_off"
            emoji = f" {escape(message.body)}" if message.body else ""
            self._happened(message, f"{time} {name}{emoji} {self._linked(did, message.about)}")
            return
        own = ' class="own"' if message.sender == self._person.id else ""
        about = self._linked("edit", message.about) if message.kind == "edit" else ""
        about += self._linked("reply", message.reply_to) if message.reply_to is not None else ""
        about = f'<p class="quiet">{about}</p>' if about else ""
        self._write(
            f'<li id="{self._place}m{message.seq}"><article{own}><header><strong>{name}</strong> {time}</header>'
            f"{about}{self._manner(message)}{self._text(message)}</article></li>"
        )

    def _happened(self, message: ExportedMessage, said: str) -> None:
        """`said` is HTML."""
        self._write(f'<li id="{self._place}m{message.seq}"><p class="event">{said}</p></li>')

    def _manner(self, message: ExportedMessage) -> str:
        """That it was urgent, or went out by itself after it was written, as HTML."""
        urgent = f'<p class="quiet">{escape(self._texts("urgent"))}</p>' if message.urgent else ""
        if message.written_at is None:
            return urgent
        said = escape(self._texts("sent_later", when="\0")).replace("\0", self._at(message.written_at))
        return f'{urgent}<p class="quiet">{said}</p>'

    def _text(self, message: ExportedMessage) -> str:
        """What it says, or that it does not any more, as HTML."""
        if message.deleted or message.erased:
            return f'<p class="erased">{escape(self._texts("taken_back" if message.deleted else "erased"))}</p>'
        files = f"{self._texts('attachments')}: {len(message.attachments)}" if message.attachments else ""
        text = f"<p>{escape(message.body)}</p>" if message.body or not files else ""
        return text + (f'<p class="quiet">{escape(files)}</p>' if files else "")

    def _linked(self, what: str, seq: int | None) -> str:
        """The words for what was done to a message, or that it is answered, as HTML: they lead there."""
        return f'<a href="#{self._place}m{seq}">{escape(self._texts(f"did_{what}"))}</a>'

    def end_conversation(self) -> None:
        self._write("</ol>" if self._day else f"<p>{escape(self._texts('no_messages'))}</p>", "</section>")

    def end(self) -> None:
        self._write("</main>\n</body>\n</html>")

    def _tables(self, conversation: ExportedConversation) -> None:
        texts = self._texts
        self._table(
            "plans",
            ("plan", "from", "until"),
            (
                (escape(held.plan), self._at(held.started_at), self._at(held.ended_at) or escape(texts("still")))
                for held in conversation.plans
            ),
        )
        self._table(
            "waits",
            ("waiting_since", "due_at", "answered_at", "answered_by", "dropped_at", "ended_as", "in_time"),
            (
                (
                    self._at(wait.waiting_since),
                    self._at(wait.due_at),
                    self._at(wait.answered_at),
                    escape(wait.answered_by or ""),
                    self._at(wait.dropped_at),
                    escape(texts(f"ended_{wait.ended_as}") if wait.ended_as else ""),
                    "" if wait.in_time is None else escape(texts("yes" if wait.in_time else "no")),
                )
                for wait in conversation.waits
            ),
        )
        self._table(
            "reply_notices",
            ("kind", "waiting_since", "due_at", "noted_at"),
            (
                (escape(texts(each.kind)), self._at(each.waiting_since), self._at(each.due_at), self._at(each.at))
                for each in conversation.notices
            ),
        )
        self._recorded(conversation.records)
        if conversation.read_by_support:
            read = ", ".join(self._at(each) for each in conversation.read_by_support)
            self._write(f"<h3>{escape(texts('read_by_support'))}</h3>\n<p>{read}</p>")
        if conversation.mentor_days:
            days = (f'<time datetime="{day}">{day}</time>' for day in conversation.mentor_days)
            self._write(f"<h3>{escape(texts('mentor_days'))}</h3>\n<p>{', '.join(days)}</p>")

    def _recorded(self, records: Rows) -> None:
        """Of what is recorded, the columns for people; the other file has all of them."""
        for name, columns in SHOWN.items():
            rows = records.get(name, [])
            heads = [_HEADS.get(column, column) for column in columns]
            self._table(name, heads, ([self._cell(row, column) for column in columns] for row in rows))

    def _cell(self, row: Mapping[str, Any], column: str) -> str:
        if (worded := self._worded(row, column)) is not None:
            return escape(worded)
        if column == "case_words":
            return "<br>".join(escape(f"{each['who']}: {each['note']}") for each in row["history"] if each["note"])
        if column in _TYPED:  # as it was written, also where it is a word of ours
            said = row[column] or ""
            return escape(said if isinstance(said, str) else ", ".join(said))
        match row[column]:
            case None:
                return ""
            case bool(value):
                return escape(self._texts("yes" if value else "no"))
            case str(value) if _INSTANT.fullmatch(value):
                return self._at(value)
            case list(pairs):
                texts = self._texts
                return escape(", ".join(f"{texts.word(by)}: {texts.word(f'topic_{topic}')}" for by, topic in pairs))
            case value:
                return escape(self._texts.word(str(value)))

    def _worded(self, row: Mapping[str, Any], column: str) -> str | None:
        """What takes more of the row than that column; None for any other."""
        match column:
            case "price":
                amount, currency = (row.get(f"price_{part}", row.get(part)) for part in ("amount", "currency"))
                return self._texts.amount(amount, currency)
            case "event":
                return self._texts.heard(row, self._zone)
            case "case" | "case_state":
                return self._texts.case(row, self._person.role if self._person else "member")[column]
            case "questions":
                return "\n".join(bare_questions(msgspec.convert(row["questions"], list[ExerciseQuestion])))
            case "questions_answers":
                return self._answered(row)
            case _:
                return None

    def _answered(self, row: Mapping[str, Any]) -> str:
        """The questions of an exercise with what was answered; without, where that is not theirs to read yet."""
        questions = msgspec.convert(row["questions"], list[ExerciseQuestion])
        answers = msgspec.convert(row["answers"], list[ExerciseAnswer])
        if row["answered"] and not answers:
            return "\n".join(bare_questions(questions))
        return "\n\n".join(answered_questions(questions, answers, self._texts.language))

    def _table(self, heading: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Cells are HTML. Nothing where there are no rows."""
        lines = ["<tr><td>" + "</td><td>".join(row) + "</td></tr>" for row in rows]
        if lines:
            heads = "".join(f'<th scope="col">{escape(self._texts(column))}</th>' for column in columns)
            self._write(
                f"<h3>{escape(self._texts(heading))}</h3>",
                f'<div class="wide" tabindex="0"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>',
                *lines,
                "</tbody>\n</table></div>",
            )

    def _list(self, rows: _Rows) -> None:
        self._write("<dl>", *(f"<dt>{escape(term)}</dt><dd>{said}</dd>" for term, said in rows), "</dl>")

    def _instants(self, of: object, *names: str) -> _Rows:
        """A row for each of those instants that there is."""
        return [(self._texts(name), self._at(moment)) for name in names if (moment := getattr(of, name))]

    def _at(self, moment: str | None) -> str:
        if moment is None:
            return ""
        return f'<time datetime="{moment}">{escape(self._texts.at(moment, self._zone))}</time>'

    def _write(self, *lines: str) -> None:
        self._out.writelines(f"{line}\n" for line in lines if line)
