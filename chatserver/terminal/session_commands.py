"""Sessions at the desk: seen, booked, joined, moved and cancelled by commands that pick from numbered lists."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from chatserver.client.errors import ChatError
from chatserver.client.http import AnswerError, RefusedAnswerError
from chatserver.client.sessions import BookingWish, CancellationSaid, SessionCalls
from chatserver.protocol.events import ConversationView
from chatserver.protocol.sessions import BookingView
from chatserver.terminal.refusals import in_sentences, units
from chatserver.terminal.session_tables import state_of, what
from chatserver.terminal.starts import start_of
from chatserver.terminal.transcript import TranscriptLine
from chatserver.terminal.words import date_and_time, day_and_time, local
from quotas import instant
from quotas.bookings import LENGTHS
from quotas.instant import DAY
from quotas.plans import Service

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

COMMANDS = ("/sessions", "/book", "/join", "/move", "/cancel", "/finish", "/no-show")
LOOK_AHEAD = 60 * DAY
"""How far ahead free times are looked for."""
DAYS_SHOWN = 4
STARTS_A_DAY = 6
"""So many free times are numbered, fewer than a session has minutes: `/book 45` means minutes."""
YES = ("yes", "ja")
SERVICES: dict[str, Service] = {"live": "live_chat", "video": "video_call"}
ID_LENGTH = 12

FromServer = TypeVar("FromServer")


class SessionCommands:
    """One desk's. Numbers are those of the lists that were shown last, of the open conversation."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._of = ""
        self._bookings: list[BookingView] = []
        self._starts: list[int] = []
        self._service: Service = "video_call"
        self._minutes = LENGTHS[0]

    async def obey(self, command: str, rest: str) -> None:
        """Do one of COMMANDS. What the rules or the server refuse is told, with what would work. Raises ChatClosed."""
        desk = self._desk
        conversation = desk.current
        if conversation is None:
            desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
            return
        if conversation.id != self._of:
            self._of, self._bookings, self._starts = conversation.id, [], []
        try:
            await self._obey(conversation, command, rest)
        except RefusedAnswerError as refused:
            desk.announce(in_sentences(desk.texts, refused.refusal, conversation.zone))
        except (AnswerError, OSError) as fault:
            desk.announce(str(fault))

    async def _obey(self, conversation: ConversationView, command: str, rest: str) -> None:
        match command:
            case "/sessions":
                await self._list(conversation)
            case "/book":
                await self._book(conversation, rest)
            case "/join":
                await self._join(conversation, rest)
            case "/move":
                await self._move(conversation, rest)
            case "/cancel":
                await self._cancel(conversation, rest)
            case _:
                await self._close(conversation, command, rest)

    async def _ask(self, call: Callable[[SessionCalls], FromServer]) -> FromServer:
        """Over HTTP, in a thread: the screen goes on meanwhile."""
        chat = self._desk.chat
        return await asyncio.to_thread(call, SessionCalls(chat.url, await chat.token()))

    # Lists

    async def _list(self, conversation: ConversationView) -> None:
        texts, zone = self._desk.texts, conversation.zone
        await self._load(conversation)
        lines = [self._line(number, each, zone) for number, each in enumerate(self._bookings, start=1)]
        self._desk.show(lines)
        credits = await self._ask(lambda calls: calls.credits(conversation.id))
        if credits.used is None:
            self._desk.announce(texts("credits_none"))
        elif credits.left is None:
            self._desk.announce(texts("credits_unlimited"))
        else:
            until = date_and_time(texts, instant.parse(credits.period.until), zone)
            self._desk.announce(texts("credits_left", units=units(texts, credits.left), when=until))
        if not lines:
            self._desk.announce(texts("no_sessions"))

    async def _load(self, conversation: ConversationView) -> None:
        self._bookings = (await self._ask(lambda calls: calls.bookings(conversation.id))).bookings

    def _line(self, number: int, booking: BookingView, zone: str) -> TranscriptLine:
        texts = self._desk.texts
        when = date_and_time(texts, instant.parse(booking.starts_at), zone)
        style = {"cancelled": "class:hint", "running": "class:good", "no_show_candidate": "class:wait"}
        return [
            ("class:announcement", f" {number:>3}  "),
            ("", f"{when}  {what(texts, booking)}, {texts('minutes', n=booking.minutes)}  "),
            (style.get(booking.state, "class:announcement"), state_of(texts, booking)),
        ]

    async def _offer(self, conversation: ConversationView, command: str, service: Service, minutes: int) -> None:
        """List the free times for such a session, numbered."""
        texts, zone = self._desk.texts, conversation.zone
        if self._desk.role not in ("member", "mentor"):  # who read along are not shown a mentor's free times
            self._desk.announce(texts("name_time", command=command))
            return
        until = instant.text(self._desk.chat.now() + LOOK_AHEAD)
        free = await self._ask(lambda calls: calls.slots(conversation.mentor, minutes, service, None, until))
        self._service, self._minutes = service, minutes
        days = picked([instant.parse(start) for start in free.slots], zone)
        self._starts = [start for day in days for start in day]
        name = texts(f"session_{service}")
        if not days:
            self._desk.announce(texts("no_slots", what=name, minutes=minutes))
            return
        self._desk.announce(texts("slots_for", what=name, minutes=minutes))
        numbers = {start: number for number, start in enumerate(self._starts, start=1)}
        self._desk.show([self._day(day, numbers, zone) for day in days])
        example = local(self._starts[-1], zone)
        shown = f"{texts('weekdays').split()[example.weekday()].lower()} {example:%H:%M}"
        self._desk.announce(texts("pick_slot", command=command, example=shown))

    def _day(self, day: Sequence[int], numbers: dict[int, int], zone: str) -> TranscriptLine:
        line: TranscriptLine = [("class:hint", f" {date_and_time(self._desk.texts, day[0], zone)[:-6]} ")]
        for start in day:
            line += [("class:announcement", f"  {numbers[start]:>2} "), ("", f"{local(start, zone):%H:%M}")]
        return line

    # Doing

    async def _book(self, conversation: ConversationView, rest: str) -> None:
        service, minutes, when = self._asked(rest)
        if not when:
            await self._offer(conversation, "/book", service, minutes)
            return
        start = self._start(conversation, when, "/book")
        if start is None:
            return
        wish = BookingWish(conversation.id, service, instant.text(start), minutes)
        await self._ask(lambda calls: calls.book(uuid4().hex[:ID_LENGTH], wish))

    def _asked(self, rest: str) -> tuple[Service, int, str]:
        """Service, minutes and the rest: as in the last list, or, of a service that is named, the shortest."""
        service, minutes, others = self._service, self._minutes, []
        words = rest.split()
        if named := [SERVICES[word.lower()] for word in words if word.lower() in SERVICES]:
            service, minutes = named[-1], LENGTHS[0]
        for word in words:
            if word.lower() in SERVICES:
                continue
            if word.isdecimal() and int(word) in LENGTHS:
                minutes = int(word)
            else:
                others.append(word)
        return service, minutes, " ".join(others)

    def _start(self, conversation: ConversationView, when: str, command: str) -> int | None:
        """A number of the list, or a time; None where it is neither, which is told."""
        texts = self._desk.texts
        if when.isdecimal():
            if 1 <= int(when) <= len(self._starts):
                return self._starts[int(when) - 1]
            self._desk.announce(texts("no_such_slot", n=when, command=command))
            return None
        try:
            return start_of(when, conversation.zone, self._desk.chat.now())
        except ValueError:
            self._desk.announce(texts("no_such_time", text=when))
            return None

    async def _join(self, conversation: ConversationView, rest: str) -> None:
        id = await self._chosen(conversation, "/join", rest)
        if id is None:
            return
        try:
            await self._desk.chat.join(conversation.id, id)
        except ChatError as fault:
            if fault.code != "not_open":
                raise
            self._desk.announce(self._desk.texts("no_not_open"))

    async def _move(self, conversation: ConversationView, rest: str) -> None:
        number, _, when = rest.partition(" ")
        booking = await self._numbered(conversation, "/move", number)
        if booking is None:
            return
        command = f"/move {number}"
        if not when.strip():
            await self._offer(conversation, command, booking.service, booking.minutes)
            return
        start = self._start(conversation, when.strip(), command)
        if start is not None:
            await self._ask(lambda calls: calls.move(booking.id, instant.text(start)))

    async def _cancel(self, conversation: ConversationView, rest: str) -> None:
        """Say what it costs first, and offer to move it."""
        number, _, word = rest.partition(" ")
        booking = await self._numbered(conversation, "/cancel", number)
        if booking is None:
            return
        if word.strip().lower() in YES:
            await self._ask(lambda calls: calls.do(booking.id, "cancel"))
            return
        ahead = await self._ask(lambda calls: calls.cancellation(booking.id))
        name = what(self._desk.texts, booking)
        when = day_and_time(self._desk.texts, instant.parse(booking.starts_at), conversation.zone)
        spent = units(self._desk.texts, ahead.units)
        said = self._desk.texts(cost_of(ahead), what=name[:1].upper() + name[1:], when=when, units=spent, n=number)
        self._desk.announce(said)

    async def _close(self, conversation: ConversationView, command: str, rest: str) -> None:
        id = await self._chosen(conversation, command, rest)
        if id is not None:
            await self._ask(lambda calls: calls.do(id, "finish" if command == "/finish" else "no-show"))

    async def _chosen(self, conversation: ConversationView, command: str, rest: str) -> str | None:
        """The id of the session with that number, or of the one that is on; None where there is none."""
        if rest:
            booking = await self._numbered(conversation, command, rest)
            return booking.id if booking is not None else None
        if conversation.next_session is None:
            self._desk.announce(self._desk.texts("no_session_now"))
            return None
        return conversation.next_session.booking

    async def _numbered(self, conversation: ConversationView, command: str, number: str) -> BookingView | None:
        if not self._bookings:
            await self._load(conversation)
        if number.isdecimal() and 1 <= int(number) <= len(self._bookings):
            return self._bookings[int(number) - 1]
        self._desk.announce(self._desk.texts("which_session", command=command))
        return None


def cost_of(ahead: CancellationSaid) -> str:
    """The text that says what cancelling would cost, and whether to move instead."""
    if ahead.units:
        return "cancel_spends" if ahead.movable else "cancel_spends_late"
    return "cancel_costs_late" if ahead.late else "cancel_costs_nothing"


def picked(starts: Sequence[int], zone: str) -> list[list[int]]:
    """The free starts that are shown: of the first days, a few each, on the half hour where there are such."""
    days = [list(day) for _, day in groupby(starts, lambda start: local(start, zone).date())]
    return [_few(day, zone) for day in days[:DAYS_SHOWN]]


def _few(day: Sequence[int], zone: str) -> list[int]:
    even = [start for start in day if local(start, zone).minute % 30 == 0] or list(day)
    step = -(-len(even) // STARTS_A_DAY)
    return even[::step]
