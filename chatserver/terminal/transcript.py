"""Messages, events and announcements as coloured lines, wrapped to the terminal."""

from rich.console import Console
from rich.text import Text

from chatserver.protocol.events import ConversationView, Message
from chatserver.terminal.happenings import in_words
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


def said_in(texts: Texts, message: Message, zone: str) -> str:
    """Its text, and how many files go with it; or that there is none any more; an event in words."""
    if message.event is not None:
        return in_words(texts, message.event, zone)
    if message.erased:
        return texts("erased")
    if not message.attachments:
        return message.body
    count = len(message.attachments)
    files = texts("one_file") if count == 1 else texts("some_files", n=count)
    return f"{message.body}\n{files}" if message.body else files


class Transcript:
    """Turns messages into lines, with a line between days. `user` is the reader."""

    def __init__(self, texts: Texts, user: str) -> None:
        self._texts = texts
        self._user = user
        self._day = ""

    def new_page(self) -> None:
        """The next message shows its day again."""
        self._day = ""

    def name(self, person: str) -> str:
        return self._texts("you") if person == self._user else short(person, LONGEST_NAME)

    def message(self, conversation: ConversationView, message: Message, width: int) -> list[TranscriptLine]:
        moment = instant.parse(message.at)
        lines = self._under(moment, conversation.zone, width)
        style = "class:own" if message.sender == self._user else f"class:{message.role}"
        time = ("class:time", time_of_day(moment, conversation.zone))
        said = said_in(self._texts, message, conversation.zone)
        if message.urgent:
            said = f"{self._texts('urgent_mark')}\n{said}"
        if message.kind == "event":
            first, *rest = wrapped(said, width - 9)
            lines.append([time, ("", "  "), ("class:announcement", f"· {first}")])
            lines += [[("class:announcement", " " * 9 + text)] for text in rest]
            return lines
        name = self.name(message.sender)
        column = max(len(self.name(person)) for person in (self._user, conversation.member, conversation.mentor))
        look = "class:erased" if message.erased else ""
        if width < NARROW:
            lines.append([time, ("", " "), (style, name)])
            lines += [[(look, "  " + text)] for text in wrapped(said, width - 2)]
            return lines
        indent = 5 + 2 + column + 2
        first, *rest = wrapped(said, width - indent)
        lines.append([time, ("", "  "), (style, name.ljust(column)), (look, "  " + first)])
        lines += [[(look, " " * indent + text)] for text in rest]
        return lines

    def elsewhere(
        self, conversation: ConversationView, label: str, message: Message, width: int
    ) -> list[TranscriptLine]:
        """A message of a conversation that is not open: one dim line with the `label` to know it by."""
        moment = instant.parse(message.at)
        time = time_of_day(moment, conversation.zone)
        own = f"{self._texts('you')} → " if message.sender == self._user else ""
        head = f"{time}  ◦ {own}{short(label, max(LONGEST_NAME, width // 2))}  "
        said = said_in(self._texts, message, conversation.zone)
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
