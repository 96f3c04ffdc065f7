"""The report on how mentors answer, as it goes over the wire. Lengths are in ms."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

By = Literal["mentor", "plan", "week"]
Length = Annotated[int, Meta(ge=0, description="Milliseconds.")]


class ReplyGroup(Struct, frozen=True):
    """One mentor's, plan's or week's waits; the times are of answered ones, null where there is none.

    `missed` deadlines are those of waits answered late, ended late otherwise, or still open; `late` are the first of
    these alone. Waits that were not answered ended with the conversation (`dropped`), by the mentor's word that they
    need no answer (`acknowledged`), or with their messages deleted (`withdrawn`). `counted` time is by the plan's
    clock, `waited` is all of it; `chat` is of answers to what was written in a booked live chat while it ran, whose
    number is `chat_answered`. `mentor_weeks` are finished weeks on a plan that asks the mentor to write on some
    days of each week, `mentor_days` the days on which they did, `weeks_behind` the weeks with too few. Of the
    answered, `by_substitutes` were given in the mentor's place; `stood_in` are the mentor's own in the place of others.
    """

    name: str
    answered: int
    in_time: int
    missed: int
    dropped: int
    counted_median_ms: Length | None
    counted_p95_ms: Length | None
    waited_median_ms: Length | None
    waited_p95_ms: Length | None
    longest_ms: Length | None
    chat_answered: int
    chat_median_ms: Length | None
    chat_p95_ms: Length | None
    mentor_weeks: int
    mentor_days: int
    weeks_behind: int
    by_substitutes: int = 0
    stood_in: int = 0
    late: int = 0
    acknowledged: int = 0
    withdrawn: int = 0


class WeekBehind(Struct, frozen=True):
    """In the week from Monday `week` on, the mentor wrote on fewer days than the plan asks for; so far, if not over."""

    week: date
    mentor: str
    conversation: str
    plan: str
    days: int
    days_asked: int
    over: bool


class ReplyReport(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Waits that began on the days from `from` to `to`, both included, in `zone`. Weeks are named by their Mondays.

    `behind` names the latest weeks in which mentors were behind, 500 at most.
    """

    first: date
    last: date
    zone: str
    by: By
    groups: list[ReplyGroup]
    total: ReplyGroup
    behind: list[WeekBehind]


class ReplyDay(Struct, frozen=True):
    """The day so far, in the zone of the policy: deadlines that were missed on it, and waits that were answered.

    Of the `missed`, `missed_answered` are answered since. The median is of those answered on the day, by each plan's
    clock; null where there are none with a promise.
    """

    day: date
    zone: str
    missed: int
    missed_answered: int
    answered: int
    counted_median_ms: Length | None
