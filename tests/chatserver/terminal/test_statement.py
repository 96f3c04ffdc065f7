"""What a statement looks like on a terminal: lines, corrections, sums, and a sentence where there is nothing."""

from io import StringIO

from msgspec.structs import replace
from rich.console import Console

from chatserver.protocol.statements import StatementLineView, StatementView
from chatserver.terminal.statement import show
from quotas.statements import StatementSum

LINE = StatementLineView(
    booking="b1",
    conversation="c1",
    member="mia",
    service="video_call",
    kind="one_off",
    starts_at="2026-01-05T09:00:00.000Z",
    minutes=60,
    state="held",
    units=2,
    currency="NOK",
    price=100_001,
    mentor=90_001,
    platform=10_000,
    corrects=None,
)
OF_PLAN = replace(LINE, service="live_chat", kind="plan", currency=None, price=None, mentor=None, platform=None)
VIEW = StatementView(
    mentor="tom",
    month="2026-01",
    zone="Europe/Oslo",
    since="2025-12-31T23:00:00.000Z",
    until="2026-01-31T23:00:00.000Z",
    state="issued",
    issued_at="2026-02-01T08:00:00.000Z",
    lines=[LINE, OF_PLAN],
    corrections=[],
    sums=[StatementSum("NOK", 100_001, 90_001, 10_000)],
    units=4,
    without_amount=1,
)


def shown(view: StatementView, width: int = 140) -> list[str]:
    out = StringIO()
    show(Console(file=out, width=width, markup=False, emoji=False), view)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_statement() -> None:
    """Amounts as people write them, starts as the mentor's clock shows them."""
    assert [" ".join(line.split()) for line in shown(VIEW)] == [
        "Statement of tom for 2026-01 (Europe/Oslo), issued Sun 01 Feb 09:00",
        "start member session state units price mentor platform",
        "Mon 05 Jan 10:00 mia video call, 60 min, one-off held 2 1000.01 NOK 900.01 NOK 100.00 NOK",
        "Mon 05 Jan 10:00 mia live chat, 60 min, plan held 2 – – –",
        "NOK: mentor 900.01, price 1000.01, platform 100.00",
        "1 session without an amount, for the platform to settle",
    ]


def test_corrections() -> None:
    """With the month that they are of; what was taken back has the state that took it."""
    taken = replace(LINE, state="mentor_absent", units=-2, price=-5, mentor=-5, platform=0, corrects="2025-12")
    view = replace(VIEW, lines=[], corrections=[taken], sums=[StatementSum("NOK", -5, -5, 0)], without_amount=0)
    assert [" ".join(line.split()) for line in shown(view)[1:]] == [
        "Corrections of earlier months",
        "start member session state units price mentor platform month",
        "Mon 05 Jan 10:00 mia video call, 60 min, one-off mentor absent -2 -0.05 NOK -0.05 NOK 0.00 NOK 2025-12",
        "NOK: mentor -0.05, price -0.05, platform 0.00",
    ]


def test_a_month_without_sessions() -> None:
    draft = replace(VIEW, state="draft", issued_at=None, lines=[], sums=[], without_amount=0)
    assert shown(draft) == [
        "Statement of tom for 2026-01 (Europe/Oslo), draft: the month is not over yet",
        "No billable sessions.",
    ]
