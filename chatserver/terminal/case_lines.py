"""Cases in lines of the chat: the list, one of them with its history, and what can be asked for."""

from collections.abc import Iterable

from chatserver.client.cases import CaseAnswer, CaseChoiceSaid, CaseDueSaid, CaseLineSaid
from chatserver.protocol.cases import CaseWaits
from chatserver.protocol.events import Role
from chatserver.terminal.case_facts import fact_told
from chatserver.terminal.texts import Texts
from chatserver.terminal.transcript import TranscriptLine, wrapped
from chatserver.terminal.words import date_and_time, day_and_time, duration
from quotas import instant

INDENT = 5


class CaseLines:
    """For one reader, in the zone of a conversation, by the server's clock, `width` columns wide."""

    def __init__(self, texts: Texts, user: str, role: Role, zone: str, now: int, width: int) -> None:
        self._texts = texts
        self._user = user
        self._role = role
        self._zone = zone
        self._now = now
        self._width = width

    def entry(self, number: int, case: CaseAnswer, other: str) -> list[TranscriptLine]:
        """Of a list: what it is and with whom, what its state means, what is waited for."""
        title = case.title or case.kind
        if case.assignee:
            title += f" · {self._texts('case_for', name=case.assignee)}"
        head: TranscriptLine = [("class:announcement", f" {number:>2}  "), ("", title), ("class:hint", f" · {other}")]
        return [head, *self._indented(case.says or case.state), *self._hints(self.due(case.due))]

    def whole(self, number: int, case: CaseAnswer, other: str) -> list[TranscriptLine]:
        """All that there is to say of it, and what can be done."""
        lines = self.entry(number, case, other)
        for name, value in case.facts.items():
            lines += self._indented(f"{self._name(name)}: {fact_told(name, value, self._when)}")
        for line in case.history:
            lines += self._history(line)
        for prompt in case.prompts:
            lines += self._hints(f"· {prompt}")
        if case.possible:
            lines += self._hints(self._texts("case_possible", n=number, actions=" | ".join(case.possible)))
        return lines

    def choices(self, choices: Iterable[CaseChoiceSaid]) -> list[TranscriptLine]:
        """Numbered, with what each needs."""
        lines: list[TranscriptLine] = []
        for number, each in enumerate(choices, start=1):
            style = "class:hint" if each.refused else ""
            lines.append([("class:announcement", f" {number:>2}  "), (style, each.title)])
        return lines

    def due(self, due: CaseDueSaid | CaseWaits | None) -> str:
        """Waits for you until Thu 8 Jan 10:00, 2 d 0 h left."""
        if due is None:
            return ""
        whom = self._texts("case_waits_you" if due.by == self._role else f"case_waits_{due.by}")
        if due.at is None:
            return f"{whom}; {self._texts('case_stands_still')}"
        at = instant.parse(due.at)
        when = date_and_time(self._texts, at, self._zone, now=self._now)
        if due.by == "system":
            return f"{whom} {self._texts('case_by_itself', when=when, left=duration(self._texts, at - self._now))}"
        if at <= self._now:
            return f"{whom}, {self._texts('case_overdue', when=when)}"
        return f"{whom} {self._texts('case_until', when=when, left=duration(self._texts, at - self._now))}"

    def _history(self, line: CaseLineSaid) -> list[TranscriptLine]:
        when = date_and_time(self._texts, instant.parse(line.at), self._zone, now=self._now)
        by = self._texts("you") if line.who == self._user else line.who or self._texts("case_itself")
        internal = line.audience == "internal" and self._role == "support"
        note = f": {line.note}" if line.note else ""
        marked = f" ({self._texts('case_internal')})" if internal and line.note else ""
        return self._indented(f"{when}  {by} · {line.did}{marked}{note}")

    def _indented(self, text: str) -> list[TranscriptLine]:
        return [[("", " " * INDENT + line)] for line in wrapped(text, self._width - INDENT)]

    def _hints(self, text: str) -> list[TranscriptLine]:
        return [[("class:hint", " " * INDENT + line)] for line in wrapped(text, self._width - INDENT)] if text else []

    def _name(self, fact: str) -> str:
        return self._texts(f"fact_{fact}") if self._texts.has(f"fact_{fact}") else fact

    def _when(self, at: int) -> str:
        return day_and_time(self._texts, at, self._zone, now=self._now)
