"""Devices that push reaches a person on, over HTTP."""

from typing import assert_never

from msgspec import Struct

from chatserver.api.fields import ID_PATTERN
from chatserver.api.oneself import nobody, require_oneself
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import invalid
from chatserver.api.roles import PAIR_OR_SUPPORT
from chatserver.conversations.requests import Invalid, Missing
from chatserver.notices.push_requests import PushDetails
from chatserver.notices.push_subscriptions import PushPlace, Subscribed
from chatserver.protocol.commands import NAME_ALLOWED
from quotas import instant

DEVICE = PathPart("device", ID_PATTERN, NAME_ALLOWED)


class PushKeyView(Struct, frozen=True):
    """The `applicationServerKey` to subscribe with, in base64url. It never changes."""

    key: str


class PushSubscriptionView(Struct, frozen=True):
    """A device that push reaches the person on, by the host of its push service. Instants are RFC 3339 in UTC.

    `host` is null where the subscription cannot be read any more.
    """

    device: str
    host: str | None
    subscribed_at: str
    expires_at: str | None


class PushSubscriptionList(Struct, frozen=True):
    """All of a person's, the latest first."""

    subscriptions: list[PushSubscriptionView]


async def get_push_key(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    return HttpAnswer(200, PushKeyView(await call.context.vapid.public_key()))


async def put_push_subscription(call: HttpCall[NoQuery, PushDetails]) -> HttpAnswer:
    require_oneself(call.id, call.identity)
    match await call.context.push.put(call.id, call.parts["device"], call.body):
        case Subscribed(place, created):
            return HttpAnswer(201 if created else 200, _view(place))
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise nobody(call.id)
        case never:
            assert_never(never)


async def delete_push_subscription(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    require_oneself(call.id, call.identity)
    await call.context.push.forget(call.id, call.parts["device"])
    return HttpAnswer(204)


async def list_push_subscriptions(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    require_oneself(call.id, call.identity)
    found = await call.context.push.of_person(call.id)
    return HttpAnswer(200, PushSubscriptionList([_view(each) for each in found]))


def _view(place: PushPlace) -> PushSubscriptionView:
    return PushSubscriptionView(
        place.device, place.host, instant.text(place.subscribed_at), instant.text_or_none(place.expires_at)
    )


GET_PUSH_KEY = Operation(
    method="GET",
    path="/v1/push/key",
    name="getPushKey",
    summary="The key that browsers subscribe to push with. The same for everybody and for ever.",
    handler=get_push_key,
    query=NoQuery,
    answers={200: (PushKeyView, "The key.")},
    refusals=(),
)

PUT_PUSH_SUBSCRIPTION = Operation(
    method="PUT",
    path="/v1/people/{id}/push-subscriptions/{device}",
    name="putPushSubscription",
    summary="Reach the person by push on a device of theirs. Of more than 20 the one that came first is forgotten.",
    handler=put_push_subscription,
    query=NoQuery,
    body=PushDetails,
    roles=PAIR_OR_SUPPORT,
    parts=(DEVICE,),
    answers={
        200: (PushSubscriptionView, "The device was known."),
        201: (PushSubscriptionView, "The device is new."),
    },
    refusals=(404,),
)

DELETE_PUSH_SUBSCRIPTION = Operation(
    method="DELETE",
    path="/v1/people/{id}/push-subscriptions/{device}",
    name="deletePushSubscription",
    summary="Reach the person on that device no longer. The same again changes nothing.",
    handler=delete_push_subscription,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    parts=(DEVICE,),
    answers={204: (None, "The device is not there, or not any more.")},
    refusals=(404,),
)

LIST_PUSH_SUBSCRIPTIONS = Operation(
    method="GET",
    path="/v1/people/{id}/push-subscriptions",
    name="listPushSubscriptions",
    summary="The devices that push reaches the person on. Everybody sees their own only.",
    handler=list_push_subscriptions,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (PushSubscriptionList, "The devices.")},
    refusals=(404,),
)
