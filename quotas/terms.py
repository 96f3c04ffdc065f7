"""Plan + calendar + now → Terms: the rules of the moment as plain integers, with the interval in which they hold.

This is the only place where plans and calendars are turned into numbers. What is counted (usage) is compared with
them in `admission.py` and, in the same words, in `ledger/lua/messages.lua`.
"""

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from quotas.calendar import Calendar
from quotas.instant import HOUR, LATEST, MINUTE
from quotas.plans import Always, Messages, Plan, Policy, ReplyPromise, Windows, holidays_problem
from quotas.zones import zone_problem, zone_to_show

REPLY_NONE, REPLY_FROM_LAST, REPLY_FROM_FIRST = 0, 1, 2


class Due(Struct, frozen=True):
    """When a reply to a message now would be due: `fixed`, or `shift` ms after the message where `fixed` is 0.

    Holds for messages in [valid_from, valid_until).
    """

    shift: int
    fixed: int
    valid_from: int
    valid_until: int

    def at(self, now: int) -> int:
        """The deadline of a message arriving at `now`."""
        return self.fixed or now + self.shift


class BookedChat(Struct, frozen=True):
    """A live chat that is coming or running: the composer is open in [starts_at, ends_at).

    `booked_until` is its booked end, from which replies are due, also where it ended early.
    """

    starts_at: int
    ends_at: int
    booked_until: int


class Terms(Struct, frozen=True):
    """What the rules say from `valid_from` until before `valid_until`, while a chat started by hand has that end."""

    valid_from: int
    valid_until: int
    live_until: int
    """The end of the live chat that was started by hand, which these terms were worked out for; 0 for none."""
    live_ends_at: int
    """When the live chat ends that runs all the time in which these terms hold; 0 where none does."""
    live_booked_until: int
    """Its booked end, from which replies to what is written in it are due; 0 where none runs."""
    week: int
    window_length: int
    """Milliseconds of a writing window; 0 where the plan has none."""
    windows_per_week: int
    window_cut_at: int
    """The instant at which a window opened now is cut off; 0 where windows run their whole length."""
    messages_per_week: int
    """0 where the plan does not count messages."""
    closed_until: int
    """0 where the day does not close writing; else when it opens: the first open instant, or a live chat before it."""
    next_week_opens_at: int
    """When writing opens next week: the first instant not closed by the day, or a live chat before it."""
    reply: int
    """REPLY_NONE, REPLY_FROM_LAST or REPLY_FROM_FIRST."""
    due_shift: int
    due_fixed: int
    live_due_at: int
    """When a reply to a message written during the live chat is due; 0 for never."""
    warn_first: int
    """How many ms ahead of a deadline it is looked at first, of a wait that begins now; 0: once it is missed."""
    unread_after: int = 0
    """How many ms a message may stay unread before who it is for is told; 0: they never are."""

    def hold(self, now: int, live_until: int) -> bool:
        """Whether these are the terms at `now`, with a live chat started by hand that ends at `live_until`."""
        return self.valid_from <= now < self.valid_until and self.live_until == live_until

    def due(self, now: int) -> int:
        """The deadline that a member message arriving at `now` asks for; 0 where none is promised."""
        if self.reply == REPLY_NONE:
            return 0
        if self.live_ends_at:
            return self.live_due_at
        return self.due_fixed or now + self.due_shift


class UnjudgeableError(LookupError):
    """What a conversation names is not among the rules: they cannot say what its member may write."""


class UnknownPlanError(UnjudgeableError):
    """A conversation is on a plan that the policy does not have."""


class UnknownCalendarError(UnjudgeableError):
    """A conversation names a zone or a holiday country that is not known here."""


_NO_RULES = Plan(Always())
"""In place of a plan that is not known: nothing is counted, and nothing promised."""


class Rulebook:
    """A policy with its calendars: gives the terms of any conversation at any instant."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.calendar = lru_cache(maxsize=1024)(self._calendar)
        self._plain: dict[tuple[str, str, str], Terms] = {}
        """The latest terms by plan, zone and holidays, without live chats: most conversations share them."""

    def _calendar(self, zone: str, holidays: str) -> Calendar:
        """The calendar of a zone and a holiday country ('' for none). Raises UnknownCalendarError."""
        if problem := zone_problem(zone) or holidays_problem(holidays):
            raise UnknownCalendarError(problem)
        return Calendar(zone, self.policy.calendar.closed_weekdays, holidays)

    def calendar_to_show(self, zone: str, holidays: str) -> Calendar:
        """As `calendar`; of a conversation that has ended also where the rules have forgotten it: UTC, no holidays."""
        known = not holidays_problem(holidays)
        return self.calendar(zone_to_show(zone).key, holidays if known else "")

    def knows(self, plan: str, zone: str, holidays: str) -> bool:
        """Whether a conversation on that plan and calendar can be judged."""
        return plan in self.policy.plans and not (zone_problem(zone) or holidays_problem(holidays))

    def plan(self, name: str) -> Plan:
        """Raises UnknownPlanError."""
        try:
            return self.policy.plans[name]
        except KeyError:
            raise UnknownPlanError(
                f"the policy has no plan {name!r}; it has {', '.join(sorted(self.policy.plans))}"
            ) from None

    def terms(
        self,
        plan: str,
        zone: str,
        holidays: str,
        live_until: int,
        now: int,
        chats: Sequence[BookedChat] = (),
        *,
        ended: bool = False,
    ) -> Terms:
        """The terms that hold at `now`, with these booked live chats.

        Raises UnjudgeableError, unless the conversation has ended: that is refused whatever the rules say, and nothing
        could bring it onto a plan that they have.
        """
        if ended and not self.knows(plan, zone, holidays):
            return terms_at(_NO_RULES, self.calendar_to_show(zone, holidays), live_until, now)
        place = plan, zone, holidays
        is_plain = not live_until and not chats
        if is_plain and (latest := self._plain.get(place)) is not None and latest.hold(now, 0):
            return latest
        unread_after = self.policy.notices.unread_minutes * MINUTE
        terms = terms_at(self.plan(plan), self.calendar(zone, holidays), live_until, now, chats, unread_after)
        if is_plain:
            self._plain[place] = terms
        return terms


def terms_at(
    plan: Plan,
    calendar: Calendar,
    live_until: int,
    now: int,
    chats: Sequence[BookedChat] = (),
    unread_after: int = 0,
) -> Terms:
    """The terms of one plan on one calendar at `now`, with live chats that were booked and one started by hand.

    `unread_after` is the policy's, the same for all plans.
    """
    live = _live_at(live_until, chats, now)
    today = calendar.start_of_day(now)
    opens_at = calendar.next_open(now)
    is_open = opens_at == now
    turns_at = calendar.next_closed(now) if is_open else opens_at
    week = calendar.week_of(now)
    next_week = calendar.week_start(week + 1)
    always = isinstance(plan.writing, Always)
    due = due_of(plan.reply, calendar, now) if plan.reply else Due(0, 0, now, turns_at)
    booked_until = live.booked_until
    live_due_at = due_of(plan.reply, calendar, booked_until).at(booked_until) if plan.reply and booked_until else 0
    windows = plan.writing if isinstance(plan.writing, Windows) else None
    valid_from = max(today, due.valid_from if plan.reply else 0, live.since or today)
    return Terms(
        valid_from=valid_from,
        valid_until=min(turns_at, next_week, due.valid_until, live.until),
        live_until=live_until,
        live_ends_at=live.ends_at,
        live_booked_until=live.booked_until,
        week=week,
        window_length=windows.hours * HOUR if windows else 0,
        windows_per_week=windows.per_week if windows else 0,
        window_cut_at=turns_at if windows and windows.weekend == "cut" else 0,
        messages_per_week=plan.writing.per_week if isinstance(plan.writing, Messages) else 0,
        closed_until=0 if is_open or always else min(opens_at, live.next),
        next_week_opens_at=min(next_week if always else calendar.next_open(next_week), live.next),
        reply=_reply_kind(plan.reply),
        due_shift=due.shift,
        due_fixed=due.fixed,
        live_due_at=live_due_at,
        warn_first=_first_look(plan.reply, max(due.at(valid_from), live_due_at), valid_from) if plan.reply else 0,
        unread_after=unread_after,
    )


class _Live(Struct, frozen=True):
    """How live chats stand from `since` until before `until`."""

    ends_at: int
    """0 where none runs."""
    booked_until: int
    since: int
    until: int
    next: int
    """When the next one starts."""


def _live_at(live_until: int, chats: Sequence[BookedChat], now: int) -> _Live:
    if live_until:
        # Its start is not known and need not be: terms of before it had another `live_until`.
        chats = [*chats, BookedChat(0, live_until, live_until)]
    running = [chat for chat in chats if chat.starts_at <= now < chat.ends_at]
    turns = [at for chat in chats for at in (chat.starts_at, chat.ends_at)]
    return _Live(
        ends_at=max((chat.ends_at for chat in running), default=0),
        booked_until=max((chat.booked_until for chat in running), default=0),
        since=max((at for at in turns if at <= now), default=0),
        until=min((at for at in turns if at > now), default=LATEST),
        next=min((chat.starts_at for chat in chats if chat.starts_at > now), default=LATEST),
    )


def _reply_kind(promise: ReplyPromise | None) -> int:
    if promise is None:
        return REPLY_NONE
    return REPLY_FROM_LAST if promise.since == "last" else REPLY_FROM_FIRST


_TIMER_AT_ONCE = 5 * HOUR + 1
"""A look so far ahead has its timer from the first message on: beyond FAR_WARNING of `ledger/lua/waits.lua`."""


def _first_look(promise: ReplyPromise, due_at: int, since: int) -> int:
    """How many ms ahead of the deadline a wait is looked at first.

    `due_at` is the latest deadline of a message at `since`, the first instant of these terms: a later message is due as
    much later, or at the same time. Steps after the first message move with no deadline: the timer that a wait's first
    message sets rings for them in time, and is not set later by those that follow.
    """
    if not promise.overtimes:
        return promise.warn_first
    return max(promise.warn_first, _TIMER_AT_ONCE, due_at - since - round(promise.overtimes[0] * HOUR))


def due_of(promise: ReplyPromise, calendar: Calendar, at: int) -> Due:
    """When a message at `at` must be answered: domain.md "When the mentor must answer", second point."""
    target = round(promise.target_hours * HOUR)
    opens_at = calendar.next_open(at)
    if promise.clock == "continuous":
        if opens_at == at:
            return Due(target, 0, calendar.start_of_day(at), calendar.next_closed(at))
        return Due(0, calendar.end_of_day(opens_at), calendar.start_of_day(at), opens_at)
    reached_at, slack, into = _count(calendar, opens_at, target)
    if opens_at > at:
        return Due(0, reached_at, calendar.start_of_day(at), opens_at)
    # Until the count spills into another run of open days, each later message is due just as much later.
    first = calendar.start_of_day(at)
    return Due(
        shift=reached_at - at,
        fixed=0,
        valid_from=first if into is None else max(first, at - into + 1),
        valid_until=min(calendar.next_closed(at), at + slack + 1),
    )


def counted_time(promise: ReplyPromise, calendar: Calendar, since: int, until: int) -> int:
    """Milliseconds from `since` until `until` by the clock of the promise."""
    if promise.clock == "continuous":
        return max(0, until - since)
    return calendar.open_time(since, until)


def _count(calendar: Calendar, at: int, target: int) -> tuple[int, int, int | None]:
    """Count `target` ms of open time from `at`, an open instant.

    Returns the earliest instant at which the count reaches the target, how much of that run of open days is left
    then, and how much of it was used (None where it is the run that holds `at`).
    """
    starts_at, left = at, target
    while True:
        ends_at = calendar.next_closed(starts_at)
        if left <= ends_at - starts_at:
            return starts_at + left, ends_at - starts_at - left, None if starts_at == at else left
        left -= ends_at - starts_at
        starts_at = calendar.next_open(ends_at)
