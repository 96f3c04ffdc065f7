"""What another policy would have made of recorded traffic: the decisions of `admission.py`, made again by two policies.

What people did is taken as it is recorded: what members tried to write, also where it was refused, and what mentors
wrote. Nobody knows what they would have written instead.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from heapq import merge
from operator import itemgetter
from typing import Literal, cast

from msgspec import Struct

from quotas.admission import (
    Admitted,
    Denied,
    Usage,
    admit_member,
    admit_mentor,
    carried,
    counted_together,
    without_wait,
)
from quotas.instant import DAY
from quotas.terms import BookedChat, Rulebook, Terms

LEAD_IN = 35 * DAY
"""How much earlier than the range traffic is told, for windows and waits that reach into it: five weeks, which is more
than a window may last."""

Deed = Literal["began", "wrote", "refused", "shut", "answered", "closed"]
"""The conversation began; its member wrote, was refused by the plan, or by its status, whatever the plan says; the
mentor wrote; the wait ended otherwise."""


class PastConversation(Struct, frozen=True):
    """What is recorded of a conversation. Instants in ms."""

    id: str
    zone: str
    holidays: str
    plans: Sequence[tuple[int, str]]
    """Since when each was held, the first one first."""
    deeds: Sequence[tuple[int, Deed]]
    """In their order."""
    chats: Sequence[BookedChat] = ()
    follows: str | None = None
    """The conversation from which what was used in that week came along."""
    shared_plan: str = ""
    """While it is on that plan, its windows count with those of the member's other ones on it; '' for no such plan."""
    sent_later: Sequence[tuple[int, int]] = ()
    """The mentor's messages that went out later, by themselves: when each did, and when it was written. In their order.

    The others are `deeds`.
    """


class PolicyFigures(Struct, frozen=True):
    """What one policy makes of it: messages refused and windows opened; deadlines of the waits that began."""

    refused: int
    windows: int
    met: int
    missed: int
    open: int
    """Waits that nobody has answered yet, and whose deadline, if they have one, is to come."""


class WhatIfCounts(Struct, frozen=True, kw_only=True):
    """What two policies make of it. `tried` are members' messages, written or refused."""

    tried: int
    today: PolicyFigures
    new: PolicyFigures
    newly_refused: int
    """What today's policy admits and the new one refuses."""
    newly_admitted: int
    """The other way round."""


class WhatIfLine(WhatIfCounts, frozen=True, kw_only=True):
    """Of a plan in a week, local to each conversation: from that Monday on."""

    plan: str
    week: date


class WhatIfFigures(Struct, frozen=True):
    """All lines, by plan and week. `unjudged` counts what was tried on plans that one of the policies does not know."""

    lines: list[WhatIfLine]
    total: WhatIfCounts
    unjudged: Mapping[str, int]
    unlike_record: int
    """What today's policy decides otherwise than the record says: another one held then."""


class WhatIfReport(WhatIfFigures, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """Of the days from `from` to `to`, both included, in `zone`. Instants are RFC 3339 in UTC."""

    first: date
    last: date
    zone: str
    recorded_until: str
    refusals_since: str | None
    """When the first message was refused that is on record; None where none is."""


def summed(lines: Sequence[WhatIfCounts]) -> WhatIfCounts:
    """All of them together."""
    return WhatIfCounts(
        tried=sum(line.tried for line in lines),
        today=_summed([line.today for line in lines]),
        new=_summed([line.new for line in lines]),
        newly_refused=sum(line.newly_refused for line in lines),
        newly_admitted=sum(line.newly_admitted for line in lines),
    )


def _summed(figures: Sequence[PolicyFigures]) -> PolicyFigures:
    return PolicyFigures(*(sum(getattr(each, name) for each in figures) for name in PolicyFigures.__struct_fields__))


@dataclass(slots=True)
class _Counts:
    """PolicyFigures, while they are counted."""

    refused: int = 0
    windows: int = 0
    met: int = 0
    missed: int = 0
    open: int = 0


@dataclass(slots=True)
class _Cell:
    """WhatIfCounts, while they are counted."""

    tried: int = 0
    sides: tuple[_Counts, _Counts] = field(default_factory=lambda: (_Counts(), _Counts()))
    newly_refused: int = 0
    newly_admitted: int = 0


class _KnownTerms:
    """The terms of every instant that was asked for; a rulebook keeps the latest ones only.

    Conversations are told one after the other, each through all its weeks.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._known: dict[tuple[str, str, str], tuple[list[int], list[Terms]]] = {}

    def at(self, past: PastConversation, plan: str, at: int) -> Terms:
        """Raises UnjudgeableError."""
        if past.chats and (running := [chat for chat in past.chats if chat.starts_at <= at < chat.ends_at]):
            return self._rulebook.terms(plan, past.zone, past.holidays, 0, at, running)
        # Chats to come change when a refused message could be sent, which nobody asks here, and nothing else.
        starts, found = self._known.setdefault((plan, past.zone, past.holidays), ([], []))
        place = bisect_right(starts, at)
        if place and at < (terms := found[place - 1]).valid_until:
            return terms
        terms = self._rulebook.terms(plan, past.zone, past.holidays, 0, at)
        place = bisect_right(starts, terms.valid_from)
        starts.insert(place, terms.valid_from)
        found.insert(place, terms)
        return terms


class _Side:
    """A conversation as it stands by one of the policies."""

    __slots__ = ("usage", "wait")

    def __init__(self) -> None:
        self.usage = Usage()
        self.wait: _Counts | None = None
        """Where the open wait is counted; None where none is open, or it began outside the range."""

    def write(self, terms: Terms, at: int, counts: _Counts | None) -> bool:
        """Whether the member's message is admitted. `counts` is None outside the range."""
        decision = admit_member("open", self.usage, terms, at)
        if isinstance(decision, Denied):
            if counts:
                counts.refused += 1
            return False
        if counts and decision.way == "opened":
            counts.windows += 1
        if not self.usage.waiting_since:
            self.wait = counts
        self.usage = decision.usage
        return True

    def answer(self, at: int, written_at: int) -> None:
        """The mentor writes, or has written at `written_at` what goes out now; 0: now."""
        decision = cast(Admitted, admit_mentor("open", self.usage, at, written_at))
        if self.wait and self.usage.due_at and decision.answered:
            if decision.answered.late:
                self.wait.missed += 1
            else:
                self.wait.met += 1
        if decision.answered:
            self.usage, self.wait = decision.usage, None

    def close(self, at: int) -> None:
        """The wait ends without an answer: only a deadline that has passed was missed."""
        if self.wait and 0 < self.usage.due_at < at:
            self.wait.missed += 1
        self.usage, self.wait = without_wait(self.usage), None

    def leave(self, at: int) -> None:
        """Nothing is known of what comes after `at`."""
        if self.wait and not 0 < self.usage.due_at < at:
            self.wait.open += 1
            self.wait = None
        self.close(at)


class _Told:
    """A conversation that is being told to both policies."""

    def __init__(self, past: PastConversation) -> None:
        self.past = past
        self.sides = (_Side(), _Side())
        self._held = 0

    def plan_at(self, at: int) -> str:
        """The plan held then; to be asked in the order of time."""
        plans = self.past.plans
        while self._held + 1 < len(plans) and plans[self._held + 1][0] <= at:
            self._held += 1
        return plans[self._held][1]


class WhatIf:
    """Tell it members one after the other, each with all their conversations.

    Counted is what was tried in [since, until), and what became of the waits that began there. `upto` is the instant
    up to which the record reaches.
    """

    def __init__(self, today: Rulebook, new: Rulebook, *, since: int, until: int, upto: int) -> None:
        self._knows = cache(lambda *place: all(book.knows(*place) for book in (today, new)))
        self._terms = _KnownTerms(today), _KnownTerms(new)
        self._since, self._until, self._upto = since, until, upto
        self._cells: dict[tuple[str, int], _Cell] = {}
        self._unjudged: dict[str, int] = {}
        self._unlike = 0

    def tell(self, pasts: Sequence[PastConversation]) -> None:
        """All conversations of one member."""
        told = [_Told(past) for past in pasts]
        sides = [side for each in told for side in each.sides]
        for at, deed, written_at, here in _in_order(told):
            if at >= self._until and all(side.wait is None for side in sides):
                break
            match deed:
                case "wrote" | "refused" | "shut":
                    self._tried(here, told, at, deed)
                case "answered":
                    for side in here.sides:
                        side.answer(at, written_at)
                case "closed":
                    for side in here.sides:
                        side.close(at)
                case _:  # it began
                    self._bring_along(here, told)
        for side in sides:
            side.leave(self._upto)

    def figures(self) -> WhatIfFigures:
        """Of what was told so far."""
        lines = [
            WhatIfLine(
                plan=plan,
                week=date.fromordinal(week * 7 + 1),
                tried=cell.tried,
                today=PolicyFigures(**asdict(cell.sides[0])),
                new=PolicyFigures(**asdict(cell.sides[1])),
                newly_refused=cell.newly_refused,
                newly_admitted=cell.newly_admitted,
            )
            for (plan, week), cell in sorted(self._cells.items())
        ]
        return WhatIfFigures(
            lines=lines,
            total=summed(lines),
            unjudged=dict(sorted(self._unjudged.items())),
            unlike_record=self._unlike,
        )

    def _tried(self, here: _Told, told: Sequence[_Told], at: int, deed: Deed) -> None:
        past, plan = here.past, here.plan_at(at)
        counted = self._since <= at < self._until
        if not self._knows(plan, past.zone, past.holidays):
            if counted:
                self._unjudged[plan] = self._unjudged.get(plan, 0) + 1
            return
        terms = [known.at(past, plan, at) for known in self._terms]
        cell = None
        if counted:
            cell = self._cells.setdefault((plan, terms[0].week), _Cell())
            cell.tried += 1
        if deed == "shut":
            if cell:
                for counts in cell.sides:
                    counts.refused += 1
            return
        by_today, by_new = (
            side.write(terms[number], at, cell.sides[number] if cell else None)
            for number, side in enumerate(here.sides)
        )
        if cell:
            cell.newly_refused += by_today and not by_new
            cell.newly_admitted += by_new and not by_today
            self._unlike += by_today != (deed == "wrote")
        if past.shared_plan and past.shared_plan == plan:
            _count_together(here, told, at)

    def _bring_along(self, here: _Told, told: Sequence[_Told]) -> None:
        """What was used in the conversation that this one follows counts here too."""
        before = next((each for each in told if each.past.id == here.past.follows), None)
        if before:
            for side, earlier in zip(here.sides, before.sides, strict=True):
                side.usage = carried(side.usage, earlier.usage)


_Event = tuple[int, Deed, int, _Told]
"""When something was done, what, when it was written (0: then), and where."""


def _in_order(told: Sequence[_Told]) -> Iterator[_Event]:
    """What happened in all of them, in the order of time; a clock that was set back is taken to have stood still."""
    return merge(*(_deeds(each) for each in told), *(_sent_later(each) for each in told), key=itemgetter(0))


def _deeds(told: _Told) -> Iterator[_Event]:
    latest = 0
    for at, deed in told.past.deeds:
        latest = max(latest, at)
        yield latest, deed, 0, told


def _sent_later(told: _Told) -> Iterator[_Event]:
    latest = 0
    for at, written_at in told.past.sent_later:
        latest = max(latest, at)
        yield latest, "answered", written_at, told


def _count_together(here: _Told, told: Sequence[_Told], at: int) -> None:
    """The member's conversations on the shared plan have one number of windows; see `trial_windows.py`."""
    for other in told:
        if other is not here and other.past.shared_plan == here.past.shared_plan == other.plan_at(at):
            for side, theirs in zip(here.sides, other.sides, strict=True):
                theirs.usage = counted_together(theirs.usage, side.usage.week, side.usage.windows_used)
