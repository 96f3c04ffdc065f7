"""The events that webhooks can be told of, and how an endpoint names those it wants."""

from collections.abc import Iterable

from chatserver.notices.fact import FactName
from chatserver.notices.webhook_data import DATA

WEBHOOK_KINDS: tuple[FactName, ...] = tuple(DATA)
"""Facts that only say who should look at their app (`message.unread`, `writing.*`) are not among them."""

EVERY = "*"


def is_known(pattern: str) -> bool:
    """Whether it is the name of an event, `*` for all, or such as `booking.*` for all that begin so."""
    return any(matches(pattern, kind) for kind in WEBHOOK_KINDS)


def matches(pattern: str, kind: str) -> bool:
    """Whether an endpoint that names this pattern wants that event."""
    return pattern in (EVERY, kind) or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))


def wants(patterns: Iterable[str], kind: str) -> bool:
    """Whether one of them matches."""
    return any(matches(pattern, kind) for pattern in patterns)
