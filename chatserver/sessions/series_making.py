"""The bookings of a series are made some weeks ahead, and whoever is in it is asked about months that hold three.

Each look does what is due and sets the timer of the next one. Looking twice does no harm: a place's booking has an id
of its own, and a question is kept once. What could not be booked is listed, and not tried again by itself: the mentor
may have settled it by another booking.
"""

from collections.abc import Awaitable, Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, record
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.records.database import Database
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.rows import series as rows
from chatserver.sessions.series_record import SeriesPlace, SeriesRecord
from chatserver.sessions.session_event import SessionEvent
from chatserver.sessions.session_log import SessionLog
from quotas import instant
from quotas.bookings import Actor
from quotas.instant import DAY
from quotas.ledger.timers import Timers
from quotas.plans import SessionPolicy
from quotas.series import FullMonth, full_months, local_day, starts
from quotas.session_book import WantedBooking

SERIES = "series"
"""The kind of a series' timer; its name is the series' id."""
WEEK = 7 * DAY
ASK_EARLY = WEEK
"""How long before the last instant at which it may be asked the question is asked: servers may be down meanwhile."""
LOOK_AHEAD = 100 * DAY
"""How far ahead months are looked at: further than any is asked about."""
PAUSED_LOOK = DAY
"""How long after a look at a paused conversation there is another one."""


class MonthsAsked(Struct, frozen=True):
    """The months that are asked about by now, and when the next one is to be (ms; 0 where none is in sight)."""

    asked: list[FullMonth]
    next_at: int


class SeriesMaking:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(
        self,
        *,
        database: Database,
        bookings: Bookings,
        timers: Timers,
        clock: Callable[[], Awaitable[int]],
        policy: SessionPolicy,
        log: SessionLog,
    ) -> None:
        self._database = database
        self._bookings = bookings
        self._timers = timers
        self._clock = clock
        self._log = log
        self._ahead = policy.ahead_weeks * WEEK

    async def look(self, id: str, *, again: bool = False) -> None:
        """Book and ask what is due; `again`: also try places that were refused."""
        now = await self._clock()
        async with self._database.read() as connection:
            series = await rows.find(connection, id)
            conversation = await record(connection, series.conversation) if series else None
            refused = await rows.refused(connection, id, now) if again else []
        if series is None or conversation is None or series.is_over:
            return
        if conversation.status == "open":
            await self._give_way(series)
            await self._make(series, refused, now)
        else:
            await self._wait(series, conversation, now)

    async def _make(self, series: SeriesRecord, refused: Iterable[int], now: int) -> None:
        until = now + self._ahead + 1
        still = (start for start in refused if not series.ended_from or start < series.ended_from)
        async with self._database.read() as connection:
            taken_over = {each.starts_at for each in await rows.places(connection, series.id, series.made_until)}
        fresh = (start for start in starts(series.rule_left, series.made_until, until) if start not in taken_over)
        made = [await self._booked(series, start) for start in (*still, *fresh)]
        questions = questions_of(series, now)
        async with self._database.begin() as connection:
            records = await locked(connection, [series.conversation])
            newest = await rows.find(connection, series.id) or series
            kept = [each for each in made if not newest.ended_from or each.starts_at < newest.ended_from]
            await rows.note(connection, series.id, kept, now)
            await self._log.append(connection, [_asked(series, month, now) for month in questions.asked], records)
            if not newest.is_over:
                newest = replace(newest, made_until=max(newest.made_until, until))
                newest = replace(newest, due_at=self._due_at(newest, questions.next_at))
                await rows.change(connection, newest)
        # It was ended while these were booked: whoever ended it did not see them.
        for place in made:
            if place not in kept and place.refusal is None:
                await self._bookings.cancel(place.booking_id, series.begun_by, counts=False)
        await self.set_timer(newest)

    async def give_up(self, series: SeriesRecord, by: Actor, *, counts: bool | None) -> None:
        """Cancel what was booked for places from its end on, but what has started, or its successor has taken over.

        `counts` as in `Bookings.cancel`.
        """
        async with self._database.read() as connection:
            ids = await rows.booked(connection, series.id, series.ended_from)
            taken_over = await rows.booked(connection, series.successor, 0) if series.successor else []
        for id in ids:
            if id not in taken_over:
                await self._bookings.cancel(id, by, counts)

    async def _give_way(self, series: SeriesRecord) -> None:
        """What was booked for the series that this one replaces: not counted, as its places are booked anew."""
        if series.replaces is None:
            return
        async with self._database.read() as connection:
            replaced = await rows.find(connection, series.replaces)
        if replaced is not None:
            await self.give_up(replaced, series.begun_by, counts=False)

    async def _booked(self, series: SeriesRecord, start: int) -> SeriesPlace:
        rule = series.rule
        id = series.booking_id(local_day(rule, start))
        wanted = WantedBooking(id, series.conversation, series.service, start, rule.minutes)
        outcome = await self._bookings.book(wanted, series.begun_by, series=series.id)
        match outcome:
            case BookingDone():
                return SeriesPlace(start, id, None)
            case BookingRefused(reason):
                return SeriesPlace(start, id, reason)
            case Conflict() | Invalid() | Missing():
                return SeriesPlace(start, id, "conflict")

    async def _wait(self, series: SeriesRecord, conversation: ConversationRecord, now: int) -> None:
        """In a pause nothing is made. With its conversation a series ends."""
        async with self._database.begin() as connection:
            await locked(connection, [series.conversation])
            newest = await rows.find(connection, series.id) or series
            if newest.is_over:
                return
            if conversation.status == "ended":
                newest = replace(newest, ended_at=now, ended_from=now, due_at=0)
            else:
                newest = replace(newest, due_at=now + PAUSED_LOOK)
            await rows.change(connection, newest)
        await self.set_timer(newest)

    def _due_at(self, series: SeriesRecord, question_at: int) -> int:
        if series.is_over:
            return 0
        rule = series.rule_left
        # The next place is at most one step of the rule after what was made, or the first.
        horizon = max(series.made_until, rule.first) + (rule.every_weeks + 1) * WEEK
        following = next(starts(rule, series.made_until, horizon), None)
        return min((at for at in (following and following - self._ahead, question_at) if at), default=0)

    async def set_timer(self, series: SeriesRecord) -> None:
        """Let it ring when there is something to do, or not at all. Raises StoreError."""
        if series.due_at:
            await self._timers.set_timer(series.conversation, SERIES, series.id, series.due_at)
        else:
            await self._timers.clear_timer(series.conversation, SERIES, series.id)


def questions_of(series: SeriesRecord, now: int) -> MonthsAsked:
    """Of months that have not begun for the series: what is asked by now, and what is next."""
    rule = series.rule_left
    months = full_months(rule, local_day(rule, now), local_day(rule, now + LOOK_AHEAD))
    ahead = [month for month in months if month.starts[0] > now]
    asked = [month for month in ahead if ask_at(month) <= now]
    return MonthsAsked(asked, min((ask_at(month) for month in ahead if ask_at(month) > now), default=0))


def ask_at(month: FullMonth) -> int:
    """When it is asked about: earlier than it must be."""
    return month.ask_before - ASK_EARLY


def _asked(series: SeriesRecord, month: FullMonth, now: int) -> SessionEvent:
    name = f"{month.month:%Y-%m}"
    return SessionEvent(
        conversation=series.conversation,
        booking="",
        name="three_sessions",
        at=max(ask_at(month), series.created_at),
        noted_at=now,
        by="system",
        data={
            "series": series.id,
            "month": name,
            "starts": [instant.text(start) for start in month.starts],
            "shifted": [instant.text(start) for start in month.shifted],
        },
        mark=f"{series.id}:{name}",
    )
