"""Messages, events and announcements as coloured lines, wrapped to the terminal."""

from functools import partial

from rich.console import Console
from rich.text import Text

from chatserver.client.standing import StandingMessages
from chatserver.protocol.events import ConversationView, Message
from chatserver.terminal.changes import change_in, earlier_in, is_change, quoted, reactions_in, said_in
from chatserver.terminal.names import called
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import local, long_date, time_of_day
from quotas import instant

TranscriptLine = list[tuple[str, str]]
"""Pieces of one line: style and text."""

NARROW = 46
"""Below so many columns a message stands under its name instead of beside it."""
LONGEST_NAME = 16
_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiners: part of emoji and of several scripts."""


def visible(text: str) -> str:
    """Text that can do nothing but be read: control and direction characters become �."""
    return "".join(c if c.isprintable() or c in "\n\t" or c in _JOINERS else "\ufffd" for c in text)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, broken between words where that is possible."""
    lines: list[str] = []
    for paragraph in visible(text).replace("\r\n", "\n").split("\n"):
        folded = Text(paragraph).wrap(Console(width=width), max(8, width))
        lines.extend(line.plain for line in folded)
    return lines or [""]


def short(text: str, width: int) -> str:
    """One line of at most `width` columns."""
    line = Text(visible(text).replace("\n", " ⏎ "))
    line.truncate(max(4, width), overflow="ellipsis")
    return line.plain


class Transcript:
    """Turns messages into lines, with a line between days. `user` is the reader.

    `known` are the messages of the conversation that is open: what answers and changes are about.
    """

    def __init__(self, texts: Texts, user: str, known: StandingMessages | None = None) -> None:
        self._texts = texts
        self._user = user
        self._known = known or StandingMessages()
        self._day = ""

    def new_page(self) -> None:
        """The next message shows its day again."""
        self._day = ""

    def name(self, conversation: ConversationView, person: str) -> str:
        return self._texts("you") if person == self._user else short(called(person, conversation), LONGEST_NAME)

    def message(self, conversation: ConversationView, message: Message, width: int) -> list[TranscriptLine]:
        moment = instant.parse(message.at)
        lines = self._under(moment, conversation.zone, width)
        style = "class:own" if message.sender == self._user else f"class:{message.role}"
        time = ("class:time", time_of_day(moment, conversation.zone))
        if message.kind == "event" or is_change(message):
            first, *rest = wrapped(self._happened(conversation, message), width - 9)
            lines.append([time, ("", "  "), ("class:announcement", f"· {first}")])
            return lines + [[("class:announcement", " " * 9 + text)] for text in rest]
        name = self.name(conversation, message.sender)
        people = (self._user, conversation.member, conversation.mentor)
        column = max(len(self.name(conversation, person)) for person in people)
        if width < NARROW:
            lines.append([time, ("", " "), (style, name)])
            lines += [[(look, "  " + text)] for look, text in self._parts(conversation, message, width - 2)]
            return lines
        indent = 5 + 2 + column + 2
        (look, first), *others = self._parts(conversation, message, width - indent)
        lines.append([time, ("", "  "), (style, name.ljust(column)), (look, "  " + first)])
        lines += [[(look, " " * indent + text)] for look, text in others]
        return lines

    def _parts(self, conversation: ConversationView, message: Message, width: int) -> TranscriptLine:
        """A style and a text for each line: what it answers, what it says, who reacted."""
        look = "class:erased" if message.erased or message.deleted else ""
        zone = conversation.zone
        name_of = partial(self.name, conversation)
        above = quoted(self._texts, message, self._known, name_of, zone)
        lines = [("class:hint", short(above, width))] if above else []
        said = said_in(self._texts, message, zone)
        if message.urgent:
            said = f"{self._texts('urgent_mark')}\n{said}"
        before = "\n".join(earlier_in(self._texts, message))
        lines += [("class:hint", text) for text in wrapped(before, width)] if before else []
        lines += [(look, text) for text in wrapped(said, width)]
        below = reactions_in(message, name_of)
        return lines + ([("class:hint", short(below, width))] if below else [])

    def _happened(self, conversation: ConversationView, message: Message, known: StandingMessages | None = None) -> str:
        if is_change(message):
            return change_in(
                self._texts, message, self._known if known is None else known, partial(self.name, conversation)
            )
        return said_in(self._texts, message, conversation.zone)

    def numbered(self, conversation: ConversationView, message: Message, width: int) -> TranscriptLine:
        """A message in one line, with the number that commands take."""
        head = f"#{message.seq:<5} {time_of_day(instant.parse(message.at), conversation.zone)}  "
        said = f"{self.name(conversation, message.sender)}: {said_in(self._texts, message, conversation.zone)}"
        return [("class:time", head), ("", short(said, width - len(head)))]

    def elsewhere(
        self, conversation: ConversationView, label: str, message: Message, width: int
    ) -> list[TranscriptLine]:
        """A message of a conversation that is not open: one dim line with the `label` to know it by."""
        moment = instant.parse(message.at)
        time = time_of_day(moment, conversation.zone)
        own = f"{self._texts('you')} → " if message.sender == self._user else ""
        head = f"{time}  ◦ {own}{short(label, max(LONGEST_NAME, width // 2))}  "
        said = self._happened(conversation, message, StandingMessages())
        line = [("class:elsewhere", head + short(said, width - len(head)))]
        return [*self.later_day(moment, conversation.zone, width), line]

    def later_day(self, moment: int, zone: str, width: int) -> list[TranscriptLine]:
        """The line of its day, where a day is shown and this is a later one."""
        shown = self._day and self._day < _day_of(moment, zone)
        return self._under(moment, zone, width) if shown else []

    def _under(self, moment: int, zone: str, width: int) -> list[TranscriptLine]:
        """The line of its day, where that is not the one shown last."""
        if self._day == (day := _day_of(moment, zone)):
            return []
        self._day = day
        return [[("", "")], rule(long_date(self._texts, moment, zone), width)]


def _day_of(moment: int, zone: str) -> str:
    return local(moment, zone).date().isoformat()


def rule(title: str, width: int) -> TranscriptLine:
    rest = max(0, width - len(title) - 4)
    return [("class:rule", "── "), ("class:day", title), ("class:rule", " " + "─" * rest)]


def alarm(text: str, mood: str, width: int) -> list[TranscriptLine]:
    """What must not be overlooked: marked, so that it is seen without colours too."""
    return [
        [(f"class:{mood}", f"  ! {line}" if n == 0 else f"    {line}")]
        for n, line in enumerate(wrapped(text, width - 4))
    ]


def announcement(text: str, width: int) -> list[TranscriptLine]:
    return [
        [("class:announcement", f"  · {line}" if n == 0 else f"    {line}")]
        for n, line in enumerate(wrapped(text, width - 4))
    ]
