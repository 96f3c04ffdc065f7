"""What can be asked of webhooks."""

from typing import Annotated

from msgspec import Meta, Struct, field

from chatserver.notices.guarded_http import MOST_URL
from chatserver.notices.webhook_kinds import WEBHOOK_KINDS

MOST_PATTERNS = 50

HookUrl = Annotated[
    str,
    Meta(max_length=MOST_URL, description="An https address at a public place, such as https://example.org/hooks."),
]
EventPattern = Annotated[
    str,
    Meta(
        max_length=32,
        description=f"An event, `booking.*` and the like, or `*` for all; there are {', '.join(WEBHOOK_KINDS)}.",
    ),
]
EventId = Annotated[str, Meta(max_length=64, description="The id of an event, as `webhook-id` says it.")]
Since = Annotated[str, Meta(description="An RFC 3339 instant with its offset: events from then on.")]
Until = Annotated[str, Meta(description="An RFC 3339 instant with its offset: events before it; left out: now.")]


class WebhookDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """What an endpoint is told of, and where. `with_text`: the texts of messages too, in the open."""

    url: HookUrl
    events: Annotated[
        list[EventPattern],
        Meta(min_length=1, max_length=MOST_PATTERNS, description=f"1 to {MOST_PATTERNS} names of events."),
    ]
    with_text: bool = False


class ReplayWish(Struct, frozen=True, forbid_unknown_fields=True):
    """Which events to tell of once more: one, or all of a time that the endpoint wants."""

    event: EventId | None = None
    since: Since | None = field(name="from", default=None)
    until: Until | None = None
