"""The reference of what `chatserver/sessions/` keeps in SQL: bookings and corrections of many conversations, in memory.

Source: sessions.md. It appends facts and works everything else out from them: credits, states, who is free.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quotas import bookings
from quotas.bookings import Actor, Booking, BookingKind, Price, Side, place_problem
from quotas.calendar import Calendar
from quotas.credits import Correction, Credits, correction_refusal, credits_of
from quotas.periods import Period, period_at
from quotas.plans import Service, Sessions
from quotas.standing import ConversationSettings
from quotas.suspensions import SuspensionSpan, first_within
from quotas.terms import BookedChat, Rulebook


class Subscriber(Struct, frozen=True):
    """A conversation as bookings see it: its settings, and the local date on which the subscription began."""

    conversation: str
    settings: ConversationSettings
    anchor: date


class WantedBooking(Struct, frozen=True):
    """What a booking is to be. The same id with the same content is the same booking."""

    id: str
    conversation: str
    service: Service
    starts_at: int
    minutes: int
    kind: BookingKind = "plan"
    price: Price | None = None


class SessionDone(Struct, frozen=True):
    """The booking as it is now."""

    booking: Booking


class SessionRefused(Struct, frozen=True):
    """Nothing has changed: the first reason that holds, and the booking where there is one."""

    reason: str
    booking: Booking | None = None


class SessionBook:
    """Every method takes `now`. A booking of another conversation, or another content for an id, raises ValueError."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._policy = rulebook.policy.sessions
        self._bookings: dict[str, Booking] = {}
        self._wanted: dict[str, WantedBooking] = {}
        self._of: defaultdict[str, list[str]] = defaultdict(list)
        """Ids by conversation."""
        self._with: defaultdict[str, set[str]] = defaultdict(set)
        """Ids by person, in whichever role."""
        self._corrections: defaultdict[str, list[Correction]] = defaultdict(list)
        self._suspensions: defaultdict[str, list[SuspensionSpan]] = defaultdict(list)
        """By conversation, in order."""

    # Reading

    def booking(self, conversation: str, id: str) -> Booking:
        found = self._bookings.get(id)
        if found is None or found.conversation != conversation:
            raise ValueError(f"`booking`: conversation {conversation!r} has no booking {id!r}")
        suspended_at = first_within(self._suspensions[conversation], found.starts_at, found.ends_at)
        return replace(found, suspended_at=suspended_at)

    def period_of(self, subscriber: Subscriber, at: int) -> Period:
        """The period that contains the instant."""
        return period_at(subscriber.anchor, self._calendar(subscriber), at)

    def credits(self, subscriber: Subscriber, number: int, now: int) -> Credits | None:
        """The credits of that period; None where the plan has no sessions."""
        corrections = self._corrections[subscriber.conversation]
        return credits_of(
            self._sessions(subscriber), number, self._all(subscriber.conversation), corrections, self._policy, now
        )

    def chats(self, conversation: str, now: int) -> tuple[BookedChat, ...]:
        """The live chats that are coming or running, by their start: what the ledger must know."""
        found = [
            BookedChat(each.starts_at, each.ended_at, each.ends_at)
            for each in self._all(conversation)
            if each.service == "live_chat" and each.cancelled is None and each.ended_at > now
        ]
        return tuple(sorted(found, key=lambda chat: (chat.starts_at, chat.ends_at)))

    # Doing

    def book(self, subscriber: Subscriber, wanted: WantedBooking, by: Actor, now: int) -> SessionDone | SessionRefused:
        """Refused without taking the id. Raises ValueError where start or length cannot be."""
        if known := self._wanted.get(wanted.id):
            if known != wanted:
                raise ValueError(f"`booking`: {wanted.id!r} was booked with another content")
            return SessionDone(self.booking(wanted.conversation, wanted.id))
        if problem := place_problem(wanted.starts_at, wanted.minutes):
            raise ValueError(problem)
        settings = subscriber.settings
        booking = Booking(
            id=wanted.id,
            conversation=wanted.conversation,
            member=settings.member,
            mentor=settings.mentor,
            service=wanted.service,
            kind=wanted.kind,
            starts_at=wanted.starts_at,
            minutes=wanted.minutes,
            period=self.period_of(subscriber, wanted.starts_at).number,
            booked_at=now,
            set_by=by,
            set_at=now,
            price=wanted.price,
        )
        credits = self.credits(subscriber, booking.period, now)
        refusal = bookings.book_refusal(
            booking,
            status=settings.status,
            sessions=self._sessions(subscriber),
            has_credits=credits is not None and credits.covers(booking.units),
            in_slots=True,
            is_free=self._is_free(booking, booking.starts_at),
            policy=self._policy,
            now=now,
        )
        if refusal:
            return SessionRefused(refusal)
        self._wanted[wanted.id] = wanted
        self._of[wanted.conversation].append(wanted.id)
        for person in (settings.member, settings.mentor):
            self._with[person].add(wanted.id)
        return self._kept(booking)

    def move(
        self, subscriber: Subscriber, id: str, starts_at: int, by: Actor, now: int
    ) -> SessionDone | SessionRefused:
        booking = self.booking(subscriber.conversation, id)
        if problem := place_problem(starts_at, booking.minutes):
            raise ValueError(problem)
        refusal = bookings.move_refusal(
            booking,
            starts_at,
            by,
            status=subscriber.settings.status,
            in_slots=True,
            is_free=self._is_free(booking, starts_at),
            policy=self._policy,
            now=now,
        )
        return SessionRefused(refusal, booking) if refusal else self._kept(bookings.moved(booking, starts_at, by, now))

    def cancel(self, subscriber: Subscriber, id: str, by: Actor, now: int) -> SessionDone | SessionRefused:
        booking = self.booking(subscriber.conversation, id)
        if refusal := bookings.cancel_refusal(booking, now):
            return SessionRefused(refusal, booking)
        return self._kept(bookings.cancelled(booking, by, self._policy, subscriber.settings.status, now))

    def join(self, conversation: str, id: str, side: Side, now: int) -> SessionDone | SessionRefused:
        booking = self.booking(conversation, id)
        if refusal := bookings.join_refusal(booking, side, self._policy, self._status(conversation), now):
            return SessionRefused(refusal, booking)
        return self._kept(bookings.joined(booking, side, now))

    def finish(self, conversation: str, id: str, now: int) -> SessionDone | SessionRefused:
        booking = self.booking(conversation, id)
        if refusal := bookings.finish_refusal(booking, self._policy, now):
            return SessionRefused(refusal, booking)
        return self._kept(bookings.finished(booking, now))

    def no_show(self, subscriber: Subscriber, id: str, now: int) -> SessionDone | SessionRefused:
        booking = self.booking(subscriber.conversation, id)
        if refusal := bookings.no_show_refusal(booking, self._policy, subscriber.settings.status, now):
            return SessionRefused(refusal, booking)
        return self._kept(bookings.no_show(booking, now))

    def correct(self, subscriber: Subscriber, units: int, reason: str, now: int) -> str | None:
        """Add or take units in the period that contains now; why not, or None."""
        if not units:
            raise ValueError("`units` must not be 0")
        number = self.period_of(subscriber, now).number
        status, credits = subscriber.settings.status, self.credits(subscriber, number, now)
        if refusal := correction_refusal(status, credits, units):
            return refusal
        known = self._corrections[subscriber.conversation]
        known.append(Correction(f"{len(known)}", subscriber.conversation, number, units, reason, now))
        return None

    def wrote(self, conversation: str, side: Side, now: int) -> None:
        """A message was admitted: in a running live chat that is joining it."""
        for booking in list(self._all(conversation)):
            if booking.service == "live_chat" and booking.starts_at <= now < booking.ended_at:
                self.join(conversation, booking.id, side, now)

    def end(self, conversation: str, now: int) -> None:
        """The conversation has ended: what has not started is cancelled."""
        self.lift(conversation, now)
        for booking in list(self._all(conversation)):
            self._kept(bookings.ended_with_conversation(booking, now))

    def suspend(self, conversation: str, now: int) -> None:
        """The conversation is suspended, unless it is already."""
        if self._status(conversation) == "open":
            self._suspensions[conversation].append(SuspensionSpan(now))

    def lift(self, conversation: str, now: int) -> None:
        """It is suspended no more, if it was."""
        if self._status(conversation) == "suspended":
            [*earlier, last] = self._suspensions[conversation]
            self._suspensions[conversation] = [*earlier, replace(last, lifted_at=max(now, last.began_at))]

    def _status(self, conversation: str) -> Literal["open", "suspended"]:
        """As far as joining asks: whether it is suspended."""
        suspensions = self._suspensions[conversation]
        return "suspended" if suspensions and suspensions[-1].lifted_at is None else "open"

    def _kept(self, booking: Booking) -> SessionDone:
        self._bookings[booking.id] = booking
        return SessionDone(booking)

    def _all(self, conversation: str) -> Iterator[Booking]:
        return (self.booking(conversation, id) for id in self._of[conversation])

    def _is_free(self, booking: Booking, starts_at: int) -> bool:
        """Whether neither of the two is in another booking then, in whichever role."""
        ends_at = starts_at + booking.ends_at - booking.starts_at
        others = (self._with[booking.member] | self._with[booking.mentor]) - {booking.id}
        return not any(self._bookings[id].overlaps(starts_at, ends_at) for id in others)

    def _sessions(self, subscriber: Subscriber) -> Sessions | None:
        return self._rulebook.plan(subscriber.settings.plan).sessions

    def _calendar(self, subscriber: Subscriber) -> Calendar:
        return self._rulebook.calendar(subscriber.settings.zone, subscriber.settings.holidays)
