"""A case as it is kept: without its history, which stands in rows of its own, and without words that people wrote."""

from msgspec import Struct

from quotas.cases.record import Case
from quotas.cases.rules import CaseEffect, SuspendAction

TodoName = CaseEffect | SuspendAction


class CaseTodo(Struct, frozen=True):
    """What the rest of the product is to do from `at` (ms) on, because a case came into a state."""

    effect: TodoName
    at: int


class KeptCase(Struct, frozen=True):
    """`case.history` is empty, and its reason too where that is free text: both are in the entries."""

    case: Case
    entries: int
    """How many lines its history has."""
    member_read: int = 0
    """Of ghosting: up to where the member had read when it was opened."""
    todo: tuple[CaseTodo, ...] = ()
    """In order; what is done is gone from it."""
    due_at: int | None = None
    """Until when its state waits (ms)."""
    step_at: int | None = None
    """When something happens by itself next (ms); None: nothing, or not while its clock stands still."""
