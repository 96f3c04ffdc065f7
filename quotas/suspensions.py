"""Suspensions of a conversation, as facts: when each began, and when it was lifted."""

from collections.abc import Iterable

from msgspec import Struct


class SuspensionSpan(Struct, frozen=True):
    """From `began_at` until before `lifted_at` (ms); None while it lasts."""

    began_at: int
    lifted_at: int | None = None


def first_within(suspensions: Iterable[SuspensionSpan], starts_at: int, ends_at: int) -> int:
    """When the first of them began that covers some of [starts_at, ends_at); 0 where none does."""
    return min(
        (
            each.began_at
            for each in suspensions
            if each.began_at < ends_at and (each.lifted_at is None or each.lifted_at > starts_at)
        ),
        default=0,
    )
