"""What the report looks like on a terminal: figures, bars, reminders, and a sentence where there is nothing."""

import re
from datetime import date
from io import StringIO
from typing import Literal

import pytest
from msgspec.structs import replace
from rich.console import Console

from chatserver.protocol.reports import ReplyGroup, ReplyReport, WeekBehind
from chatserver.terminal.report import MOST_NAMED, show
from quotas.instant import HOUR, MINUTE

NONE = ReplyGroup("", 0, 0, 0, 0, None, None, None, None, None, 0, None, None, 0, 0, 0)
TOM = ReplyGroup(
    name="tom",
    answered=20,
    in_time=19,
    missed=1,
    dropped=0,
    counted_median_ms=2 * HOUR,
    counted_p95_ms=20 * HOUR,
    waited_median_ms=3 * HOUR,
    waited_p95_ms=60 * HOUR,
    longest_ms=70 * HOUR + 5 * MINUTE,
    chat_answered=8,
    chat_median_ms=3 * MINUTE,
    chat_p95_ms=9 * MINUTE,
    mentor_weeks=4,
    mentor_days=7,
    weeks_behind=1,
)
ANN = ReplyGroup(
    name="ann",
    answered=1_200,
    in_time=1_200,
    missed=0,
    dropped=2,
    counted_median_ms=HOUR,
    counted_p95_ms=10 * HOUR,
    waited_median_ms=HOUR,
    waited_p95_ms=11 * HOUR,
    longest_ms=30 * HOUR,
    chat_answered=0,
    chat_median_ms=None,
    chat_p95_ms=None,
    mentor_weeks=2,
    mentor_days=4,
    weeks_behind=0,
)
REPORT = ReplyReport(
    first=date(2026, 1, 5),
    last=date(2026, 2, 1),
    zone="Europe/Oslo",
    by="mentor",
    groups=[ANN, TOM],
    total=replace(TOM, name="", answered=1_220, in_time=1_219),
    behind=[
        WeekBehind(date(2026, 1, 26), "tom", "c7", "light", 1, 2, False),
        WeekBehind(date(2026, 1, 12), "tom", "c7", "light", 0, 2, True),
    ],
)


def drawn(report: ReplyReport, width: int = 110) -> str:
    out = StringIO()
    show(Console(file=out, width=width), report)
    return out.getvalue()


def line(text: str, name: str) -> str:
    [found] = [line for line in text.splitlines() if line.startswith(name)]
    return found


def test_a_line_for_each_group_and_one_for_all() -> None:
    text = drawn(REPORT)
    assert text.splitlines()[0] == "Waits that began on 5 Jan 2026 – 1 Feb 2026 (Europe/Oslo)"
    tom = " ".join(line(text, "tom").split())
    assert tom == "tom 20 █████████× 95 % 1 2 h 0 min 20 h 0 min ▓░░░░░░░░░ 2 d 22 h 1.8, behind 1 of 4"
    assert "1,200" in line(text, "ann")
    assert "100 %" in line(text, "ann")
    assert "1,220" in line(text, "all")


def test_one_miss_among_many_is_seen() -> None:
    """The share is cut off, not rounded: 100 % means all, and the bar ends in a cross, which needs no colour."""
    total = line(drawn(REPORT), "all")
    assert "99 %" in total
    assert "█" * 9 + "×" in total


@pytest.mark.parametrize("colours", [None, "truecolor"])
def test_bars_are_explained_by_a_legend(colours: Literal["truecolor"] | None) -> None:
    """Their parts differ by shape, whether there are colours or not, and only those that are drawn are explained."""
    out = StringIO()
    show(Console(file=out, width=110, color_system=colours, force_terminal=colours is not None), REPORT)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert "█ in time  × missed  ▓ until the median  ░ until the 95th percentile\n" in plain
    assert "█████████×  95 %" in plain
    assert "█ in time  × missed\n" in drawn(REPORT, 80)
    without = drawn(replace(REPORT, groups=[replace(NONE, name="zoe", answered=2)]))
    assert "× missed" not in without


def test_a_wide_terminal_shows_plain_times_too() -> None:
    assert "2 d 12 h" in line(drawn(REPORT, 160), "tom")
    assert "3 min" in line(drawn(REPORT, 160), "tom")
    assert "2 d 12 h" not in line(drawn(REPORT), "tom")


@pytest.mark.parametrize("width", [80, 110, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = drawn(replace(REPORT, groups=[replace(TOM, name="m" * 64), ANN]), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "mmm…" in text
    assert "1.8, behind 1 of 4" in text


def test_one_group_needs_no_sum() -> None:
    assert "\nall" not in drawn(replace(REPORT, groups=[TOM]))


def test_a_group_without_answers_says_so_without_numbers() -> None:
    text = drawn(replace(REPORT, groups=[replace(NONE, name="zoe", missed=2)], behind=[]))
    assert " ".join(line(text, "zoe").split()) == "zoe 0 ×××××××××× 0 % 2 – – – – –"
    text = drawn(replace(REPORT, groups=[replace(NONE, name="zoe", answered=2)], behind=[]))
    assert line(text, "zoe").split()[1:3] == ["2", "–"]


def test_reminders_name_the_latest_weeks() -> None:
    text = drawn(REPORT)
    assert "  tom in c7 (light): 1 of 2 days so far, week from 26 Jan 2026\n" in text
    assert "  tom in c7 (light): 0 of 2 days, week from 12 Jan 2026\n" in text
    many = drawn(replace(REPORT, behind=REPORT.behind * MOST_NAMED))
    assert f"… and {MOST_NAMED} more; --json names them" in many


def test_nothing_is_said_in_a_sentence() -> None:
    empty = replace(REPORT, groups=[], total=NONE, behind=[])
    assert drawn(empty, 200) == ("No answered or missed waits that began on 5 Jan 2026 – 1 Feb 2026 (Europe/Oslo).\n")
    one_day = drawn(replace(empty, last=date(2026, 1, 5)))
    assert one_day.startswith("No answered or missed waits that began on 5 Jan 2026 (Europe/Oslo)")


def test_answers_in_the_place_of_others_are_told_of_both() -> None:
    groups = [replace(TOM, by_substitutes=3), replace(NONE, name="zoe", stood_in=1)]
    text = drawn(replace(REPORT, groups=groups, behind=[]))
    assert "  tom: substitutes gave 3 of 20 answers\n" in text
    assert "  zoe answered 1 wait in the place of others\n" in text
    weeks = drawn(replace(REPORT, by="week", groups=[replace(TOM, name="2026-01-05", stood_in=3)], behind=[]))
    assert "in the place" not in weeks


def test_waits_that_ended_without_an_answer_are_told_of() -> None:
    groups = [replace(TOM, acknowledged=3, withdrawn=1), NONE]
    text = drawn(replace(REPORT, by="plan", groups=groups, behind=[]))
    assert "  tom: 3 waits needed no answer, as the mentor said\n" in text
    assert "  tom: 1 wait ended as members deleted what waited\n" in text
    assert "none:" not in text
