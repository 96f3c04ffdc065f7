"""A mentor's statement, drawn on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatserver.plural import counted
from chatserver.protocol.statements import StatementLineView, StatementView
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import date_and_time
from quotas import instant
from quotas.currencies import MINOR_DIGITS, written

_EN = Texts("en")
_NOTHING = Text("–", "dim")
WIDE = 110
"""Width of the terminal from which on each line says its units and the platform's part."""

SERVICES = {"video_call": "video call", "live_chat": "live chat"}
STATES = {"held": "held", "no_show": "no-show", "cancelled": "cancelled late"}
"""Those that are billable; a session that is taken back may have any other."""


def show(console: Console, view: StatementView) -> None:
    """Print it, as wide as the console allows."""
    head = f"Statement of {view.mentor} for {view.month} ({view.zone})"
    console.print(Text.assemble((head, "bold"), ", ", _stage(view)))
    if not view.lines and not view.corrections:
        console.print("No billable sessions.")
        return
    if view.lines:
        console.print(_table(view.lines, view.zone, wide=console.width >= WIDE))
    if view.corrections:
        console.print(Text("Corrections of earlier months", "bold"))
        console.print(_table(view.corrections, view.zone, wide=console.width >= WIDE))
    for each in view.sums:
        mentor, price, platform = (
            written(amount, each.currency) for amount in (each.mentor, each.price, each.platform)
        )
        line = f"{each.currency}: mentor {mentor}, price {price}, platform {platform}"
        console.print(Text(line, "bold"))
    if view.without_amount:
        console.print(f"{counted(view.without_amount, 'session')} without an amount, for the platform to settle")


def _stage(view: StatementView) -> Text:
    if view.issued_at is None:
        return Text("draft: the month is not over yet", "yellow")
    return Text(f"issued {_when(view.issued_at, view.zone)}", "green")


def _table(lines: Sequence[StatementLineView], zone: str, *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("start", no_wrap=True)
    # Words and ids go on in the next line where there is no room; numbers never do.
    table.add_column("member", overflow="fold")
    for heading in ("session", "state"):
        table.add_column(heading)
    for heading in ("units", "price", "mentor", "platform") if wide else ("price", "mentor"):
        table.add_column(heading, justify="right", no_wrap=True)
    with_month = any(each.corrects for each in lines)
    if with_month:
        table.add_column("month", no_wrap=True)
    for each in lines:
        amounts = [_amount(amount, each.currency) for amount in (each.price, each.mentor)]
        table.add_row(
            _when(each.starts_at, zone),
            Text(each.member),
            f"{SERVICES[each.service]}, {each.minutes} min, {each.kind.replace('_', '-')}",
            STATES.get(each.state, each.state.replace("_", " ")),
            *([f"{each.units}", *amounts, _amount(each.platform, each.currency)] if wide else amounts),
            *([each.corrects or ""] if with_month else []),
        )
    return table


def _amount(amount: int | None, currency: str | None) -> Text:
    if amount is None or currency not in MINOR_DIGITS:
        return _NOTHING
    return Text(f"{written(amount, currency)} {currency}")


def _when(moment: str, zone: str) -> str:
    return date_and_time(_EN, instant.parse(moment), zone)
