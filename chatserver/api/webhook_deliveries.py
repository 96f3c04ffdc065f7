"""What endpoints were told of, over HTTP: the log, tries on demand, events once more."""

from typing import Annotated, Literal, assert_never

from msgspec import UNSET, Meta, Struct, UnsetType

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError, invalid
from chatserver.api.roles import STAFF
from chatserver.api.webhooks import no_webhook
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.notices.rows.outbox import OutboxOutcome
from chatserver.notices.rows.webhook_attempts import WebhookAttempt
from chatserver.notices.webhook_book import Logged, Replayed
from chatserver.notices.webhook_requests import ReplayWish
from quotas import instant

MOST_LOGGED = 200


class LogQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page: the `limit` deliveries right before `before`."""

    before: (
        Annotated[int, Meta(ge=1, le=2**53 - 1, description="Deliveries with a smaller id; left out: the newest.")]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=MOST_LOGGED, description=f"How many at most, 1 to {MOST_LOGGED}.")] = 50


class AttemptView(Struct, frozen=True):
    """A try. `status` is null where nobody answered; `error` is why it failed, null where it did not."""

    at: str
    status: int | None
    took_ms: int
    error: str | None


class DeliveryView(Struct, frozen=True):
    """An event on its way to an endpoint. `event_id` is what `webhook-id` says. Instants are RFC 3339 in UTC.

    `waiting` is tried next at `due_at`; `failed` was given up, `dropped` no longer wanted, both with a `reason`.
    """

    id: int
    event_id: str
    event: str
    at: str
    state: OutboxOutcome | Literal["waiting"]
    reason: str | None
    due_at: str | None
    done_at: str | None
    attempts: list[AttemptView]


class DeliveryPage(Struct, frozen=True):
    """Deliveries, the newest first; `more` says whether older ones exist."""

    deliveries: list[DeliveryView]
    more: bool


class PingView(Struct, frozen=True):
    """What came of a try: `error` is null where the endpoint took it, `status` where nobody answered."""

    status: int | None
    took_ms: int
    error: str | None


class ReplayView(Struct, frozen=True):
    """How many events are sent once more. Where there were too many at once, `rest_from` is where the rest begins."""

    replayed: int
    rest_from: str | None


async def get_deliveries(call: HttpCall[LogQuery, None]) -> HttpAnswer:
    before, limit = call.query.before, call.query.limit
    found = await call.context.webhooks.deliveries(
        call.id, None if isinstance(before, UnsetType) else before, limit + 1
    )
    if isinstance(found, Missing):
        raise no_webhook(call.id)
    return HttpAnswer(200, DeliveryPage([_delivery(each) for each in found[:limit]], len(found) > limit))


async def ping_webhook(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    outcome = await call.context.webhooks.ping(call.id)
    if isinstance(outcome, Missing):
        raise no_webhook(call.id)
    return HttpAnswer(200, PingView(outcome.status, outcome.took_ms, outcome.error))


async def replay_webhook(call: HttpCall[NoQuery, ReplayWish]) -> HttpAnswer:
    outcome = await call.context.webhooks.replay(call.id, call.body)
    match outcome:
        case Replayed(count, rest_from):
            return HttpAnswer(202, ReplayView(count, instant.text_or_none(rest_from)))
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise no_webhook(call.id)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case never:
            assert_never(never)


def _delivery(logged: Logged) -> DeliveryView:
    found = logged.delivery
    state = found.outcome or "waiting"
    return DeliveryView(
        id=found.id,
        event_id=found.event_id,
        event=found.kind,
        at=instant.text(found.at),
        state=state,
        reason=found.reason,
        due_at=instant.text(found.due_at) if state == "waiting" else None,
        done_at=instant.text_or_none(found.done_at),
        attempts=[_attempt(each) for each in logged.attempts],
    )


def _attempt(found: WebhookAttempt) -> AttemptView:
    return AttemptView(instant.text(found.at), found.status, found.took_ms, found.error)


GET_WEBHOOK_DELIVERIES = Operation(
    method="GET",
    path="/v1/webhooks/{id}/deliveries",
    name="getWebhookDeliveries",
    summary="What an endpoint was told of in the last 30 days, with each try; the newest first.",
    handler=get_deliveries,
    query=LogQuery,
    roles=STAFF,
    answers={200: (DeliveryPage, "The page.")},
    refusals=(404,),
)
PING_WEBHOOK = Operation(
    method="POST",
    path="/v1/webhooks/{id}/ping",
    name="pingWebhook",
    summary="Send an endpoint an event `ping` at once, and say what came of it. It is not tried again.",
    handler=ping_webhook,
    query=NoQuery,
    answers={200: (PingView, "What came of it, also where it failed.")},
    refusals=(404,),
)
REPLAY_WEBHOOK = Operation(
    method="POST",
    path="/v1/webhooks/{id}/replay",
    name="replayWebhook",
    summary="Send events of the last 30 days once more, with the ids that they had: one, or up to 1,000 of a time.",
    handler=replay_webhook,
    query=NoQuery,
    body=ReplayWish,
    answers={202: (ReplayView, "They are on their way.")},
    refusals=(404, 409),
)
