"""Random bookings of several conversations that share people: what always holds, whatever happens."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from random import Random

import pytest
from msgspec.structs import replace

from quotas import instant
from quotas.admission import Status
from quotas.bookings import LENGTHS, QUARTER, Actor, Booking, BookingKind, Price, Side, counts
from quotas.credits import Credits
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Policy, Service, SessionPolicy, Sessions
from quotas.policy_file import builtin_policy
from quotas.session_book import SessionBook, SessionDone, SessionRefused, Subscriber, WantedBooking
from quotas.standing import ConversationSettings
from quotas.terms import BookedChat, Rulebook

BEGIN = instant.parse("2026-01-12T08:00:00+01:00")
PLANS = ("basic", "live", "live+", "video", "coaching")


def rulebook() -> Rulebook:
    """The built-in plans, and one whose cadence is agreed."""
    policy = builtin_policy()
    coaching = replace(policy.plans["live"], sessions=Sessions("unlimited", ("video_call",)))
    return Rulebook(Policy(policy.calendar, {**policy.plans, "coaching": coaching}, SessionPolicy()))


class World:
    """Three members and two mentors in four conversations, one member of which is another's mentor."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.rules = rulebook()
        self.book = SessionBook(self.rules)
        self.now = BEGIN
        self.subscribers = {
            name: Subscriber(name, ConversationSettings(member, mentor, self.random.choice(PLANS), zone, ""), anchor)
            for name, member, mentor, zone, anchor in (
                ("c1", "mia", "tom", "Europe/Oslo", date(2025, 12, 31)),
                ("c2", "ola", "tom", "America/Santiago", date(2026, 1, 12)),
                ("c3", "per", "una", "Pacific/Apia", date(2025, 8, 30)),
                ("c4", "tom", "una", "UTC", date(2026, 1, 1)),
            )
        }
        self.bookings: dict[str, Booking] = {}

    def live(self, events: int) -> Iterator[Booking | None]:
        """After each event the booking that it was about, where there is one."""
        for number in range(events):
            self.now += self.random.choice((0, 1, MINUTE, QUARTER, HOUR, DAY, 3 * DAY))
            yield self._event(number)

    def _event(self, number: int) -> Booking | None:
        subscriber = self.random.choice(list(self.subscribers.values()))
        mine = [each for each in self.bookings.values() if each.conversation == subscriber.conversation]
        draw = self.random.random()
        if draw < 0.4 or not mine:
            return self._seen(self.book.book(subscriber, self._wanted(subscriber, number), "mentor", self.now))
        if draw < 0.45:
            self._change(subscriber)
            return None
        if draw < 0.5:
            self.book.correct(subscriber, self.random.choice((-3, -1, 1, 2)), "by chance", self.now)
            return None
        chosen = self.random.choice(mine)
        if draw < 0.65:  # Often to within its time.
            self.now = max(self.now, chosen.starts_at + self.random.choice((-10, 0, 5, 10, 29, 30, 151)) * MINUTE)
        return self._seen(self._done(subscriber, chosen))

    def _wanted(self, subscriber: Subscriber, number: int) -> WantedBooking:
        starts_at = self.now - self.now % QUARTER + self.random.choice((1, 2, 3, 4, 96, 97, 500, 2_900)) * QUARTER
        price = Price(50_000, "NOK") if self.random.random() < 0.1 else None
        service: Service = "video_call" if price or self.random.random() < 0.6 else "live_chat"
        kind: BookingKind = "extra" if price else "plan"
        minutes = self.random.choice(LENGTHS)
        return WantedBooking(f"b{number}", subscriber.conversation, service, starts_at, minutes, kind, price)

    def _done(self, subscriber: Subscriber, chosen: Booking) -> SessionDone | SessionRefused:
        by: Actor = self.random.choice(("member", "mentor", "support"))
        side: Side = self.random.choice(("member", "mentor"))
        match self.random.randrange(6):
            case 0:
                to = chosen.starts_at + self.random.randint(-8, 400) * QUARTER
                return self.book.move(subscriber, chosen.id, to, by, self.now)
            case 1:
                return self.book.cancel(subscriber, chosen.id, by, self.now)
            case 2:
                return self.book.finish(chosen.conversation, chosen.id, self.now)
            case 3:
                return self.book.no_show(subscriber, chosen.id, self.now)
            case 4:
                self.book.wrote(chosen.conversation, side, self.now)
                return SessionDone(self.book.booking(chosen.conversation, chosen.id))
            case _:
                return self.book.join(chosen.conversation, chosen.id, side, self.now)

    def _change(self, subscriber: Subscriber) -> None:
        settings = subscriber.settings
        draw = self.random.random()
        if draw < 0.03:
            settings = replace(settings, status="ended")
            self.book.end(subscriber.conversation, self.now)
        elif settings.status != "ended":
            status: Status = "paused" if draw < 0.2 else "suspended" if draw < 0.5 else "open"
            settings = replace(settings, plan=self.random.choice(PLANS), status=status)
            if status == "suspended":
                self.book.suspend(subscriber.conversation, self.now)
            else:
                self.book.lift(subscriber.conversation, self.now)
        self.subscribers[subscriber.conversation] = replace(subscriber, settings=settings)

    def _seen(self, result: SessionDone | SessionRefused) -> Booking | None:
        for id, booking in list(self.bookings.items()):
            self.bookings[id] = self.book.booking(booking.conversation, id)
        if isinstance(result, SessionDone):
            self.bookings[result.booking.id] = result.booking
        return result.booking

    def credits(self, subscriber: Subscriber, number: int) -> Credits | None:
        return self.book.credits(subscriber, number, self.now)


@pytest.mark.parametrize("seed", range(30))
def test_nobody_is_in_two_bookings_at_once(seed: int) -> None:
    world = World(seed)
    for _ in world.live(300):
        pass
    held = defaultdict(list)
    for booking in world.bookings.values():
        if booking.cancelled is None:
            for person in {booking.member, booking.mentor}:
                held[person].append((booking.starts_at, booking.ends_at))
    assert held
    for times in held.values():
        assert not any(one[0] < other[1] and other[0] < one[1] for one, other in combinations(times, 2))


@pytest.mark.parametrize("seed", range(30))
def test_credits_add_up_from_the_book_and_are_never_negative(seed: int) -> None:
    world = World(100 + seed)
    policy = world.rules.policy.sessions
    for _ in world.live(200):
        for subscriber in world.subscribers.values():
            mine = [each for each in world.bookings.values() if each.conversation == subscriber.conversation]
            for number in {each.period for each in mine} | {world.book.period_of(subscriber, world.now).number}:
                found = world.credits(subscriber, number)
                if world.rules.plan(subscriber.settings.plan).sessions is None:
                    assert found is None
                    continue
                assert found is not None
                spent = [each for each in mine if each.period == number and counts(each, policy, world.now)]
                assert found.used == sum(each.units for each in spent)
                assert found.left is None or found.left >= 0
                assert not (found.left and found.over)


@pytest.mark.parametrize("seed", range(30))
def test_moving_changes_no_balance(seed: int) -> None:
    world = World(200 + seed)
    for booking in world.live(200):
        if booking is None or booking.cancelled is not None or world.now >= booking.starts_at:
            continue
        subscriber = world.subscribers[booking.conversation]
        before = world.credits(subscriber, booking.period)
        result = world.book.move(subscriber, booking.id, booking.starts_at + 20 * DAY, "mentor", world.now)
        world._seen(result)
        assert world.credits(subscriber, booking.period) == before
        if isinstance(result, SessionDone):
            assert (result.booking.period, result.booking.units) == (booking.period, booking.units)


def a_world(plan: str = "live") -> tuple[SessionBook, Subscriber]:
    settings = ConversationSettings("mia", "tom", plan, "Europe/Oslo", "")
    return SessionBook(rulebook()), Subscriber("c1", settings, date(2026, 1, 12))


START = instant.parse("2026-01-20T10:00:00+01:00")


def test_the_same_booking_again_is_the_same_as_it_is_now() -> None:
    book, subscriber = a_world()
    wanted = WantedBooking("b", "c1", "live_chat", START, 30)
    assert isinstance(book.book(subscriber, wanted, "mentor", BEGIN), SessionDone)
    book.move(subscriber, "b", START + DAY, "mentor", BEGIN)
    again = book.book(subscriber, wanted, "mentor", BEGIN + DAY)
    assert isinstance(again, SessionDone)
    assert again.booking.starts_at == START + DAY
    with pytest.raises(ValueError, match="`booking`: 'b' was booked with another content"):
        book.book(subscriber, replace(wanted, minutes=60), "mentor", BEGIN)


def test_a_refused_booking_takes_no_id() -> None:
    book, subscriber = a_world("basic")
    wanted = WantedBooking("b", "c1", "video_call", START, 30)
    assert book.book(subscriber, wanted, "mentor", BEGIN) == SessionRefused("not_in_plan")
    with pytest.raises(ValueError, match="conversation 'c1' has no booking 'b'"):
        book.join("c1", "b", "member", START)
    price = Price(89_999, "NOK")
    assert isinstance(book.book(subscriber, replace(wanted, kind="extra", price=price), "mentor", BEGIN), SessionDone)


def test_a_booking_of_another_conversation_is_unknown() -> None:
    book, subscriber = a_world()
    book.book(subscriber, WantedBooking("b", "c1", "live_chat", START, 30), "mentor", BEGIN)
    with pytest.raises(ValueError, match="conversation 'c2' has no booking 'b'"):
        book.join("c2", "b", "member", START)


def test_what_cannot_be_is_an_error() -> None:
    book, subscriber = a_world()
    with pytest.raises(ValueError, match="quarter"):
        book.book(subscriber, WantedBooking("b", "c1", "live_chat", START + MINUTE, 30), "mentor", BEGIN)
    book.book(subscriber, WantedBooking("b", "c1", "live_chat", START, 30), "mentor", BEGIN)
    with pytest.raises(ValueError, match="quarter"):
        book.move(subscriber, "b", START + 1, "mentor", BEGIN)
    with pytest.raises(ValueError, match="must not be 0"):
        book.correct(subscriber, 0, "", BEGIN)


def test_the_ledger_hears_of_live_chats_that_are_not_over() -> None:
    book, subscriber = a_world()
    book.book(subscriber, WantedBooking("later", "c1", "live_chat", START + DAY, 30), "mentor", BEGIN)
    book.book(subscriber, WantedBooking("b", "c1", "live_chat", START, 30), "mentor", BEGIN)
    book.book(subscriber, WantedBooking("call", "c1", "video_call", START + 40 * DAY, 30), "mentor", BEGIN)
    later = BookedChat(START + DAY, START + DAY + 30 * MINUTE, START + DAY + 30 * MINUTE)
    first = BookedChat(START, START + 30 * MINUTE, START + 30 * MINUTE)
    assert book.chats("c1", BEGIN) == (first, later)
    book.wrote("c1", "member", START)
    book.join("c1", "b", "mentor", START)
    book.finish("c1", "b", START + 10 * MINUTE)
    assert book.chats("c1", START + 5 * MINUTE) == (replace(first, ends_at=START + 10 * MINUTE), later)
    assert book.chats("c1", START + 10 * MINUTE) == (later,)
    book.end("c1", START + HOUR)
    assert book.chats("c1", START + HOUR) == ()


def test_corrections_are_of_the_period_of_now_and_take_no_more_than_is_left() -> None:
    book, subscriber = a_world()
    number = book.period_of(subscriber, BEGIN).number
    assert book.correct(subscriber, 1, "goodwill", BEGIN) is None
    assert book.credits(subscriber, number, BEGIN) == Credits(2, 0, 1)
    assert book.correct(subscriber, -4, "too much", BEGIN) == "no_credits"
    assert book.correct(subscriber, -3, "all of it", BEGIN) is None
    assert book.credits(subscriber, number + 1, BEGIN) == Credits(2, 0, 0)
    ended = replace(subscriber, settings=replace(subscriber.settings, status="ended"))
    assert book.correct(ended, 1, "", BEGIN) == "ended"
    basic = replace(subscriber, settings=replace(subscriber.settings, plan="basic"))
    assert book.correct(basic, 1, "", BEGIN) == "not_in_plan"


def test_a_plan_with_an_agreed_cadence_never_lacks_credits() -> None:
    book, subscriber = a_world("coaching")
    for day in range(20):
        wanted = WantedBooking(f"b{day}", "c1", "video_call", START + day * DAY, 90)
        assert isinstance(book.book(subscriber, wanted, "mentor", BEGIN), SessionDone)
    found = book.credits(subscriber, book.period_of(subscriber, START).number, BEGIN)
    assert found is not None
    assert (found.left, found.over) == (None, 0)


def test_a_smaller_plan_leaves_more_used_than_it_allows() -> None:
    book, subscriber = a_world("video")
    for day in range(4):
        book.book(subscriber, WantedBooking(f"b{day}", "c1", "video_call", START + day * DAY, 30), "mentor", BEGIN)
    live = replace(subscriber, settings=replace(subscriber.settings, plan="live"))
    found = book.credits(live, book.period_of(live, START).number, BEGIN)
    assert found is not None
    assert (found.left, found.over) == (0, 2)
