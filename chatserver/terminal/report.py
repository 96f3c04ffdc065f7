"""The report on how mentors answer, drawn on a terminal."""

from collections.abc import Sequence
from itertools import compress
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatserver.plural import counted
from chatserver.protocol.reports import By, ReplyGroup, ReplyReport, WeekBehind
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import duration, plain_day

LONG_BAR, SHORT_BAR = 10, 5
"""Width of a bar in characters, from a common width of the terminal on, and below it."""
MOST_NAMED = 10
"""Weeks behind that are named."""
COMMON, WIDE = 110, 150
COLUMNS = {
    "answered": 0,
    "in time": 0,
    "missed": 0,
    "median": 0,
    "95 %": 0,
    "counted time": COMMON,
    "all the time: median": WIDE,
    "all: 95 %": WIDE,
    "longest": COMMON,
    "in live chats": WIDE,
    "days a week": 0,
}
"""Each column beside the names, and the width of the terminal from which on it is shown."""
DRAWN = ("in time", "counted time")
IN_TIME, MISSED, TO_MEDIAN, TO_P95 = "█×▓░"
"""What bars are made of: without colours too, each part is seen for what it is."""

HEADINGS: dict[By, str] = {"mentor": "mentor", "plan": "plan", "week": "week from"}
_EN = Texts("en")
_NOTHING = Text("–", "dim")


def show(console: Console, report: ReplyReport) -> None:
    """Print it, as wide as the console allows."""
    first, last = plain_day(_EN, report.first), plain_day(_EN, report.last)
    days = first if report.first == report.last else f"{first} – {last}"
    if not report.groups:
        console.print(f"No answered or missed waits that began on {days} ({report.zone}).")
    else:
        console.print(Text(f"Waits that began on {days} ({report.zone})", "bold"))
        console.print(_table(report, console.width))
        console.print(_legend(report, console.width))
    for line in (*_otherwise(report), *_behind(report.behind)):
        console.print(line)


def _otherwise(report: ReplyReport) -> list[Text]:
    """Who answered for whom, and what ended without an answer, in numbers: a line each, where there is some."""
    lines = []
    for group in report.groups:
        name = group.name or "none"
        if group.by_substitutes:
            lines.append(f"  {name}: substitutes gave {group.by_substitutes:,} of {counted(group.answered, 'answer')}")
        if group.acknowledged:
            lines.append(f"  {name}: {counted(group.acknowledged, 'wait')} needed no answer, as the mentor said")
        if group.withdrawn:
            lines.append(f"  {name}: {counted(group.withdrawn, 'wait')} ended as members deleted what waited")
        if group.stood_in and report.by == "mentor":
            lines.append(f"  {name} answered {counted(group.stood_in, 'wait')} in the place of others")
    return [Text(line) for line in lines]


def _table(report: ReplyReport, width: int) -> Table:
    slowest = max(group.counted_p95_ms or 0 for group in report.groups)
    bar = LONG_BAR if width >= COMMON else SHORT_BAR
    table = Table(box=None, pad_edge=False, header_style="dim", show_footer=len(report.groups) > 1)
    # Only the names give way where there is no room.
    table.add_column(HEADINGS[report.by], Text("all", "bold"), overflow="ellipsis")
    shown = [width >= least for least in COLUMNS.values()]
    totals = _cells(report.total, slowest, bar)
    for heading, total in compress(zip(COLUMNS, totals, strict=True), shown):
        justify: Literal["left", "right"] = "left" if heading in DRAWN else "right"
        table.add_column(heading, total, justify=justify, no_wrap=True)
    for group in report.groups:
        table.add_row(Text(group.name or "none"), *compress(_cells(group, slowest, bar), shown))
    return table


def _legend(report: ReplyReport, width: int) -> Text:
    """What the parts of the bars that were drawn mean."""
    meanings = []
    if any(group.in_time or group.missed for group in report.groups):
        meanings.append(f"{IN_TIME} in time  {MISSED} missed")
    if width >= COLUMNS["counted time"] and any(group.counted_p95_ms is not None for group in report.groups):
        meanings.append(f"{TO_MEDIAN} until the median  {TO_P95} until the 95th percentile")
    return Text("  ".join(meanings), "dim")


def _cells(group: ReplyGroup, slowest: int, bar: int) -> list[Text]:
    """One for each of COLUMNS."""
    return [
        Text(f"{group.answered:,}"),
        _in_time(group, bar),
        Text(f"{group.missed:,}", "bold red" if group.missed else "green"),
        _length(group.counted_median_ms),
        _length(group.counted_p95_ms),
        _spread(group, slowest, bar),
        _length(group.waited_median_ms),
        _length(group.waited_p95_ms),
        _length(group.longest_ms),
        _length(group.chat_median_ms),
        _days(group),
    ]


def _in_time(group: ReplyGroup, bar: int) -> Text:
    """The share of promised answers that came in time: 100 % only where all did."""
    promised = group.in_time + group.missed
    if not promised:
        return _NOTHING
    kept = group.in_time * bar // promised
    percent = group.in_time * 100 // promised
    return Text.assemble((IN_TIME * kept, "green"), (MISSED * (bar - kept), "red"), f" {percent:>3} %")


def _spread(group: ReplyGroup, slowest: int, bar: int) -> Text:
    """Counted time until the median, and on to the 95th percentile, beside the slowest group's."""
    if group.counted_median_ms is None or group.counted_p95_ms is None:
        return _NOTHING
    median, p95 = (-(-length * bar // max(slowest, 1)) for length in (group.counted_median_ms, group.counted_p95_ms))
    median, p95 = min(median, bar), min(p95, bar)
    return Text.assemble((TO_MEDIAN * median, "cyan"), (TO_P95 * (p95 - median), "cyan"), " " * (bar - p95))


def _days(group: ReplyGroup) -> Text:
    if not group.mentor_weeks:
        return _NOTHING
    days = f"{group.mentor_days / group.mentor_weeks:.1f}"
    if not group.weeks_behind:
        return Text(days, "green")
    return Text(f"{days}, behind {group.weeks_behind} of {group.mentor_weeks}", "yellow")


def _behind(weeks: Sequence[WeekBehind]) -> list[Text]:
    """The latest weeks behind, a line each."""
    if not weeks:
        return []
    lines = [Text("Reminders: mentors who write on fewer days a week than the plan asks for", "bold")]
    for each in weeks[:MOST_NAMED]:
        written = f"{each.days} of {counted(each.days_asked, 'day')}{'' if each.over else ' so far'}"
        week = plain_day(_EN, each.week)
        lines.append(
            Text(
                f"  {each.mentor} in {each.conversation} ({each.plan}): {written}, week from {week}",
                "" if each.over else "yellow",
            )
        )
    if len(weeks) > MOST_NAMED:
        lines.append(Text(f"  … and {len(weeks) - MOST_NAMED:,} more; --json names them", "dim"))
    return lines


def _length(milliseconds: int | None) -> Text:
    return _NOTHING if milliseconds is None else Text(duration(_EN, milliseconds))
