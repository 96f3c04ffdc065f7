"""Bookings, credits, free starts and hours as tables for commands that print an answer. In English, in local time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatserver.client.sessions import CreditsSaid, HoursSaid
from chatserver.protocol.sessions import BookingView
from chatserver.terminal.refusals import units
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import date_and_time, day_and_time, local, long_date
from quotas import instant
from quotas.bookings import BookingState
from quotas.currencies import written

EN = Texts("en")
WIDE = 100
"""Width of the terminal from which on it is said who joined when."""
STYLES: Mapping[BookingState, str] = {
    "booked": "cyan",
    "running": "bold green",
    "held": "green",
    "no_show_candidate": "yellow",
    "no_show": "red",
    "mentor_absent": "red",
    "unattended": "red",
    "cancelled": "dim",
}


def what(texts: Texts, booking: BookingView) -> str:
    """A live chat, or a video call."""
    return texts(f"session_{booking.service}")


def told(texts: Texts, booking: BookingView, zone: str) -> str:
    """Live chat, Thursday 3 Dec 18:00, 30 minutes."""
    when = day_and_time(texts, instant.parse(booking.starts_at), zone)
    return f"{what(texts, booking)}, {when}, {texts('session_minutes', n=booking.minutes)}"


def state_of(texts: Texts, booking: BookingView) -> str:
    """Its state; of a cancelled one whether it was late, and of a plan's whether its units are not spent."""
    parts = [texts(f"session_{booking.state}")]
    if booking.late:
        parts.append(texts("session_late"))
    if booking.kind == "plan" and not booking.counts:
        parts.append(texts("session_not_counted"))
    return ", ".join(parts)


def show_bookings(console: Console, bookings: Sequence[BookingView], zone: str) -> None:
    """Print them by start, with the ids by which they are moved and cancelled."""
    if not bookings:
        console.print("No sessions are booked in that time. The list begins a day ago, or where --from says.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("start", "", "min", "kind", "state", "price", "joined", "id"):
        if column != "joined" or console.width >= WIDE:
            table.add_column(column, no_wrap=column not in ("state", "joined"), overflow="fold")
    for each in bookings:
        cells = [
            Text(date_and_time(EN, instant.parse(each.starts_at), zone)),
            Text(what(EN, each)),
            Text(f"{each.minutes}"),
            Text(each.kind),
            Text(state_of(EN, each), STYLES[each.state]),
            Text(_price(each)),
            *([Text(_joined(each, zone))] if console.width >= WIDE else []),
            Text(each.id),
        ]
        table.add_row(*cells)
    console.print(Text(f"Sessions (times in {zone})", "bold"))
    console.print(table)


def _price(booking: BookingView) -> str:
    return f"{written(booking.price.amount, booking.price.currency)} {booking.price.currency}" if booking.price else "–"


def _joined(booking: BookingView, zone: str) -> str:
    joins = (("member", booking.joins.member), ("mentor", booking.joins.mentor))
    there = [f"{side} {local(instant.parse(at), zone):%H:%M}" for side, at in joins if at is not None]
    return ", ".join(there) or "–"


def show_credits(console: Console, credits: CreditsSaid, zone: str) -> None:
    """Print what the period gives, what of it is spent, and the entries."""
    since, until = (long_date(EN, instant.parse(at), zone) for at in (credits.period.since, credits.period.until))
    console.print(Text(f"From {since} until {until} ({zone})", "bold"))
    console.print(_sum(credits))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("at", "units", "for"):
        table.add_column(column, no_wrap=column != "for", justify="right" if column == "units" else "left")
    for entry in credits.entries:
        by = f"booking {entry.booking}" if entry.booking else f"correction: {entry.reason}"
        at = date_and_time(EN, instant.parse(entry.at), zone)
        table.add_row(Text(at), Text(f"{entry.units:+}", "green" if entry.units > 0 else ""), Text(by))
    if credits.entries:
        console.print(table)


def _sum(credits: CreditsSaid) -> str:
    if credits.used is None:
        return "The plan has no sessions."
    if credits.allowance is None or credits.left is None:
        return f"Sessions without limit; used: {units(EN, credits.used)}."
    corrected = f", corrected by {credits.corrected:+}" if credits.corrected else ""
    over = f", {credits.over} beyond it" if credits.over else ""
    return (
        f"Left: {units(EN, credits.left)}. The plan gives {credits.allowance} a month{corrected}; "
        f"{credits.used or 'none'} {'are' if credits.used > 1 else 'is'} used{over}."
    )


def show_slots(console: Console, starts: Sequence[str], zone: str) -> None:
    """Print the free starts, a line for each day."""
    if not starts:
        console.print("No free times in those days.")
        return
    there = [local(instant.parse(start), zone) for start in starts]
    console.print(Text(f"Free starts (times in {zone})", "bold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for day, times in groupby(there, lambda each: each.date()):
        midnight = datetime.combine(day, datetime.min.time(), there[0].tzinfo)
        name = date_and_time(EN, instant.of(midnight), zone)[:-6]
        table.add_row(name, "  ".join(f"{time:%H:%M}" for time in times))
    console.print(table)


def show_hours(console: Console, hours: HoursSaid) -> None:
    """Print the week and the days that differ."""
    console.print(Text(f"Hours of {hours.mentor} (times in {hours.zone})", "bold"))
    if not hours.weekly and not any(day.open for day in hours.exceptions):
        console.print("Closed all the time: members find no free times.")
    for weekday, stretches in groupby(hours.weekly, lambda each: each.weekday):
        open_then = ", ".join(f"{each.since}–{each.until}" for each in stretches)
        console.print(Text.assemble((f"{weekday:<10}", "dim"), open_then))
    for day in hours.exceptions:
        open_then = ", ".join(f"{each.since}–{each.until}" for each in day.open) or "closed"
        console.print(Text.assemble((f"{day.date}", "dim"), f"  {open_then}"))
    console.print(
        f"Booked at least {hours.notice_hours} hours ahead by members, {hours.buffer_minutes} minutes kept free "
        "around each session."
    )
