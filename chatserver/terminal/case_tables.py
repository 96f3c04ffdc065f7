"""Cases as tables for commands that print an answer. In English, in local time."""

from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatserver.client.cases import CaseAnswer, CaseChoicesSaid, CaseDueSaid, CaseLineSaid, CasesSaid, SuspensionSaid
from chatserver.terminal.case_facts import fact_told
from chatserver.terminal.session_tables import EN
from chatserver.terminal.words import date_and_time, day_and_time
from quotas import instant

WIDE = 150
"""Columns from which on all that a list says of a case stands in one line; else in two."""
LABEL = 10


def show_cases(console: Console, page: CasesSaid, zone: str) -> None:
    """Print them, the newest first, with what is waited for."""
    if not page.cases:
        console.print("There are no such cases.")
        return
    console.print(Text(f"Cases (times in {zone})", "bold"))
    console.print(_in_one_line(page, zone) if console.width >= WIDE else _in_two_lines(page, zone))
    if page.more:
        console.print(f"There are older ones: --after {page.cases[-1].id} shows them.", soft_wrap=True)


def _in_one_line(page: CasesSaid, zone: str) -> Table:
    now = instant.parse(page.now)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("opened", "kind", "state", "waits for", "until", "conversation", "member", "for", "id"):
        table.add_column(column, no_wrap=column != "conversation", overflow="fold")
    for each in page.cases:
        opened = date_and_time(EN, instant.parse(each.opened_at), zone, now=now)
        people = (Text(each.conversation), Text(each.member), Text(each.assignee or "–"))
        table.add_row(Text(opened), Text(each.kind), _state(each), *_due(each.due, zone, now), *people, Text(each.id))
    return table


def _in_two_lines(page: CasesSaid, zone: str) -> Table:
    """The state beneath the kind, until when beneath what is waited for, the conversation beneath the id."""
    now = instant.parse(page.now)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("kind, state", "waits for, until", "id, conversation"):
        table.add_column(column, no_wrap=not column.startswith("id"), overflow="fold")
    for each in page.cases:
        what, until = _due(each.due, zone, now)
        where = each.conversation + (f", for {each.assignee}" if each.assignee else "")
        waits = Text("\n").join((what, until) if each.due else (what,))
        table.add_row(Text("\n").join((Text(each.kind), _state(each))), waits, Text(f"{each.id}\n{where}"))
    return table


def show_case(console: Console, case: CaseAnswer, zone: str) -> None:
    """Print all that may be seen of it, and what may be done with it."""

    now = instant.parse(case.now)
    label_width = max([LABEL, *(len(name) + 1 for name in case.facts)])

    def when(at: int) -> str:
        return day_and_time(EN, at, zone, now=now)

    def said(label: str, text: str) -> None:
        if text:
            console.print(Text.assemble((f"{label:<{label_width}}", "dim"), text), soft_wrap=True)

    console.print(Text.assemble((f"{case.kind}", "bold"), "  ", _state(case), f"  (times in {zone})"))
    if case.says:
        console.print(case.says, highlight=False, soft_wrap=True)
    said("id", case.id + (f", called {case.own_id}" if case.own_id else ""))
    said("of", f"{case.member} in {case.conversation}" + (f", for {case.assignee}" if case.assignee else ""))
    said("opened", f"{when(instant.parse(case.opened_at))} by {case.opened_by or 'itself'}")
    said("waits for", due_told(case.due, when, now))
    said("suspended", suspension_told(case.suspension, when))
    for name, value in case.facts.items():
        said(name, fact_told(name, value, when))
    said("possible", ", ".join(case.possible))
    said("by hand", ", ".join(case.by_hand))
    for prompt in case.prompts:
        console.print(Text(f"  · {prompt}", "italic"), soft_wrap=True)
    for line in case.history:
        console.print(Text(line_told(line, when), "" if line.note else "dim"), soft_wrap=True)


def due_told(due: CaseDueSaid | None, when: Callable[[int], str], now: int) -> str:
    """What is waited for, from whom, until when, and what then; '' for nothing."""
    if due is None:
        return ""
    whom = "" if due.by == "system" else f" from {due.by}"
    if due.at is None:
        return f"{due.what}{whom}; the clock stands still"
    at = instant.parse(due.at)
    if due.by == "system" and due.then == due.what:
        return f"{due.what}, by itself {when(at)}"
    until = f"until {when(at)}" if at > now else f"since {when(at)} overdue"
    return f"{due.what}{whom} {until}, then {due.then or 'support is told'}"


def suspension_told(suspension: SuspensionSaid | None, when: Callable[[int], str]) -> str:
    """Since when nobody writes, and for how long; '' for people who write."""
    if suspension is None:
        return ""
    since = f"since {when(instant.parse(suspension.at))}"
    if suspension.lapses_at is None:
        return f"{since}, until it is lifted or the case ends"
    return f"{since}, until {when(instant.parse(suspension.lapses_at))} unless support confirms it by suspend"


def line_told(line: CaseLineSaid, when: Callable[[int], str]) -> str:
    """A line of the history: when, who, what, with which facts; the note beneath."""
    who = line.who or ("by itself" if line.role == "system" else line.role)
    told = f"{when(instant.parse(line.at))}  {who}: {line.did}"
    if line.because:
        told += f" ({line.because})"
    if facts := ", ".join(f"{name} {fact_told(name, value, when)}" for name, value in line.facts.items()):
        told += f", {facts}"
    if line.note:
        told += f"\n    {'(internal) ' if line.audience == 'internal' else ''}{line.note}"
    return told


def show_choices(console: Console, found: CaseChoicesSaid) -> None:
    """Print what may be opened, and what each asks for."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("kind", "", "needs", "may have", ""):
        table.add_column(column, overflow="fold", no_wrap=column == "kind")
    for each in found.choices:
        needs = ", ".join(" or ".join(group) for group in each.needs)
        reasons = f" (reason: {', '.join(each.reasons)})" if each.reasons else ""
        now = {None: "", "already_open": f"open: {each.case}"}.get(each.refused, f"{each.refused}".replace("_", " "))
        table.add_row(Text(each.kind), Text(each.title), Text(needs + reasons), Text(", ".join(each.takes)), Text(now))
    console.print(table)


def acted_told(case: CaseAnswer, zone: str) -> str:
    """One line: what it is now, and what is waited for."""
    now = instant.parse(case.now)
    waits = due_told(case.due, lambda at: day_and_time(EN, at, zone, now=now), now)
    # The kind as it is written in commands.
    return f"{case.kind}: {case.state}" + (f"; waits for {waits} ({zone})" if waits else "") + f"; id {case.id}."


def _due(due: CaseDueSaid | None, zone: str, now: int) -> list[Text]:
    if due is None:
        return [Text("–"), Text("–")]
    what = Text(due.what if due.by == "system" else f"{due.what} ({due.by})")
    if due.at is None:
        return [what, Text("stands still", "dim")]
    at = instant.parse(due.at)
    return [what, Text(date_and_time(EN, at, zone, now=now), "red" if at <= now else "")]


def _state(case: CaseAnswer) -> Text:
    return Text(case.state, "dim" if case.ended_at else "yellow")
