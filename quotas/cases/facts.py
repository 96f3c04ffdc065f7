"""The facts of a case: what its kind and its states ask for beside the words.

Source: cases.md "A case" and the columns of its table. One Struct holds the facts of every kind; which of them an
opening or a state needs or takes, the table of cases says.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct, structs

from quotas.bookings import BookingState, Price, minutes_problem, start_problem
from quotas.currencies import currency_problem
from quotas.money import MOST, Cadence

CaseFactName = Literal[
    "reason",
    "number",
    "to",
    "mentor",
    "chemistry",
    "replaces",
    "price",
    "starts_at",
    "minutes",
    "booking",
    "ends_at",
    "outcome",
    "first_session",
    "asked_on",
    "paid_until",
    "applies_on",
    "units",
    "person",
    "messages",
    "waiting_since",
    "suspend",
    "evidence_until",
]
INSTANT_FACTS: tuple[CaseFactName, ...] = ("ends_at", "waiting_since")
"""Those that are one instant; `starts_at` are several."""
FactGroup = tuple[CaseFactName, ...]
"""Facts of which one is needed, and not two."""
EARLIEST_DAY, LATEST_DAY = date(1970, 1, 2), date(2199, 12, 30)
"""Days between which every instant of a day can be worked out."""
MOST_UNITS = 1_000
"""Units that one case may add or take."""
STANDARD_MINUTES = 45
"""Of an extra session that says no length."""
MOST_EXTRA = 2
"""Sessions that one case may ask for."""
MOST_MESSAGES = 50
"""Messages that one report may name."""


_DAYS: tuple[CaseFactName, ...] = ("asked_on", "paid_until", "applies_on", "evidence_until")


class CaseFacts(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is known; None: not said. Instants in ms, days local to the conversation."""

    reason: str | None = None
    """One of the kind's words, where it has some; else free, and for the eyes of those who see the reason."""
    number: int | None = None
    """How many extra sessions."""
    to: Cadence | None = None
    """The cadence wished for."""
    mentor: str | None = None
    """Who is proposed, or gives the one-off session."""
    chemistry: bool | None = None
    """Whether a chemistry call comes before the switch."""
    replaces: str | None = None
    """The booking that a one-off session stands for."""
    price: Price | None = None
    """Of a quote: that of each session; of a cadence: what a month is going to cost."""
    starts_at: tuple[int, ...] | None = None
    """The starts that a quote names: one for each session asked for."""
    minutes: int | None = None
    booking: str | None = None
    ends_at: int | None = None
    """When the booking is over in the books, as far as is known."""
    outcome: BookingState | None = None
    """What became of the booking."""
    first_session: bool | None = None
    """Whether the two had not met before."""
    asked_on: date | None = None
    """The day on which the member asked."""
    paid_until: date | None = None
    """The first day that is not paid for."""
    applies_on: date | None = None
    """The first day of the next period."""
    units: int | None = None
    """To be added to the credits, or taken."""
    person: str | None = None
    """Whom a report is about."""
    messages: tuple[str, ...] | None = None
    """The ids that their apps gave them."""
    waiting_since: int | None = None
    """Since when the member waits for an answer."""
    suspend: bool | None = None
    """Whether the reporter asks that nobody writes for now."""
    evidence_until: date | None = None
    """The first day on which nothing spares the reported messages from being deleted."""


def given_of(facts: CaseFacts) -> dict[str, object]:
    """Those that are said, by name."""
    return {name: value for name, value in structs.asdict(facts).items() if value is not None}


def with_facts(facts: CaseFacts, given: CaseFacts) -> CaseFacts:
    """With what is said anew in the place of what was."""
    return structs.replace(facts, **given_of(given))


def facts_problem(
    facts: CaseFacts, needs: Iterable[FactGroup], takes: Iterable[CaseFactName], reasons: Sequence[str]
) -> str | None:
    """What is wrong with facts that are given, as a sentence; None where nothing is. An error, not a refusal.

    `reasons` are the words that the kind has for its reason; none: any.
    """
    given = given_of(facts)
    groups = list(needs)
    for group in groups:
        said = [name for name in group if name in given]
        if not said:
            return f"{_names(group)} is missing"
        if len(said) > 1:
            return f"{' and '.join(f'`{name}`' for name in said)} exclude each other"
    allowed = {*(name for group in groups for name in group), *takes}
    for name in given:
        if name not in allowed:
            return f"`{name}` is no fact of this; allowed: {', '.join(sorted(allowed)) or 'none'}"
    if facts.reason is not None and reasons and facts.reason not in reasons:
        return f"`reason` must be one of {', '.join(reasons)}"
    return _value_problem(facts)


def _value_problem(facts: CaseFacts) -> str | None:
    if facts.number is not None and not 1 <= facts.number <= MOST_EXTRA:
        return f"`number` must lie from 1 to {MOST_EXTRA}"
    if facts.minutes is not None and (problem := minutes_problem(facts.minutes)):
        return f"`minutes` {problem}"
    for start in facts.starts_at or ():
        if problem := start_problem(start):
            return f"`starts_at` {problem}"
    if facts.price is not None:
        if not 0 <= facts.price.amount <= MOST:
            return f"`price`.`amount` must lie from 0 to {MOST}"
        if problem := currency_problem(facts.price.currency):
            return f"`price`.`currency`: {problem}"
    if facts.messages is not None and not 1 <= len(facts.messages) <= MOST_MESSAGES:
        return f"`messages` must name 1 to {MOST_MESSAGES} messages"
    if facts.units is not None and not 1 <= abs(facts.units) <= MOST_UNITS:
        return f"`units` must not be 0; allowed: -{MOST_UNITS} to {MOST_UNITS}"
    return _day_problem(facts)


def _day_problem(facts: CaseFacts) -> str | None:
    for name in _DAYS:
        day = getattr(facts, name)
        if day is not None and not EARLIEST_DAY <= day <= LATEST_DAY:
            return f"`{name}` must lie from {EARLIEST_DAY} to {LATEST_DAY}"
    return None


def whole_problem(facts: CaseFacts) -> str | None:
    """What does not fit together in all of a case's facts."""
    if facts.number is not None and facts.starts_at is not None and len(facts.starts_at) != facts.number:
        return f"`starts_at` must name as many starts as `number` says: {facts.number}"
    return None


def _names(group: FactGroup) -> str:
    return " or ".join(f"`{name}`" for name in group)
