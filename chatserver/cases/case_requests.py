"""What can be asked of the casebook, and how it ends: refusals are values here."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from quotas.cases.dues import CaseDue
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case
from quotas.cases.rules import CaseAction, CaseKind, CaseState

OpenedFor = Literal["member", "mentor"]
"""Whose case support opens."""


class CaseAsker(Struct, frozen=True):
    """Who asks, as their token says."""

    user: str
    role: Literal["member", "mentor", "support"]


class CaseOpening(Struct, frozen=True):
    """A case to be opened. `opened_for` is for support alone; None: their own."""

    kind: CaseKind
    conversation: str
    facts: CaseFacts = CaseFacts()
    note: str = ""
    opened_for: OpenedFor | None = None


class CaseFilter(Struct, frozen=True):
    """Which cases; '' for any. `after` is the ref of the last one of the page before."""

    kind: str = ""
    state: str = ""
    assignee: str = ""
    conversation: str = ""
    only_open: bool = False
    after: str = ""


class CaseSeen(Struct, frozen=True):
    """A case as who asks may see it, with what they may do now. In lists without history and free reasons."""

    case: Case
    due: CaseDue | None
    possible: tuple[CaseAction, ...]
    by_hand: tuple[CaseState, ...] = ()
    """Where support may move it with a reason."""
    created: bool = False
    own_id: str = ""
    """The id that who asks gave it; '' where they gave it none, and in lists."""


class CasePage(Struct, frozen=True):
    """Cases, newest first; `more` says whether older ones exist."""

    cases: Sequence[CaseSeen]
    more: bool


class NotInThisCase(Struct, frozen=True):
    """The rules say no, and nothing has changed."""

    reason: Literal["not_now", "not_yours", "no_cadence", "ended", "already_open"]
    possible: tuple[CaseAction, ...] = ()
    """Of `not_now`."""
    ref: str = ""
    """Of `already_open`: the case that is open, which who asks may see."""
