"""What another policy would have made of recorded traffic, drawn on a terminal."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatserver.plural import counted
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import plain_day
from quotas.what_if import WhatIfCounts, WhatIfReport, summed

HEADINGS = ("tried", "refused", "let in instead", "refused instead", "windows", "in time", "missed", "open")
_EN = Texts("en")
_NONE = Text("–", "dim")
Good = Literal["more", "less"]


def show(console: Console, report: WhatIfReport) -> None:
    """Print it. Of what both policies say, an arrow leads from today's to the new one's."""
    first, last = plain_day(_EN, report.first), plain_day(_EN, report.last)
    days = first if report.first == report.last else f"{first} – {last}"
    if not report.lines:
        console.print(f"No member tried to write on {days} ({report.zone}).")
    else:
        title = f"What members tried to write on {days} ({report.zone}): today's policy → the new one"
        console.print(Text(title, "bold"))
        console.print(_table(report))
    for line in _remarks(report):
        console.print(line)


def _table(report: WhatIfReport) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", show_footer=True)
    totals = [Text("all", "bold"), Text(""), *_cells(report.total)]
    for heading, total in zip(("plan", "week from", *HEADINGS), totals, strict=True):
        is_name = heading in ("plan", "week from")
        table.add_column(heading, total, justify="left" if is_name else "right", no_wrap=not is_name)
    for plan, found in groupby(report.lines, key=attrgetter("plan")):
        lines = list(found)
        for number, line in enumerate(lines):
            table.add_row(Text("" if number else plan), Text(f"{line.week}"), *_cells(line))
        if len(lines) > 1:
            table.add_row(Text(""), Text("all", "bold"), *_cells(summed(lines)))
        table.add_section()
    return table


def _cells(counts: WhatIfCounts) -> list[Text]:
    """One for each of HEADINGS."""
    today, new = counts.today, counts.new
    return [
        Text(f"{counts.tried:,}"),
        _both(today.refused, new.refused, "less"),
        Text(f"{counts.newly_admitted:,}", "green") if counts.newly_admitted else _NONE,
        Text(f"{counts.newly_refused:,}", "red") if counts.newly_refused else _NONE,
        _both(today.windows, new.windows, None),
        _both(today.met, new.met, "more"),
        _both(today.missed, new.missed, "less"),
        _both(today.open, new.open, None),
    ]


def _both(today: int, new: int, good: Good | None) -> Text:
    """One number where they agree."""
    if today == new:
        return Text(f"{new:,}") if new else _NONE
    style = "" if good is None else "green" if (new > today) == (good == "more") else "red"
    return Text.assemble((f"{today:,} → ", "dim"), (f"{new:,}", style))


def _remarks(report: WhatIfReport) -> Sequence[Text]:
    """What to know when reading the numbers."""
    lines = []
    if report.refusals_since is None:
        lines.append("No refused message is on record: what the new policy would let in instead is not known.")
    else:
        lines.append(
            f"Refused messages are on record since {report.refusals_since}, the first one, once a minute for each "
            "conversation and reason; of what was refused before nothing is known."
        )
    lines.append(f"The record reaches to {report.recorded_until}. What people would have done instead, nobody knows.")
    if report.unlike_record:
        lines.append(
            f"Of {counted(report.unlike_record, 'message')} today's policy says otherwise than what was said then: "
            "another policy, zone or plan held."
        )
    lines += [
        f"{counted(number, 'message')} on plan {plan!r} could not be judged: one of the policies does not know it, or "
        "the conversation's calendar."
        for plan, number in report.unjudged.items()
    ]
    return [Text(line, "dim") for line in lines]
