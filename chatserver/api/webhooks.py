"""Webhooks over HTTP: endpoints that are told of events."""

from typing import assert_never

from msgspec import Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError, invalid
from chatserver.api.roles import STAFF
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.notices.rows.webhooks import DisabledFor, WebhookRecord
from chatserver.notices.webhook_book import WebhookWritten
from chatserver.notices.webhook_requests import WebhookDetails
from quotas import instant


class DisabledView(Struct, frozen=True):
    """Since when it is told of nothing: it said 410 Gone, or nothing had reached it for five days."""

    at: str
    reason: DisabledFor


class WebhookView(Struct, frozen=True):
    """An endpoint. Instants are RFC 3339 in UTC. Until `both_sign_until` the earlier secret signs as well.

    `failing_since` is null where the last try succeeded, `disabled` where it is told of events.
    """

    id: str
    url: str
    events: list[str]
    with_text: bool
    created_at: str
    updated_at: str
    both_sign_until: str | None
    failing_since: str | None
    disabled: DisabledView | None


class WebhookWithSecret(WebhookView, frozen=True):
    """And the secret that signs what it gets: shown this once."""

    secret: str


class WebhookList(Struct, frozen=True):
    """All endpoints, by their ids."""

    webhooks: list[WebhookView]


async def put_webhook(call: HttpCall[NoQuery, WebhookDetails]) -> HttpAnswer:
    outcome = await call.context.webhooks.put(call.id, call.body)
    match outcome:
        case WebhookWritten(record, secret):
            return HttpAnswer(200, _view(record)) if secret is None else HttpAnswer(201, _with_secret(record, secret))
        case Invalid(errors):
            raise invalid(errors)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case never:
            assert_never(never)


async def get_webhook(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    found = await call.context.webhooks.find(call.id)
    if found is None:
        raise no_webhook(call.id)
    return HttpAnswer(200, _view(found))


async def list_webhooks(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    found = await call.context.webhooks.all_of_them()
    return HttpAnswer(200, WebhookList([_view(each) for each in found]))


async def delete_webhook(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """The same again changes nothing, as with every write."""
    await call.context.webhooks.remove(call.id)
    return HttpAnswer(204)


async def rotate_webhook(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    outcome = await call.context.webhooks.rotate(call.id)
    if isinstance(outcome, Missing):
        raise no_webhook(call.id)
    return HttpAnswer(200, _with_secret(outcome.record, outcome.secret or ""))


async def enable_webhook(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    outcome = await call.context.webhooks.enable(call.id)
    if isinstance(outcome, Missing):
        raise no_webhook(call.id)
    return HttpAnswer(200, _view(outcome.record))


def no_webhook(id: str) -> ProblemError:
    """There is none of that id."""
    return ProblemError(404, f"there is no webhook {id!r}")


def _view(record: WebhookRecord) -> WebhookView:
    disabled = None
    if record.disabled_at is not None and record.disabled_for is not None:
        disabled = DisabledView(instant.text(record.disabled_at), record.disabled_for)
    return WebhookView(
        id=record.id,
        url=record.url,
        events=list(record.events),
        with_text=record.with_text,
        created_at=instant.text(record.created_at),
        updated_at=instant.text(record.updated_at),
        both_sign_until=instant.text_or_none(record.earlier_until),
        failing_since=instant.text_or_none(record.failing_since),
        disabled=disabled,
    )


def _with_secret(record: WebhookRecord, secret: str) -> WebhookWithSecret:
    view = _view(record)
    return WebhookWithSecret(**{name: getattr(view, name) for name in WebhookView.__struct_fields__}, secret=secret)


PUT_WEBHOOK = Operation(
    method="PUT",
    path="/v1/webhooks/{id}",
    name="putWebhook",
    summary="Make an endpoint, or change what it is told of, and where. Its secret is made here, and shown once.",
    handler=put_webhook,
    query=NoQuery,
    body=WebhookDetails,
    answers={
        200: (WebhookView, "There was such a webhook; its secret stays."),
        201: (WebhookWithSecret, "The webhook is new. Keep the secret: it is not shown again."),
    },
    refusals=(409,),
)
GET_WEBHOOK = Operation(
    method="GET",
    path="/v1/webhooks/{id}",
    name="getWebhook",
    summary="An endpoint, and how it fares.",
    handler=get_webhook,
    query=NoQuery,
    roles=STAFF,
    answers={200: (WebhookView, "The webhook.")},
    refusals=(404,),
)
LIST_WEBHOOKS = Operation(
    method="GET",
    path="/v1/webhooks",
    name="listWebhooks",
    summary="All endpoints.",
    handler=list_webhooks,
    query=NoQuery,
    roles=STAFF,
    answers={200: (WebhookList, "The webhooks.")},
    refusals=(),
)
DELETE_WEBHOOK = Operation(
    method="DELETE",
    path="/v1/webhooks/{id}",
    name="deleteWebhook",
    summary="Tell an endpoint of nothing more, and forget it with what is on its way.",
    handler=delete_webhook,
    query=NoQuery,
    answers={204: (None, "It is gone, or was not there.")},
    refusals=(),
)
ROTATE_WEBHOOK = Operation(
    method="POST",
    path="/v1/webhooks/{id}/rotate",
    name="rotateWebhook",
    summary="Give an endpoint another secret, shown once. For 24 hours both sign; one before those no more.",
    handler=rotate_webhook,
    query=NoQuery,
    answers={200: (WebhookWithSecret, "The webhook with its new secret.")},
    refusals=(404,),
)
ENABLE_WEBHOOK = Operation(
    method="POST",
    path="/v1/webhooks/{id}/enable",
    name="enableWebhook",
    summary="Tell a disabled endpoint of events again, from now on. What it missed can be replayed.",
    handler=enable_webhook,
    query=NoQuery,
    answers={200: (WebhookView, "The webhook, enabled.")},
    refusals=(404,),
)
