"""The words of the table of cases: kinds, states, who does what, what falls due. `table.py` is the table.

Source: cases.md "A case".
"""

from typing import Literal

from msgspec import Struct

from quotas.cases.facts import CaseFactName, FactGroup
from quotas.instant import DAY
from quotas.memberships import Payer

CaseKind = Literal[
    "question",
    "ghosting",
    "membership_cancellation",
    "mentor_switch",
    "one_off_session",
    "extra_session",
    "cadence_change",
    "poor_fit",
    "scheduling",
    "credit_correction",
    "late_cancellation",
    "no_show",
    "mentor_absent",
    "unattended",
    "misconduct",
    "urgent_note",
    "reply_missed",
]
CaseState = Literal[
    "open",
    "mentor_trying",
    "support_trying",
    "reported",
    "official",
    "requested",
    "exploring",
    "proposed",
    "approved",
    "quoted",
    "confirmed",
    "booked",
    "talking",
    "reviewing",
    "answered",
    "churned",
    "returned",
    "ended",
    "kept",
    "switched",
    "done",
    "declined",
    "lapsed",
    "applied",
    "handed_over",
    "settled",
    "corrected",
    "reviewed",
    "dismissed",
    "warned",
    "removed",
    "seen",
    "withdrawn",
    "overtaken",
]
"""A word may be an open state of one kind and an end of another; the last two are ends of every kind."""
CommonAction = Literal["note", "assign", "attempt", "withdraw"]
"""What every open case knows beside the states that can follow."""
SuspendAction = Literal["suspend", "lift"]
"""What a case that may suspend knows as well."""
CaseAction = CaseState | CommonAction | SuspendAction

CaseRole = Literal["member", "mentor", "support", "system", "guest"]
"""Who does something: `system` is the product itself; `guest`, the mentor of a one-off session, only looks on."""
CaseSight = Literal["nothing", "state", "without_reason", "without_notes", "without_internal", "all"]
"""How much of a case somebody sees, each with what the ones before show: kind and state alone, facts but neither reason
nor notes, facts without notes, all but internal notes, everything."""
CaseSeer = Literal["opener", "member", "mentor", "guest"]
CaseEffect = Literal[
    "end_conversation",
    "end_all_conversations",
    "stop_renewal",
    "resume_renewal",
    "list_bookings_after",
    "tell_business",
    "open_first_call",
    "close_first_call",
    "hand_on",
    "open_guest",
    "close_guest",
    "close_guest_later",
    "cancel_replaced",
    "book",
    "agree_cadence",
    "drop_cadence",
    "apply_cadence",
    "open_switch",
    "correct_units",
    "warn_person",
    "remove_person",
    "seal_evidence",
    "drop_evidence",
]
"""What entering a state asks of the rest of the product; doing it again changes nothing."""
UNDOES: dict[CaseEffect, CaseEffect] = {
    "close_first_call": "open_first_call",
    "resume_renewal": "stop_renewal",
    "close_guest": "open_guest",
    "close_guest_later": "open_guest",
    "drop_evidence": "seal_evidence",
    "drop_cadence": "agree_cadence",
}
"""Effects that are nothing to do where another one of the same case did not come before."""
ASKED_BY: dict[CaseEffect, CaseFactName] = {"open_first_call": "chemistry", "close_first_call": "chemistry"}
"""Effects that are nothing to do unless that fact says yes."""
LATER: dict[CaseEffect, int] = {"close_guest_later": 7 * DAY}
"""How long after its state began an effect is done (ms); at once where it is not here."""
DueUnit = Literal["months", "days", "hours", "fact"]
"""`months`: calendar months from the anchor's day on; `days`, `hours`: elapsed; `fact`: when a fact says."""


class MoveRule(Struct, frozen=True):
    """One way on from a state."""

    to: CaseState
    by: tuple[CaseRole, ...]
    """Who may go it. `system`: by its due, or because something happened elsewhere."""
    payer: Payer | None = None
    """Only where this one pays; None: whoever does."""


class DueRule(Struct, frozen=True):
    """What a waiting state waits for, and what if it does not come."""

    by: CaseRole
    """Who is waited for."""
    what: CaseState
    """The state that is waited for."""
    unit: DueUnit
    after: int = 0
    """So many of the unit."""
    fact: CaseFactName | None = None
    then: CaseState | None = None
    """What follows by itself; None: support is told, and the state stays."""
    reminder_days: int = 0
    """Support is told so long before; 0: not before."""
    payer: Payer | None = None
    """Only where this one pays; None: whoever does."""


class StateRule(Struct, frozen=True):
    """A state; one without moves is an end."""

    name: CaseState
    moves: tuple[MoveRule, ...] = ()
    dues: tuple[DueRule, ...] = ()
    """The first whose payer fits holds."""
    needs: tuple[FactGroup, ...] = ()
    """Facts that entering it asks for: one of each group."""
    takes: tuple[CaseFactName, ...] = ()
    """Facts that may be given beside them."""
    facts_of: Payer | None = None
    """Only where this one pays there are such facts; None: whoever does."""
    effects: tuple[CaseEffect, ...] = ()

    @property
    def is_end(self) -> bool:
        return not self.moves

    def facts_for(self, payer: Payer) -> tuple[tuple[FactGroup, ...], tuple[CaseFactName, ...]]:
        """Which facts it needs, and which it takes beside them, where that one pays."""
        return (self.needs, self.takes) if self.facts_of in (None, payer) else ((), ())


class OpenRule(Struct, frozen=True):
    """A role that may open a case of the kind, and the state in which it then is."""

    by: CaseRole
    state: CaseState


class SeenRule(Struct, frozen=True):
    """Who sees a case, from when on, and how much of it."""

    who: CaseSeer
    sight: CaseSight
    since: CaseState | None = None
    """From this state on; None: from the opening on."""


class CaseRule(Struct, frozen=True):
    """All about one kind."""

    kind: CaseKind
    opened: tuple[OpenRule, ...]
    seen: tuple[SeenRule, ...]
    """Beside support, who sees everything. Whoever is not named sees nothing."""
    states: tuple[StateRule, ...]
    needs: tuple[FactGroup, ...] = ()
    """Facts that opening one asks for."""
    takes: tuple[CaseFactName, ...] = ()
    reasons: tuple[str, ...] = ()
    """The words for its reason; none: any text."""
    activity: CaseState | None = None
    """The end that any activity of the member brings about."""
    stands_still: bool = False
    """Whether its clock stands while the conversation is paused or suspended."""
    follows_member: bool = False
    """Whether it goes along to the next conversation, where one is switched, instead of being overtaken."""
    may_suspend: bool = False
    needs_cadence: bool = False
    """Only where the plan has a cadence."""

    def state(self, name: CaseState) -> StateRule:
        """The state of that name. Raises KeyError."""
        return {state.name: state for state in self.states}[name]

    @property
    def own_states(self) -> tuple[CaseState, ...]:
        """Its open states and its own ends, without those of every kind."""
        return tuple(state.name for state in self.states if state.name not in COMMON_ENDS)


COMMON_ENDS: tuple[CaseState, ...] = ("withdrawn", "overtaken")
"""Taken back by who opened it; the conversation has ended."""
