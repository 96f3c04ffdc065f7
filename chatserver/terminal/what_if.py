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

WIDE = 105
"""From that width on weeks are named with their year, arrows have room, and waits that are open still are shown."""
NAMES = ("plan", "week")
HEADINGS = ("tried", "refused", "other", "windows", "in time", "missed", "open")
_EN = Texts("en")
_NONE = Text("–", "dim")
_Better = Literal["more", "less"]


def show(console: Console, report: WhatIfReport) -> None:
    """Print it, as wide as the console allows."""
    first, last = plain_day(_EN, report.first), plain_day(_EN, report.last)
    days = first if report.first == report.last else f"{first} – {last}"
    if not report.lines:
        console.print(f"No member tried to write on {days} ({report.zone}).")
    else:
        console.print(Text(f"What members tried to write on {days} ({report.zone})", "bold"))
        console.print(_table(report, is_wide=console.width >= WIDE))
        console.print(Text(_LEGEND, "dim"))
    for line in _remarks(report):
        console.print(line)


_LEGEND = (
    "today's policy → the new one, where they differ; other: + let in by the new one alone, − by today's alone; "
    "in time, missed and open: waits that began in the week"
)


def _table(report: WhatIfReport, *, is_wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", show_footer=True)
    totals = [Text("all", "bold"), Text(""), *_cells(report.total, is_wide=is_wide)]
    for heading, total in zip((*NAMES, *(HEADINGS if is_wide else HEADINGS[:-1])), totals, strict=True):
        justify: Literal["left", "right"] = "left" if heading in NAMES else "right"
        table.add_column(heading, total, justify=justify, no_wrap=True, overflow="ellipsis")
    for plan, found in groupby(report.lines, key=attrgetter("plan")):
        lines = list(found)
        for number, line in enumerate(lines):
            week = Text(f"{line.week}" if is_wide else f"{line.week:%m-%d}")
            table.add_row(Text("" if number else plan), week, *_cells(line, is_wide=is_wide))
        if len(lines) > 1:
            table.add_row(Text(""), Text("all", "bold"), *_cells(summed(lines), is_wide=is_wide))
    return table


def _cells(counts: WhatIfCounts, *, is_wide: bool) -> list[Text]:
    """One for each of HEADINGS, as far as there is room."""
    today, new = counts.today, counts.new
    arrow = " → " if is_wide else "→"
    cells = [
        Text(f"{counts.tried:,}"),
        _both(today.refused, new.refused, arrow, "less"),
        _otherwise(counts),
        _both(today.windows, new.windows, arrow),
        _both(today.met, new.met, arrow, "more"),
        _both(today.missed, new.missed, arrow, "less"),
        _both(today.open, new.open, arrow),
    ]
    return cells if is_wide else cells[:-1]


def _otherwise(counts: WhatIfCounts) -> Text:
    said = [(f"+{counts.newly_admitted:,}", "green"), (f"−{counts.newly_refused:,}", "red")]
    kept = [each for each, number in zip(said, (counts.newly_admitted, counts.newly_refused), strict=True) if number]
    return Text(" ").join(Text(*each) for each in kept) if kept else _NONE


def _both(today: int, new: int, arrow: str, better: _Better | None = None) -> Text:
    """One number where they agree."""
    if today == new:
        return Text(f"{new:,}") if new else _NONE
    style = "" if better is None else "green" if (new > today) == (better == "more") else "red"
    return Text.assemble((f"{today:,}{arrow}", "dim"), (f"{new:,}", style))


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
