"""What a demo shows when it is ready: who there is, the commands to be each of them, and what there is to see."""

import os
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatserver.app import Parts
from chatserver.demo.cast import JO, KIM, LIV, SIRI, DemoPerson, is_coaching, people_of
from chatserver.demo.open_cases import case_table
from chatserver.demo.sessions import next_session
from chatserver.notices.mailbox import mailbox_folder
from chatserver.plural import counted
from chatserver.settings import DEFAULT_URL, Settings
from quotas import instant
from quotas.admission import WritingState, writing_state
from quotas.instant import DAY
from quotas.zones import zone_of

A_MONTH = 32 * DAY


class WaysIn(Struct, frozen=True):
    """How to be each of the people, by id: the file of a token, and a link that signs a browser in."""

    tokens: dict[str, Path]
    links: dict[str, str]


async def show(console: Console, parts: Parts, url: str, settings: Settings, ways: WaysIn) -> None:
    """Print the table: who, plan, writing state now, and the command that opens their chat; and where its data is."""
    data_dir, tokens, now = settings.data_dir, ways.tokens, await parts.ledger.now()
    zone = zone_of(parts.rulebook.policy.calendar.zone)
    there = people_of(parts.rulebook)
    table = Table(title=f"The demo, {_local(now, zone):%A %d %B %Y %H:%M} in {zone.key}", title_justify="left")
    for column in ("who", "plan", "may write now", "next session"):
        table.add_column(column)
    for person in there:
        table.add_row(
            f"{person.name} ({person.role})",
            person.plan or "–",
            await _writing_now(parts, person, now, zone),
            await _session(parts, person, zone) or "–",
        )
    console.print(table)
    coaching = is_coaching(parts.rulebook)
    if coaching:
        console.print()
        console.print(await case_table(parts, zone))
    _say(console, "\nOpen a browser, and a private window or another browser beside it, each at one of these:\n")
    for person in there:
        _say(console, f"  {person.name:5} {ways.links[person.id]}")
    _say(console, "\nOr open two terminals and paste one command into each:\n")
    for person in there:
        _say(console, f"  {person.name:5} {_command(url, person, tokens[person.id], there)}")
    if LIV in there and (session := await _session(parts, LIV, zone)):
        [conversation] = LIV.conversations
        listed = shlex.join(_words(url, "bookings", tokens[LIV.id], conversation))
        free = shlex.join(_words(url, "slots", tokens[LIV.id], conversation))
        _say(
            console,
            f"\nLiv and Mona have a {session}. Open both chats: the line at the bottom counts down. /join comes to\n"
            "it, /sessions lists what is booked, /book live shows free times. The same from the command line:\n\n"
            f"  Liv   {listed}\n  Liv   {free}",
        )
    if KIM in there:
        _say(
            console,
            "\nKim has just written and is promised an answer within 90 seconds: see the warning and the miss on the\n"
            f"board of open answers:\n\n  Siri  {shlex.join(_words(url, 'replies', tokens[SIRI.id]))}",
        )
    if coaching:
        _say(
            console,
            "\nThe same cases as support and as a mentor see them, and who waits for an answer on the board of open\n"
            "answers. Cases go on by themselves in time: move the clock ahead, to support's turn with Cleo.\n\n"
            f"  Siri  {shlex.join(_words(url, 'cases', tokens[SIRI.id]))}\n"
            f"  Jo    {shlex.join(_words(url, 'cases', tokens[JO.id]))}\n"
            f"  Siri  {shlex.join(_words(url, 'replies', tokens[SIRI.id]))}\n"
            f"        {_clock_command(settings, now + A_MONTH)}",
        )
    _say(
        console,
        f"\nNo mail leaves the demo: its mails, invitations too, are files in {mailbox_folder(data_dir)}. List them, "
        f"and show the latest:\n\n  {_mail_command(data_dir)}\n  {_mail_command(data_dir, 'show')}",
    )
    _say(console, f"\nData and tokens of the demo are in {data_dir}; remove that folder to begin anew.")


def _say(console: Console, text: str) -> None:
    """As it is, for whoever copies from it."""
    console.print(text, soft_wrap=True, highlight=False)


async def _session(parts: Parts, person: DemoPerson, zone: ZoneInfo) -> str:
    """A member's next session: live chat at 14:30, video call on Mon 30 Nov at 09:00; '' where there is none."""
    booked = [await next_session(parts, each) for each in person.conversations]
    booking = min((each for each in booked if each), key=lambda each: each.starts_at, default=None)
    if booking is None:
        return ""
    there, today = _local(booking.starts_at, zone), _local(await parts.ledger.now(), zone)
    day = "" if there.date() == today.date() else f"on {there:%a %d %b} "
    return f"{booking.service.replace('_', ' ')} {day}at {there:%H:%M}"


async def _writing_now(parts: Parts, person: DemoPerson, now: int, zone: ZoneInfo) -> str | Text:
    if person.role == "mentor":
        return "always"
    if not person.conversations:
        return "reads along"
    standing = await parts.ledger.standing(person.conversations[0])
    if standing is None:
        return "unknown to the store; run chatserver rebuild"
    state = writing_state(standing.settings.status, standing.usage, standing.terms(parts.rulebook), now)
    return _described(state, zone)


def _described(state: WritingState, zone: ZoneInfo) -> Text:
    if not state.open:
        opens = f", opens {_local(state.opens_at, zone):%a %d %b %H:%M}" if state.opens_at else ""
        return Text(f"no: {state.reason}{opens}", "red")
    parts = []
    if state.window_ends_at:
        parts.append(f"window ends {_local(state.window_ends_at, zone):%a %d %b %H:%M}")
    if state.windows_left is not None:
        parts.append(f"{counted(state.windows_left, 'writing window')} left this week")
    if state.messages_left is not None:
        parts.append(f"{counted(state.messages_left, 'scheduling message')} left this week")
    return Text.assemble(("yes", "green"), *(f", {part}" for part in parts))


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)


def _command(url: str, person: DemoPerson, token: Path, there: Sequence[DemoPerson]) -> str:
    """That opens their chat. Who has several conversations to write in is asked which one, unless it is named here."""
    words = _words(url, "chat", token)
    if person.role == "support":
        words += ["--conversation", next(each.conversations[0] for each in there if each.conversations)]
    elif len(person.conversations) > 1:
        words += ["--conversation", person.conversations[0]]
    return shlex.join(words)


def _clock_command(settings: Settings, to: int) -> str:
    words = [os.path.relpath(sys.argv[0]), "clock", "--to", instant.text(to), "--data-dir", str(settings.data_dir)]
    return shlex.join([*words, "--policy", str(settings.policy)] if settings.policy else words)


def _mail_command(data_dir: Path, *arguments: str) -> str:
    return shlex.join([os.path.relpath(sys.argv[0]), "mail", *arguments, "--data-dir", str(data_dir)])


def _words(url: str, command: str, token: Path, *arguments: str) -> list[str]:
    words = [os.path.relpath(sys.argv[0]), command, *arguments, "--token-file", str(token)]
    return words if url == DEFAULT_URL else [*words, "--url", url]
