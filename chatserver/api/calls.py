"""What a browser needs for a video call: by which servers it finds the other one."""

import time
from typing import Annotated, assert_never

from msgspec import Meta, Struct

from chatserver.api.booking_answers import no_booking, refusal_of
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import PAIR
from chatserver.sessions.calls import CallOpen
from chatserver.sessions.outcomes import BookingRefused
from chatserver.sessions.relays import IceServer
from quotas.bookings import CALL_STAYS_OPEN
from quotas.instant import SECOND


class CallView(Struct, frozen=True):
    """How to be in the call of a booking, for as long as it can last.

    `to` is the other person, to whom signals go. `relayed`: a relay is among the servers, so that no network is in the
    way; else two networks that let nothing through to each other cannot be brought together.
    """

    booking: str
    to: str
    ice_servers: Annotated[list[IceServer], Meta(description="As `RTCPeerConnection` takes them.")]
    relayed: bool


async def get_call(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    context, identity = call.context, call.identity
    match await context.calls.open_to(call.id, identity.user, identity.role):
        case CallOpen(booking, other):
            lasts = booking.ends_at + CALL_STAYS_OPEN - await context.clock()
            servers = context.relays.servers(identity.user, int(time.time()) + lasts // SECOND)
            return HttpAnswer(200, CallView(booking.id, other, servers, context.relays.secret is not None))
        case BookingRefused() as refused:
            raise await refusal_of(context, refused)
        case None:
            raise no_booking(call.id)
        case never:
            assert_never(never)


GET_CALL = Operation(
    method="GET",
    path="/v1/bookings/{id}/call",
    name="getCall",
    summary="What a browser needs for a video call, while it may be joined: servers for STUN and TURN.",
    handler=get_call,
    query=NoQuery,
    roles=PAIR,
    answers={200: (CallView, "How to be in it.")},
    refusals=(404,),
    refuses=True,
)
