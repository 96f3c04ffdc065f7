"""What two policies look like beside each other: an arrow where they differ, and what the numbers cannot say."""

from datetime import date
from io import StringIO

import pytest
from msgspec.structs import asdict, replace
from rich.console import Console

from chatserver.terminal.what_if import show
from quotas.what_if import PolicyFigures, WhatIfCounts, WhatIfLine, WhatIfReport, summed

LIGHT = WhatIfCounts(
    tried=1_550,
    today=PolicyFigures(refused=305, windows=99, met=87, missed=24, open=3),
    new=PolicyFigures(refused=295, windows=147, met=92, missed=28, open=3),
    newly_refused=19,
    newly_admitted=29,
)
SAME = PolicyFigures(refused=0, windows=0, met=27, missed=0, open=1)
LIVE = WhatIfCounts(tried=54, today=SAME, new=SAME, newly_refused=0, newly_admitted=0)
LINES = [
    WhatIfLine(plan=plan, week=date(2026, 1, day), **{name: getattr(counts, name) for name in asdict(counts)})
    for plan, day, counts in (("light", 5, LIGHT), ("light", 12, LIVE), ("live", 5, LIVE))
]
REPORT = WhatIfReport(
    first=date(2026, 1, 5),
    last=date(2026, 1, 18),
    zone="Europe/Oslo",
    recorded_until="2026-01-20T08:00:00.000Z",
    refusals_since="2026-01-05T09:00:00.000Z",
    lines=LINES,
    total=summed(LINES),
    unjudged={},
    unlike_record=0,
)


def shown(report: WhatIfReport, width: int = 120) -> list[str]:
    """Its lines."""
    out = StringIO()
    show(Console(file=out, width=width), report)
    return out.getvalue().splitlines()


def test_a_line_a_week_and_one_for_all_of_a_plan_with_more_of_them() -> None:
    title, heads, *rows = shown(REPORT)
    assert title == "What members tried to write on 5 Jan 2026 – 18 Jan 2026 (Europe/Oslo)"
    assert heads.split() == ["plan", "week", "tried", "refused", "other", "windows", "in", "time", "missed", "open"]
    assert [" ".join(row.split()) for row in rows[:5]] == [
        "light 2026-01-05 1,550 305 → 295 +29 −19 99 → 147 87 → 92 24 → 28 3",
        "2026-01-12 54 – – – 27 – 1",
        "all 1,604 305 → 295 +29 −19 99 → 147 114 → 119 24 → 28 4",
        "live 2026-01-05 54 – – – 27 – 1",
        "all 1,658 305 → 295 +29 −19 99 → 147 141 → 146 24 → 28 5",
    ]


def test_on_a_narrow_terminal_each_week_is_on_one_line() -> None:
    """Without what is open still, and without years."""
    rows = shown(REPORT, 80)
    assert "light  01-05  1,550  305→295  +29 −19   99→147    87→92   24→28" in [row.rstrip() for row in rows]
    assert max(map(len, rows)) <= 80


@pytest.mark.parametrize(
    ("report", "remark"),
    [
        (REPORT, "on record since 2026-01-05T09:00:00.000Z"),
        (replace(REPORT, refusals_since=None), "No refused message is on record"),
        (replace(REPORT, unlike_record=3), "Of 3 messages today's policy says otherwise"),
        (replace(REPORT, unjudged={"gold": 1}), "1 message on plan 'gold' could not be judged"),
        (replace(REPORT, lines=[]), "No member tried to write on 5 Jan 2026 – 18 Jan 2026"),
        (replace(REPORT, last=REPORT.first), "tried to write on 5 Jan 2026 (Europe/Oslo)"),
    ],
)
def test_remarks(report: WhatIfReport, remark: str) -> None:
    assert remark in " ".join(shown(report, 200))
