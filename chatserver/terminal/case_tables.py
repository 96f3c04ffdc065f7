"""Cases as tables for commands that print an answer. In English, in local time."""

from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatserver.client.cases import CaseAnswer, CaseChoicesSaid, CaseDueSaid, CaseLineSaid, CasesSaid
from chatserver.terminal.case_facts import fact_told
from chatserver.terminal.refusals import sentence
from chatserver.terminal.session_tables import EN
from chatserver.terminal.words import date_and_time, day_and_time
from quotas import instant

WIDE = 110
"""Columns from which on all that a list says of a case stands in one line."""


def show_cases(console: Console, page: CasesSaid, zone: str) -> None:
    """Print them, the newest first, with what is waited for."""
    if not page.cases:
        console.print("There are no such cases.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    wide = console.width >= WIDE
    columns = ["opened", "kind", "state", "waits for", "until"] + ["conversation", "member", "for"] * wide + ["id"]
    for column in columns:
        table.add_column(column, no_wrap=column in ("opened", "until", "id"), overflow="fold")
    for each in page.cases:
        opened = date_and_time(EN, instant.parse(each.opened_at), zone)
        cells = [Text(opened), Text(each.kind), _state(each), *_due(each.due, zone, instant.parse(page.now))]
        if wide:
            cells += [Text(each.conversation), Text(each.member), Text(each.assignee or "–")]
        table.add_row(*cells, Text(each.id))
    console.print(Text(f"Cases (times in {zone})", "bold"))
    console.print(table)
    if page.more:
        console.print(f"There are older ones: --after {page.cases[-1].id} shows them.", soft_wrap=True)


def show_case(console: Console, case: CaseAnswer, zone: str) -> None:
    """Print all that may be seen of it, and what may be done with it."""

    def when(at: int) -> str:
        return day_and_time(EN, at, zone)

    def said(label: str, text: str) -> None:
        if text:
            console.print(Text.assemble((f"{label:<10}", "dim"), text), soft_wrap=True)

    console.print(Text.assemble((f"{case.kind}", "bold"), "  ", _state(case), f"  (times in {zone})"))
    if case.says:
        console.print(case.says, highlight=False, soft_wrap=True)
    said("id", case.id + (f", called {case.own_id}" if case.own_id else ""))
    said("of", f"{case.member} in {case.conversation}" + (f", for {case.assignee}" if case.assignee else ""))
    said("opened", f"{when(instant.parse(case.opened_at))} by {case.opened_by or 'itself'}")
    said("waits for", due_told(case.due, when, instant.parse(case.now)))
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
    until = f"until {when(at)}" if at > now else f"since {when(at)} overdue"
    return f"{due.what}{whom} {until}, then {due.then or 'support is told'}"


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
    waits = due_told(case.due, lambda at: day_and_time(EN, at, zone), instant.parse(case.now))
    return sentence(
        f"{case.kind}: {case.state}" + (f"; waits for {waits} ({zone})" if waits else "") + f"; id {case.id}"
    )


def _due(due: CaseDueSaid | None, zone: str, now: int) -> list[Text]:
    if due is None:
        return [Text("–"), Text("–")]
    what = Text(due.what if due.by == "system" else f"{due.what} ({due.by})")
    if due.at is None:
        return [what, Text("stands still", "dim")]
    at = instant.parse(due.at)
    return [what, Text(date_and_time(EN, at, zone), "red" if at <= now else "")]


def _state(case: CaseAnswer) -> Text:
    return Text(case.state, "dim" if case.ended_at else "yellow")
